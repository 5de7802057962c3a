# sync.sh - `make sync` writes a lab that nobody has worked on, and no other one.
#
# Exit status 0: all as expected.
set -u
work=$(mktemp -d) failures=0
trap 'rm -rf "$work"' EXIT
lab=labs/c02-chroot/chroot.c solution=solutions/c02-chroot/chroot.c

mkdir "$work/tree" && cp -r labs solutions "$work/tree" && cd "$work/tree" || exit 1
git init -q . && git add . && git -c user.name=test -c user.email=test commit -q -m test || exit 1

# expect STATUS WHAT LINE: sync ends so, and the lab then has, or has not, a line of the learner's.
expect()
{
    sh labs/sync.sh write > "$work/output" 2>&1
    got=$?
    grep -q 'the learner' $lab && line=yes || line=no
    if [ $got != "$1" ] || [ $line != "$3" ]; then
        echo "$2: expected status $1 and the line: $3, got $got and $line:" >&2
        cat "$work/output" >&2
        failures=1
    fi
}

expect 0 'nothing has changed' no
sed -i '1s/^/\/* a new first line *\/\n/' $solution
expect 0 'a new solution' no
grep -q 'a new first line' $lab || { echo 'the lab was not cut again' >&2; failures=1; }
git add . && git -c user.name=test -c user.email=test commit -q -m test || exit 1
echo '/* the learner was here */' >> $lab
expect 1 'a lab that was worked on' yes
git add . && git -c user.name=test -c user.email=test commit -q -m test || exit 1
expect 1 'the same, committed' yes
rm -rf .git
expect 1 'the same, without git' yes
exit $failures
