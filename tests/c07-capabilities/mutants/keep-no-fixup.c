/* Sets another securebit, by which a change of user changes no set at all: the other user would
 * have all of root's capabilities in effect.
 *
 * @fails keep.on keep.locked
 */
#define _GNU_SOURCE
#include <linux/securebits.h>
#include <sys/prctl.h>
#include "capabilities.h"

int capabilities_keep(bool keep)
{
    int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);

    if (bits == -1)
        return -1;
    bits = keep ? bits | SECBIT_NO_SETUID_FIXUP : bits & ~SECBIT_NO_SETUID_FIXUP;
    return prctl(PR_SET_SECUREBITS, (unsigned long)bits, 0, 0, 0);
}
