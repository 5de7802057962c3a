/* turns.c - `turns ROUNDS NAME COMMAND… [-- NAME COMMAND…]…`: how long commands take, in turn.
 *
 * On a machine that others use, too, only ratios mean something, and only of what ran at nearly
 * the same time. So each round runs every command once, beginning with another one each time,
 * and what is told is the median over all rounds of (this command / the first one, in the same
 * round), beside the times themselves, each with its quartiles, and the memory of the largest of
 * its processes (ru_maxrss). After a round there is a pause: a network namespace is torn down
 * after its end, and this would be counted for whoever comes next. Exit status 0, or 1 when a
 * command fails.
 *
 * Read on: getrusage(2), wait4(2), clock_gettime(2).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CONTENDERS = 16, ROUNDS = 2000, PAUSE_US = 1500 };

struct contender {
    const char *name;
    char **command;
    double ms[ROUNDS];
    double ratio[ROUNDS]; /* to the first one, in the same round */
    long kib;
};

static double now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* this clock is always there */
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Runs it once. Returns the milliseconds, or -1 when it failed. */
static double run(struct contender *contender)
{
    struct rusage usage;
    int status;
    double start = now_ms();
    pid_t pid = vfork();

    if (pid == 0) {
        execv(contender->command[0], contender->command);
        _exit(127);
    }
    if (pid == -1 || wait4(pid, &status, 0, &usage) == -1 || status != 0)
        return -1;
    if (usage.ru_maxrss > contender->kib)
        contender->kib = usage.ru_maxrss;
    return now_ms() - start;
}

static int compare(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;

    return (a > b) - (a < b);
}

/* The value that PERCENT of the COUNT VALUES are below; sorts them. */
static double at(double *values, int count, int percent)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[(count - 1) * percent / 100];
}

/* Splits the arguments at "--". Returns how many contenders there are. */
static int read_contenders(struct contender *contenders, char **argv)
{
    int count = 0;

    while (*argv && argv[1] && count < CONTENDERS) {
        contenders[count++] = (struct contender){.name = argv[0], .command = argv + 1};
        while (*argv && strcmp(*argv, "--") != 0)
            argv++;
        if (*argv)
            *argv++ = NULL;
    }
    return count;
}

int main(int argc, char **argv)
{
    static struct contender contenders[CONTENDERS];
    int rounds = argc > 3 ? atoi(argv[1]) : 0;
    int count = argc > 3 ? read_contenders(contenders, argv + 2) : 0;

    if (rounds < 1 || rounds > ROUNDS || count == 0) {
        fputs("turns: use: turns ROUNDS NAME COMMAND... [-- NAME COMMAND...]...\n",
              stderr);
        return 2;
    }
    for (int round = -1; round < rounds; round++) { /* the first does not count */
        for (int i = 0; i < count; i++) {
            struct contender *contender = &contenders[(i + round + 1) % count];
            double ms = run(contender);
            if (ms < 0) {
                fprintf(stderr, "turns: %s: it has failed\n", contender->name);
                return 1;
            }
            if (round >= 0)
                contender->ms[round] = ms;
            (void)usleep(PAUSE_US);
        }
        for (int i = 0; i < count && round >= 0; i++)
            contenders[i].ratio[round] =
                contenders[i].ms[round] / contenders[0].ms[round];
    }
    printf("    %-26s %8s %17s %8s %13s %8s\n", "", "ms", "quartiles", "ratio",
           "quartiles", "KiB");
    for (struct contender *c = contenders; c < contenders + count; c++)
        printf("    %-26s %8.2f %8.2f %8.2f %8.2f %6.2f %6.2f %8ld\n", c->name,
               at(c->ms, rounds, 50), at(c->ms, rounds, 25), at(c->ms, rounds, 75),
               at(c->ratio, rounds, 50), at(c->ratio, rounds, 25),
               at(c->ratio, rounds, 75), c->kib);
    return 0;
}
