/* machine_ask.c - inside the machine: asks the host. The other end is inside/ask.c. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "channel.h"
#include "machine.h"

/* ARGV as one packet, each word with its '\0'. Returns its length, or 0 when it is too long. */
static size_t join(char *const argv[], char *packet, size_t room)
{
    size_t length = 0;
    for (; *argv != NULL; argv++) {
        size_t word = strlen(*argv) + 1;
        if (word > room - length)
            return 0;
        memcpy(packet + length, *argv, word);
        length += word;
    }
    return length;
}

/* Copies what comes back, until the status. Returns it, or -1 with errno. */
static int listen_to(int host)
{
    static char packet[sizeof(struct channel_head) + CHANNEL_LARGEST];
    struct channel_head head;
    uint32_t status;
    ssize_t n;
    while ((n = recv(host, packet, sizeof packet, 0)) > 0 ||
           (n == -1 && errno == EINTR)) {
        if (n < (ssize_t)sizeof head)
            continue;
        memcpy(&head, packet, sizeof head);
        const char *data = packet + sizeof head;
        FILE *to = head.type == HOST_ANSWER_OUT ? stdout : stderr;
        if (head.type == HOST_ANSWER_OUT || head.type == HOST_ANSWER_ERR) {
            (void)fwrite(data, 1, (size_t)n - sizeof head,
                         to); /* seen at exit, as always */
            (void)fflush(to);
        } else if (head.type == HOST_ANSWER && n == sizeof head + sizeof status) {
            memcpy(&status, data, sizeof status);
            errno = ENOSYS;
            return status <= 255 ? (int)status : -1;
        }
    }
    errno = EPIPE;
    return -1;
}

int machine_ask(char *const argv[])
{
    char packet[CHANNEL_CHUNK];
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = CHANNEL_ASK};
    size_t length = join(argv, packet, sizeof packet);
    if (length == 0) {
        errno = E2BIG;
        return -1;
    }
    int host = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (host == -1)
        return -1;
    int status = -1;
    if (connect(host, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(host, packet, length, MSG_NOSIGNAL) == (ssize_t)length)
        status = listen_to(host);
    int error = errno;
    (void)close(host); /* all was said */
    errno = error;
    return status;
}
