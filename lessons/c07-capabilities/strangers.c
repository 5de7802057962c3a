/* strangers.c - programs that give their caller more than it has, and what stops that.
 *
 * An image may contain any file: also one with the setuid bit, or with capabilities of its own
 * (setcap(8)). Here it is one that only sleeps, so that one can look at it while it runs. It
 * stands on a file system in memory that only the child of this attack has mounted. User 65534
 * starts it, and what counts is what /proc/PID/status then shows: whose rights it has, and which.
 *
 * Read on: execve(2), capabilities(7), "Transformation of capabilities during execve()".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../c02-chroot/inside.h"
#include "capabilities.h"
#include "names.h"
#include "nap.h"
#include "rootless.h"
#include "sets.h"
#include "strangers.h"
#include "users.h"

enum { NOBODY = 65534 };

#define PROGRAM "./nap"

/* --- the program -------------------------------------------------------------------- */

/* Makes PROGRAM in a new file system, and goes there. 0, or -1 with errno. */
static int make_program(const char *directory)
{
    if (unshare(CLONE_NEWNS) == -1 ||
        mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == -1 ||
        mount("tmpfs", directory, "tmpfs", MS_NODEV, "mode=755,size=1m") == -1 ||
        chdir(directory) == -1)
        return -1;
    return nap_make(PROGRAM);
}

static int make_setuid(void)
{
    return chmod(PROGRAM, 04755);
}

/* "net_raw=ei": it takes net_raw from the inheritable set of whoever starts it. */
static int make_inheriting(void)
{
    cap_t rights = cap_from_text("cap_net_raw=ei");
    int result = rights ? cap_set_file(PROGRAM, rights) : -1;
    int error = errno;

    if (rights)
        (void)cap_free(rights); /* fails only for what is no cap_t */
    errno = error;
    return result;
}

/* --- ways to start it --------------------------------------------------------------- */

/* Each is called in the child that will be the program, while it is root. Returns NULL, or what
 * failed, with errno. */
static const char *as_user(void)
{
    return users_become(NOBODY, NOBODY, NULL, 0) == -1 ? "users_become" : NULL;
}

static const char *with_bounding(void)
{
    if (capabilities_drop_bounding(0) == -1)
        return "capabilities_drop_bounding";
    return as_user();
}

static const char *with_no_new_privileges(void)
{
    if (capabilities_no_new_privileges() == -1)
        return "capabilities_no_new_privileges";
    return as_user();
}

/* What engines did until 2022: the usual list, in the inheritable set, too. */
static const char *with_inheritable(void)
{
    cap_t state = cap_get_proc();
    cap_value_t number = CAP_NET_RAW;
    const char *failed = NULL;

    if (!state || cap_set_flag(state, CAP_INHERITABLE, 1, &number, CAP_SET) == -1 ||
        cap_set_proc(state) == -1)
        failed = "cap_set_proc";
    int error = errno;
    if (state)
        (void)cap_free(state); /* fails only for what is no cap_t */
    errno = error;
    return failed ? failed : as_user();
}

static const char *with_set_to(void)
{
    const char *failed = with_inheritable();

    /* As capabilities_become: the user, then the sets. User 65534 has none left to keep. */
    if (!failed && capabilities_set_to(0) == -1)
        failed = "capabilities_set_to";
    return failed;
}

struct way {
    const char *attack;
    const char *function; /* the module's, or NULL: before */
    const char *what;
    const char *(*become)(void);
};

static const struct way ways[] = {
    {"gain", NULL, "another user, and nothing else", as_user},
    {"gain", "capabilities_drop_bounding", ", to none", with_bounding},
    {"gain", "capabilities_no_new_privileges", "", with_no_new_privileges},
    {"inheritable", NULL, "another user, net_raw left in inheritable", with_inheritable},
    {"inheritable", "capabilities_set_to", ", to none", with_set_to},
};

