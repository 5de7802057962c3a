/* filtered.h - boxes with filters: what `spawn` was told about each of them. */
#ifndef FILTERED_H
#define FILTERED_H

#include <stdbool.h>
#include <sys/types.h>
#include "seccomp_filter.h"
#include "tutor.h"

enum { FILTERED_MOST = 8 };

/* One filter of a box. */
struct filtered_one {
    struct filter program;
    char label[64]; /* "mkdir=EPERM" */
    bool asks;      /* installed by filter_listen */
};

/* All that is known of a box's filters, in the order in which they were installed. */
struct filtered {
    pid_t pid; /* of the box */
    size_t count;
    struct filtered_one filters[FILTERED_MOST];
    bool may_gain;           /* without no_new_privs */
    int line;                /* the session's end, by which the listener comes; or -1 */
    int listener;            /* or -1 */
    bool waits;              /* a call was received, and not answered */
    struct filter_call call; /* this one */
};

/* What is known of the box with this process, or NULL when it has no filter of ours. */
struct filtered *filtered_box(struct tutor *tutor, pid_t pid);

/* The listener of a box, or -1 after having said that it has none. */
int filtered_listener(struct tutor *tutor, struct filtered *box, const char *name);

/* A filter as somebody writes it who looks at the number only: for CALL, ACTION. Returns 0, or
 * -1 with errno ENOMEM. */
int filtered_naive(int number, uint32_t action, struct filter *filter);

#endif
