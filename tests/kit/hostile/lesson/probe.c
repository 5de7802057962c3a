/* probe.c - the player of the lesson that exists only to be attacked. */
#include <stdlib.h>
#include "fake.h"
#include "probe.h"

/* answer NUMBER MARK: the mark is for whoever looks for processes that were left over. */
static int answer(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    probe_ready("%d", fake_answer(atoi(argv[1])));
    return 0;
}

static int leave(int argc, char **argv)
{
    (void)argc, (void)argv;
    int result = fake_leave();
    probe_ready("%d", result);
    return 40 + result;
}

const struct probe_word probe_words[] = {
    {"answer", answer},
    {"leave", leave},
    {NULL, NULL},
};