static const struct {
    const char *name, *made;
    int (*make)(void);
} attacks[] = {
    {"gain", "./nap: it only sleeps; of user 0, mode 4755", make_setuid},
    {"inheritable", "./nap: it only sleeps; with setcap net_raw=ei", make_inheriting},
};

const char *const strangers_names[] = {"gain", "inheritable", NULL};

/* --- looking at it ------------------------------------------------------------------ */

/* Starts it as WAY says, in a child that is stopped by nothing but the end of the pipe when the
 * program runs. Returns its pid, or -1 after having said what failed. */
static pid_t start(struct tutor *tutor, const struct way *way)
{
    struct {
        const char *call;
        int error;
    } failure;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) == -1)
        return -tutor_error(tutor, "pipe2: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        char *const argv[] = {PROGRAM, NULL};
        failure.call = way->become();
        if (!failure.call) {
            execve(PROGRAM, argv, environ);
            failure.call = "execve";
        }
        failure.error = errno;
        (void)!write(ends[1], &failure, sizeof failure);
        _exit(127);
    }
    close(ends[1]);
    if (pid == -1)
        (void)tutor_error(tutor, "fork: %s", strerror(errno));
    else if (TEMP_FAILURE_RETRY(read(ends[0], &failure, sizeof failure)) != 0) {
        printf("  not tried: %s: %s\n", failure.call, strerror(failure.error));
        (void)TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0)); /* it ends by itself */
        pid = -1;
    }
    close(ends[0]);
    return pid;
}

/* Its users, from /proc/PID/status; the effective one is returned. */
static uid_t show_users(pid_t pid)
{
    char path[64], line[256];
    uid_t real = NOBODY, effective = NOBODY;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *status = fopen(path, "re");
    while (status && fgets(line, sizeof line, status))
        (void)sscanf(line, "Uid: %u %u", &real, &effective);
    if (status)
        fclose(status);
    printf("    %-26s real %u, effective %u\n", "user", real, effective);
    return effective;
}

static int try_way(struct tutor *tutor, const struct way *way)
{
    struct capabilities sets = {0};

    if (way->function)
        printf("after: %s (%s)%s\n", way->function, inside_whose(way->function),
               way->what);
    else
        printf("before: %s\n", way->what);
    fflush(stdout); /* or the child would write it, too */
    pid_t pid = start(tutor, way);
    if (pid == -1)
        return 0;
    sets_settle(pid);
    uid_t user = show_users(pid);
    int result = capabilities_read(pid, &sets);
    printf("    %-26s ", "effective capabilities");
    if (result == -1)
        puts(strerror(errno));
    else
        names_print(sets.effective, 31, tutor_columns(tutor));
    if (sets.effective != 0)
        puts("  OUT");
    else
        puts(user == 0 ? "  held by half: no capability, but the files of user 0"
                       : "  held");
    (void)kill(pid, SIGKILL); /* our child, so nobody else has its number */
    (void)TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
    return 0;
}

static int try_inside(struct tutor *tutor, void *context)
{
    const size_t *attack = context;
    int status = 0;

    if (make_program(tutor_directory(tutor)) == -1 || attacks[*attack].make() == -1)
        return tutor_error(tutor, "a program on a new file system: %s", strerror(errno));
    puts(attacks[*attack].made);
    for (size_t i = 0; i < sizeof ways / sizeof *ways && status == 0; i++) {
        if (strcmp(ways[i].attack, attacks[*attack].name) == 0)
            status = try_way(tutor, &ways[i]);
    }
    return status;
}

int strangers_try(struct tutor *tutor, const char *name)
{
    size_t attack = 0;

    while (strangers_names[attack] && strcmp(strangers_names[attack], name) != 0)
        attack++;
    if (!strangers_names[attack])
        return -1;
    if (!tutor_directory(tutor))
        return tutor_error(tutor, "a temporary directory: %s", strerror(errno));
    if (rootless_needed()) {
        puts("not tried: an ordinary user has no other user to be (c05)");
        return 0;
    }
    return inside_child(tutor, try_inside, &attack);
}
