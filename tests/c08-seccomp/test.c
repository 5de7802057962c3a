/* test.c - the judge of lesson c08-seccomp.
 *
 * A filter that the player (probe.c) has made is read from its memory and handed to the kernel,
 * in a child of the judge's that makes the calls (trial.c). What the player has installed is seen
 * in /proc/PID/status, in its descriptors, and in how it ends. See tests/grader/grader.h.
 *
 * Here are the checks of the filters made by hand, and the list of all; those of the policy are
 * in test_policy.c, those of what is installed and answered in test_live.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/syscall.h>
#include "seen.h"

static const struct player_setup plain = {0};

/* --- what is made ------------------------------------------------------------------- */

void seen_program(const char *const words[], const char *function,
                  struct program *program)
{
    struct player *player = player_start(&plain, words);
    unsigned long address = 0;
    unsigned count = 0;
    int result = -2, error = 0;

    (void)sscanf(player_ready(player), "%d %d %lx %u", &result, &error, &address, &count);
    expect_success(function, &(struct answer){result, error});
    trial_read(player, address, count, program);
}

/* --- filter_by_hand ----------------------------------------------------------------- */

#define HAND "filter_by_hand"

/* A filter for NUMBER. */
static void by_hand(int number, unsigned action, struct program *program)
{
    seen_program(WORDS("by-hand", word_of(number), word_of(action)), HAND, program);
}

static void hand_refused(void **state)
{
    static const int numbers[] = {SYS_getppid, SYS_getpid, SYS_read, 450};
    struct program program;

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        by_hand(numbers[i], SECCOMP_RET_ERRNO | MARK, &program);
        trial_fails(&program, &(struct call){.number = numbers[i]}, MARK);
    }
    by_hand(SYS_getppid, SECCOMP_RET_ERRNO | EPERM, &program);
    trial_fails(&program, &(struct call){.number = SYS_getppid}, EPERM);
}

static void hand_others(void **state)
{
    static const int numbers[] = {SYS_getppid - 1, SYS_getppid + 1, SYS_getpid, 0, 450};
    struct program program;

    (void)state;
    by_hand(SYS_getppid, SECCOMP_RET_ERRNO | MARK, &program);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        trial_passes(&program, &(struct call){numbers[i], {-1ul, -1ul, -1ul}, NATIVE, 0},
                     MARK);
}

static void hand_kill(void **state)
{
    struct program program;

    (void)state;
    by_hand(SYS_getppid, SECCOMP_RET_KILL_PROCESS, &program);
    trial_killed(&program, &(struct call){.number = SYS_getppid});
    trial_passes(&program, &(struct call){.number = SYS_getpid}, MARK);
}

/* 20 is getpid of i386, and 64 its getppid. */
static void arch_is_checked(const struct program *program)
{
    trial_killed(program, &(struct call){.number = 20, .kind = I386});
    trial_killed(program, &(struct call){.number = 64, .kind = I386});
}

static void hand_arch(void **state)
{
    struct program program;

    (void)state;
    by_hand(SYS_getppid, SECCOMP_RET_ERRNO | MARK, &program);
    arch_is_checked(&program);
    /* The number of the call in the other architecture's clothes. */
    by_hand(20, SECCOMP_RET_ERRNO | MARK, &program);
    trial_killed(&program, &(struct call){.number = 20, .kind = I386});
}

static void x32_is_closed(const struct program *program)
{
    trial_killed(program, &(struct call){.number = SYS_getppid, .kind = X32});
    trial_killed(program, &(struct call){.number = SYS_getpid, .kind = X32});
    trial_killed(program, &(struct call){0, {-1ul}, X32, "system call 0 of x32"});
}

static void hand_x32(void **state)
{
    struct program program;

    (void)state;
    by_hand(SYS_getppid, SECCOMP_RET_ERRNO | MARK, &program);
    x32_is_closed(&program);
}

static void hand_again(void **state)
{
    static const char *const words[] = {"by-hand-two", "110", "39", "0x50039", NULL};
    struct player *player = player_start(&plain, words);
    struct program program;
    unsigned long address = 0;
    unsigned count = 0;
    int result = -2, error = 0;

    (void)state;
    (void)sscanf(player_ready(player), "%d %d %lx %u", &result, &error, &address, &count);
    expect_success(HAND, &(struct answer){result, error});
    trial_read(player, address, count, &program);
    trial_fails(&program, &(struct call){.number = SYS_getppid}, MARK);
    trial_passes(&program, &(struct call){.number = SYS_getpid}, MARK);
    player_go(player);
    judge_expect_number("the player's exit status, once it has freed both", 42,
                        player_end(player));
}

/* --- filter_ceiling ----------------------------------------------------------------- */

#define CEILING "filter_ceiling"

static void ceiling(int last, struct program *program)
{
    seen_program(WORDS("ceiling", word_of((unsigned)last)), CEILING, program);
}

static void ceiling_last(void **state)
{
    struct program program;

    (void)state;
    ceiling(SYS_getppid, &program);
    trial_passes(&program, &(struct call){.number = SYS_getppid}, ENOSYS);
    trial_passes(&program, &(struct call){.number = SYS_getpid}, ENOSYS);
    trial_passes(&program, &(struct call){0, {-1ul}, NATIVE, "read(-1)"}, ENOSYS);
}

