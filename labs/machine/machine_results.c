/* machine_results.c - hands the files that come back to `unpack`, which keeps them in place. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "run.h"

enum { NO_SPACE = 28 }; /* unpack's exit status */

static void become_unpack(struct run *run, const char *folder, const char *program,
                          int input, int error)
{
    if (dup2(input, STDIN_FILENO) == -1 || dup2(error, STDERR_FILENO) == -1 ||
        chdir(run->directory) == -1)
        _exit(126);
    execl(program, "unpack", folder, NULL);
    _exit(127);
}

int results_folder(struct run *run, const char *data, size_t length)
{
    uint32_t number = 0;
    int input[2], error[2];
    if (results_finish(run) == -1)
        return -1;
    uint32_t count = 0;
    while (run->job->out != NULL && run->job->out[count] != NULL)
        count++;
    if (length == sizeof number)
        memcpy(&number, data, sizeof number);
    if (!run->ended || length != sizeof number || number >= count)
        return run_fault(run, MACHINE_HUNG, "the machine sends a folder not asked for");
    char *program = run_part(run, "unpack");
    if (program == NULL)
        return -1;
    if (pipe2(input, O_CLOEXEC) == -1 || pipe2(error, O_CLOEXEC) == -1) {
        free(program);
        return run_fault(run, MACHINE_CANNOT_START, "a pipe: %s", strerror(errno));
    }
    pid_t parent = getpid();
    run->unpacker = fork();
    if (run->unpacker == 0) {
        child_prepare(parent);
        become_unpack(run, run->job->out[number], program, input[0], error[1]);
    }
    free(program);
    (void)close(input[0]);
    (void)close(error[1]);
    run->unpacker_input = input[1];
    run->unpacker_error = error[0];
    if (run->unpacker == -1)
        return run_fault(run, MACHINE_CANNOT_START, "unpack: %s", strerror(errno));
    return 0;
}

int results_files(struct run *run, const char *data, size_t length)
{
    if (run->unpacker <= 0)
        return run_fault(run, MACHINE_HUNG, "the machine sends files without a folder");
    while (length > 0 && run->unpacker_input != -1) {
        ssize_t n = write(run->unpacker_input, data, length);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1) { /* it has ended, and results_finish says why */
            (void)close(run->unpacker_input);
            run->unpacker_input = -1;
            break;
        }
        data += n;
        length -= (size_t)n;
    }
    return 0;
}

int results_finish(struct run *run)
{
    char said[400] = "";
    size_t got = 0;
    ssize_t n;
    int status = -1;
    if (run->unpacker_input != -1)
        (void)close(run->unpacker_input); /* a pipe loses nothing */
    if (run->unpacker_error != -1) {
        char data[512];
        while ((n = read(run->unpacker_error, data, sizeof data)) > 0) {
            if (!run->quiet)
                (void)!write(STDERR_FILENO, data, (size_t)n);
            size_t fits =
                sizeof said - 1 - got < (size_t)n ? sizeof said - 1 - got : (size_t)n;
            memcpy(said + got, data, fits);
            got += fits;
        }
        (void)close(run->unpacker_error);
    }
    run->unpacker_input = run->unpacker_error = -1;
    if (run->unpacker <= 0)
        return 0;
    while (waitpid(run->unpacker, &status, 0) == -1 && errno == EINTR)
        ;
    run->unpacker = 0;
    if (status == 0)
        return 0;
    said[strcspn(said, "\n")] = '\0';
    return run_fault(
        run,
        WIFEXITED(status) && WEXITSTATUS(status) == NO_SPACE ? MACHINE_NO_SPACE
                                                             : MACHINE_NO_RESULTS,
        "not every file came back: %s", said[0] != '\0' ? said : "unpack failed");
}
