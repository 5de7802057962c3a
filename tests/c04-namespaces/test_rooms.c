/* test_rooms.c - the checks of what furnishes a new namespace: a host name, a loopback device
 * that is on, clocks that are ahead. */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "seen.h"

static const struct player_setup plain = {0};

/* --- namespaces_hostname ---------------------------------------------------------- */

static const char longest[] =
    "abcdefghijklmnopqrstuvwxyz.0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ";

void hostname_name(void **state)
{
    struct player *player = player_start(&plain, WORDS("hostname", "web-1.example"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("namespaces_hostname", &answer);
    judge_expect_string("the host name inside", "web-1.example",
                        seen_hostname(player_pid(player)));
}

void hostname_longest(void **state)
{
    struct player *player = player_start(&plain, WORDS("hostname", longest));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("namespaces_hostname, with 64 characters,", &answer);
    judge_expect_string("the host name inside", longest,
                        seen_hostname(player_pid(player)));
}

/* NAME must be refused, and the name stays as it was. */
static void hostname_must_fail(const char *name, const char *how)
{
    struct player *player = player_start(&plain, WORDS("hostname", name));
    struct answer answer = seen_answer(player);

    expect_failure(how, EINVAL, &answer);
    judge_expect_string("the host name inside", "player",
                        seen_hostname(player_pid(player)));
}

void hostname_bad(void **state)
{
    char too_long[sizeof longest + 1];

    (void)state;
    snprintf(too_long, sizeof too_long, "%sx", longest);
    hostname_must_fail("", "namespaces_hostname, with an empty name,");
    hostname_must_fail("web one", "namespaces_hostname, with a blank in the name,");
    hostname_must_fail(too_long, "namespaces_hostname, with 65 characters,");
}

/* --- namespaces_loopback ---------------------------------------------------------- */

void loopback_up(void **state)
{
    struct player *player = player_start(&plain, WORDS("loopback"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("namespaces_loopback", &answer);
    if (!(seen_loopback(player_pid(player)) & IFF_UP))
        judge_fail("lo must be up (IFF_UP); it is down");
}

void loopback_flags(void **state)
{
    struct player *player = player_start(&plain, WORDS("loopback", "all-multicast"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("namespaces_loopback", &answer);
    short flags = seen_loopback(player_pid(player));
    if (!(flags & IFF_UP) || !(flags & IFF_ALLMULTI))
        judge_fail("lo, which had the flag IFF_ALLMULTI, must have it and IFF_UP; its "
                   "flags are %#hx",
                   flags);
}

void loopback_closed(void **state)
{
    struct player *player = player_start(&plain, WORDS("loopback"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("namespaces_loopback", &answer);
    judge_expect_number("the number of descriptors beside 0, 1 and 2", 0,
                        process_descriptors(player_pid(player)));
}

void loopback_refused(void **state)
{
    struct player *player = player_start(&plain, WORDS("loopback", "refused"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("namespaces_loopback, without CAP_NET_ADMIN,", EPERM, &answer);
}

/* --- namespaces_time -------------------------------------------------------------- */

/* A player that has asked for SECONDS. */
static struct player *start_time(const char *seconds, const char *how)
{
    if (access("/proc/self/ns/time", F_OK) == -1)
        judge_cannot_run("this kernel has no time namespaces");
    return player_start(&plain, WORDS("time", seconds, how));
}

/* The offset of CLOCK that the children of PID have. */
static long offset_of(pid_t pid, const char *clock)
{
    const char *line = strstr(process_file(pid, "timens_offsets"), clock);

    return line ? atol(line + strlen(clock)) : 0;
}

void time_offsets(void **state)
{
    struct player *player = start_time("86400", NULL);
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("namespaces_time", &answer);
    pid_t child = seen_child(player);
    judge_expect_number("the offset of monotonic in /proc/PID/timens_offsets of a child",
                        86400, offset_of(child, "monotonic"));
    judge_expect_number("the offset of boottime in /proc/PID/timens_offsets of a child",
                        86400, offset_of(child, "boottime"));
}

void time_children(void **state)
{
    struct player *player = start_time("-1", NULL);
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("namespaces_time", &answer);
    pid_t child = seen_child(player);
    expect_kind("a child", child, player_pid(player), "time", false);
    expect_kind("the caller", player_pid(player), getpid(), "time", true);
}

void time_range(void **state)
{
    /* No system has been up for three hundred years. */
    struct player *player = start_time("-9460800000", NULL);
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("namespaces_time, with a start before the start,", ERANGE, &answer);
}

void time_refused(void **state)
{
    struct player *player = start_time("86400", "refused");
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("namespaces_time, without CAP_SYS_ADMIN,", EPERM, &answer);
    expect_kind("a child", seen_child(player), player_pid(player), "time", true);
}
