/* disk.c - a disk of the session: a loop device on a file in memory.
 *
 * LO_FLAGS_AUTOCLEAR takes the device apart when its last descriptor is closed, and the file has no
 * name. So there is nothing to clear up, whoever is killed.
 *
 * Read on: loop(4), memfd_create(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "cleanup.h"
#include "disk.h"

static void close_disk(void *state)
{
    struct disk *disk = state;

    if (*disk->path)
        close(disk->fd);
}

/* Puts FILE behind the loop device that is open as FD. */
static int configure(int fd, int file)
{
    struct loop_config config = {.fd = (unsigned)file, .block_size = 512};

    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    return ioctl(fd, LOOP_CONFIGURE, &config);
}

static int open_disk(struct disk *disk)
{
    struct stat status;
    CLEANUP_CLOSE int file = memfd_create("disk", MFD_CLOEXEC);
    CLEANUP_CLOSE int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

    if (file == -1 || control == -1 || fallocate(file, 0, 0, DISK_SIZE) == -1)
        return -1;
    int number = ioctl(control, LOOP_CTL_GET_FREE);
    if (number == -1)
        return -1;
    (void)snprintf(disk->path, sizeof disk->path, "/dev/loop%d", number);
    CLEANUP_CLOSE int fd = open(disk->path, O_RDWR | O_DIRECT | O_CLOEXEC);
    if (fd == -1 || configure(fd, file) == -1 || fstat(fd, &status) == -1) {
        *disk->path = '\0';
        return -1;
    }
    (void)snprintf(disk->number, sizeof disk->number, "%u:%u", major(status.st_rdev),
                   minor(status.st_rdev));
    disk->fd = cleanup_take(&fd);
    return 0;
}

const struct disk *disk_of(struct tutor *tutor)
{
    struct disk *disk = tutor_state(tutor, "c06 disk", sizeof *disk, close_disk);

    if (disk && (*disk->path || open_disk(disk) == 0))
        return disk;
    (void)tutor_error(tutor, "no loop device can be had: %s: modprobe loop",
                      strerror(errno));
    return NULL;
}
