/* filtered.c - boxes with filters: the options that this lesson adds to `spawn`.
 *
 * A filter is made in the session, where an error can still be told, and installed by the child
 * last of all, when all that needs other calls has been done. `in` installs the same ones, as
 * filters are inherited, and a way in at the side must not be wider than the door. The listener
 * of a filter that asks is sent to the session through a socket.
 *
 * Read on: seccomp_unotify(2); unix(7), SCM_RIGHTS; lessons/c04-namespaces/start.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "../c01-process/boxes.h"
#include "../c04-namespaces/start.h"
#include "../c07-capabilities/names.h"
#include "cleanup.h"
#include "filtered.h"
#include "words.h"

struct table {
    struct filtered wish; /* what the options of this `spawn` said */
    int child;            /* the child's end of its line, or -1 */
    struct filtered boxes[BOXES_MOST];
    struct filtered *joined; /* the box that `in` goes into */
};

static void forget(struct filtered *box)
{
    for (size_t i = 0; i < box->count; i++)
        filter_free(&box->filters[i].program);
    if (box->pid || box->count) {
        cleanup_close(&box->line);
        cleanup_close(&box->listener);
    }
    *box = (struct filtered){.line = -1, .listener = -1};
}

static void destroy(void *state)
{
    struct table *table = state;

    forget(&table->wish);
    for (size_t i = 0; i < BOXES_MOST; i++)
        forget(&table->boxes[i]);
}

static struct table *table_of(struct tutor *tutor)
{
    struct table *table = tutor_state(tutor, "c08 filters", sizeof *table, destroy);

    if (!table) {
        perror("the filters of the boxes");
        abort();
    }
    return table;
}

struct filtered *filtered_box(struct tutor *tutor, pid_t pid)
{
    struct table *table = table_of(tutor);

    for (size_t i = 0; i < BOXES_MOST; i++) {
        struct filtered *box = &table->boxes[i];
        if (box->pid && boxes_of_pid(tutor, box->pid) &&
            (box->pid == pid || start_inside(box->pid) == pid))
            return box;
    }
    return NULL;
}

/* --- the options -------------------------------------------------------------------- */

static void begin(struct tutor *tutor)
{
    struct table *table = table_of(tutor);

    forget(&table->wish);
    if (table->child > 0)
        cleanup_close(&table->child);
    table->child = -1;
}

int filtered_naive(int number, uint32_t action, struct filter *filter)
{
    const struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, FILTER_ALLOW),
    };

    filter->instructions = malloc(sizeof program);
    if (!filter->instructions)
        return -1;
    memcpy(filter->instructions, program, sizeof program);
    filter->count = sizeof program / sizeof *program;
    return 0;
}

/* A place for one filter more, or NULL after having said that there is none. */
static struct filtered_one *place(struct tutor *tutor, struct filtered *wish,
                                  const char *label)
{
    if (wish->count == FILTERED_MOST) {
        (void)tutor_error(tutor, "%s: a box has at most %d filters here", label,
                          FILTERED_MOST);
        return NULL;
    }
    struct filtered_one *one = &wish->filters[wish->count];
    *one = (struct filtered_one){0};
    (void)snprintf(one->label, sizeof one->label, "%s", label);
    return one;
}

/* Takes the filter into the list when it could be made. 0, or -1 having said why not. */
static int made(struct tutor *tutor, struct filtered *wish, int result, const char *by)
{
    if (result == -1) {
        (void)tutor_error(tutor, "%s: %s (errno %d)", by, strerror(errno), errno);
        return -1;
    }
    wish->count++;
    return 0;
}

/* "default" and "kill", and with capabilities that give calls back: "default:sys_admin". */
static int add_policy(struct tutor *tutor, struct filtered *wish, const char *text)
{
    uint32_t action = *text == 'k' ? FILTER_KILL : FILTER_FAIL(EPERM);
    const char *list = strchr(text, ':');
    capabilities_set kept = 0;

    if (list && names_read(tutor, list + 1, &kept) == -1)
        return -1;
    struct filtered_one *one = place(tutor, wish, text);
    if (!one || made(tutor, wish, filter_default(kept, action, &one->program),
                     "filter_default") == -1)
        return -1;
    one = place(tutor, wish, "newer calls");
    if (!one)
        return -1;
    return made(tutor, wish, filter_ceiling(FILTER_LAST_KNOWN, &one->program),
                "filter_ceiling");
}

/* CALL or CALL=ACTION. */
static int add_call(struct tutor *tutor, struct filtered *wish, const char *text,
                    bool naive)
{
    char name[64];
    uint32_t action = FILTER_FAIL(EPERM);
    const char *equals = strchrnul(text, '=');

    (void)snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    if (*equals && !words_action(equals + 1, &action)) {
        (void)tutor_error(
            tutor, "%s: what should come back is an errno as EPERM, kill or allow", text);
        return -1;
    }
    int number = words_call(tutor, name);
    struct filtered_one *one = number == -1 ? NULL : place(tutor, wish, text);
    if (!one)
        return -1;
    if (naive)
        return made(tutor, wish, filtered_naive(number, action, &one->program), "naive");
    return made(tutor, wish, filter_by_hand(number, action, &one->program),
                "filter_by_hand");
}

