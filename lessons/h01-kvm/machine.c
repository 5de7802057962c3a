/* machine.c - the machine in the hand: made on demand, stopped by Ctrl-C. See
 * machine.h. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include "machine.h"

static void destroy(void *state)
{
    struct machine *machine = state;

    if (!machine->known)
        return;
    vcpu_destroy(&machine->vcpu);
    vm_destroy(&machine->vm);
}

struct machine *machine_of(struct tutor *tutor)
{
    struct machine *machine = tutor_state(tutor, "machine", sizeof *machine, destroy);

    if (machine == NULL) {
        tutor_error(tutor, "the machine: %s", strerror(errno));
    } else if (!machine->known) {
        machine->vm = VM_NONE;
        machine->vcpu = VCPU_NONE;
        machine->known = true;
    }
    return machine;
}

int machine_open(struct tutor *tutor, struct machine *machine)
{
    if (machine->vm.kvm_fd != -1 || vm_open(&machine->vm, "/dev/kvm") == 0)
        return 0;
    return tutor_error(tutor, "/dev/kvm: %s: %s", strerror(errno),
                       errno == EACCES ? "be root, or a member of the group kvm"
                       : errno == ENOSYS
                           ? "write vm_open, or say: use reference vm_open"
                           : "this machine must offer KVM; the lab machine does");
}

/* --- What one types ----------------------------------------------------------------- */

bool machine_number(const char *text, uint64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoull(text, &end, 0);
    if (!isdigit((unsigned char)*text) || errno != 0)
        return false;
    if (*text == '0' && isdigit((unsigned char)text[1]))
        return false; /* "0500" would be octal, and nobody means that here */
    int unit = toupper((unsigned char)*end);
    unsigned shift = unit == 'K' ? 10 : unit == 'M' ? 20 : unit == 'G' ? 30 : 0;
    if (shift == 0)
        return *end == '\0';
    if (end[1] != '\0' || *number > UINT64_MAX >> shift)
        return false;
    *number <<= shift;
    return true;
}

bool machine_address(const char *text, uint64_t *address)
{
    const char *colon = strchr(text, ':');
    char *end;

    if (colon == NULL)
        return machine_number(text, address);
    if (!isxdigit((unsigned char)*text) || !isxdigit((unsigned char)colon[1]))
        return false;
    unsigned long segment = strtoul(text, &end, 16);
    if (end != colon || segment > 0xffff)
        return false;
    unsigned long offset = strtoul(colon + 1, &end, 16);
    *address = ((uint64_t)segment << 4) + offset;
    return *end == '\0' && offset <= 0xffff;
}

bool machine_seconds(const char *text, double *seconds)
{
    char *end;

    *seconds = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*seconds) && *seconds >= 1e-6 &&
           *seconds <= 1e6;
}

/* --- What one sees ------------------------------------------------------------------ */

int machine_dump(struct tutor *tutor, const struct machine *machine, uint64_t address,
                 size_t length)
{
    enum { ROW = 16 };

    if (machine->vm.fd == -1)
        return tutor_error(tutor, "there is no VM yet: create one");
    for (size_t done = 0; done < length && !tutor_interrupted(tutor); done += ROW) {
        size_t count = length - done < ROW ? length - done : ROW;
        const uint8_t *bytes = vm_at(&machine->vm, address + done, count);
        if (bytes == NULL)
            return tutor_error(tutor, "0x%llx: %zu bytes there are not all guest memory",
                               (unsigned long long)(address + done), count);
        printf("%08llx ", (unsigned long long)(address + done));
        for (size_t i = 0; i < ROW; i++) {
            if (i < count)
                printf(" %02x", bytes[i]);
            else
                printf("   ");
        }
        printf("  ");
        for (size_t i = 0; i < count; i++)
            putchar(bytes[i] >= ' ' && bytes[i] < 0x7f ? bytes[i] : '.');
        putchar('\n');
    }
    return 0;
}

int machine_mem(struct tutor *tutor, int argc, char **argv)
{
    struct machine *machine = machine_of(tutor);
    uint64_t address, length = 16;

    if (machine == NULL)
        return 1;
    if (!machine_address(argv[1], &address)) {
        tutor_error(tutor, "%s: must be an address: 0x1000, 0100:0000", argv[1]);
        return MACHINE_USAGE;
    }
    if (argc > 2 && (!machine_number(argv[2], &length) || length == 0)) {
        tutor_error(tutor, "%s: must be a number of bytes", argv[2]);
        return MACHINE_USAGE;
    }
    return machine_dump(tutor, machine, address, length);
}

/* --- Ctrl-C ------------------------------------------------------------------------- */

/* A handler reaches nothing but globals: whom to stop, and what was there before. */
static struct {
    struct vcpu *vcpu;
    volatile sig_atomic_t alarm, stopped, insist;
    bool active; /* stays true when a learner's function crashed between the two calls */
    struct sigaction old_interrupt, old_alarm;
} listening;

/* Asks the guest to stop, and once more a little later if it has to be. */
static void stop(void)
{
    const struct itimerval again = {.it_value.tv_usec = 100};

    listening.stopped = 1;
    vcpu_stop(listening.vcpu);
    if (listening.insist)
        (void)setitimer(ITIMER_REAL, &again, NULL);
}

static void on_interrupt(int signal)
{
    stop();
    if (listening.old_interrupt.sa_handler != SIG_IGN &&
        listening.old_interrupt.sa_handler != SIG_DFL &&
        !(listening.old_interrupt.sa_flags & SA_SIGINFO))
        listening.old_interrupt.sa_handler(signal); /* the tutor's: it wants to know */
}

static void on_alarm(int signal)
{
    (void)signal;
    if (!listening.stopped)
        listening.alarm = 1;
    stop();
}

/* The calls here and below fail for signals and timers that do not exist; these do. */
void machine_listen(struct machine *machine, double seconds)
{
    struct sigaction interrupt = {.sa_handler = on_interrupt};
    struct sigaction alarm = {.sa_handler = on_alarm};
    struct itimerval timer = {
        .it_value.tv_sec = (time_t)seconds,
        .it_value.tv_usec = (suseconds_t)((seconds - (double)(time_t)seconds) * 1e6),
    };

    listening.vcpu = &machine->vcpu;
    listening.alarm = listening.stopped = listening.insist = 0;
    /* A request that came too late for the last run must not end this one. */
    machine->vcpu.run->immediate_exit = 0;
    if (listening.active)
        (void)machine_unlisten();
    listening.active = true;
    (void)sigaction(SIGALRM, &alarm, &listening.old_alarm);
    (void)sigaction(SIGINT, &interrupt, &listening.old_interrupt);
    (void)setitimer(ITIMER_REAL, &timer, NULL);
}

void machine_insist(void)
{
    listening.insist = 1;
}

bool machine_unlisten(void)
{
    struct itimerval never = {0};

    listening.insist = 0;
    (void)setitimer(ITIMER_REAL, &never, NULL);
    listening.active = false;
    (void)sigaction(SIGINT, &listening.old_interrupt, NULL);
    (void)sigaction(SIGALRM, &listening.old_alarm, NULL);
    return listening.alarm;
}
