/* Counts every page that the process has in memory, also those that it shares: its RSS.
 *
 * @fails memory.share
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include "measure.h"

int64_t measure_memory(pid_t pid)
{
    char path[64], line[256];
    int64_t kilobytes = -1;
    /* 1. smaps_rollup is smaps, added up by the kernel. */
    (void)snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    /* 2. The line "Rss:   123 kB", and not "Pss_Anon:" or "SwapPss:". */
    while (kilobytes == -1 && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Rss: %" SCNd64 " kB", &kilobytes) != 1)
            kilobytes = -1;
    /* 3. A process that has just ended gives ESRCH; one without memory, no such line. */
    bool gone = ferror(file) != 0;
    (void)fclose(file); /* it was only read */
    if (kilobytes == -1) {
        errno = gone ? ESRCH : ENODATA;
        return -1;
    }
    return kilobytes * 1024;
}
