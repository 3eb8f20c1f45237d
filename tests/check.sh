#!/bin/sh
# check.sh BUILD: runs every test program, as many at a time as there are cores (at most 4); the last line counts them all.
set -u
b=$1
jobs=$(nproc)
[ "$jobs" -le 4 ] || jobs=4
outputs=$(mktemp -d)
trap 'rm -rf "$outputs"' EXIT
passed=0 failed=0
# each writes its own file; the name is shown when it has ended
ls tests/test_*.c | xargs -P "$jobs" -I @ sh -c 'n=$(basename "$1" .c)
	"$2/tests/$n" > "$3/$n" 2>&1 < /dev/null
	echo $? > "$3/$n.exit"
	echo "== $n"' _ @ "$b" "$outputs"
for t in tests/test_*.c; do
	n=$(basename "$t" .c)
	out=$(cat "$outputs/$n")
	[ "$(cat "$outputs/$n.exit")" = 0 ] || {
		# one that died without a summary counts as one
		k=$(echo "$out" | sed -n 's/^ *\([0-9]*\) FAILED TEST(S)$/\1/p' | awk '{s += $1} END {print s ? s : 1}')
		failed=$((failed + k))
		echo "$out" | grep -v '^\[ *\(RUN\|OK\) '
		echo "$n: exit not 0"
	}
	k=$(echo "$out" | sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' | awk '{s += $1} END {print s + 0}')
	passed=$((passed + k))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
