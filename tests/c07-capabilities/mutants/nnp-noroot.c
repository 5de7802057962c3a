/* Takes the securebit for it by which user 0 gains nothing: it needs a right, and a setuid program
 * still changes the user.
 *
 * @fails nnp.set nnp.setuid nnp.bare
 */
#define _GNU_SOURCE
#include <linux/securebits.h>
#include <sys/prctl.h>
#include "capabilities.h"

int capabilities_no_new_privileges(void)
{
    return prctl(PR_SET_SECUREBITS, (unsigned long)SECBIT_NOROOT | SECBIT_NOROOT_LOCKED,
                 0, 0, 0);
}
