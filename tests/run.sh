# run.sh [NAME...] - runs the tests, or those whose name holds one of the words.
#
# A test is a program that ends with 0. What it prints is kept in build/log/NAME.log and shown
# when it fails. Names:
#
#     kit/NAME          the kit itself
#     fuzz/NAME         the same changed inputs, for three seconds
#     replay/LESSON     the page types itself, and each output is compared; a lesson that `play`
#                       would take to the lab machine is played there anyway, below
#     lab/LESSON        the reference, the stub, each function taken out, and each mutant are
#                       graded: here, or, where this host lacks what the judge needs, in the
#                       lab machine, all such lessons in one boot; or some functions here, and
#                       the others there (tests/kit/labs.c)
#     machine/…         in the lab machine, in one boot: replay and judge/LESSON (the reference),
#                       and what of the kit says @machine in its first lines; with "@machine
#                       only" it does not run here
#
# Three things go on side by side, which take about as long as each other. The first are the
# machine/… tests, all of them in one lab machine; the others give way, since it has one processor
# only, and would be waited for in the end. The second are those of the kit's tests that take long,
# mind nobody, and say @beside in their first lines, then the labs in the lab machine. The third is
# the rest.
#
# Exit status 0 when all passed, 1 otherwise. A test that could not run has failed.
set -u
cd "$(dirname "$0")/.." || exit 1
mkdir -p build/log
results=build/log/results list= lessons= labs= kit_inside=
: > "$results"

for test in build/kit/*; do
    case $test in */labs|*.d) ;; *) [ -x "$test" ] && list="$list kit/${test##*/}" ;; esac
done
for target in build/fuzz/*; do
    [ -x "$target" ] && list="$list fuzz/${target##*/}"
done
for test in tests/kit/*.sh; do
    [ -f "$test" ] || continue
    case $(sed -n 1,20p "$test") in
    *@machine\ only*) kit_inside="$kit_inside kit/${test##*/}"; continue ;;
    *@machine*) kit_inside="$kit_inside kit/${test##*/}" ;;
    esac
    list="$list kit/${test##*/}"
done
# A handout has neither solutions nor mutants: there, only the pages are played.
whole=$([ -f tests/kit/labs.c ] && echo yes)
taken=$(build/boxwork doctor | sed -n 's/^  \([chx][0-9][0-9]-[^ ]*\)  *lab machine$/\1/p')
for lesson in lessons/[chx][0-9][0-9]-*/step.c; do
    lesson=${lesson#lessons/}
    lesson=${lesson%/step.c}
    if [ -z "$whole" ]; then
        list="$list replay/$lesson"
        continue
    fi
    lessons="$lessons $lesson"
    echo "$taken" | grep -qx "$lesson" || list="$list replay/$lesson"
done
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
    candidate=$1
    shift
    [ $# = 0 ] && return 0
    for word in "$@"; do
        case $candidate in *"$word"*) return 0 ;; esac
    done
    return 1
}

note() # note NAME SECONDS STATUS LOG - notes how a test ended, and shows why it failed
{
    echo "$1 $3" >> "$results"
    if [ "$3" = 0 ]; then
        printf 'ok      %-34s %4d s\n' "$1" "$2"
    else
        printf 'FAILED  %-34s %4d s  (exit status %d, %s)\n%s\n' "$1" "$2" "$3" "$4" \
            "$(tail -n 40 "$4" | sed 's/^/    /')"
    fi
}

run_each() # run_each NAME... - one after the other
{
    for name in "$@"; do
        log=build/log/$(echo "$name" | tr / -).log
        start=$(date +%s)
        NO_COLOR=1 $gently timeout -k 10 600 $(command_of "$name") > "$log" 2>&1 < /dev/null
        note "$name" $(($(date +%s) - start)) $? "$log"
    done
}

