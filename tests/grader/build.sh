# build.sh LESSON MODULE OUT WEAK-OBJECT... - builds what a judge needs to grade one module.
#
# MODULE is a directory of C files (the learner's module) or one C file, OUT a directory that
# exists. OUT gets
#   started         an empty file: the kit itself was built
#   module.o        the learner's code, in one object
#   todo, defined   its functions that are not written yet; those that it defines
#   probe-FUNCTION  for each function of the lab that it defines and finished: the probe, with
#                   that one function from the learner and all others from the reference
#   probe-reference the probe with nothing from the learner
#
# Which is which is decided by the linker. The reference is weak throughout, so a strong symbol
# of the same name replaces it. In the learner's object every function of the lab but the one
# is made weak too; the reference stands first on the command line and wins. What the linker
# then finds unused (--gc-sections) it drops: the reference's version of the function that is
# graded is not in the probe. All other names of the learner's (a main, a write of its own) are
# made local: they are nobody's business but the learner's.
#
# What the compiler read is looked at: a module that includes the reference, an object of it or
# a mutant has not been written by whoever hands it in.
#
# PROBE_REFERENCE may name a probe-reference that was made before: it is linked to, not made again.
#
# Exit status 0; 1 when it does not compile or link, with the compiler's words on stderr.
# CC, CFLAGS and LIBS come from the Makefile.
set -eu
lesson=$1 module=$2 out=$3
shift 3
functions=build/reference/$lesson/functions

# Folders of that name are none of ours. A file alone has no neighbours that are its own.
if [ -d "$module" ]; then
    files=$(find "$module/" -maxdepth 1 -name '*.c' -type f | sort) own=$module/
else
    files=$module own=$module
fi

# The assembler says what .incbin and .include read; clang's own cannot.
case $CC in
*clang*) assembler= ;;
*)       assembler=yes ;;
esac

names() # names FILE - what a rule of make in FILE depends on, one to a line, as make writes them
{
    sed '1s/^[^:]*://; s/\\$//' "$1" | tr -s ' ' '\n'
}

# only_own FILE - fails when FILE was made from what is neither its own, nor a header of the kit or of
# the system. What make quotes in a name would have to be unquoted here, and no header needs it.
only_own()
{
    if { names "$out/read-by-cc"; names "$out/read-by-as"; } | grep -q '[\\$:#"'"'"']'; then
        echo "$(basename "$1"): error: it includes a file with an odd name" >&2
        return 1
    fi
    { names "$out/read-by-cc"; names "$out/read-by-as"; } | sort -u |
    # The assembler names what it reads, which is gone by now, and the source as it was called.
    grep -vxF "$(basename "$1")" | xargs realpath -qe 2>/dev/null |
    awk -v file="$(realpath "$1")" -v own="$(realpath "$own")" -v folder="$([ -d "$own" ] && echo /)" \
        -v here="$here" '
        function under(path) { return index($0, path "/") == 1 }
        function kit(path) { return under(here "/" path) }
        $0 == file || (folder && under(own)) { next }
        under("/usr/include") || under("/usr/lib") || under("/usr/local/include") { next }
        /\.h$/ && under(here) && !kit("solutions") && !kit("build") && !kit("tests") { next }
        {
            sub(/.*\//, "", file)
            print file ": error: it includes " $0 ", which is not yours"
            found = 1
            exit
        }
        END { exit found }' >&2
}

: > "$out/started" # the kit is built: what fails from here on is the module
here=$(pwd -P)
rm -f "$out"/*.part.o "$out"/only-*.o "$out"/others-* "$out"/probe-*
: > "$out/read-by-as"
for file in $files; do
    part=$out/$(basename "$file" .c).part.o
    # First only which files it would read: what the compiler complains about, it shows.
    $CC $CFLAGS -M -MF "$out/read-by-cc" "$file" || exit 1
    only_own "$file" || exit 1
    $CC $CFLAGS -MD -MF "$out/read-by-cc" ${assembler:+-Wa,--MD,"$out/read-by-as"} \
        -c "$file" -o "$part" || exit 1
    only_own "$file" || { rm -f "$part"; exit 1; }
done
ld -r -o "$out/module.o" "$out"/*.part.o || exit 1
sh tests/grader/todo.sh "$out/module.o" > "$out/todo"
nm --defined-only "$out/module.o" | awk '$2 == "T" { print $3 }' > "$out/defined"
awk '{ print $1 }' "$functions" > "$out/asked"

link() # link NAME OBJECT...
{
    name=$1
    shift
    $CC -static -no-pie -Wl,--gc-sections -o "$out/$name" build/grader/probe.o \
        "build/tests/$lesson/probe.o" "$@" $LIBS
}

pids=
while read -r function step points file; do
    if grep -qx "$function" "$out/todo" || ! grep -qx "$function" "$out/defined"; then
        continue
    fi
    grep -vx "$function" "$out/asked" > "$out/others-$function" || :
    objcopy --keep-global-symbols="$out/asked" --weaken-symbols="$out/others-$function" \
        "$out/module.o" "$out/only-$function.o"
    link "probe-$function" "$@" "$out/only-$function.o" &
    pids="$pids $!"
done < "$functions"
if [ -n "${PROBE_REFERENCE-}" ]; then
    ln -s "$PROBE_REFERENCE" "$out/probe-reference"
else
    link probe-reference "$@" &
    pids="$pids $!"
fi
status=0
for pid in $pids; do
    wait "$pid" || status=1
done
# A program of ours has one or two megabytes. The lab machine takes none that is so much larger.
large=$(find "$out/" -name 'probe-*' -type f -size +32M)
if [ "$large" ]; then
    echo 'error: with this module a program has more than 32 MiB: make its arrays smaller' >&2
    status=1
fi
exit $status
