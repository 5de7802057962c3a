/* names.c - sets of capabilities as people write them.
 *
 * Read on: capabilities(7) lists them all; cap_to_name(3).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "names.h"

enum { NUMBERS = 64, FEW = 6 };

/* One word of a list, added or taken away. */
static int read_word(struct tutor *tutor, const char *word, capabilities_set *set)
{
    bool less = *word == '-';
    capabilities_set these = 0;

    word += less;
    if (strcmp(word, "none") == 0) {
        return 0;
    } else if (strcmp(word, "default") == 0) {
        these = capabilities_default();
    } else if (capabilities_parse(word, &these) == -1) {
        (void)tutor_error(tutor,
                          "capabilities_parse: %s: %s (errno %d): a list has names as in "
                          "kill,net_raw, or default, all, none",
                          word, strerror(errno), errno);
        return -1;
    }
    *set = less ? *set & ~these : *set | these;
    return 0;
}

int names_read(struct tutor *tutor, const char *list, capabilities_set *set)
{
    char words[1024], *rest = words, *word;

    *set = 0;
    if (snprintf(words, sizeof words, "%s", list) >= (int)sizeof words) {
        (void)tutor_error(tutor, "%.20s…: is longer than all names together", list);
        return -1;
    }
    while ((word = strsep(&rest, ","))) {
        if (read_word(tutor, word, set) == -1)
            return -1;
    }
    return 0;
}

const char *names_of(int number)
{
    static char text[32];
    char *name = cap_to_name((cap_value_t)number);

    snprintf(text, sizeof text, "%d", number);
    if (name && strncmp(name, "cap_", 4) == 0)
        snprintf(text, sizeof text, "%s", name + 4);
    (void)cap_free(name); /* fails for NULL, which has nothing to free */
    return text;
}

static void print_words(capabilities_set set, int column, int at, int width)
{
    bool first = true;

    for (int number = 0; number < NUMBERS; number++) {
        if (!(set & CAPABILITY(number)))
            continue;
        const char *name = names_of(number);
        int length = (int)strlen(name) + 1;
        if (!first && at + length > width)
            at = printf("\n%*s", column, "") - 1;
        else if (!first)
            at += printf(" ");
        at += printf("%s", name);
        first = false;
    }
    putchar('\n');
}

void names_print(capabilities_set set, int column, int width)
{
    capabilities_set all = capabilities_all();
    int missing = __builtin_popcountll(all & ~set);

    if (set == 0)
        puts("none");
    else if (missing == 0)
        printf("all %d\n", __builtin_popcountll(all));
    else if (missing <= FEW)
        print_words(all & ~set, column, column + printf("all but "), width);
    else
        print_words(set, column, column, width);
}
