/* Empties what the kernel looks at, and leaves what the process may put there again.
 *
 * @fails set.exact set.bounding
 */
#define _GNU_SOURCE
#include "capabilities.h"

int capabilities_set_to(capabilities_set keep)
{
    cap_t state = cap_get_proc();
    int result = state ? 0 : -1;

    if (result == 0)
        result = cap_clear_flag(state, CAP_EFFECTIVE);
    if (result == 0)
        result = cap_clear_flag(state, CAP_INHERITABLE);
    for (cap_value_t number = 0; number < 64 && result == 0; number++) {
        if (keep & CAPABILITY(number))
            result = cap_set_flag(state, CAP_EFFECTIVE, 1, &number, CAP_SET);
    }
    if (result == 0)
        result = cap_set_proc(state);
    if (state)
        (void)cap_free(state);
    return result;
}
