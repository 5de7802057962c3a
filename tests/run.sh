# run.sh [NAME...] - runs the tests, or those whose name holds one of the words.
#
# A test is a program that ends with 0. What it prints is kept in build/log/NAME.log and shown
# when it fails. Names: kit/NAME (the kit itself), fuzz/NAME (the same
# inputs for three seconds), replay/LESSON (the page types itself, and
# each output is compared), lab/LESSON (the reference, the stub, each function taken out, and
# each mutant are graded).
#
# Exit status 0 when all passed, 1 otherwise. A test that could not run has failed.
set -u
cd "$(dirname "$0")/.." || exit 1
mkdir -p build/log
passed=0 failed=0 list=

for test in build/kit/*; do
    case $test in */labs|*.d) ;; *) [ -x "$test" ] && list="$list kit/${test##*/}" ;; esac
done
for target in build/fuzz/*; do
    [ -x "$target" ] && list="$list fuzz/${target##*/}"
done
for test in tests/kit/*.sh; do
    [ -f "$test" ] && list="$list kit/${test##*/}"
done
for lesson in lessons/[chx][0-9][0-9]-*; do
    lesson=${lesson#lessons/}
    list="$list replay/$lesson lab/$lesson"
done

command_of() # command_of NAME - what runs the test of that name
{
    case $1 in
    kit/*.sh) echo "sh tests/$1" ;;
    kit/*)    echo "build/$1" ;;
    fuzz/*)   echo "build/$1 3 1" ;;
    replay/*) echo "build/boxwork play ${1#replay/}" ;;
    lab/*)    echo "build/kit/labs ${1#lab/}" ;;
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

begun=$(date +%s)
for name in $list; do
    wanted "$name" "$@" || continue
    log=build/log/$(echo "$name" | tr / -).log
    start=$(date +%s)
    NO_COLOR=1 timeout -k 10 600 $(command_of "$name") > "$log" 2>&1 < /dev/null
    status=$?
    seconds=$(($(date +%s) - start))
    if [ $status = 0 ]; then
        passed=$((passed + 1))
        printf 'ok      %-32s %4d s\n' "$name" $seconds
    else
        failed=$((failed + 1))
        printf 'FAILED  %-32s %4d s  (exit status %d, %s)\n' "$name" $seconds $status "$log"
        tail -n 40 "$log" | sed 's/^/    /'
    fi
done
echo "in $(($(date +%s) - begun)) s"
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
