# prepare.sh DIR - makes the tree of the lesson "fake" in DIR: just enough of a tree for
# build.sh to build its probes, and the hostile modules, each in a directory of its own. Nothing
# in it leads back to the real tree, so an ordinary user can use it wherever that lies.
# Called from the top of the real tree.
set -eu
dir=$1 hostile=tests/kit/hostile
from=$hostile/lesson
mkdir -p "$dir/build/reference/fake" "$dir/build/weak/fake" "$dir/build/tests/fake" \
    "$dir/build/grader" "$dir/tests/grader" "$dir/tests/fake" "$dir/solutions/fake" \
    "$dir/labs" "$dir/include" "$dir/modules" "$dir/tmp"
cp tests/grader/build.sh tests/grader/todo.sh "$dir/tests/grader/"
cp build/grader/probe.o "$dir/build/grader/"
cp labs/lab.h $from/fake.h tests/grader/probe.h "$dir/include/"
cp $from/reference.c "$dir/solutions/fake/fake.c"
for module in $hostile/*.c; do
    name=$(basename "$module" .c)
    mkdir "$dir/modules/$name"
    cp "$module" "$dir/modules/$name/"
done
printf 'fake_answer 1.1 10 fake.c\nfake_leave 1.2 30 fake.c\n' > "$dir/build/reference/fake/functions"
replaceable='-fPIC -fsemantic-interposition -fno-inline -ffunction-sections'
gcc -std=gnu17 -O2 -I"$dir/include" -c $from/probe.c -o "$dir/build/tests/fake/probe.o"
gcc -std=gnu17 -O2 $replaceable -I"$dir/include" -c $from/reference.c \
    -o "$dir/build/reference/fake/fake.o"
objcopy --weaken-symbol=fake_answer --weaken-symbol=fake_leave "$dir/build/reference/fake/fake.o" "$dir/build/weak/fake/fake.o"
cat > "$dir/build.sh" <<END
#!/bin/sh
# What the Makefile's grade-build does, for the fake lesson.
CC=gcc CFLAGS='-std=gnu17 -O2 -g -Iinclude -Ilabs $replaceable' LIBS= \\
    exec sh tests/grader/build.sh "\$@" build/weak/fake/fake.o
END
chmod -R go+rX "$dir"
chmod +x "$dir/build.sh"