# Two at a time, as a grader waits more than it computes. COMMAND gets the name of a lesson for
# each @ in it; its end stands in build/log/lab-LESSON.end.
run_labs() # run_labs COMMAND LESSON...
{
    command=$1
    shift
    [ $# = 0 ] || printf '%s\n' "$@" | $gently xargs -P 2 -n 1 sh -c '
        command=$0 lesson=$1
        start=$(date +%s)
        rm -rf "build/check/labs-$lesson"
        timeout -k 10 900 $(echo "$command" | sed "s/@/$lesson/g") \
            > "build/log/lab-$lesson.log" 2>&1 < /dev/null
        echo $? $(($(date +%s) - start)) > "build/log/lab-$lesson.end"' "$command"
}

ended() # ended LESSON - sets status and seconds
{
    status=1 seconds=0
    read -r status seconds < "build/log/lab-$1.end"
    rm -f "build/log/lab-$1.end"
}

inside() # inside LOG SECONDS NAME... -- BUILT... - one boot; sets status, and leaves the lines in LOG.ok
{
    log=$1 limit=$2
    shift 2
    $gently build/boxwork machine --timeout "$limit" -- sh tests/inside.sh "$@" \
        > "$log.ok" 2>> "$log" < /dev/null
    status=$?
}

note_inside() # note_inside NAME LOG - notes a test of the boot before, by its line
{
    seconds=$(sed -n "s|^ok ${1#machine/} \([0-9]*\)\$|\1|p" "$2.ok")
    said=${2%.log}-$(echo "${1#machine/}" | tr / -).log
    awk -v name="${1#machine/}" '$1 == "---" { on = $2 == name } on' "$2" > "$said"
    [ -s "$said" ] || said=$2 # it was not begun: the machine has failed
    if [ -n "$seconds" ]; then
        note "$1" "$seconds" 0 "$said"
    else
        note "$1" 0 $((status == 0 ? 1 : status)) "$said"
    fi
}

here() # here - all else, in two lines
{
    gently='nice -n 5'
    { run_each $beside; labs_inside; } &
    run_each $tests
    run_labs 'build/kit/labs @' $labs_here
    for lesson in $labs_here; do
        ended "$lesson"
        note "lab/$lesson" "$seconds" "$status" "build/log/lab-$lesson.log"
    done
    wait
}

# In the lab machine there is no compiler: what is judged there is built here.
labs_inside() # labs_inside - the labs that are judged there
{
    judged= built=
    run_labs 'env -u MAKEFLAGS -u MAKELEVEL make -s grade-variants LESSON=@ OUT=build/check/labs-@' \
        $labs_there
    for lesson in $labs_there; do
        ended "$lesson"
        if [ "$status" = 0 ]; then
            judged="$judged lab/$lesson"
            built="$built build/check/labs-$lesson"
        else
            note "lab/$lesson" "$seconds" "$status" "build/log/lab-$lesson.log"
        fi
    done
    [ -n "$judged" ] || return
    for name in $judged; do
        case " $labs_both " in *" ${name#lab/} "*) ;; *) continue ;; esac
        log=build/log/$(echo "$name" | tr / -)-here.log start=$(date +%s)
        timeout -k 10 600 build/kit/labs "${name#lab/}" --built "build/check/labs-${name#lab/}" --first \
            > "$log" 2>&1 < /dev/null
        note "$name/here" $(($(date +%s) - start)) $? "$log"
    done
    log=build/log/labs-inside.log
    : > "$log"
    inside "$log" 1800 $judged -- $built
    for name in $judged; do
        note_inside "$name" "$log"
    done
    rm -rf $built
}

# The lessons once more, and a part of the kit, where containers and virtual machines have all that
# they need.
rest_inside()
{
    built=
    [ -n "$names" ] || return
    log=build/log/machine.log
    : > "$log"
    for lesson in $graded; do
        out=build/check/reference-$lesson
        built="$built $out"
        mkdir -p "$out"
        make -s grade-build LESSON="$lesson" MODULE="solutions/$lesson" OUT="$out" >> "$log" 2>&1
    done
    inside "$log" 1800 $names -- $built
    for name in $names; do
        note_inside "machine/$name" "$log"
    done
}

begun=$(date +%s) gently=
tests= beside= labs_here= labs_there= labs_both= names= graded=
for name in $list; do
    wanted "$name" "$@" || continue
    case $name in kit/*.sh) source=tests/$name ;; *) source=tests/$name.c ;; esac
    if sed -n 1,20p "$source" 2> /dev/null | grep -q @beside; then
        beside="$beside $name"
    else
        tests="$tests $name"
    fi
done
for name in $labs; do
    wanted "$name" "$@" || continue
    lesson=${name#lab/}
    case $(build/kit/labs "$lesson" --where) in
    machine) labs_there="$labs_there $lesson" ;;
    both) labs_there="$labs_there $lesson" labs_both="$labs_both $lesson" ;;
    *) labs_here="$labs_here $lesson" ;;
    esac
done
for lesson in $lessons; do
    wanted "machine/replay/$lesson" "$@" && names="$names replay/$lesson"
    # What is judged there from all sides has the reference among them.
    case " $labs_there " in *" $lesson "*) continue ;; esac
    wanted "machine/judge/$lesson" "$@" && names="$names judge/$lesson" graded="$graded $lesson"
done
for name in $kit_inside; do
    wanted "machine/$name" "$@" && names="$names $name"
done

if [ -z "$tests$beside$labs_here$labs_there$names" ]; then
    echo "no test has a name with $* in it; they are kit/…, fuzz/…, replay/…, lab/…, machine/…" >&2
    exit 1
fi
rest_inside &
here
wait

count() # count PATTERN - how many results are like that
{
    grep -c "$1" "$results"
}
echo "$(count '^[^m].* ') here, $(count '^machine/') more in the lab machine, $(($(date +%s) - begun)) s"
echo "$(count ' 0$') passed, $(count ' [^0][0-9]*$') failed"
[ "$(count ' [^0][0-9]*$')" = 0 ] && [ "$(count ' 0$')" -gt 0 ]
