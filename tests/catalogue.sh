#!/bin/sh
# catalogue.sh [update]: every message of the code is in forms/zh.po; `update` merges new ones in for translation.
set -eu
mkdir -p build
xgettext --from-code=UTF-8 --language=C --sort-output --add-location=file --keyword= --keyword=tr --keyword=N_ \
	--keyword=err_field:3 --keyword=err_refuse:2 --keyword=err_later:2 --keyword=err_internal:2 --keyword=err_usage:2 \
	--keyword=err_list_add:3 --keyword=tell:3 --keyword=rd_bad:3 --keyword=problem:2 --keyword=config_error:4 \
	--flag=err_field:3:c-format --flag=err_refuse:2:c-format --flag=err_later:2:c-format --flag=err_internal:2:c-format \
	--flag=err_usage:2:c-format --flag=err_list_add:3:c-format --flag=tell:3:c-format --flag=rd_bad:3:c-format --flag=problem:2:c-format --flag=config_error:4:c-format --flag=tr:1:pass-c-format \
	-o build/ra.pot $(find forms db printing ra tui -name '*.c' | grep -v ra/authority | sort)
# what the embedded CA refuses with is shown by the RA
xgettext --from-code=UTF-8 --language=C --sort-output --add-location=file --keyword= --keyword=N_ --join-existing -o build/ra.pot \
	$(find ra/authority -name '*.c' | sort)
if [ "${1:-}" = update ]; then
	msgmerge --quiet --no-fuzzy-matching --sort-output --add-location=file -o forms/zh.po.new forms/zh.po build/ra.pot
	msgattrib --no-obsolete --no-location --sort-output -o forms/zh.po forms/zh.po.new
	rm -f forms/zh.po.new
fi
msgcmp forms/zh.po build/ra.pot
