# variants.sh LESSON DIR WEAK-OBJECT... - builds every version of a module that a lab is judged by.
# It is run by `make grade-variants LESSON=... OUT=DIR`.
#
#     DIR/reference          the module as it should be
#     DIR/untouched          the lab as it is handed out; a warning stops the build
#     DIR/stub               the same, its stubs without the mark that they are unfinished
#     DIR/without-FUNCTION   the reference with this one function as such a stub
#     DIR/mutant-NAME        tests/LESSON/mutants/NAME.c
#
# Each holds its source/, and what tests/grader/build.sh makes of it, without what only a linker
# reads. Many of the programs are the same, byte for byte: the check_value of a module that has
# another function wrong, for example. These are links to the first of them, so whoever judges
# can see that a program has been judged already, and little is carried to the lab machine.
#
# DIR is empty or not there. Exit status 1, with the compiler's words, when one does not build.
# CC, CFLAGS and LIBS come from the Makefile, where constants have sections of their own, so that
# a function brings only those that it uses.
set -eu
lesson=$1 dir=$2
shift 2
weak=$*
functions=build/reference/$lesson/functions
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

source_of() # source_of VARIANT - an empty folder for its sources
{
    mkdir -p "$dir/$1/source"
    echo "$dir/$1/source"
}

cut() # cut VARIANT [OPTION...] - the lab, cut from the solution now: the committed one may have
{     # been worked on
    to=$(source_of "$1")
    shift
    for file in solutions/"$lesson"/*.c; do
        awk -f labs/cut.awk "$@" "$file" > "$to/${file##*/}"
    done
}

build() # build VARIANT [FLAG] - compiles it
{
    out=$dir/$1
    CFLAGS="$CFLAGS ${2-}" sh tests/grader/build.sh "$lesson" "$out/source" "$out" $weak || {
        echo "variants.sh: $lesson: $1 does not build" >&2
        exit 1
    }
    rm -f "$out"/*.o "$out"/others-* "$out"/read-by-*
    for probe in "$out"/probe-*; do
        [ ! -L "$probe" ] || continue
        # Where it was made and when says nothing of what it does.
        strip --remove-section=.note.gnu.build-id "$probe"
        name=${probe##*/}
        for first in $built; do
            if cmp -s "$dir/$first/$name" "$probe"; then
                ln -sf "../$first/$name" "$probe"
                break
            fi
        done
    done
    built="$built $1"
}

built=
cp solutions/"$lesson"/*.c "$(source_of reference)"
build reference
export PROBE_REFERENCE=../reference/probe-reference
cut untouched
build untouched -Werror
cut stub
build stub -DLAB_TODO_UNMARKED
while read -r function rest; do
    cut "without-$function" -v only="$function"
    build "without-$function" -DLAB_TODO_UNMARKED
done < "$functions"
for mutant in tests/"$lesson"/mutants/*.c; do
    [ -f "$mutant" ] || continue
    name=${mutant##*/}
    name=mutant-${name%.c}
    cp "$mutant" "$(source_of "$name")"
    build "$name"
done
