# inside.sh build/check/reference-LESSON... - the part of the tests that runs in the lab machine.
#
# For each lesson the page types itself, and the judge grades the reference, whose probes the
# host has built. One line on stdout for each that passed, "ok NAME SECONDS"; what a test says
# goes to stderr. run.sh counts: a line that does not come is a test that has failed.
for built in "$@"; do
    lesson=${built#build/check/reference-}
    start=$(date +%s)
    echo "--- replay/$lesson" >&2
    NO_COLOR=1 build/boxwork play "$lesson" --here >&2 < /dev/null &&
        echo "ok replay/$lesson $(($(date +%s) - start))"
    start=$(date +%s)
    echo "--- judge/$lesson" >&2
    build/boxwork check "$lesson" --here --built "$built" --module "solutions/$lesson" >&2 &&
        echo "ok judge/$lesson $(($(date +%s) - start))"
done
