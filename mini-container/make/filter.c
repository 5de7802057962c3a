/* filter.c - writes the default filter as a C file, when mini-container is built.
 *
 * libseccomp takes a tenth of what a whole container takes to make a program of the policy, and
 * for the same capabilities it is the same program every time. So the usual one is made here,
 * once, by the same function, and stands in mini-container as an array (ready_filter of
 * container.h). With any argument the array is empty: a filter of the learner's is made when it
 * is needed, and not while this is built.
 *
 * Read on: mini-container/host.c, host_filter; lessons/c08-seccomp.
 */
#include <errno.h>
#include <stdio.h>
#include "container.h"

int main(int argc, char **argv)
{
    struct filter filter = {0};

    (void)argv;
    if (argc == 1 &&
        filter_default(capabilities_default(), FILTER_FAIL(EPERM), &filter) == -1) {
        perror("filter_default");
        return 1;
    }
    puts("/* Made by mini-container/make/filter.c. */\n#include \"container.h\"\n");
    puts("static struct sock_filter instructions[] = {");
    for (unsigned i = 0; i < filter.count; i++)
        printf("    {0x%x, %u, %u, 0x%x},\n", filter.instructions[i].code,
               filter.instructions[i].jt, filter.instructions[i].jf,
               filter.instructions[i].k);
    puts("    {0},\n};");
    printf("const struct filter ready_filter = {instructions, %u};\n", filter.count);
    filter_free(&filter);
    return ferror(stdout) || fflush(stdout) == EOF;
}
