/* figures.c - tables, cells and sentences of a claim as JSON; see figures.h. */
#define _GNU_SOURCE
#include "figures.h"
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The array NAME of OBJECT, made when it is not there. */
static json_t *array_of(json_t *object, const char *name)
{
    json_t *array = json_object_get(object, name);
    if (array == NULL) {
        array = json_array();
        (void)json_object_set_new(object, name, array); /* no memory: see figures.h */
    }
    return array;
}

static void append(json_t *array, json_t *value)
{
    (void)json_array_append_new(array, value); /* no memory: see figures.h */
}

/* FORMAT as a JSON string. */
static json_t *text_of(const char *format, va_list arguments)
{
    char text[1024];
    (void)vsnprintf(text, sizeof text, format, arguments); /* a long one is cut */
    json_t *string = json_string(text);
    /* What came from a guest may be no UTF-8, and a cut may be in the middle of a letter. */
    for (char *at = text; string == NULL && *at != '\0'; at++)
        *at = (unsigned char)*at < 0x80 ? *at : '?';
    return string != NULL ? string : json_string(text);
}

json_t *figures_table(struct compare *compare, const char *id, const char *title,
                      const char *unit, const char *chart, const char *const columns[])
{
    json_t *table = json_pack("{s:s, s:s, s:s, s:s, s:[], s:[]}", "id", id, "title",
                              title, "unit", unit, "chart", chart, "columns", "rows");
    for (size_t i = 0; columns[i] != NULL; i++)
        append(json_object_get(table, "columns"), json_string(columns[i]));
    append(array_of(compare->report, "tables"), table);
    return table;
}

json_t *figures_row(json_t *table, const char *name)
{
    json_t *row = json_pack("{s:s, s:[]}", "name", name, "cells");
    append(json_object_get(table, "rows"), row);
    return row;
}

static json_t *cells(json_t *row)
{
    return json_object_get(row, "cells");
}

int figures_samples(struct compare *compare, json_t *row, const double *samples,
                    size_t count, double scale)
{
    struct measure_summary s;
    if (measure_summary(samples, count, &s) == -1)
        return compare_failed(compare, "the median of %zu figures: %s", count,
                              strerror(errno));
    append(cells(row),
           json_pack("{s:f, s:f, s:f, s:i}", "value", s.median * scale, "low",
                     s.low * scale, "high", s.high * scale, "count", (int)count));
    return 0;
}

void figures_number(json_t *row, double value)
{
    append(cells(row), json_pack("{s:f}", "value", value));
}

void figures_text(json_t *row, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append(cells(row), json_pack("{s:o}", "text", text_of(format, arguments)));
    va_end(arguments);
}

void figures_nothing(json_t *row)
{
    append(cells(row), json_null());
}

void figures_fact(struct compare *compare, const char *name, double value)
{
    json_t *facts = json_object_get(compare->report, "facts");
    (void)json_object_set_new(facts, name, json_real(value)); /* no memory: figures.h */
}

void figures_missing(struct compare *compare, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append(array_of(compare->report, "missing"), text_of(format, arguments));
    va_end(arguments);
}

int figures_verdict(struct compare *compare, const char *verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)json_object_set_new(compare->report, "verdict", json_string(verdict));
    (void)json_object_set_new(compare->report, "sentence", text_of(format, arguments));
    va_end(arguments);
    return 0;
}

/* --- numbers for people ------------------------------------------------------------------- */

/* VALUE divided by the greatest of the STEPS that is not above it, with its unit. */
static const char *with_unit(double value, double step, const char *const units[])
{
    static char ring[8][32];
    static unsigned next;
    char *text = ring[next++ % 8];
    size_t unit = 0;
    while (fabs(value) >= step && units[unit + 1] != NULL) {
        value /= step;
        unit++;
    }
    int digits = fabs(value) >= 100 || (unit == 0 && value == (double)(long long)value)
                     ? 0
                 : fabs(value) >= 10 ? 1
                                     : 2;
    (void)snprintf(text, sizeof ring[0], "%.*f %s", digits, value, units[unit]);
    return text;
}

const char *figures_time(double nanoseconds)
{
    static const char *const units[] = {"ns", "us", "ms", "s", NULL};
    return with_unit(nanoseconds, 1000, units);
}

const char *figures_bytes(double bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", NULL};
    return with_unit(bytes, 1024, units);
}
