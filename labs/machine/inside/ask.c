/* ask.c - passes questions of programs inside on to the host, and the answers back.
 *
 * machine_ask(3) connects to a socket and sends one packet with its words. The host's answer
 * comes as packets of output and ends with a status. Before the status, the files that
 * changed on the host arrive as a cpio archive, and are unpacked over the tree.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>
#include "inside.h"

void ask_open(struct ask *ask)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = CHANNEL_ASK};
    make_folders("/run/boxwork");
    *ask = (struct ask){.asker = -1};
    ask->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (ask->listener == -1 ||
        bind(ask->listener, (struct sockaddr *)&address, sizeof address) == -1 ||
        chmod(CHANNEL_ASK, 0600) == -1 || listen(ask->listener, SOMAXCONN) == -1)
        give_up(CHANNEL_ASK);
}

/* The asker hears nothing more and sees the end of its connection. */
static void hang_up(struct ask *ask)
{
    if (ask->asker != -1)
        (void)close(ask->asker);
    ask->asker = -1;
}

void ask_accept(struct ask *ask, int port)
{
    static char words[CHANNEL_CHUNK];
    ask->asker = accept4(ask->listener, NULL, NULL, SOCK_CLOEXEC);
    if (ask->asker == -1)
        return; /* it went away again */
    /* It sends its packet before anything else, and reads what it gets. Who does not is not
     * waited for. */
    const struct timeval moment = {.tv_sec = 1}, moments = {.tv_sec = 10};
    ssize_t length = -1;
    if (setsockopt(ask->asker, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment) == 0 &&
        setsockopt(ask->asker, SOL_SOCKET, SO_SNDTIMEO, &moments, sizeof moments) == 0)
        length = recv(ask->asker, words, sizeof words, 0);
    if (length > 0 && words[length - 1] == '\0')
        port_send(port, GUEST_ASK, words, (size_t)length);
    else
        hang_up(ask);
}

static void unpack(struct ask *ask, const char *data, size_t length)
{
    if (ask->files == NULL)
        ask->files = popen("cd / && exec cpio -idmu 2> /dev/null", "we");
    if (ask->files != NULL)
        (void)fwrite(data, 1, length, ask->files); /* pclose tells */
}

void ask_answer(struct ask *ask, const struct channel_head *head, const char *data)
{
    if (head->type == HOST_FILES) {
        unpack(ask, data, head->length);
        return;
    }
    if (head->type == HOST_ANSWER && ask->files != NULL) {
        if (pclose(ask->files) > 0) /* -1: init has buried it already */
            fprintf(stderr, "boxwork-init: the changed files cannot be unpacked\n");
        ask->files = NULL;
    }
    struct iovec parts[2] = {{(void *)head, sizeof *head}, {(void *)data, head->length}};
    struct msghdr packet = {.msg_iov = parts, .msg_iovlen = 2};
    if (ask->asker != -1 && sendmsg(ask->asker, &packet, MSG_NOSIGNAL) == -1)
        hang_up(ask);
    if (head->type == HOST_ANSWER)
        hang_up(ask);
}
