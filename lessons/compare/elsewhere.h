/* elsewhere.h - claim 3 on another host: the other one of this host and the lab machine. */
#ifndef COMPARE_ELSEWHERE_H
#define COMPARE_ELSEWHERE_H

#include "compare.h"

/* Starts both images where this program runs, and the machine's once more in QEMU where there is
 * one. Prints what came of it as a line of JSON, for --elsewhere:
 *
 *     {"kernel": "6.1.0-…", "container": TRIAL, "vm": TRIAL, "qemu": TRIAL or null}
 *     TRIAL is {"runs": true, "kernel": "…"}, or {"runs": false, "text": "no: …"}
 *
 * Returns EXIT_SUCCESS, or EXIT_FAILURE when it cannot be printed. Nothing is printed when nobody
 * asked for claim 3. */
int elsewhere_look(const struct compare *compare);

/* Makes the table of it from compare->elsewhere, and facts. EVERYWHERE becomes false when the
 * container does not run there. Returns a sentence for the verdict, which lasts until the next
 * call; "" when nobody looked, which is then listed as missing. */
const char *elsewhere_table(struct compare *compare, bool *everywhere);

#endif
