/* tutor_world.h - a tree in /tmp with one lesson, for the tests that drive the tutor.
 *
 * The test program itself is the step program: copied to build/t01 and started under that
 * name, it is tutor_main. So the tests need no rule in the Makefile, and no real lesson.
 */
#ifndef TUTOR_WORLD_H
#define TUTOR_WORLD_H

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int tutor_main(int argc, char **argv);

static char world[PATH_MAX]; /* the tree */

static inline bool is_step_program(const char *name)
{
    const char *slash = strrchr(name, '/');
    return !strcmp(slash ? slash + 1 : name, "t01");
}

/* PATH of the tree. Valid until the fourth call after this one. */
static inline const char *in_world(const char *name)
{
    static char paths[4][PATH_MAX + 256];
    static int next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", world, name);
    return path;
}

static inline void put_file(const char *name, const char *text)
{
    FILE *file = fopen(in_world(name), "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static inline char *get_file(const char *name)
{
    static char text[65536];
    FILE *file = fopen(in_world(name), "r");

    if (!file)
        return NULL;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static inline void shell(const char *format, const char *argument)
{
    char command[2 * PATH_MAX];

    snprintf(command, sizeof command, format, world, argument);
    if (system(command) != 0)
        fail_msg("failed: %s", command);
}

/* The learner's module: what stands in labs/t01-fake/fake.c; TODO: names that are not
 * finished, a line each. */
static inline void put_lab(const char *source, const char *todo)
{
    put_file("labs/t01-fake/fake.c", source);
    put_file("labs/t01-fake/todo", todo);
}

static int world_make(void **state)
{
    char here[PATH_MAX];

    (void)state;
    assert_int_equal(unsetenv("BOXWORK_HOME"), 0); /* the tester's own stays out */
    /* the sources stand beside build/, where this program is */
    ssize_t length = readlink("/proc/self/exe", here, sizeof here - 1);
    assert_true(length > 0);
    here[length] = '\0';
    strcpy(world, "/tmp/boxwork-tutor-XXXXXX");
    assert_non_null(mkdtemp(world));
    shell("cd %s && mkdir -p build/labs build/reference lessons/tutor lessons/t01-fake "
          "labs/t01-fake solutions/t01-fake && : > lessons/tutor/tutor.h && cp '%s' "
          "build/t01",
          here);
    *strrchr(here, '/') = '\0';
    shell("cp '%2$s/../../tests/kit/tutor_fake/README.md' %1$s/lessons/t01-fake/", here);
    put_file("solutions/t01-fake/fake.c",
             "/* Adds.  @lab 1.1 @points 10 */\n"
             "int fake_add(int a, int b)\n{\n    return a + b;\n}\n");
    put_lab("int fake_add(int a, int b) { return a - b; }\n", "fake_add\n");
    put_file("Makefile",
             "build/labs/t01-fake.so: labs/t01-fake/fake.c labs/t01-fake/todo\n"
             "\tcc -g -shared -fPIC -o $@ $<\n"
             "\tcp labs/t01-fake/todo build/labs/t01-fake.todo\n");
    shell("cd %s && cc -shared -fPIC -o build/reference/t01-fake.so %s",
          "solutions/t01-fake/fake.c");
    return 0;
}

static int world_remove(void **state)
{
    (void)state;
    shell("rm -rf '%s'%s", "");
    return 0;
}

/* In the child that becomes the step program. */
static inline void become_step(char *const arguments[])
{
    unsetenv("BOXWORK_HOME");
    setenv("LD_PRELOAD", in_world("build/reference/t01-fake.so"), 1);
    execv(in_world("build/t01"), arguments);
    _exit(126);
}

static inline double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Whether a process is there and no zombie. */
static inline bool lives(int pid)
{
    char path[64], line[256] = "";

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    char *got = fgets(line, sizeof line, file);
    fclose(file);
    char *after = got ? strrchr(line, ')') : NULL;
    return after && after[2] != 'Z' && after[2] != 'X';
}

#endif
