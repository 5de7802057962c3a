/* fake_lesson.h - a lesson that exists only to test the grader, and a run of tests around it.
 *
 * Its tree is made in /tmp (hostile/lesson/prepare.sh) and removed afterwards. The test program
 * is also the judge of the lesson: called with --list or --probes it is judge_main. As root the
 * tests run twice, the second time as an ordinary user.
 */
#ifndef FAKE_LESSON_H
#define FAKE_LESSON_H

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "grade.h"
#include "grader.h"

static char tree[64]; /* of the fake lesson */

/* On the command line of every process that a test starts: the judge has it in the path of its
 * probes, the players as an argument. */
static const char *mark(void)
{
    const char *given = getenv("FAKE_LESSON_MARK");
    return given ? given : "no-mark";
}

/* Whether a process has TEXT on its command line; PID gets one that does, and whose parent is
 * PARENT unless that is 0. */
static bool process_with(const char *text, pid_t parent, pid_t *pid)
{
    DIR *proc = opendir("/proc");
    assert_non_null(proc);
    bool found = false;
    struct dirent *entry;
    while (!found && (entry = readdir(proc))) {
        char path[300], line[4096];
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        (void)snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
        FILE *file = fopen(path, "re");
        size_t length = file ? fread(line, 1, sizeof line, file) : 0;
        if (file)
            (void)fclose(file);
        *pid = atoi(entry->d_name);
        for (size_t i = 0; i < length; i++)
            line[i] = line[i] ? line[i] : ' '; /* what lies between the words */
        found = memmem(line, length, text, strlen(text)) != NULL &&
                (parent == 0 || atoi(process_status(*pid, "PPid")) == parent);
    }
    (void)closedir(proc);
    return found;
}

static size_t count_entries(const char *path)
{
    DIR *directory = opendir(path);
    assert_non_null(directory);
    size_t count = 0;
    while (readdir(directory))
        count++;
    (void)closedir(directory);
    return count - 2;
}

static char *mounts(void)
{
    static char text[2][65536];
    static int which;
    which = !which;
    FILE *file = fopen("/proc/self/mountinfo", "re");
    assert_non_null(file);
    text[which][fread(text[which], 1, sizeof text[which] - 1, file)] = '\0';
    (void)fclose(file);
    return text[which];
}

/* Of processes that can be told by their command line, of mounts and of files. */
static void no_trace_is_left(const char *mounts_before)
{
    pid_t pid = 0;
    if (process_with(mark(), 0, &pid))
        fail_msg("process %d is left: %s", pid, process_file(pid, "cmdline"));
    assert_string_equal(mounts(), mounts_before);
    assert_int_equal(count_entries(getenv("TMPDIR")), 0);
}

static void nothing_is_left(const char *mounts_before)
{
    no_trace_is_left(mounts_before);
    errno = 0;
    assert_int_equal(waitpid(-1, NULL, WNOHANG),
                     -1); /* no child, and no orphan adopted */
    assert_int_equal(errno, ECHILD);
}

static struct grade *grade_module(const char *module)
{
    char *path, *out, *judge_path, *error = NULL;
    assert_int_not_equal(asprintf(&path, "%s/modules/%s", tree, module), -1);
    assert_int_not_equal(asprintf(&out, "%s/out-%s", tree, mark()), -1);
    assert_int_not_equal(asprintf(&judge_path, "%s/judge", tree), -1);
    const struct grade_request request = {
        .top = tree,
        .lesson = "fake",
        .module = path,
        .out = out,
        .judge = judge_path,
        .builder = "./build.sh",
    };
    struct grade *grade;
    if (grade_lesson(&request, &grade, &error) == -1)
        fail_msg("%s", error);
    free(path);
    free(out);
    free(judge_path);
    return grade;
}

static void expect_verdict(const struct grade_check *check, enum grade_status status,
                           const char *says)
{
    if (check->status != status || !strstr(check->message, says))
        fail_msg("%s: expected %s with \"%s\", got %s: %s", check->id,
                 grade_status_word(status), says, grade_status_word(check->status),
                 check->message);
}

/* --- twice: as we are, and as nobody ------------------------------------------------------ */

/* The tree of the fake lesson, in /tmp, which OWNER alone can enter: as a home often is. */
static int make_tree(const char *self, uid_t owner)
{
    char command[PATH_MAX + 256];
    (void)snprintf(tree, sizeof tree, "/tmp/boxwork-hostile-XXXXXX");
    if (!mkdtemp(tree))
        return -1;
    (void)snprintf(command, sizeof command,
                   "sh tests/kit/hostile/lesson/prepare.sh '%s' && cp '%s' '%s/judge' && "
                   "mkdir '%s/out-%s' && chmod 700 '%s' && chown -R %u '%s'",
                   tree, self, tree, tree, mark(), tree, owner, tree);
    return system(command) == 0
               ? setenv("TMPDIR", strcat(strcpy(command, tree), "/tmp"), 1)
               : -1;
}

static void remove_tree(void)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", tree);
    if (system(command) != 0)
        fprintf(stderr, "%s: could not be removed\n", tree);
}

static int run_as(const char *self, uid_t user, int run_all(void))
{
    if (make_tree(self, user) == -1) {
        fprintf(stderr, "no tree for the fake lesson: %s\n", strerror(errno));
        return 1;
    }
    pid_t child = fork();
    if (child == 0) {
        if (chdir(tree) == -1)
            _exit(1);
        if (user != geteuid() &&
            (setgroups(0, NULL) == -1 || setresgid(user, user, user) == -1 ||
             setresuid(user, user, user) == -1))
            _exit(1);
        /* To be asked about our own /proc again, and to adopt what is left, so that it shows. */
        if (prctl(PR_SET_DUMPABLE, 1) == -1 || prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
            _exit(1);
        printf("as user %u:\n", user);
        int failed = run_all();
        (void)fflush(NULL);
        _exit(failed > 100 ? 100 : failed);
    }
    int status = 1;
    if (child == -1 || waitpid(child, &status, 0) == -1)
        perror("the tests");
    remove_tree();
    return status;
}

/* The main program of a test: RUN_ALL runs its cmocka groups and returns how many tests failed;
 * CHECKS are those of the judge. */
static int fake_lesson_main(int argc, char **argv, const struct check *checks,
                            size_t count, int run_all(void))
{
    if (argc > 1 && (strcmp(argv[1], "--list") == 0 || strcmp(argv[1], "--probes") == 0))
        return judge_main(argc, argv, "fake", checks, count);

    char self[PATH_MAX], own_mark[32];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length == -1)
        return 1;
    self[length] = '\0';
    (void)snprintf(own_mark, sizeof own_mark, "fake-%d", getpid());
    if (setenv("FAKE_LESSON_MARK", own_mark, 1) == -1)
        return 1;
    int status = run_as(self, geteuid(), run_all);
    if (geteuid() == 0)
        status |= run_as(self, 65534, run_all);
    return status == 0 ? 0 : 1;
}

#endif
