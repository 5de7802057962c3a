/* port.c - the channel to the host: messages over a virtio-serial port.
 *
 * The port is a byte stream with flow control: a write blocks while the host does not read,
 * and a read returns what there is. Messages are cut out of it by their heads.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "inside.h"

/* Opens /dev/vportNpM when its name in sysfs is ours. Returns -1 when it is not there yet. */
static int open_port(void)
{
    DIR *ports = opendir("/sys/class/virtio-ports");
    struct dirent *port;
    int found = -1;
    while (ports != NULL && found == -1 && (port = readdir(ports)) != NULL) {
        char path[300], name[32] = "";
        (void)snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name",
                       port->d_name);
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file == -1)
            continue;
        if (read(file, name, sizeof name - 1) > 0 &&
            strcmp(name, CHANNEL_NAME "\n") == 0) {
            (void)snprintf(path, sizeof path, "/dev/%s", port->d_name);
            found = open(path, O_RDWR | O_CLOEXEC);
        }
        (void)close(file);
    }
    if (ports != NULL)
        (void)closedir(ports);
    return found;
}

/* Loads the modules that build.sh listed, in that order. Doing it here instead of starting
 * modprobe saves a process, and that is measurable. A kernel that has them built in has none
 * to load: then the list is empty. */
static void load_drivers(void)
{
    char *path = NULL;
    size_t room = 0;
    FILE *list = fopen("/etc/modules-at-start", "re");
    while (list != NULL && getline(&path, &room, list) != -1) {
        path[strcspn(path, "\n")] = '\0';
        int module = open(path, O_RDONLY | O_CLOEXEC);
        if (module == -1 ||
            (syscall(SYS_finit_module, module, "", 0) == -1 && errno != EEXIST))
            give_up(path);
        (void)close(module);
    }
    free(path);
    if (list != NULL)
        (void)fclose(list); /* it was only read */
}

int port_open(void)
{
    enum { TRIES = 5000 }; /* of 2 ms */
    const struct timespec moment = {.tv_nsec = 2000000};
    int port;
    load_drivers();
    /* The driver asks the device for its ports, and the answers arrive one after another. */
    for (int i = 0; (port = open_port()) == -1; i++) {
        if (i == TRIES)
            give_up("no port " CHANNEL_NAME);
        (void)nanosleep(&moment, NULL);
    }
    return port;
}

void port_send(int port, uint32_t type, const void *data, size_t length)
{
    struct channel_head head = {.type = type, .length = (uint32_t)length};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)data, length}};
    int part = 0;
    while (part < 2) {
        ssize_t n = writev(port, parts + part, 2 - part);
        if (n == -1 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n == -1)
            give_up("the host is gone");
        for (size_t left = (size_t)n; part < 2 && left >= parts[part].iov_len; part++)
            left -= parts[part].iov_len, n -= (ssize_t)parts[part].iov_len;
        if (part < 2) {
            parts[part].iov_base = (char *)parts[part].iov_base + n;
            parts[part].iov_len -= (size_t)n;
        }
    }
}

static void receive(int port, void *data, size_t length)
{
    for (size_t got = 0; got < length;) {
        ssize_t n = read(port, (char *)data + got, length - got);
        if (n == -1 && errno == EINTR)
            continue;
        if (n <= 0) /* 0: the host has closed its side */
            give_up("the host is gone");
        got += (size_t)n;
    }
}

struct channel_head port_receive(int port, char *data)
{
    struct channel_head head;
    receive(port, &head, sizeof head);
    if (head.length > CHANNEL_LARGEST)
        give_up("the host sends nonsense");
    receive(port, data, head.length);
    data[head.length] = '\0';
    return head;
}
