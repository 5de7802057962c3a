# sync.sh write|check - keeps labs/ what its solutions say.
#
# write: cuts every lab again. Only a lab that is what the committed solution gives is written: any
#        other one has been worked on, is left alone, and is named. Without git nobody knows, so
#        no lab that is there is written.
# check: says which labs differ from a fresh cut. Exit status 1 if there is one.
set -eu
mode=$1 status=0
work=$(mktemp -d)
fresh=$work/fresh
trap 'rm -rf "$work"' EXIT

untouched() # untouched LAB SOLUTION - whether LAB is the cut of the committed SOLUTION
{
    git show "HEAD:$2" > "$work/solution" 2> /dev/null &&
        git show HEAD:labs/cut.awk > "$work/cut.awk" 2> /dev/null &&
        awk -f "$work/cut.awk" "$work/solution" | cmp -s - "$1"
}

for solution in solutions/*/*.c; do
    lab=labs/${solution#solutions/}
    awk -f labs/cut.awk "$solution" > "$fresh"
    if cmp -s "$fresh" "$lab"; then
        continue
    fi
    if [ "$mode" = check ]; then
        echo "$lab is not what $solution says: run make sync" >&2
        status=1
    elif [ -f "$lab" ] && ! untouched "$lab" "$solution"; then
        echo "$lab: has been worked on, left as it is" >&2
        status=1
    else
        mkdir -p "$(dirname "$lab")"
        cp "$fresh" "$lab"
        echo "$lab: cut again"
    fi
done
for lab in labs/*/*.c; do
    case $lab in labs/machine/*) continue ;; esac
    if [ ! -f "solutions/${lab#labs/}" ]; then
        echo "$lab has no solution" >&2
        status=1
    fi
done
exit $status
