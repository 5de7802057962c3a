/* asking.c - both sides of machine_ask, and the library called directly.
 *
 * On the host, `asking TOP`: runs itself as `asking inside` in the machine, and answers:
 * what is asked for is written into build/tests/machine/answer. Inside: asks, and then the file
 * must be there, with what was asked for.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "machine.h"

#define FILE_NAME "build/tests/machine/answer"

static int answer(void *context, int argc, char **argv)
{
    FILE *file = fopen(FILE_NAME, "w");
    if (file == NULL || argc != 2)
        return 1;
    fprintf(file, "%s %s\n", (const char *)context, argv[1]);
    if (fclose(file) != 0)
        return 1;
    printf("the host was asked for %s\n", argv[0]);
    fprintf(stderr, "and has a second descriptor\n");
    return 9;
}

static int inside(void)
{
    char *question[] = {"write", "something", NULL};
    char line[64] = "";
    if (!machine_inside())
        return 20;
    int status = machine_ask(question);
    FILE *file = fopen(FILE_NAME, "r");
    if (status != 9 || file == NULL || fgets(line, sizeof line, file) == NULL)
        return 21;
    (void)fclose(file); /* it was only read */
    printf("inside: %s", line);
    return strcmp(line, "context something\n") == 0 ? 5 : 22;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "inside") == 0)
        return inside();
    char *none[] = {"nobody", NULL};
    if (argc != 2 || machine_inside() || machine_ask(none) != -1 || errno != ENOENT)
        return 30;
    char *const command[] = {argv[0], "inside", NULL};
    char context[] = "context";
    struct machine_result result;
    const struct machine_job job = {
        .top = argv[1],
        .command = command,
        .answer = answer,
        .answer_context = context,
    };
    int status = machine_run(&job, &result);
    printf("run %d, end %d, status %d\n", status, result.end, result.status);
    return status == 0 && result.status == 5 ? 0 : 31;
}
