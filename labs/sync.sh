# sync.sh write|check - keeps labs/ what its solutions say.
#
# write: cuts every lab again. A lab that differs from the committed one has been worked on; it
#        is left alone, and named.
# check: says which labs differ from a fresh cut. Exit status 1 if there is one.
set -eu
mode=$1 status=0
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
for solution in solutions/*/*.c; do
    lab=labs/${solution#solutions/}
    awk -f labs/cut.awk "$solution" > "$fresh"
    if cmp -s "$fresh" "$lab"; then
        continue
    fi
    if [ "$mode" = check ]; then
        echo "$lab is not what $solution says: run make sync" >&2
        status=1
    elif [ -f "$lab" ] && git ls-files --error-unmatch "$lab" >/dev/null 2>&1 &&
         ! git diff --quiet HEAD -- "$lab"; then
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
