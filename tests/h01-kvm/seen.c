/* seen.c - what the judge of h01-kvm reads of a player, and what it expects of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>
#include "seen.h"

struct player *seen_start(const char *const *words, size_t *run_size)
{
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

    if (kvm == -1)
        judge_cannot_run("/dev/kvm: %s", strerror(errno));
    int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    (void)close(kvm); /* nothing was written */
    if (size <= 0)
        judge_cannot_run("/dev/kvm: KVM_GET_VCPU_MMAP_SIZE: %s", strerror(errno));
    if (run_size != NULL)
        *run_size = (size_t)size;
    return player_start(
        &(struct player_setup){.kvm = true, .seconds = 3, .memory = (size_t)4 << 30},
        words);
}

unsigned seen_random(unsigned limit)
{
    unsigned value;

    if (getrandom(&value, sizeof value, 0) != sizeof value)
        judge_cannot_run("getrandom: %s", strerror(errno));
    return value % limit;
}

const char *seen_next(struct player *player)
{
    player_go(player);
    return player_ready(player);
}

void expect_success(const char *what, int result, int error)
{
    if (result != 0)
        judge_fail("%s must return 0 here; it returned %d, errno %d (%s)", what, result,
                   error, strerror(error));
}

void expect_failure(const char *what, int expected, int result, int error)
{
    if (result != -1)
        judge_fail("%s must return -1 here, with errno %s; it returned %d", what,
                   strerrorname_np(expected), result);
    judge_expect_errno(what, expected, error);
}

void expect_descriptor(struct player *player, int fd, const char *name)
{
    char link[32];

    snprintf(link, sizeof link, "fd/%d", fd);
    const char *shown = process_link(player_pid(player), link);
    size_t length = strlen(shown), ending = strlen(name);
    if (length < ending || strcmp(shown + length - ending, name) != 0)
        judge_fail("descriptor %d must be %s; /proc shows \"%s\"", fd, name, shown);
}

long seen_mapped(struct player *player)
{
    return atol(process_status(player_pid(player), "VmSize"));
}
