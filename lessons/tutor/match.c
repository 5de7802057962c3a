/* match.c - whether what a command printed is what the page shows.
 *
 * Lines are matched first, with "…" lines as the wildcard, then the characters of each pair
 * of lines, with "…" in them as the wildcard. Both are the same greedy walk: remember the
 * last wildcard, and when something does not fit, let that wildcard take one more and go on
 * behind it. An earlier wildcard never has to be taken back, because the later one can take
 * all that it could give; so there is no recursion and no exponential case.
 *
 * Read on: match.h; Russ Cox, "Glob matching can be simple and fast too".
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <string.h>
#include "match.h"

#define ANY "…"
#define ANY_LENGTH (sizeof ANY - 1)

struct line {
    const char *text;
    size_t length; /* without the white space at its end */
};

/* A text, read line by line. */
struct lines {
    const char *at;
    const char *end; /* without the white space at the end of the text */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct lines lines_of(const char *text)
{
    const char *end = text + strlen(text);

    while (end > text && is_blank(end[-1]))
        end--;
    return (struct lines){.at = text, .end = end};
}

static bool no_more(const struct lines *lines)
{
    return lines->at >= lines->end;
}

static struct line take(struct lines *lines)
{
    const char *start = lines->at;
    const char *end = memchr(start, '\n', (size_t)(lines->end - start));

    if (!end)
        end = lines->end;
    lines->at = end < lines->end ? end + 1 : end;
    while (end > start && is_blank(end[-1]))
        end--;
    return (struct line){.text = start, .length = (size_t)(end - start)};
}

static bool starts_any(const char *at, const char *end)
{
    return (size_t)(end - at) >= ANY_LENGTH && !memcmp(at, ANY, ANY_LENGTH);
}

/* A line that is nothing but "…", with blanks around it. */
static bool is_any(struct line line)
{
    while (line.length > 0 && is_blank(*line.text)) {
        line.text++;
        line.length--;
    }
    return line.length == ANY_LENGTH && !memcmp(line.text, ANY, ANY_LENGTH);
}

static bool line_matches(struct line expected, struct line shown)
{
    const char *e = expected.text, *e_end = e + expected.length;
    const char *s = shown.text, *s_end = s + shown.length;
    const char *after_any = NULL, *retry = NULL;

    while (s < s_end) {
        if (starts_any(e, e_end)) {
            after_any = e += ANY_LENGTH;
            retry = s;
        } else if (e < e_end && *e == *s) {
            e++;
            s++;
        } else if (after_any) {
            e = after_any;
            s = ++retry;
        } else {
            return false;
        }
    }
    while (starts_any(e, e_end))
        e += ANY_LENGTH;
    return e == e_end;
}

bool match_text(const char *expected, const char *shown, int *line)
{
    struct lines e = lines_of(expected), s = lines_of(shown);
    struct lines after_any = {0}, retry = {0};
    bool any = false;
    int number = 1, number_after_any = 0, furthest = 1;

    for (;;) {
        struct lines e_here = e, s_here = s;
        bool e_over = no_more(&e);
        struct line pattern = e_over ? (struct line){"", 0} : take(&e_here);

        if (!e_over && is_any(pattern)) {
            any = true;
            after_any = e = e_here;
            number_after_any = ++number;
            retry = s;
            continue;
        }
        if (no_more(&s))
            break;
        struct line text = take(&s_here);
        if (!e_over && line_matches(pattern, text)) {
            e = e_here;
            s = s_here;
            number++;
        } else if (any) {
            furthest = number > furthest ? number : furthest;
            (void)take(&retry);
            s = retry;
            e = after_any;
            number = number_after_any;
        } else {
            break;
        }
    }
    furthest = number > furthest ? number : furthest;
    if (line)
        *line = furthest;
    return no_more(&s) && no_more(&e);
}

/* The next word of *AT, or one of length 0 at the end. */
static struct line take_word(const char **at)
{
    const char *start = *at;

    while (is_blank(*start))
        start++;
    const char *end = start;
    while (*end && !is_blank(*end))
        end++;
    *at = end;
    return (struct line){.text = start, .length = (size_t)(end - start)};
}

/* "…" as a word of its own stands for any number of words, as a line of its own does. */
bool match_words(const char *expected, const char *shown)
{
    const char *e = expected, *s = shown;
    const char *after_any = NULL, *retry = NULL;

    for (;;) {
        const char *e_here = e, *s_here = s;
        struct line pattern = take_word(&e_here), text = take_word(&s_here);

        if (is_any(pattern)) {
            after_any = e = e_here;
            retry = s;
        } else if (text.length == 0) {
            return pattern.length == 0;
        } else if (pattern.length > 0 && line_matches(pattern, text)) {
            e = e_here;
            s = s_here;
        } else if (after_any) {
            (void)take_word(&retry);
            s = retry;
            e = after_any;
        } else {
            return false;
        }
    }
}

bool match_command(const char *one, const char *other)
{
    for (;;) {
        struct line a = take_word(&one), b = take_word(&other);
        if (a.length != b.length || memcmp(a.text, b.text, a.length) != 0)
            return false;
        if (a.length == 0)
            return true;
    }
}

/* How long the escape sequence at AT is, which starts with ESC. */
static size_t escape_length(const char *at)
{
    size_t length = 1;

    if (at[1] == '[') { /* CSI: parameters, then one byte from '@' to '~' */
        for (length = 2; at[length] && !(at[length] >= '@' && at[length] <= '~');)
            length++;
        return at[length] ? length + 1 : length;
    }
    if (at[1] == ']') { /* OSC: up to BEL, or ESC and a backslash */
        for (length = 2; at[length] && at[length] != '\a' && at[length] != '\033';)
            length++;
        if (at[length] == '\033' && at[length + 1] == '\\')
            return length + 2;
        return at[length] == '\a' ? length + 1 : length;
    }
    return at[1] ? 2 : 1;
}

void match_strip(char *text)
{
    char *to = text;

    for (const char *from = text; *from;) {
        if (strncmp(from, "\r\033[K", 4) == 0) { /* the line is wiped, as progress is */
            while (to > text && to[-1] != '\n')
                to--;
            from += 4;
        } else if (*from == '\033')
            from += escape_length(from);
        else if (*from == '\r' && (from[1] == '\n' || from[1] == '\r'))
            from++;
        else
            *to++ = *from++;
    }
    *to = '\0';
}
