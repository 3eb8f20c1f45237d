#!/bin/sh
# embed.sh NAME FILE...: C source of `const struct embedded NAME[]`, ended by a null row (see forms/embedded.h)
set -eu
name=$1; shift
printf '#include "forms/embedded.h"\n'
i=0
for f in "$@"; do
	printf 'static const unsigned char b%d[] = {' $i
	od -An -v -tu1 "$f" | sed 's/  */,/g;s/^,//;s/$/,/'
	printf '0};\n'
	i=$((i + 1))
done
printf 'const struct embedded %s[] = {\n' "$name"
i=0
for f in "$@"; do
	b=$(basename "$f")
	printf '{ "%s", (const char *)b%d, sizeof b%d - 1 },\n' "${b%.*}" $i $i
	i=$((i + 1))
done
printf '{ 0, 0, 0 } };\n'
