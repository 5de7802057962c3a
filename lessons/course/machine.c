/* machine.c - `boxwork machine`: the command of the lab machine, see labs/machine. */
#include "course.h"
#include "machine.h"

int run_machine(struct course *course, const struct invocation *typed)
{
    return machine_command(typed->argc, typed->argv, course->top);
}