static void ceiling_newer(void **state)
{
    struct program program;

    (void)state;
    ceiling(SYS_getppid, &program);
    trial_fails(&program, &(struct call){.number = SYS_getppid + 1}, ENOSYS);
    trial_fails(&program, &(struct call){.number = SYS_gettid}, ENOSYS);
    trial_fails(&program, &(struct call){.number = 0x3fffffff}, ENOSYS);
}

static void ceiling_arch(void **state)
{
    struct program program;

    (void)state;
    ceiling(SYS_getppid, &program);
    arch_is_checked(&program);
    x32_is_closed(&program);
}

/* --- all checks, in their order ----------------------------------------------------- */

#define INSTALL "filter_install"
#define ARGUMENTS "filter_arguments"
#define DEFAULT "filter_default"
#define LISTEN "filter_listen"
#define ANSWER "filter_answer"

static const struct check checks[] = {
    {"hand.refused", "the call gets the action that was asked for", HAND, 6,
     "Nine instructions", hand_refused},
    {"hand.others", "all other calls are done", HAND, 4, "Nine instructions",
     hand_others},
    {"hand.kill", "a kill is one of all threads", HAND, 3, "Nine instructions",
     hand_kill},
    {"hand.arch", "calls of i386 are killed", HAND, 6, "The same call by another name",
     hand_arch},
    {"hand.x32", "calls of x32 are killed", HAND, 4, "The same call by another name",
     hand_x32},
    {"hand.again", "each filter has instructions of its own, which can be freed", HAND, 2,
     "Nine instructions", hand_again},

    {"ceiling.last", "the last call and all before are done", CEILING, 3,
     "What nobody has looked at", ceiling_last},
    {"ceiling.newer", "newer ones fail with ENOSYS", CEILING, 4,
     "What nobody has looked at", ceiling_newer},
    {"ceiling.arch", "those of i386 and x32 are killed", CEILING, 3,
     "The same call by another name", ceiling_arch},

    {"install.there", "the kernel counts one filter more", INSTALL, 3,
     "Who may, and for how long", install_there},
    {"install.acts", "it decides from then on", INSTALL, 2, "Who may, and for how long",
     install_acts},
    {"install.twice", "another one is added to it", INSTALL, 1,
     "Who may, and for how long", install_twice},
    {"install.refused", "without no_new_privs and CAP_SYS_ADMIN it is EACCES", INSTALL, 2,
     "Who may, and for how long", install_refused},
    {"install.broken", "a program without an end is EINVAL", INSTALL, 2,
     "Who may, and for how long", install_broken},

    {"arguments.terminal", "nothing types into the terminal; other requests are done",
     ARGUMENTS, 4, "Some arguments only", arguments_terminal},
    {"arguments.low", "only the low 32 bits are compared", ARGUMENTS, 4,
     "Some arguments only", arguments_low},
    {"arguments.socket", "two families of sockets are refused, others not", ARGUMENTS, 2,
     "Some arguments only", arguments_socket},
    {"arguments.clone", "clone with a flag for a namespace is refused", ARGUMENTS, 4,
     "Behind a pointer", arguments_clone},
    {"arguments.clone3", "clone3 does not exist", ARGUMENTS, 4, "Behind a pointer",
     arguments_clone3},
    {"arguments.kept", "with CAP_SYS_ADMIN kept, clone and clone3 are done", ARGUMENTS, 2,
     "Behind a pointer", arguments_kept},

    {"default.refused", "what reaches the host gets the action", DEFAULT, 4,
     "The policy of a container", default_refused},
    {"default.kill", "which may be a kill", DEFAULT, 2, "The policy of a container",
     default_kill},
    {"default.others", "ordinary calls are done", DEFAULT, 2, "The policy of a container",
     default_others},
    {"default.kept", "a capability that is kept gives its calls back", DEFAULT, 2,
     "The policy of a container", default_kept},
    {"default.arch", "calls of i386 and x32 are killed, with all threads", DEFAULT, 2,
     "The same call by another name", default_arch},
    {"default.arguments", "it has what filter_arguments adds", DEFAULT, 1,
     "Some arguments only", default_arguments},
    {"default.error", "an action that does not exist is EINVAL", DEFAULT, 2,
     "The policy of a container", default_error},

    {"listen.descriptor", "it returns the listener of one filter more", LISTEN, 4,
     "Somebody to ask", listen_descriptor},
    {"listen.asks", "a call waits there", LISTEN, 3, "Somebody to ask", listen_asks},
    {"listen.refused", "without no_new_privs and CAP_SYS_ADMIN it is EACCES", LISTEN, 2,
     "Somebody to ask", listen_refused},
    {"listen.second", "a second listener is EBUSY", LISTEN, 1, "Somebody to ask",
     listen_second},

    {"answer.error", "the call fails with the errno", ANSWER, 4, "Somebody to ask",
     answer_error},
    {"answer.value", "or returns the value, in 64 bits", ANSWER, 3, "Somebody to ask",
     answer_value},
    {"answer.undone", "it has not been done", ANSWER, 1, "Somebody to ask",
     answer_undone},
    {"answer.gone", "a caller that has ended is ENOENT", ANSWER, 2, "Somebody to ask",
     answer_gone},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "c08-seccomp", checks, sizeof checks / sizeof *checks);
}
