/* host.h - what this machine offers to the course, found out by trying it.
 *
 * Each fact has an id ("kvm"), a title, and a probe. A probe runs in a child with a time
 * limit, because it changes what it is (namespaces, user) and because a guest may never come
 * back. Nothing is concluded from a file that exists.
 */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stddef.h>

enum { HOST_DETAIL = 160, HOST_PROBES = 11 };

/* What a probe is given, and what it says. */
struct host_answer {
    const char *top;          /* the tree */
    char detail[HOST_DETAIL]; /* one line on what was seen */
};

/* One probe. RUN is called in a child; it fills in the detail and returns whether the host
 * offers the thing. */
struct host_probe {
    const char *id;    /* "kvm" */
    const char *title; /* "KVM, a real-mode guest" */
    bool (*run)(struct host_answer *answer);
    double seconds; /* after this the child is killed, and the answer is no */
};

/* What a probe found. */
struct host_fact {
    bool tried;
    bool there;
    char detail[HOST_DETAIL];
};

/* A host whose facts are found out one by one, when they are asked for. */
struct host {
    const char *top;
    struct host_fact facts[HOST_PROBES];
};

/* All probes, in the order of a report. */
extern const struct host_probe host_probes[HOST_PROBES];

/* Runs the probe with this id, the first time that it is asked for. Returns what it found,
 * which is the host's, or NULL when there is no such probe.
 */
const struct host_fact *host_fact(struct host *host, const char *id);

/* Runs PROBE in a child and fills in FACT. Never blocks for longer than the probe's seconds
 * and one more: a child that cannot even be killed is left to the kernel.
 */
void host_try(const struct host_probe *probe, const char *top, struct host_fact *fact);

/* Writes the line of an answer, and returns THERE: `return host_says(answer, false, "open
 * %s: %s", ...)`. */
bool host_says(struct host_answer *answer, bool there, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
