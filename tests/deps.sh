#!/bin/sh
# deps.sh [lint]: installs what is missing through apt; does nothing when all is there.
set -eu
build="gcc make pkg-config libssl-dev libsqlite3-dev libcurl4-openssl-dev libjansson-dev libconfig-dev libutf8proc-dev
libmicrohttpd-dev libp11-kit-dev libhpdf-dev libqrencode-dev libjpeg62-turbo-dev libchafa-dev libglib2.0-dev libncurses-dev libvterm-dev libcmocka-dev gettext softhsm2 opensc openssl curl sqlite3
ca-certificates fonts-babelstone-han fonts-wqy-zenhei fonts-lxgw-wenkai fonts-liberation fonts-hanazono poppler-utils"
lint="clang clang-tidy cppcheck"
want=$build
[ "${1:-}" = lint ] && want="$build $lint"
missing=
for p in $want; do
	dpkg-query -W -f='${Status}\n' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0
echo "installing:$missing"
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
$sudo apt-get install -y --no-install-recommends $missing >/dev/null 2>&1 || {
	$sudo apt-get update
	$sudo apt-get install -y --no-install-recommends $missing
}
