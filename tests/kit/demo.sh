# demo.sh - `make demo` shows what it is for: every line is there, and the lines differ where they
# have to.
#
# @beside: most of its time is a lab machine's.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
before=$(find build/rootfs | sort)
failed=0

sh lessons/demo.sh > "$work/shown" 2>&1 < /dev/null || { echo "status $?"; failed=1; }

expect() # expect PATTERN - a line matches
{
    grep -q -e "$1" "$work/shown" && return
    echo "no line is like: $1"
    failed=1
}

expect '^a process (c01) *[0-9]* '
expect '^+ a root (c02) .*no /proc '
expect '^+ tables (c03, c04) *1  demo  .* all$'
expect '^+ rights (c05 to c08) *1  demo  .* 00000000a00425fb  filtered$'
expect '^16 bits (h02) .* 18 exits$'
expect '^64 bits (h05) .* [0-9]* exits$'
expect '^Debian (h08) .*user space after .* [0-9]* exits$'
expect '^  *1 resources: '
expect '^4 of 4 measured in [0-9]* s, 0 missing, 0 failed$'
[ "$(find build/rootfs | sort)" = "$before" ] || { echo 'it leaves something in build/rootfs'; failed=1; }
[ $failed = 0 ] || sed 's/^/    /' "$work/shown"
exit $failed
