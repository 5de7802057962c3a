/* contents.h - how much lies in a root file system. */
#ifndef COMPARE_CONTENTS_H
#define COMPARE_CONTENTS_H

#include "compare.h"

struct contents {
    double files, links, programs; /* a program is an ELF file */
    double bytes;                  /* of the files */
};

/* Counts what lies below ROOT. Returns 0, or -1 with compare_failed. */
int contents_count(struct compare *compare, const char *root, struct contents *contents);

#endif
