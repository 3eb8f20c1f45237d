#!/bin/sh
# check.sh BUILD: runs every test program; the last line counts them all.
set -u
b=$1
passed=0 failed=0
for t in tests/test_*.c; do
	n=$(basename "$t" .c)
	echo "== $n"
	if out=$("$b/tests/$n" 2>&1); then :; else failed=$((failed + 1)); echo "$out" | grep -v '^\[ *\(RUN\|OK\) ' ; echo "$n: exit not 0"; fi
	k=$(echo "$out" | sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' | awk '{s += $1} END {print s + 0}')
	passed=$((passed + k))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
