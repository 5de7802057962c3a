/* Returns when a signal came, also when it came for a tick.
 *
 * @fails run.stop
 */
#include <errno.h>
#include <time.h>
#include "interrupts.h"

static int fail(int error)
{
    errno = error;
    return -1;
}

static uint64_t now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* a clock that every Linux has */
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int sleep_until(uint64_t until)
{
    struct timespec time = {(time_t)(until / 1000000000), (long)(until % 1000000000)};
    int error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
    return error == 0 ? 0 : fail(error);
}

int interrupts_run(struct vcpu *vcpu, struct interrupts_clock *clock)
{
    for (;;) {
        /* 1. Before the guest runs: is a tick due, and can it be taken? */
        interrupts_tick(clock, now());
        if (clock->pending) {
            int later = interrupts_inject(vcpu, clock->vector);
            if (later == -1)
                return -1;
            if (later == 0) {
                clock->pending = false;
                clock->delivered++;
            }
        }
        /* 2. Run it. A signal may have come only to let us look at the clock. */
        if (vcpu_run(vcpu) == -1) {
            return -1;
        }
        /* 3. HLT waits for an interrupt, and an interrupt needs IF. A tick that is
         *    pending already needs no sleep. */
        switch (vcpu->run->exit_reason) {
        case KVM_EXIT_IRQ_WINDOW_OPEN:
            break;
        case KVM_EXIT_HLT:
            if (!vcpu->run->if_flag)
                return fail(EDEADLK);
            if (!clock->pending && sleep_until(clock->next) == -1)
                return -1;
            break;
        default:
            return 0;
        }
    }
}
