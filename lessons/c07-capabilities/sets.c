/* sets.c - the five sets of a box beside those of the session.
 *
 * Read on: capabilities(7), "Thread capability sets"; proc(5), /proc/PID/status.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/securebits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "drop.h"
#include "names.h"
#include "sets.h"

/* /proc/PID/syscall is not shown while an execve is changing who the process is (the kernel's
 * exec_update_lock). Who may not read it looks a moment too early, at worst. */
void sets_settle(pid_t pid)
{
    char path[64], line[256];

    snprintf(path, sizeof path, "/proc/%d/syscall", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    (void)fgets(line, sizeof line, file); /* what it says does not matter */
    fclose(file);
}

/* In the order in which the page speaks of them. */
static const struct {
    const char *name;
    size_t offset; /* in struct capabilities */
} rows[] = {
    {"effective", offsetof(struct capabilities, effective)},
    {"permitted", offsetof(struct capabilities, permitted)},
    {"bounding", offsetof(struct capabilities, bounding)},
    {"inheritable", offsetof(struct capabilities, inheritable)},
    {"ambient", offsetof(struct capabilities, ambient)},
};

enum { ROWS = sizeof rows / sizeof *rows };

static capabilities_set row_of(const struct capabilities *sets, size_t row)
{
    return *(const capabilities_set *)((const char *)sets + rows[row].offset);
}

static int count(capabilities_set set)
{
    return __builtin_popcountll(set);
}

/* The names; a set that is the same as that of the row above is not listed again. */
static void print_names(const struct capabilities *sets, size_t row, int column,
                        int width)
{
    capabilities_set set = row_of(sets, row);

    if (row > 0 && set != 0 && set == row_of(sets, row - 1))
        puts("the same");
    else
        names_print(set, column, width);
}

/* Which of the flags are set, without their locks. */
static void print_securebits(void)
{
    static const struct {
        const char *name;
        int bit;
    } all[] = {{"keep_caps", SECBIT_KEEP_CAPS},
               {"no_setuid_fixup", SECBIT_NO_SETUID_FIXUP},
               {"noroot", SECBIT_NOROOT},
               {"no_cap_ambient_raise", SECBIT_NO_CAP_AMBIENT_RAISE}};
    int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0), shown = 0;

    printf("%-16s", "securebits");
    for (size_t i = 0; bits > 0 && i < sizeof all / sizeof *all; i++) {
        if (bits & all[i].bit)
            shown += printf("%s%s", shown ? " " : "", all[i].name);
    }
    puts(shown ? "" : "none");
}

int sets_session(struct tutor *tutor)
{
    enum { COLUMN = 21 };
    struct capabilities ours;

    if (capabilities_read(0, &ours) == -1)
        return tutor_error(tutor, "capabilities_read: %s", strerror(errno));
    for (size_t row = 0; row < ROWS; row++) {
        printf("%-16s%3d  ", rows[row].name, count(row_of(&ours, row)));
        print_names(&ours, row, COLUMN, tutor_columns(tutor));
    }
    printf("%-16s%s\n", "no_new_privs", drop_no_new_privileges(getpid()) ? "yes" : "no");
    print_securebits();
    return 0;
}

int sets_box(struct tutor *tutor, const char *name, pid_t pid)
{
    enum { COLUMN = 28 };
    struct capabilities ours, box;

    sets_settle(pid);
    if (capabilities_read(0, &ours) == -1 || capabilities_read(pid, &box) == -1)
        return tutor_error(tutor, "capabilities_read: %s: %s", name, strerror(errno));
    printf("%-12s%8s  %s\n", "set", "session", name);
    for (size_t row = 0; row < ROWS; row++) {
        printf("%-12s%8d  %3d   ", rows[row].name, count(row_of(&ours, row)),
               count(row_of(&box, row)));
        print_names(&box, row, COLUMN, tutor_columns(tutor));
    }
    printf("%-12s%8s  %s\n", "no_new_privs",
           drop_no_new_privileges(getpid()) ? "yes" : "no",
           drop_no_new_privileges(pid) ? "yes" : "no");
    return 0;
}
