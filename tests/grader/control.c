/* control.c - messages over the control socket of a sandbox; see sandbox_inside.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include "sandbox_inside.h"

int control_send(int socket, enum control_kind kind, int value, const char *text, int fd)
{
    struct control_message message = {.kind = kind, .value = value};
    if (text)
        strncpy(message.text, text, sizeof message.text - 1);

    struct iovec part = {.iov_base = &message, .iov_len = sizeof message};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } ancillary = {0};
    struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd != -1) {
        packet.msg_control = &ancillary;
        packet.msg_controllen = sizeof ancillary;
        struct cmsghdr *header = CMSG_FIRSTHDR(&packet);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    ssize_t sent;
    do {
        sent = sendmsg(socket, &packet, MSG_NOSIGNAL);
    } while (sent == -1 && errno == EINTR);
    return sent == sizeof message ? 0 : -1;
}

static void take_ancillary(struct msghdr *packet, pid_t *pid, int *fd)
{
    for (struct cmsghdr *h = CMSG_FIRSTHDR(packet); h; h = CMSG_NXTHDR(packet, h)) {
        if (h->cmsg_level != SOL_SOCKET)
            continue;
        if (h->cmsg_type == SCM_RIGHTS && fd)
            memcpy(fd, CMSG_DATA(h), sizeof *fd);
        if (h->cmsg_type == SCM_CREDENTIALS && pid) {
            struct ucred sender;
            memcpy(&sender, CMSG_DATA(h), sizeof sender);
            *pid = sender.pid;
        }
    }
}

int control_receive(int socket, struct control_message *message, pid_t *pid, int *fd,
                    int flags)
{
    struct iovec part = {.iov_base = message, .iov_len = sizeof *message};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
    } ancillary = {0};
    struct msghdr packet = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &ancillary,
        .msg_controllen = sizeof ancillary,
    };
    if (pid)
        *pid = 0;
    if (fd)
        *fd = -1;
    ssize_t got;
    do {
        got = recvmsg(socket, &packet, flags | MSG_CMSG_CLOEXEC);
    } while (got == -1 && errno == EINTR);
    if (got == -1)
        return -1;
    take_ancillary(&packet, pid, fd);
    if (got != sizeof *message) {
        errno = EPIPE;
        return -1;
    }
    message->text[sizeof message->text - 1] = '\0';
    return 0;
}