/* A box that waits for an answer before its program runs would keep the session waiting. */
static int add_listener(struct tutor *tutor, struct table *table, const char *name)
{
    static const int needed[] = {SYS_execve, SYS_write, SYS_sendmsg, SYS_exit_group,
                                 SYS_seccomp};
    struct filtered *wish = &table->wish;
    int ends[2], number = words_call(tutor, name);

    if (number == -1)
        return -1;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (needed[i] == number) {
            (void)tutor_error(tutor, "--listen %s: spawn itself needs this call", name);
            return -1;
        }
    }
    if (table->child != -1) {
        (void)tutor_error(tutor, "--listen %s: the kernel allows one listener a process",
                          name);
        return -1;
    }
    struct filtered_one *one = place(tutor, wish, name);
    if (!one || made(tutor, wish, filter_by_hand(number, FILTER_ASK, &one->program),
                     "filter_by_hand") == -1)
        return -1;
    one->asks = true;
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) == -1) {
        (void)tutor_error(tutor, "socketpair: %s", strerror(errno));
        return -1;
    }
    wish->line = ends[0];
    table->child = ends[1];
    return 0;
}

static int option(struct tutor *tutor, char **argv, struct start_wish *wish)
{
    struct table *table = table_of(tutor);
    const char *word = argv[0], *value = argv[1];
    int result;

    (void)wish;
    if (strcmp(word, "--may-gain") == 0) {
        table->wish.may_gain = true;
        return 1;
    }
    if (!value)
        return 0;
    if (strcmp(word, "--filter") == 0) {
        size_t length = strcspn(value, ":");
        bool policy = strncmp(value, "default", length) == 0 && length == 7;
        policy |= strncmp(value, "kill", length) == 0 && length == 4;
        if (policy && (value[length] == ':' || strchr(value, ':') == NULL))
            result = add_policy(tutor, &table->wish, value);
        else
            result = add_call(tutor, &table->wish, value, false);
    } else if (strcmp(word, "--naive") == 0) {
        result = add_call(tutor, &table->wish, value, true);
    } else if (strcmp(word, "--listen") == 0) {
        result = add_listener(tutor, table, value);
    } else {
        return 0;
    }
    return result == -1 ? -1 : 2;
}

/* --- the box ------------------------------------------------------------------------ */

static int outside(struct tutor *tutor, const struct start_wish *wish, pid_t pid)
{
    struct table *table = table_of(tutor);

    if (table->wish.count == 0)
        return 0;
    if (table->child != -1 && wish->init)
        return tutor_error(tutor, "--listen: does not go with --init or --time");
    if (table->child != -1)
        cleanup_close(&table->child);
    table->child = -1;
    for (size_t i = 0; i < BOXES_MOST; i++) {
        struct filtered *box = &table->boxes[i];
        if (box->pid && boxes_of_pid(tutor, box->pid))
            continue;
        forget(box);
        *box = table->wish;
        box->pid = pid;
        box->listener = -1;
        table->wish = (struct filtered){.line = -1, .listener = -1};
        return 0;
    }
    return tutor_error(tutor, "there is no room for the filters of one box more");
}

/* Sends the listener to the session. */
static int send_descriptor(int line, int descriptor)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec byte = {.iov_base = "l", .iov_len = 1};
    struct msghdr message = {.msg_iov = &byte,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);

    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
    return sendmsg(line, &message, 0) == -1 ? -1 : 0;
}

static const char *last(struct tutor *tutor, const struct start_wish *wish)
{
    const struct table *table = table_of(tutor);
    const struct filtered *box = &table->wish; /* ours is a copy from before `outside` */

    (void)wish;
    if (box->count > 0 && !box->may_gain && capabilities_no_new_privileges() == -1)
        return "capabilities_no_new_privileges";
    for (size_t i = 0; i < box->count; i++) {
        if (!box->filters[i].asks) {
            if (filter_install(&box->filters[i].program) == -1)
                return "filter_install";
            continue;
        }
        int listener = filter_listen(&box->filters[i].program);
        if (listener == -1)
            return "filter_listen";
        if (send_descriptor(table->child, listener) == -1)
            return "sendmsg";
        close(listener); /* the session has it, and only the session */
    }
    return NULL;
}

int filtered_listener(struct tutor *tutor, struct filtered *box, const char *name)
{
    char byte;
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec to = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {.msg_iov = &to,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};

    if (box && box->listener == -1 && box->line != -1 &&
        recvmsg(box->line, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) == 1 &&
        CMSG_FIRSTHDR(&message))
        memcpy(&box->listener, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
    if (box && box->listener != -1)
        return box->listener;
    (void)tutor_error(tutor,
                      "%s: asks nobody; spawn %s --listen CALL CMD makes one that does",
                      name, name);
    return -1;
}

/* --- going in ----------------------------------------------------------------------- */

static const char *joining(struct tutor *tutor, pid_t pid)
{
    table_of(tutor)->joined = filtered_box(tutor, pid);
    return NULL;
}

/* A call for which there is no listener, as here, fails with ENOSYS. */
static const char *joined(struct tutor *tutor, unsigned flags)
{
    const struct filtered *box = table_of(tutor)->joined;

    (void)flags;
    if (box && capabilities_no_new_privileges() == -1)
        return "capabilities_no_new_privileges";
    for (size_t i = 0; box && i < box->count; i++) {
        if (filter_install(&box->filters[i].program) == -1)
            return "filter_install";
    }
    return NULL;
}

START_EXTRA(c08) = {
    .begin = begin,
    .option = option,
    .outside = outside,
    .last = last,
    .joining = joining,
    .joined = joined,
};
