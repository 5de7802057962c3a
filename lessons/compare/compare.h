/* compare.h - what the files of mini-compare share: the program that measures the same work as
 * a process, in a container and in a virtual machine.
 *
 * It runs on the host or in the lab machine, wherever both engines run, and writes its figures
 * as JSON to stdout; `boxwork compare` starts it and makes the report. A claim is a row of the
 * table in claims.c and a file of experiments, which fill in tables (figures.h) and end with a
 * verdict. An experiment runs commands (run.h) in one of three kinds (kinds.h).
 *
 * An experiment returns 0, or -1 when it could not be made: why is said once, by
 * compare_failed, and stands in the report. When a signal has come everything returns -1 as
 * soon as it can, and what was started is ended on the way out.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "measure.h"

/* The three ways to run the same work. */
enum kind { KIND_PROCESS, KIND_CONTAINER, KIND_VM, KINDS };

extern const char *const kind_names[KINDS];
extern const char *const kind_columns[KINDS + 1]; /* the same, NULL-ended, as columns */

struct claim;

enum { VM_RUNS = 8 };

struct compare {
    /* what was asked for */
    bool quick, progress;
    const char *parts; /* the folder with rootfs, vmlinuz, initrd.cpio; absolute */
    bool wanted[16];   /* by the index of the claim */
    json_t *elsewhere; /* what was seen on another host (elsewhere.h); NULL */

    /* what is used */
    char *root, *kernel, *initrd; /* in PARTS */
    char *container, *hypervisor; /* the two engines */
    char *top;                    /* the tree */
    char directory[64];           /* for files of this run; removed at its end */
    const char *vm_memory;        /* what a virtual machine gets: "96M" */

    /* where we are */
    const struct claim *claim;
    json_t *report;           /* of the claim: its object in the JSON */
    char error[512];          /* why the experiment at hand cannot be made; "" for none */
    double vm_times[VM_RUNS]; /* what claim 4 measured: nanoseconds from start to end */
    size_t vm_runs;
    double vm_exits; /* what claim 2 counted, in one boot and a small work */
    unsigned vm_doors;
    double done, total; /* seconds that the claims are thought to take */
    uint64_t started, claim_started;
    double claim_seconds; /* that the claim at hand is thought to take */
};

/* One claim, as one hears it. */
struct claim {
    const char *id; /* "boot" */
    const char *title;
    const char *heard;      /* the claim */
    const char *prediction; /* what to guess before one looks */
    const char *experiment; /* what is done */
    int (*measure)(struct compare *compare);
    double quick_seconds,
        seconds;              /* about how long it takes, emulated, for the time to go */
    const char *needs_lesson; /* "c09-images": comes with that lesson; NULL */
};

extern const struct claim claims[];
extern const size_t claim_count;

/* Notes why an experiment cannot be made, the first time. Always returns -1. */
int compare_failed(struct compare *compare, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* How many rounds fit into the time of one experiment, when one takes ROUND nanoseconds: at least 3
 * (7 in full), at the most MOST. */
size_t compare_fit(const struct compare *compare, uint64_t round, size_t most);

/* QUICK or FULL of them, as was asked for. */
size_t compare_times(const struct compare *compare, size_t quick, size_t full);

/* --- progress.c --- */

/* Says what is being done, and the time to go, in one line of the terminal. */
void progress_say(struct compare *compare, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void progress_clear(const struct compare *compare);

/* --- place.c --- */

/* CPU, kernel, memory, and how its KVM comes about, as an object. NULL: no memory. */
json_t *place_json(void);

/* --- the experiments, one file each --- */

int measure_resources(struct compare *compare);
int measure_isolation(struct compare *compare);
int measure_portability(struct compare *compare);
int measure_boot(struct compare *compare);
int measure_hardware(struct compare *compare);
int measure_scaling(struct compare *compare);
int measure_security(struct compare *compare);
int measure_dependencies(struct compare *compare);
int measure_management(struct compare *compare);
int measure_storage(struct compare *compare);
int measure_backup(struct compare *compare);
int measure_workflow(struct compare *compare);
int measure_costs(struct compare *compare);

#endif
