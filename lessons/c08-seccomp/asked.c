/* asked.c - calls of a box that wait for the session's answer.
 *
 * filter_receive gives the call's number and its registers. A path is only an address there: it
 * is read out of the caller's memory, and then the kernel is asked whether the caller is still
 * the one that waits, as its number may be another process's by now.
 *
 * Read on: seccomp_unotify(2), above all what it says about time of check and time of use.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "asked.h"
#include "words.h"

enum { PATIENCE = 5000, TEXT = 256 };

/* Calls with a path, and which argument it is. */
static const struct {
    int number, path;
} paths[] = {
    {SYS_mkdir, 0},    {SYS_rmdir, 0},    {SYS_unlink, 0}, {SYS_chmod, 0},
    {SYS_mknod, 0},    {SYS_chdir, 0},    {SYS_openat, 1}, {SYS_mkdirat, 1},
    {SYS_mknodat, 1},  {SYS_unlinkat, 1}, {SYS_mount, 1},  {SYS_chown, 0},
    {SYS_fchownat, 1}, {SYS_fchmodat, 1},
};

static int path_of(int number)
{
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (paths[i].number == number)
            return paths[i].path;
    }
    return -1;
}

/* Reads a string of another process, as much as lies in one piece; "" where nothing does. */
static void read_text(pid_t pid, uint64_t address, char *text, size_t size)
{
    struct iovec to = {text, size - 1}, from = {(void *)(uintptr_t)address, size - 1};
    ssize_t length = process_vm_readv(pid, &to, 1, &from, 1, 0);

    text[length > 0 ? length : 0] = '\0';
}

static void print(const struct filter_call *call, int listener)
{
    char text[TEXT] = "";
    int path = path_of(call->number);

    if (path != -1)
        read_text(call->pid, call->arguments[path], text, sizeof text);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) == -1)
        text[0] = '\0'; /* somebody else's memory, perhaps */
    printf("process %d waits: %s(", (int)call->pid, words_call_name(call->number));
    for (int i = 0; i < 3; i++) {
        if (i == path && text[0])
            printf("%s\"%s\"", i ? ", " : "", text);
        else
            printf("%s%#" PRIx64, i ? ", " : "", call->arguments[i]);
    }
    puts(")");
}

int asked_wait(struct tutor *tutor, struct filtered *box, const char *name)
{
    int listener = filtered_listener(tutor, box, name);
    struct pollfd ready = {.fd = listener, .events = POLLIN};

    if (listener == -1)
        return 1;
    if (!box->waits) {
        int count = poll(&ready, 1, PATIENCE);
        if (count == -1)
            return tutor_error(tutor, "poll: %s", strerror(errno));
        if (count == 0 || !(ready.revents & POLLIN))
            return tutor_error(tutor, "%s: no call waits for an answer", name);
        if (filter_receive(listener, &box->call) == -1)
            return tutor_error(tutor, "filter_receive: %s (errno %d)", strerror(errno),
                               errno);
        box->waits = true;
    }
    print(&box->call, listener);
    return 0;
}

int asked_answer(struct tutor *tutor, struct filtered *box, const char *name,
                 const char *word)
{
    char *end;
    int error = words_errno(word), listener = filtered_listener(tutor, box, name);
    int64_t value = error ? 0 : strtoll(word, &end, 0);

    if (listener == -1)
        return 1;
    if (error == 0 && (!*word || *end)) {
        (void)tutor_error(tutor, "%s: an answer is an errno, as EACCES, or a number",
                          word);
        return 2;
    }
    if (!box->waits)
        return tutor_error(tutor, "%s: there is no call yet: asks %s waits for one", name,
                           name);
    box->waits = false;
    if (filter_answer(listener, &box->call, error, value) == -1)
        return tutor_error(tutor, "filter_answer: %s (errno %d)", strerror(errno), errno);
    printf("%s gets %s\n", words_call_name(box->call.number),
           error ? words_failure(error) : word);
    return 0;
}
