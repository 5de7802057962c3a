/* keeper.h - the keeper's loop: see supervise.h.
 */
#ifndef KEEPER_H
#define KEEPER_H

#include <sys/types.h>
#include "supervise.h"

/* Shows what comes from the descriptors that arrive over CONTROL until the process SESSION is
 * over, then ends what was left running, and exits. */
_Noreturn void keeper_run(pid_t session, int control, struct supervise_shared *shared);

#endif
