/* Does what a shell would do: starts, waits for the program, and ends with its status. Nobody
 * waits for the orphans, and signals stay where they arrive.
 *
 * @fails init.reap init.forward
 */
#define _GNU_SOURCE
#include "namespaces.h"

int namespaces_init(struct process *program)
{
    struct process_end end;

    if (process_wait(program, &end) == -1)
        return -1;
    return process_exit_status(&end);
}
