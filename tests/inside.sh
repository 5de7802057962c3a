# inside.sh NAME... -- build/check/WHAT... - the part of the tests that runs in the lab machine.
#
#     lab/LESSON      all versions of a module are judged (tests/kit/labs.c)
#     replay/LESSON   the page types itself
#     judge/LESSON    the judge grades the reference
#     kit/FILE.sh     a test of the kit
#
# The host has built what is graded; here it is run. Of build/check/, the machine gets what its
# command names, so that stands there, behind the names. One line on stdout for each that passed, "ok
# NAME SECONDS"; what a test says goes to stderr. run.sh counts: a line that does not come is a
# test that has failed.
for name in "$@"; do
    [ "$name" != -- ] || break
    lesson=${name#*/}
    start=$(date +%s)
    echo "--- $name" >&2
    case $name in
    lab/*) build/kit/labs "$lesson" --built "build/check/labs-$lesson" ;;
    replay/*) NO_COLOR=1 build/boxwork play "$lesson" --here ;;
    judge/*) build/boxwork check "$lesson" --here --built "build/check/reference-$lesson" \
                 --module "solutions/$lesson" ;;
    kit/*) timeout 300 sh "tests/$name" ;;
    *) false ;; # nothing that was not run has passed
    esac >&2 < /dev/null && echo "ok $name $(($(date +%s) - start))"
done
