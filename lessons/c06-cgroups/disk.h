/* disk.h - a disk of the session, to be slow on: io.max names a device. */
#ifndef DISK_H
#define DISK_H

#include "tutor.h"

struct disk {
    int fd;          /* open for direct writing */
    char path[32];   /* "/dev/loop0" */
    char number[24]; /* "7:0", as io.max wants it */
};

enum { DISK_SIZE = 8 << 20 };

/* The disk, made at the first call: 8 MiB of memory behind a loop device. The kernel takes it away
 * when the session ends, in whatever way. NULL after having said why there is none. */
const struct disk *disk_of(struct tutor *tutor);

#endif
