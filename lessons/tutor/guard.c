/* guard.c - runs a command so that the session survives it.
 *
 * Signal handlers need to know whether they run in the session or in a child that a command
 * forked: the child has the same handlers and the same memory, and must neither jump into the
 * loop of the session nor swallow Ctrl-C. Comparing process ids does not tell, since a child
 * in a new pid namespace may have any number. So the flags live in a page that the kernel
 * empties in every child (MADV_WIPEONFORK): there, `session` reads as false.
 *
 * The jumps out of a handler (siglongjmp) are meant for code that crashed or does not come
 * back; what it had open or locked stays so. That is the price for not losing the session.
 *
 * Read on: madvise(2), sigaltstack(2), signal-safety(7), backtrace(3).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "guard.h"

#define STACK_SIZE (64 * 1024)
#define MOST_CHILDREN 128
#define OWN_CHILDREN "/proc/thread-self/children"
#define DEEPEST 16     /* generations of processes; a fork bomb is not chased for ever */
#define URGENT_MS 1500 /* Ctrl-C three times within it breaks off in any case */

/* Handlers have no argument of ours, hence a static; `here` is the page that forgets. */
static struct {
    struct flags {
        volatile sig_atomic_t session;
        volatile sig_atomic_t running;
        volatile sig_atomic_t interrupted;
        volatile sig_atomic_t leaving;
        volatile sig_atomic_t crashing; /* the handler itself is at work */
    } * here;
    sigjmp_buf back;
    struct guard_outcome outcome;
    struct timespec first;         /* Ctrl-C */
    int times;                     /* how often it was pressed since then */
    pid_t children[MOST_CHILDREN]; /* that the session had before the command */
    int child_count;
    int root, directory; /* descriptors of where the session stands */
} guard = {.root = -1, .directory = -1};

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
static const int farewells[] = {SIGTERM, SIGHUP, SIGPIPE};

/* In a child: what would have happened without us. The signal is blocked while its handler
 * runs, so this one is delivered, with its default action, when the handler returns. */
static void as_by_default(int number)
{
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* The children that the file PATH lists, by calls that a signal handler may make. Returns how
 * many. */
static int list_children(const char *path, pid_t *children)
{
    char text[MOST_CHILDREN * 8];
    int count = 0, number = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd == -1)
        return 0; /* a kernel without CONFIG_PROC_CHILDREN */
    ssize_t length = read(fd, text, sizeof text);
    close(fd);
    for (ssize_t i = 0; i < length && count < MOST_CHILDREN; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            number = 10 * number + (text[i] - '0');
        } else if (number > 0) {
            children[count++] = number;
            number = 0;
        }
    }
    return count;
}

/* Whether the command has a child that lives: then Ctrl-C is the child's business first, as
 * for a shell inside, where one presses it as often as one likes. */
static bool command_has_child(void)
{
    pid_t now[MOST_CHILDREN];
    int count = list_children(OWN_CHILDREN, now);

    for (int i = 0; i < count; i++) {
        bool old = false;
        siginfo_t info = {0};
        for (int j = 0; j < guard.child_count; j++)
            old |= guard.children[j] == now[i];
        /* WNOWAIT: only asks; a zombie that nobody waits for does not count */
        if (!old &&
            waitid(P_PID, (id_t)now[i], &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            info.si_pid == 0)
            return true;
    }
    return false;
}

/* Whether this Ctrl-C is one too many. */
static bool is_last_straw(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
    long long passed = (now.tv_sec - guard.first.tv_sec) * 1000LL +
                       (now.tv_nsec - guard.first.tv_nsec) / 1000000;
    if (guard.times == 0 || passed > URGENT_MS) {
        guard.first = now;
        guard.times = 0;
    }
    guard.times++;
    return guard.here->interrupted && (guard.times > 2 || !command_has_child());
}

static void on_interrupt(int number)
{
    int error = errno;

    if (!guard.here->session) {
        as_by_default(number);
    } else if (guard.here->running && is_last_straw()) {
        guard.outcome.end = GUARD_BROKEN;
        siglongjmp(guard.back, 1);
    } else {
        guard.here->interrupted = 1;
    }
    errno = error;
}

/* Ends a process and all below it; from the top, so that none can be started anew. */
static void end_tree(pid_t pid, int depth)
{
    pid_t below[MOST_CHILDREN];
    char path[64];

    (void)kill(pid, SIGSTOP); /* it may be gone by now */
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    int count = depth > 0 ? list_children(path, below) : 0;
    for (int i = 0; i < count; i++)
        end_tree(below[i], depth - 1);
    (void)kill(pid, SIGKILL);
}

/* Ends the children of a command that was broken off: they would share the terminal with the
 * session. */
static void end_children(void)
{
    pid_t now[MOST_CHILDREN];
    int count = list_children(OWN_CHILDREN, now);

    for (int i = 0; i < count; i++) {
        bool old = false;
        for (int j = 0; j < guard.child_count; j++)
            old |= guard.children[j] == now[i];
        if (old)
            continue;
        end_tree(now[i], DEEPEST);
        (void)waitpid(now[i], NULL, 0);
    }
}

static void on_farewell(int number)
{
    int error = errno;

    if (!guard.here->session) {
        as_by_default(number);
    } else {
        bool again = guard.here->leaving;
        guard.here->leaving = 1;
        guard.here->interrupted = 1;
        if (again && number == SIGTERM && guard.here->running) {
            guard.outcome.end = GUARD_BROKEN;
            siglongjmp(guard.back, 1);
        }
    }
    errno = error;
}

static void on_crash(int number, siginfo_t *info, void *machine)
{
    const ucontext_t *context = machine;

    if (!guard.here->session || !guard.here->running) {
        as_by_default(number);
        return;
    }
    guard.outcome.end = GUARD_CRASHED;
    guard.outcome.signal = number;
    guard.outcome.address = info->si_addr;
    guard.outcome.instruction = (void *)context->uc_mcontext.gregs[REG_RIP];
    if (!guard.here->crashing) { /* a broken stack can make backtrace crash in its turn */
        guard.here->crashing = 1;
        guard.outcome.frame_count = backtrace(guard.outcome.frames, GUARD_FRAMES);
    }
    siglongjmp(guard.back, 1);
}

/* Commands may have changed them, so this is done before each. */
static int take_signals(void)
{
    struct sigaction action = {.sa_handler = on_interrupt};

    sigemptyset(&action.sa_mask);
    if (sigaction(SIGINT, &action, NULL) == -1)
        return -1;
    action.sa_handler = on_farewell;
    for (size_t i = 0; i < sizeof farewells / sizeof *farewells; i++)
        if (sigaction(farewells[i], &action, NULL) == -1)
            return -1;
    action.sa_handler = NULL;
    action.sa_sigaction = on_crash;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        if (sigaction(crashes[i], &action, NULL) == -1)
            return -1;
    return 0;
}

/* A high number, so that the descriptors that a program sees start with 3 as ever. */
static int open_high(const char *path)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd == -1)
        return -1;
    int high = fcntl(fd, F_DUPFD_CLOEXEC, 200);
    close(fd);
    return high;
}

