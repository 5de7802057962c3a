# run.sh [NAME...] - runs the benches, or those of these names: tests/bench/NAME.sh.
#
# A bench prints ratios of what was timed in turn, in one run; nothing here passes or fails. Each
# says where it runs: what needs a KVM that runs kernels, or cgroup v2, takes the lab machine.
# Exit status 0, or 1 when a bench could not run.
set -u
cd "$(dirname "$0")/../.." || exit 1
status=0
[ $# -gt 0 ] || set -- $(cd tests/bench && ls *.sh | sed -n 's/\.sh$//p' | grep -v -x run)
for name in "$@"; do
    [ -f "tests/bench/$name.sh" ] || { echo "bench: $name: there is no tests/bench/$name.sh" >&2; exit 2; }
    sed -n '1s/^# [^ ]* - //p' "tests/bench/$name.sh"
    sh "tests/bench/$name.sh" || { echo "bench: $name: could not run" >&2; status=1; }
done
exit $status
