/* stop.c - how a running guest is stopped from outside: signals, the time limit, a key.
 *
 * A signal interrupts KVM_RUN only in the thread that it is delivered to. So the thread
 * of the vCPU takes them all: threads that are made later inherit a mask that blocks
 * them.
 */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include "kernel.h"

static const int signals[] = {SIGINT,  SIGTERM, SIGHUP, SIGQUIT,
                              SIGPIPE, SIGALRM, SIGUSR1};
enum { SIGNALS = sizeof signals / sizeof *signals };

/* What a handler can reach: there is one vCPU. */
static struct vcpu *stoppable;
static pthread_t its_thread;
static volatile sig_atomic_t reason;
static volatile sig_atomic_t insisting; /* until stop_release */
static struct sigaction before[SIGNALS];

static void stop(int signal)
{
    const struct itimerval again = {.it_value.tv_usec = 100};
    if (reason == 0)
        reason = signal == SIGUSR1 ? STOP_LEAVE : signal;
    vcpu_stop(stoppable);
    if (insisting)
        (void)setitimer(ITIMER_REAL, &again, NULL); /* a timer that every Linux has */
}

void stop_catch(struct vcpu *vcpu, double seconds)
{
    struct sigaction action = {.sa_handler = stop};
    struct itimerval timer = {.it_value = {
                                  .tv_sec = (time_t)seconds,
                                  .tv_usec = (suseconds_t)(seconds * 1e6) % 1000000,
                              }};
    stoppable = vcpu;
    its_thread = pthread_self();
    reason = 0;
    insisting = true;
    if (seconds > 0 && timer.it_value.tv_sec == 0 && timer.it_value.tv_usec == 0)
        timer.it_value.tv_usec = 1; /* 0 would mean "no alarm" */
    /* These calls fail for numbers that do not exist, and these do. */
    for (unsigned i = 0; i < SIGNALS; i++)
        (void)sigaction(signals[i], &action, &before[i]);
    (void)setitimer(ITIMER_REAL, &timer, NULL);
}

int stop_reason(void)
{
    return reason;
}

void stop_leave(void)
{
    (void)pthread_kill(its_thread,
                       SIGUSR1); /* it lives: it waits for this thread's end */
}

void stop_enough(void)
{
    const struct itimerval none = {0};
    insisting = false;
    (void)setitimer(ITIMER_REAL, &none, NULL); /* as above */
}

void stop_release(void)
{
    stop_enough();
    for (unsigned i = 0; i < SIGNALS; i++)
        (void)sigaction(signals[i], &before[i], NULL); /* as it was */
}
