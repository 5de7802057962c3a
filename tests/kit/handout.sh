# handout.sh - the tree that a class gets: nothing of the solutions is in it, and all of it works.
#
# @beside: most of its time is a lab machine's.
set -eu
copy=$(mktemp -d /tmp/boxwork-handout-XXXXXX)
trap 'rm -rf "$copy"' EXIT
fail() { echo "handout: $*" >&2; exit 1; }

top=$PWD
sh labs/handout.sh "$copy/tree" > /dev/null
cd "$copy/tree"

if find solutions -name '*.c' | grep .; then fail 'a solution is in the handout'; fi
if find . -path '*mutants*' | grep .; then fail 'a mutant is in the handout'; fi
if find solutions -name '*.o' -exec objdump -h {} + | grep -q debug_; then
    fail 'the reference has debugging information'
fi
[ -n "$(find solutions -name '*.o')" ] || fail 'no reference objects'

make -s -j2 build judges > build.log 2>&1 || { cat build.log; fail 'it does not build'; }

# Everything that is in the course runs on the reference's objects.
status=0
output=$(build/mini-container run build/rootfs sh -c 'echo in; exit 5') || status=$?
[ "$output $status" = 'in 5' ] || fail "mini-container: $output $status"

# `make test` plays the pages, and counts nothing that it did not run. All but those that go to the
# lab machine from here, which are played there by the other tests.
lessons=$(build/boxwork doctor | sed -n 's/^  \([chx][0-9][0-9]-[^ ]*\)  *here$/\1/p')
make -s test PACKAGES= TESTS="$(echo $lessons)" > test.log 2>&1 || { cat test.log; fail 'make test'; }
pages=$(echo "$lessons" | wc -l)
grep -qx "$pages passed, 0 failed" test.log || { cat test.log; fail 'make test: not all pages'; }

# An untouched lab earns nothing, and a function that was written earns its points.
if build/boxwork check c02 --here --format json > report.json; then fail 'an untouched lab passed'; fi
grep -q '"points": 0' report.json || fail 'an untouched lab has points'
build/boxwork reset c02 > /dev/null || fail 'reset'

# The same again with one function written.
awk '/LAB_TODO\("2.1"/ { print "    return chroot(root) == -1 ? -1 : chdir(\"/\");"; skip = 1; next }
     skip { skip = 0; next } { print }' labs/c02-chroot/chroot.c > chroot.c
sed -i 's/#include <errno.h>/#include <errno.h>\n#include <unistd.h>/' chroot.c
cp chroot.c labs/c02-chroot/chroot.c
build/boxwork check c02 --here --format tap > report.tap && fail 'one function passed as all'
grep -q '^ok .*enter' report.tap || { cat report.tap; fail 'chroot_enter earned nothing'; }

# FROM=labs links it into the product, and says so.
make -s build FROM=labs > from.log 2>&1 || { cat from.log; fail 'FROM=labs does not build'; }
grep -q 'chroot_enter: yours' from.log || { cat from.log; fail 'chroot_enter is not mine'; }
grep -q 'chroot_run: reference' from.log || fail 'chroot_run should be the reference'
build/mini-container --version | grep -q 'chroot_enter: yours' || fail '--version does not say it'
[ "$(build/mini-container run build/rootfs pwd)" = / ] || fail 'the mixed product does not run'

# And with all of them: nothing of the reference is left in that module.
cp "$top/solutions/c02-chroot/chroot.c" labs/c02-chroot/chroot.c
make -s build FROM=labs > from.log 2>&1 || { cat from.log; fail 'a finished lab does not build'; }
build/mini-container --version | grep 'chroot_' | grep -v yours && fail 'not all is mine'
status=0
build/mini-container run build/rootfs sh -c 'exit 4' || status=$?
[ $status = 4 ] || fail "a finished lab: status $status"
echo 'handout: as it should be'
