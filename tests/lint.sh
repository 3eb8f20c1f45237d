#!/bin/sh
# lint.sh: floors, libraries known to one folder, banned functions, SQL subset, headers alone, clang, clang-tidy, cppcheck.
set -u
bad=0
complain() { echo "lint: $*"; bad=1; }

# an include never points up, and the two rooms of floor 1 never include each other
floor() { case $1 in forms/*) echo 0;; db/*|printing/*) echo 1;; ra/*) echo 2;; tui/*) echo 3;; *) echo 9;; esac; }
git ls-files -co --exclude-standard 'forms/*.[ch]' 'db/*.[ch]' 'printing/*.[ch]' 'ra/*.[ch]' 'tui/*.[ch]' > /tmp/lint.$$
while read -r f; do
	here=$(floor "$f")
	for inc in $(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$f"); do
		[ "$(floor "$inc")" -le "$here" ] || complain "$f includes $inc, which lies above it"
		case $f:$inc in db/*:printing/*|printing/*:db/*) complain "$f includes $inc" ;; esac
		case $f in ra/authority/*) case $inc in ra/authority/*|forms/*|db/*) ;; *) complain "$f includes $inc" ;; esac ;; esac
		case $f in ra/authority/*) ;; *) case $inc in ra/authority/*) complain "$f includes $inc" ;; esac ;; esac
	done
done < /tmp/lint.$$

# rooms of the office know each other without circles; the files of one room begin alike. The one exception: a commit appends its audit row
for f in $(grep '^ra/[a-z_0-9]*\.[ch]$' /tmp/lint.$$); do
	room=$(basename "$f" | sed 's/[_.].*//')
	sed -n 's/^#include "ra\/\([a-z0-9]*\)[_.].*/\1/p' "$f" | grep -vx "$room" | sed "s/^/$room /"
done | grep -vx 'office audit' | tsort > /dev/null 2> /tmp/lint.$$.circle || complain "rooms in a circle: $(sed -n 's/^tsort: -*:* *//p' /tmp/lint.$$.circle | tr '\n' ' ')"
rm -f /tmp/lint.$$.circle

# each library is known to its place only
known() { # pattern, allowed paths
	for f in $(grep -lE "#include <($1)" $(cat /tmp/lint.$$) | grep -vE "^($2)"); do complain "$f: library outside its room ($1)"; done
}
known 'sqlite3|libpq-fe' 'db/'
known 'n?curses' 'tui/'
known 'hpdf|qrencode|jpeglib' 'printing/'
known 'chafa' 'tui/canvas\.c'
known 'curl/' 'ra/http\.c'
known 'p11-kit|pkcs11' 'ra/token'
known 'openssl/(cmp|crmf)' 'ra/cmp|ra/authority/'
known 'jansson' 'forms/json\.c'
known 'libconfig' 'forms/config\.c'
known 'utf8proc' 'forms/text'
known 'microhttpd' 'ra/authority/server\.c'

# banned functions
grep -nE '\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|system|popen|alloca|mktemp|tmpnam)\(' $(cat /tmp/lint.$$) \
	| grep -v '^[^:]*:[0-9]*:.*"' && complain "banned function"

# SQL stands in db/ alone, in the subset that both engines take
grep -nE '"(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE) ' $(grep -v '^db/' /tmp/lint.$$) && complain "SQL outside db/"
grep -nE '"[^"]*\b(INSERT OR|REPLACE INTO|AUTOINCREMENT|IFNULL|GLOB|datetime\(|strftime\(|julianday|group_concat|last_insert_rowid|rowid|ROWNUM|typeof\()' \
	$(grep '^db/.*\.c' /tmp/lint.$$) | grep -v 'PRAGMA' && complain "SQL that PostgreSQL 15 does not take"
grep -n 'PRAGMA' $(grep '^db/' /tmp/lint.$$) | grep -vE '^db/(db|stmt)\.c' && complain "PRAGMA outside db/db.c and db/stmt.c"
grep -nE '^[^-]*\b(AUTOINCREMENT|IFNULL|GLOB|datetime\(|VIRTUAL)' db/schema/*.sql && complain "schema that PostgreSQL 15 does not take"

# what may not be said
grep -ln '20[0-9][0-9]-[01][0-9]' tests/pictures/*.txt && complain "a picture with a date in it: it is another tomorrow"
grep -rnE 'TODO|FIXME|\bXXX\b' $(cat /tmp/lint.$$) && complain "unfinished"
# long files and functions
awk 'FNR == 1 { if (n > 600) print "lint: long file " f; n = 0; f = FILENAME } { n++ } END { if (n > 600) print "lint: long file " f }' \
	$(grep '\.c$' /tmp/lint.$$)
awk '/^\{/ { s = FNR } /^\}/ { if (s && FNR - s > 61) { print "lint: long function " FILENAME ":" s; b = 1 } s = 0 } END { exit b }' \
	$(grep '\.c$' /tmp/lint.$$) || bad=1

# every header compiles alone; everything compiles with clang
flags="-std=c17 -D_GNU_SOURCE -I. -Ibuild $(pkg-config --cflags libcrypto sqlite3 libcurl jansson libconfig libutf8proc libmicrohttpd p11-kit-1 ncursesw) $(pkg-config --cflags chafa | sed 's/-I/-isystem /g') -U_XOPEN_SOURCE -D_XOPEN_SOURCE=700"
warn="-Wall -Wextra -Wpedantic -Wshadow -Wformat=2 -Wvla -Wundef -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Werror"
for h in $(grep '\.h$' /tmp/lint.$$ | grep -v 'db/columns.h'); do
	echo "#include \"$h\"" | gcc $flags -Wall -Wextra -Werror -fsyntax-only -x c - || complain "$h does not compile alone"
done
grep '\.c$' /tmp/lint.$$ | xargs -P 2 -n 8 clang $flags $warn -fsyntax-only || bad=1
checks='-*,bugprone-*,clang-analyzer-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier'
checks=$checks',-bugprone-macro-parentheses,-bugprone-assignment-in-if-condition,-bugprone-implicit-widening-of-multiplication-result'
checks=$checks',-bugprone-narrowing-conversions,-clang-analyzer-security.insecureAPI.*,-clang-analyzer-optin.*,-bugprone-suspicious-include'
checks=$checks',-bugprone-branch-clone,-bugprone-not-null-terminated-result,-bugprone-signal-handler'
# outputs are untouched on failure: across files the analyzer takes that for uninitialised
checks=$checks',-clang-analyzer-valist.*,-clang-analyzer-core.UndefinedBinaryOperatorResult,-clang-analyzer-core.uninitialized.*'
checks=$checks',-clang-analyzer-core.CallAndMessage'
export flags checks
grep '\.c$' /tmp/lint.$$ | xargs -P 2 -n 6 sh -c 'clang-tidy --quiet --checks="$checks" --warnings-as-errors="*" "$@" -- $flags 2>/dev/null' _ || bad=1
cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr --enable=warning,portability -D_GNU_SOURCE -I. \
	--suppress=missingIncludeSystem --suppress=invalidPrintfArgType_sint  --suppress=syntaxError --suppress=unknownMacro \
	--suppress=preprocessorErrorDirective $(grep '\.c$' /tmp/lint.$$) || bad=1
rm -f /tmp/lint.$$
[ $bad = 0 ] && echo "lint: clean"
exit $bad
