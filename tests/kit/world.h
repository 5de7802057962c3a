/* world.h - a small tree of its own for a test of build/boxwork.
 *
 * The tool finds its tree from where it lies. So each test gets a folder under /tmp with a copy
 * of the program in build/ and four lessons that are nothing but pages; the learner's own
 * progress is never touched. What needs real lessons is in course-lab.sh.
 */
#ifndef WORLD_H
#define WORLD_H

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char tree[PATH_MAX]; /* the real one: this program is TREE/build/kit/course */

/* A tree for one test, and what the last command said. */
struct world {
    char top[64];
    char out[1 << 16];
    char err[1 << 14];
    int status;
};

static inline void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline void shell(const char *format, ...)
{
    char *command;
    va_list arguments;
    va_start(arguments, format);
    assert_int_not_equal(vasprintf(&command, format, arguments), -1);
    va_end(arguments);
    if (system(command) != 0)
        fail_msg("failed: %s", command);
    free(command);
}

static inline void slurp(const char *top, const char *name, char *text, size_t size)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", top, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    (void)fclose(file);
}

/* Runs boxwork with ARGUMENTS (for the shell) from inside the world's folder. */
static inline void boxwork(struct world *w, const char *arguments)
{
    char command[2048];
    (void)snprintf(command, sizeof command,
                   "cd %s && build/boxwork %s > .out 2> .err < /dev/null", w->top,
                   arguments);
    int status = system(command);
    assert_true(WIFEXITED(status));
    w->status = WEXITSTATUS(status);
    slurp(w->top, ".out", w->out, sizeof w->out);
    slurp(w->top, ".err", w->err, sizeof w->err);
}

static inline void file(const struct world *w, const char *name, const char *text)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", w->top, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_not_equal(fputs(text, f), EOF);
    assert_int_equal(fclose(f), 0);
}

static inline void page(const struct world *w, const char *id, const char *title,
                        const char *needs)
{
    char name[128], text[1024];
    shell("mkdir -p %s/lessons/%s", w->top, id);
    (void)snprintf(name, sizeof name, "lessons/%s/README.md", id);
    (void)snprintf(
        text, sizeof text,
        "# %s: %s\n\n<!--\nneeds: %s\n-->\n\n## First\n\n```console\n%.3s> ls\n…\n"
        "```\n\n## Hints\n\n### f_one\n\n1. A nudge.\n2. A push.\n",
        id, title, needs, id);
    file(w, name, text);
}

static const char SOLUTION[] = "/* m.c */\n#include \"m.h\"\n\n"
                               "/* One.  @lab 1.1 @points 60 */\n"
                               "int f_one(void)\n{\n    return 1;\n}\n\n"
                               "/* Two.  @lab 1.2 @points 40 */\n"
                               "int f_two(void)\n{\n    return 2;\n}\n";

static inline int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    (void)snprintf(w->top, sizeof w->top, "/tmp/boxwork-course-XXXXXX");
    assert_non_null(mkdtemp(w->top));
    shell("cd %s && mkdir -p build labs/c02-second solutions/c02-second && "
          "cp %s/build/boxwork build/ && cp %s/labs/cut.awk labs/",
          w->top, tree, tree);
    page(w, "c01-first", "the first of all", "");
    page(w, "c02-second", "a second", "root");
    page(w, "h01-machine", "a machine", "kvm");
    page(w, "h02-mystery", "asks for what nobody knows", "unheard-of");
    file(w, "solutions/c02-second/m.c", SOLUTION);
    *state = w;
    return 0;
}

static inline int teardown(void **state)
{
    struct world *w = *state;
    shell("rm -rf %s", w->top);
    free(w);
    return 0;
}

/* One line on stderr, nothing on stdout. */
static inline void assert_refused(const struct world *w, int status, const char *part)
{
    assert_int_equal(w->status, status);
    assert_string_equal(w->out, "");
    assert_non_null(strstr(w->err, part));
    assert_ptr_equal(strchr(w->err, '\n'), w->err + strlen(w->err) - 1);
}

/* To be called first in main(). */
static inline void find_tree(void)
{
    ssize_t length = readlink("/proc/self/exe", tree, sizeof tree - 1);
    for (int i = 0; i < 3 && length > 0; i++) /* /build/kit/NAME */
        *strrchr(tree, '/') = '\0';
    (void)setenv("NO_COLOR", "1", 1);
}

#define WORLD_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif
