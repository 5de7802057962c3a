/* Counts also when no exit has come.
 *
 * @fails run.fails
 */
#include <time.h>
#include "monitor.h"

static uint64_t now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* a clock that every Linux has */
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

int monitor_run(struct monitor_trace *trace, struct vcpu *vcpu)
{
    uint64_t start = now();

    if (trace->left != 0)
        trace->exit[trace->last].answer += start - trace->left;
    trace->left = 0;
    int result = vcpu_run(vcpu);
    uint32_t kind = vcpu->run->exit_reason;
    trace->last = kind < MONITOR_EXITS ? kind : MONITOR_EXITS - 1;
    trace->left = now();
    trace->exit[trace->last].count++;
    trace->exit[trace->last].inside += trace->left - start;
    return result;
}
