/* sandbox_ids.h - which users a sandbox runs as, and the maps that say so.
 *
 * With root: 65,536 ids of the host that nobody uses, far above those of users and containers.
 * Root itself is not among them, so limits that spare root (RLIMIT_NPROC) bind, and a file of
 * root's is somebody else's. Without root: our own id alone, as "0"; for more than that
 * newuidmap(1) has to help.
 */
#ifndef SANDBOX_IDS_H
#define SANDBOX_IDS_H

#include "sandbox_inside.h"

/* Decides. MANY: more than one id must be mapped. Returns 0, or -1 with the reason in WHY
 * (SANDBOX_WHY bytes). */
int sandbox_choose_ids(bool many, struct sandbox_ids *ids, char *why);

/* Writes the maps of PID, which is in a new user namespace. Returns 0, or -1 and WHY. */
int sandbox_write_maps(pid_t pid, const struct sandbox_ids *ids, char *why);

#endif
