/* machine_parts.c - the parts of the machine: made when needed, put together for a run.
 *
 * build/machine/parts says what they were made from: path, size and time of each. As long as
 * all of these are the same nothing is made. The initramfs of a run is a memory file: it needs
 * no name, no two runs share it, and it is gone with the last process that has it open.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "run.h"

enum { NO_SPACE = 28 }; /* the exit status of build.sh and unpack */

/* One line of `parts`: "1778186025 1982256 /usr/bin/busybox". */
static bool is_same(const char *top, const char *line)
{
    long long when, size;
    int at = 0;
    char *path;
    struct stat status;
    if (sscanf(line, "%lld %lld %n", &when, &size, &at) != 2 || at == 0)
        return line[0] == '#';
    if (asprintf(&path, "%s%s%s", line[at] == '/' ? "" : top, line[at] == '/' ? "" : "/",
                 line + at) == -1)
        return false;
    bool same =
        stat(path, &status) == 0 && status.st_mtime == when && status.st_size == size;
    free(path);
    return same;
}

static bool are_new(struct run *run)
{
    static const char *const made[] = {"vmlinuz", "vmlinux", "base.cpio", "pack",
                                       "unpack"};
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        char *path = run_part(run, made[i]);
        bool there = path != NULL && access(path, R_OK) == 0;
        free(path);
        if (!there)
            return false;
    }
    char *path = run_part(run, "parts");
    FILE *parts = path != NULL ? fopen(path, "re") : NULL;
    bool new = parts != NULL;
    free(path);
    while (new && (length = getline(&line, &room, parts)) != -1) {
        line[length - (line[length - 1] == '\n')] = '\0';
        new = is_same(run->top, line);
    }
    free(line);
    if (parts != NULL)
        (void)fclose(parts); /* it was only read */
    return new;
}

/* What build.sh said, without its progress, as one line. */
static void reason(FILE *said, char *text, size_t size)
{
    char line[512];
    size_t length = 0;
    text[0] = '\0';
    while (fgets(line, sizeof line, said) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '\0' && line[0] != ' ' && length < size)
            length += (size_t)snprintf(text + length, size - length, "%s%s",
                                       length > 0 ? ": " : "", line);
    }
}

int parts_make(struct run *run)
{
    char why[400];
    int ends[2], status;
    if (are_new(run))
        return 0;
    terminal_tell(run, "making the lab machine, once");
    if (pipe2(ends, O_CLOEXEC) == -1)
        return run_fault(run, MACHINE_CANNOT_START, "a pipe: %s", strerror(errno));
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        child_prepare(parent);
        if (dup2(ends[1], STDERR_FILENO) == -1 || dup2(ends[1], STDOUT_FILENO) == -1 ||
            chdir(run->top) == -1)
            _exit(126);
        execlp("sh", "sh", "labs/machine/build.sh", NULL);
        _exit(127);
    }
    (void)close(ends[1]);
    FILE *said = fdopen(ends[0], "r");
    if (child == -1 || said == NULL)
        return run_fault(run, MACHINE_CANNOT_START, "build.sh: %s", strerror(errno));
    reason(said, why, sizeof why);
    (void)fclose(said); /* it was only read */
    terminal_untell(run);
    if (waitpid(child, &status, 0) == -1)
        return run_fault(run, MACHINE_CANNOT_START, "build.sh: %s", strerror(errno));
    if (status == 0 && are_new(run))
        return 0;
    if (run_interrupted(run)) /* Ctrl-C ended build.sh as well */
        return -1;
    return run_fault(run,
                     WIFEXITED(status) && WEXITSTATUS(status) == NO_SPACE
                         ? MACHINE_NO_SPACE
                         : MACHINE_CANNOT_START,
                     "%s", why[0] != '\0' ? why : "labs/machine/build.sh failed");
}

static int out_of_space(struct run *run, const char *what)
{
    return run_fault(run,
                     errno == ENOSPC || errno == ENOMEM || errno == EFBIG
                         ? MACHINE_NO_SPACE
                         : MACHINE_CANNOT_START,
                     "%s: %s", what, strerror(errno));
}

static int add_base(struct run *run, int image)
{
    char *path = run_part(run, "base.cpio");
    int base = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = -1;
    if (base != -1)
        while ((n = sendfile(image, base, NULL, 1 << 24)) > 0)
            ;
    if (base != -1)
        (void)close(base);
    free(path);
    return n == 0 ? 0 : out_of_space(run, "the first file system");
}

void parts_become_pack(struct run *run, const char *since, char *const *words)
{
    size_t count = 0, n = 0;
    while (words != NULL && words[count] != NULL)
        count++;
    char *program = run_part(run, "pack");
    char **argv = calloc(count + 5, sizeof *argv);
    if (program == NULL || argv == NULL)
        _exit(126);
    argv[n++] = "pack";
    if (since != NULL) {
        argv[n++] = "--since";
        argv[n++] = (char *)since;
    }
    argv[n++] = run->top;
    for (size_t i = 0; i < count; i++)
        argv[n++] = words[i];
    execv(program, argv);
    _exit(127);
}

static int add_tree(struct run *run, int image)
{
    int status = -1;
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        child_prepare(parent);
        if (dup2(image, STDOUT_FILENO) == -1)
            _exit(126);
        parts_become_pack(run, NULL, run->job->command);
    }
    if (child == -1 || waitpid(child, &status, 0) == -1)
        return out_of_space(run, "pack");
    if (status == 0)
        return 0;
    struct stat size;
    bool full = WIFEXITED(status) && WEXITSTATUS(status) == NO_SPACE;
    return run_fault(run, full ? MACHINE_NO_SPACE : MACHINE_CANNOT_START,
                     "%s: cannot be packed (%lld bytes were)", run->top,
                     fstat(image, &size) == 0 ? (long long)size.st_size : -1);
}

int parts_image(struct run *run)
{
    int image = memfd_create("boxwork-machine", MFD_CLOEXEC);
    if (image == -1)
        return out_of_space(run, "a memory file");
    if (add_base(run, image) == 0 && (run->quiet || add_tree(run, image) == 0))
        return image;
    (void)close(image);
    return -1;
}
