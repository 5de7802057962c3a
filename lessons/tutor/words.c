/* words.c - a line of the REPL as words, and the word that was probably meant.
 *
 * Splitting is one pass over the line with the open quote as the only state. The nearest word
 * is found by edit distance with swaps (a typo is mostly one of the two).
 *
 * Read on: POSIX.1-2017, XCU 2.2 (Quoting); G. Navarro, "A guided tour to approximate string
 * matching".
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "words.h"

#define LONGEST 63 /* letters of a word that can be a typo of another */

/* Reads one word of *AT into TO (which has room for it). Returns 0, or -1 when a quote or a
 * backslash is left open. */
static int read_word(const char **at, char *to)
{
    char quote = 0;
    const char *from = *at;

    for (; *from && (quote || !isspace((unsigned char)*from)); from++) {
        if (*from == quote) {
            quote = 0;
        } else if (!quote && (*from == '\'' || *from == '"')) {
            quote = *from;
        } else if (*from == '\\' && quote != '\'') {
            if (!from[1])
                return -1;
            if (quote == '"' && from[1] != '"' && from[1] != '\\')
                *to++ = '\\';
            *to++ = *++from;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    *at = from;
    return quote ? -1 : 0;
}

char **words_split(const char *line, int *count)
{
    size_t most =
        strlen(line) / 2 + 2; /* a word takes two bytes at least, one at the end */
    char **words = calloc(most, sizeof *words);
    char *buffer = malloc(strlen(line) + 1);
    int error = ENOMEM, n = 0;

    if (!words || !buffer)
        goto bad;
    for (;;) {
        while (isspace((unsigned char)*line))
            line++;
        if (!*line)
            break;
        error = EINVAL;
        if (read_word(&line, buffer) == -1)
            goto bad;
        error = ENOMEM;
        words[n] = strdup(buffer);
        if (!words[n++])
            goto bad;
    }
    free(buffer);
    *count = n;
    return words;
bad:
    free(buffer);
    words_free(words);
    errno = error;
    return NULL;
}

void words_free(char **words)
{
    for (char **word = words; word && *word; word++)
        free(*word);
    free(words);
}

char *words_quote(const char *word)
{
    char *quoted = malloc(4 * strlen(word) + 3), *to = quoted;

    if (!quoted)
        return NULL;
    if (*word && !word[strcspn(word, " \t\n'\"\\")])
        return strcpy(quoted, word);
    *to++ = '\'';
    for (; *word; word++) {
        if (*word == '\'')
            to = stpcpy(to, "'\\'"); /* close, a quote by itself, open again */
        *to++ = *word;
    }
    *to++ = '\'';
    *to = '\0';
    return quoted;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

int words_distance(const char *one, const char *other)
{
    size_t m = strlen(one), n = strlen(other);
    int cost[LONGEST + 1][LONGEST + 1];

    if (m > LONGEST || n > LONGEST)
        return INT_MAX;
    for (size_t i = 0; i <= m; i++) {
        for (size_t j = 0; j <= n; j++) {
            if (i == 0 || j == 0) {
                cost[i][j] = (int)(i + j);
                continue;
            }
            bool same = one[i - 1] == other[j - 1];
            cost[i][j] = least(cost[i - 1][j - 1] + !same,
                               least(cost[i - 1][j], cost[i][j - 1]) + 1);
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] &&
                one[i - 2] == other[j - 1])
                cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[m][n];
}
