/* answer.c - whether an answer to a question of a page is right.
 *
 * A learner who writes "0x7F" for 127, or "B)" for b, has understood. So the letter of a
 * choice may have its bracket, numbers are compared as numbers, and words without regard to
 * case, white space and quotes around them.
 *
 * Read on: page.h, page_answer_is_right.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "page.h"

/* The bytes of an answer that count, one after the other; 0 at the end. */
struct reader {
    const char *at, *end;
    bool started;
};

static bool is_noise(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

static int next_byte(struct reader *reader)
{
    bool blank = false;

    while (reader->at < reader->end &&
           (isspace((unsigned char)*reader->at) || is_noise(*reader->at))) {
        blank |= !is_noise(*reader->at);
        reader->at++;
    }
    if (reader->at == reader->end)
        return 0;
    if (blank && reader->started) {
        reader->started = false; /* white space between words counts once */
        return ' ';
    }
    reader->started = true;
    return tolower((unsigned char)*reader->at++);
}

static bool same_text(const char *one, size_t one_length, const char *other)
{
    struct reader a = {one, one + one_length, false};
    struct reader b = {other, other + strlen(other), false};
    int from_a, from_b;

    do {
        from_a = next_byte(&a);
        from_b = next_byte(&b);
    } while (from_a == from_b && from_a != 0);
    return from_a == from_b;
}

/* A whole string that is a number, as C writes it. */
static bool is_number(const char *text, size_t length, long long *number)
{
    char copy[64], *end;

    while (length > 0 && isspace((unsigned char)*text)) {
        text++;
        length--;
    }
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    if (length == 0 || length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    /* a leading 0 alone makes no octal number here: nobody means 010 to be 8 in an answer,
     * but for "0o644" or 0644 both sides are compared as text first */
    bool hexadecimal =
        length > 2 && copy[0] == '0' && tolower((unsigned char)copy[1]) == 'x';
    errno = 0;
    *number = strtoll(copy, &end, hexadecimal ? 16 : 10);
    return errno == 0 && *end == '\0' && end != copy;
}

static bool is_choice(const struct page_question *question, const char *given)
{
    given += strspn(given, " \t\n(");
    if (tolower((unsigned char)given[0]) != tolower((unsigned char)question->answer[0]))
        return false;
    given++;
    given += *given == ')' || *given == '.';
    return given[strspn(given, " \t\n")] == '\0';
}

bool page_answer_is_right(const struct page_question *question, const char *given)
{
    if (given[strspn(given, " \t\n")] == '\0')
        return false; /* no answer is never right */
    if (question->choice_count > 0)
        return is_choice(question, given);

    for (const char *accepted = question->answer;; accepted++) {
        size_t length = strcspn(accepted, "|");
        long long wanted, number;
        if (same_text(accepted, length, given))
            return true;
        if (is_number(accepted, length, &wanted) &&
            is_number(given, strlen(given), &number) && wanted == number)
            return true;
        accepted += length;
        if (!*accepted)
            return false;
    }
}
