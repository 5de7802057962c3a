# handout.sh DIRECTORY - makes the tree that a class gets.
#
# No source of a solution, no mutant, none of the kit's own tests: the reference comes as object
# files without debugging information, and everything still builds and runs from them.
set -eu
target=$1
git rev-parse --verify -q HEAD > /dev/null 2>&1 && [ "$(ls solutions/*/*.c 2> /dev/null)" ] || {
    echo "make handout: it is made in the kit's own git clone, with solutions/" >&2
    exit 1
}
rm -rf "$target.new"
mkdir -p "$target.new"
git ls-files | while read -r file; do
    case $file in
    solutions/*.c | tests/*/mutants/* | tests/kit/* | tests/fuzz/* | .ci/*) continue ;;
    esac
    mkdir -p "$target.new/$(dirname "$file")"
    cp "$file" "$target.new/$file"
done
for functions in build/reference/*/functions; do
    lesson=$(basename "$(dirname "$functions")")
    mkdir -p "$target.new/solutions/$lesson"
    cp "$functions" "$target.new/solutions/$lesson/"
    for object in build/reference/"$lesson"/*.o; do
        objcopy --strip-debug "$object" "$target.new/solutions/$lesson/$(basename "$object")"
    done
    # The lab as it is handed out, and once more where `boxwork reset` takes it from.
    for source in solutions/"$lesson"/*.c; do
        name=$(basename "$source")
        awk -f labs/cut.awk "$source" > "$target.new/labs/$lesson/$name"
        cp "$target.new/labs/$lesson/$name" "$target.new/solutions/$lesson/$name.lab"
    done
done
rm -rf "$target"
mv "$target.new" "$target"
echo "$target"
