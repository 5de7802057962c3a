/* exits.c - reading the hypervisor's lines about exits. */
#include "exits.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

double exits_counted(const char *text)
{
    double sum = 0;
    const char *at = strstr(text, "exits: ");
    const char *end = at != NULL ? strchr(at, '\n') : NULL;
    while (at != NULL && (at = strstr(at, "KVM_EXIT_")) != NULL && at < end) {
        at += strcspn(at, " \n");
        sum += strtod(at, NULL);
    }
    return sum;
}

/* "    12.345 ms  KVM_EXIT_IO  out to 0x3f8, 1 of 1 byte". An address counts by its low 16 bits:
 * a machine of ours has no two that differ only above. */
unsigned exits_doors(const char *text)
{
    static bool seen[65536];
    unsigned count = 0;
    memset(seen, 0, sizeof seen);
    while ((text = strstr(text, " 0x")) != NULL) {
        unsigned long door = strtoul(text + 1, NULL, 16) & 0xffff;
        count += !seen[door];
        seen[door] = true;
        text += 3;
    }
    return count;
}
