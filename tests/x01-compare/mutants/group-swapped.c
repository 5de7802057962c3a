/* Takes the one for the other: what it was at its most for what it is now.
 *
 * @fails group.current group.peak group.half group.without-peak
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include "measure.h"

/* The number in the file NAME of the directory PATH. Returns 0, or -1 with errno. */
static int read_number(const char *path, const char *name, int64_t *number)
{
    char file_name[4096];
    (void)snprintf(file_name, sizeof file_name, "%s/%s", path, name); /* cut: ENOENT */
    FILE *file = fopen(file_name, "re");
    if (file == NULL)
        return -1;
    int found = fscanf(file, "%" SCNd64, number);
    (void)fclose(file); /* it was only read */
    if (found == 1)
        return 0;
    errno = ENODATA;
    return -1;
}

int measure_group(const char *path, int64_t *current, int64_t *peak)
{
    /* 1. memory.current, and memory.peak; each only for who asks. */
    if (peak != NULL && read_number(path, "memory.current", peak) == -1)
        return -1;
    return current != NULL ? read_number(path, "memory.peak", current) : 0;
}
