# inside.sh build/check/reference-LESSON... build/check/labs-LESSON... - the part of the tests that
# runs in the lab machine.
#
# The host has built; here it is run. For a reference the page types itself, and the judge grades
# that module; for labs all versions of a module are judged (tests/kit/labs.c). One line on stdout
# for each that passed, "ok NAME SECONDS"; what a test says goes to stderr. run.sh counts: a line
# that does not come is a test that has failed.
try() # try NAME COMMAND...
{
    name=$1 start=$(date +%s)
    shift
    echo "--- $name" >&2
    NO_COLOR=1 "$@" >&2 < /dev/null && echo "ok $name $(($(date +%s) - start))"
}

for built in "$@"; do
    case $built in
    */labs-*)
        lesson=${built#build/check/labs-}
        try "lab/$lesson" build/kit/labs "$lesson" --built "$built"
        ;;
    */reference-*)
        lesson=${built#build/check/reference-}
        try "replay/$lesson" build/boxwork play "$lesson" --here
        try "judge/$lesson" build/boxwork check "$lesson" --here --built "$built" \
            --module "solutions/$lesson"
        ;;
    esac
done
