# run.sh [NAME...] - runs the tests, or those whose name holds one of the words.
#
# A test is a program that ends with 0. What it prints is kept in build/log/NAME.log and shown
# when it fails. Names:
#
#     kit/NAME          the kit itself
#     fuzz/NAME         the same changed inputs, for three seconds
#     replay/LESSON     the page types itself, and each output is compared
#     lab/LESSON        the reference, the stub, each function taken out, and each mutant are
#                       graded
#     machine/…         replay and judge/LESSON (the reference) in the lab machine, in one boot
#
# Exit status 0 when all passed, 1 otherwise. A test that could not run has failed.
set -u
cd "$(dirname "$0")/.." || exit 1
mkdir -p build/log
passed=0 failed=0 here=0 list= lessons= labs=

for test in build/kit/*; do
    case $test in */labs|*.d) ;; *) [ -x "$test" ] && list="$list kit/${test##*/}" ;; esac
done
for target in build/fuzz/*; do
    [ -x "$target" ] && list="$list fuzz/${target##*/}"
done
for test in tests/kit/*.sh; do
    [ -f "$test" ] && list="$list kit/${test##*/}"
done
for lesson in lessons/[chx][0-9][0-9]-*/step.c; do
    lesson=${lesson#lessons/}
    lesson=${lesson%/step.c}
    lessons="$lessons $lesson"
    list="$list replay/$lesson"
done
# A handout has neither solutions nor mutants: there, only the pages are played.
[ -f tests/kit/labs.c ] || lessons=
for lesson in $lessons; do
    labs="$labs lab/$lesson"
done

command_of() # command_of NAME - what runs the test of that name
{
    case $1 in
    kit/*.sh) echo "sh tests/$1" ;;
    kit/*)    echo "build/$1" ;;
    fuzz/*)   echo "build/$1 3 1" ;;
    replay/*) echo "build/boxwork play ${1#replay/}" ;;
    esac
}

wanted() # wanted NAME WORD... - true when there are no words, or one is part of NAME
{
    name=$1
    shift
    [ $# = 0 ] && return 0
    for word in "$@"; do
        case $name in *"$word"*) return 0 ;; esac
    done
    return 1
}

note() # note NAME SECONDS STATUS LOG - counts a test, and shows why it failed
{
    if [ "$3" = 0 ]; then
        passed=$((passed + 1))
        printf 'ok      %-34s %4d s\n' "$1" "$2"
    else
        failed=$((failed + 1))
        printf 'FAILED  %-34s %4d s  (exit status %d, %s)\n' "$1" "$2" "$3" "$4"
        tail -n 40 "$4" | sed 's/^/    /'
    fi
}

begun=$(date +%s)
for name in $list; do
    wanted "$name" "$@" || continue
    log=build/log/$(echo "$name" | tr / -).log
    start=$(date +%s)
    NO_COLOR=1 timeout -k 10 600 $(command_of "$name") > "$log" 2>&1 < /dev/null
    note "$name" $(($(date +%s) - start)) $? "$log"
done

# Graders wait more than they compute, so three of them share the cores.
wanted_labs=
for name in $labs; do
    if wanted "$name" "$@"; then
        wanted_labs="$wanted_labs ${name#lab/}"
    fi
done
printf '%s\n' $wanted_labs | xargs -r -P 3 -I LESSON sh -c '
    start=$(date +%s)
    timeout -k 10 900 build/kit/labs LESSON > build/log/lab-LESSON.log 2>&1 < /dev/null
    echo $? $(($(date +%s) - start)) > build/log/lab-LESSON.end'
for lesson in $wanted_labs; do
    status=1 seconds=0
    read -r status seconds < "build/log/lab-$lesson.end"
    rm -f "build/log/lab-$lesson.end"
    note "lab/$lesson" "$seconds" "$status" "build/log/lab-$lesson.log"
done
here=$((passed + failed))

# The same lessons once more where containers and virtual machines have all that they need.
names= built=
for lesson in $lessons; do
    if wanted "machine/replay/$lesson" "$@" || wanted "machine/judge/$lesson" "$@"; then
        names="$names replay/$lesson judge/$lesson"
        built="$built build/check/reference-$lesson"
    fi
done
if [ -n "$names" ]; then
    log=build/log/machine.log
    : > "$log"
    for lesson in $lessons; do
        out=build/check/reference-$lesson
        mkdir -p "$out"
        make -s grade-build LESSON="$lesson" MODULE="solutions/$lesson" OUT="$out" >> "$log" 2>&1
    done
    build/boxwork machine --timeout 600 -- sh tests/inside.sh $built \
        > build/log/machine.ok 2>> "$log" < /dev/null
    status=$?
    for name in $names; do
        seconds=$(sed -n "s|^ok $name \([0-9]*\)\$|\1|p" build/log/machine.ok)
        if [ -n "$seconds" ]; then
            note "machine/$name" "$seconds" 0 "$log"
        else
            note "machine/$name" 0 $((status == 0 ? 1 : status)) "$log"
        fi
    done
fi

echo "$here here, $((passed + failed - here)) in the lab machine, $(($(date +%s) - begun)) s"
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
