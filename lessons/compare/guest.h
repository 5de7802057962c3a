/* guest.h - virtual machines that stay: booted once, then given one command after the other. */
#ifndef COMPARE_GUEST_H
#define COMPARE_GUEST_H

#include "kinds.h"

enum { GUESTS = 2 };

/* A machine that runs init.c without words. It is stopped (SIGSTOP) while nobody asks it, so
 * that it takes no time from what is measured meanwhile. */
struct guest {
    struct running process;
    char *text; /* what came from it and was not taken */
    size_t length, room;
    uint64_t boot; /* nanoseconds from its start until it was ready */
};

/* The guest with this number, booted when it is not there. NULL with compare_failed. It belongs to
 * the pool. */
struct guest *guest_get(struct compare *compare, unsigned number);

/* The same, booted anew by an ordinary user. NULL: it did not come up, and WHY of SIZE bytes says
 * the reason; there is no such guest then, and guest_get boots one. */
struct guest *guest_get_ordinary(struct compare *compare, unsigned number, char *why,
                                 size_t size);

/* Lets its shell run LINE (without an end of line). Fills in RESULT: the output (errors among it),
 * the lines, and the status; to be freed always. Returns 0, or -1 with compare_failed; the guest is
 * then ended: what it might still say would be taken for the answer to something else. */
int guest_ask(struct compare *compare, struct guest *guest, const char *line,
              struct run_result *result);

/* Process PID has ended and was collected by somebody who waits for all: if it was a guest, it is
 * none any more. */
void guests_reaped(pid_t pid);

/* Ends all of them. */
void guests_end(void);

#endif