int guard_start(void)
{
    void *frames[1];
    stack_t stack = {.ss_size = STACK_SIZE};

    guard.here = mmap(NULL, (size_t)getpagesize(), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guard.here == MAP_FAILED ||
        madvise(guard.here, (size_t)getpagesize(), MADV_WIPEONFORK) == -1)
        return -1;
    stack.ss_sp = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL) == -1)
        return -1;
    (void)backtrace(frames, 1); /* loads libgcc_s now: in a handler that is not allowed */
    guard.root = open_high("/");
    guard.directory = open_high(".");
    if (guard.root == -1 || guard.directory == -1)
        return -1;
    guard.here->session = 1;
    return take_signals();
}

/* Goes back to the root and the working directory of the session. */
static bool come_home(void)
{
    struct stat home, now;
    bool moved = false;

    if (fstat(guard.root, &home) == 0 && stat("/", &now) == 0 &&
        (home.st_dev != now.st_dev || home.st_ino != now.st_ino))
        moved = fchdir(guard.root) == 0 && chroot(".") == 0;
    if (fchdir(guard.directory) == -1)
        fprintf(stderr, "the working directory of the session is gone: %s\n",
                strerror(errno));
    return moved;
}

/* Input is the one from before, or the session would end: one that a command had put aside
 * when it crashed, or that it has closed. */
static void take_input(int input)
{
    if (input == -1)
        return;
    (void)dup2(input, STDIN_FILENO); /* both are good numbers */
    close(input);
}

/* A child that returns from the learner's function would be a second session on the same
 * terminal. */
static void end_stray_child(void)
{
    static const char line[] =
        "a child process came back from the command: it ends here. A child that cannot "
        "execute its program must call _exit\n";

    if (guard.here->session)
        return;
    (void)!write(STDERR_FILENO, line, sizeof line - 1); /* there is nobody else to tell */
    _exit(EXIT_FAILURE);
}

struct guard_outcome guard_run(int (*run)(void *context), void *context)
{
    mode_t mask = umask(0);

    umask(mask);
    memset(&guard.outcome, 0, sizeof guard.outcome);
    guard.here->crashing = 0;
    guard.times = 0;
    guard.child_count = list_children(OWN_CHILDREN, guard.children);
    int input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 200); /* -1: it is closed */
    if (sigsetjmp(guard.back, 1) == 0) {
        guard.here->running = 1;
        int status = run(context);
        end_stray_child();
        guard.outcome.status = status;
        guard.outcome.end = GUARD_RETURNED;
    }
    guard.here->running = 0;
    if (take_signals() == -1)
        perror("signals");
    umask(mask);
    if (guard.outcome.end == GUARD_BROKEN)
        end_children();
    take_input(input);
    guard.outcome.root_moved = come_home();
    return guard.outcome;
}

bool guard_is_session(void)
{
    return guard.here && guard.here->session;
}

bool guard_interrupted(void)
{
    return guard.here && guard.here->interrupted;
}

bool guard_leaving(void)
{
    return guard.here && guard.here->leaving;
}

void guard_clear(void)
{
    if (guard.here)
        guard.here->interrupted = guard.here->leaving;
}
