/* values.c - reading the figures, and writing them as people read them. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "report.h"

/* A text without control characters: those of ASCII, and in UTF-8 U+0080 to U+009F. */
static int clean_text(json_t *text)
{
    char *copy = strdup(json_string_value(text));
    if (copy == NULL)
        return -1;
    for (unsigned char *at = (unsigned char *)copy; *at != '\0'; at++) {
        if (*at < ' ' || *at == 0x7f)
            *at = ' ';
        else if (at[0] == 0xc2 && at[1] < 0xa0)
            at[0] = at[1] = ' ';
    }
    int failed = json_string_set(text, copy);
    free(copy);
    return failed;
}

int report_clean(json_t *report)
{
    const char *name;
    size_t index;
    json_t *value;
    int failed = json_is_string(report) ? clean_text(report) : 0;
    json_object_foreach(report, name, value) failed |= report_clean(value);
    json_array_foreach(report, index, value) failed |= report_clean(value);
    if (failed)
        errno = ENOMEM;
    return failed ? -1 : 0;
}

const char *report_word(const json_t *object, const char *name)
{
    const char *word = json_string_value(json_object_get(object, name));
    return word != NULL ? word : "";
}

const char *report_item(const json_t *array, size_t index)
{
    const char *word = json_string_value(json_array_get(array, index));
    return word != NULL ? word : "";
}

double report_number(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

/* Three digits that say something; more only before the point. */
static void number(double value, char *text, size_t size)
{
    double most = fabs(value);
    int digits = value == (double)(long long)value ? 0
                 : most >= 100                     ? 0
                 : most >= 10                      ? 1
                 : most >= 1                       ? 2
                                                   : 3;
    (void)snprintf(text, size, "%.*f", digits, value);
}

void report_cell(const json_t *cell, bool spread, char *text, size_t size)
{
    const json_t *value = json_object_get(cell, "value");
    char middle[32], low[32], high[32];
    if (value == NULL) {
        const char *word = report_word(cell, "text");
        (void)snprintf(text, size, "%s", word[0] != '\0' ? word : "none");
        return;
    }
    number(json_number_value(value), middle, sizeof middle);
    (void)snprintf(text, size, "%s", middle);
    if (!spread || json_object_get(cell, "low") == NULL)
        return;
    number(report_number(cell, "low"), low, sizeof low);
    number(report_number(cell, "high"), high, sizeof high);
    (void)snprintf(text, size, "%s (%s to %s)", middle, low, high);
}

struct report_count report_count(const json_t *report)
{
    struct report_count count = {0};
    size_t index;
    const json_t *claim;
    json_array_foreach(json_object_get(report, "claims"), index, claim)
    {
        const char *state = report_word(claim, "state");
        count.all++;
        count.measured += strcmp(state, "measured") == 0;
        count.missing += strcmp(state, "missing") == 0;
        count.failed += strcmp(state, "failed") == 0;
    }
    return count;
}
