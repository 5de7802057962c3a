/* text.c - the report for a terminal: where, then each claim with its figures and verdict. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "report.h"

struct writer {
    FILE *to;
    const struct report_style *style;
};

/* How many columns a text takes: bytes that begin a character. */
static size_t width_of(const char *text, size_t length)
{
    size_t width = 0;
    for (size_t i = 0; i < length && text[i] != 0; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
}

/* Writes TEXT in lines from column AT on; the cursor stands there already. */
static void wrapped(const struct writer *writer, size_t at, const char *text)
{
    size_t right = writer->style->columns > 40 ? (size_t)writer->style->columns : 40;
    size_t column = at;
    while (*text != '\0') {
        size_t length = strcspn(text, " "), width = width_of(text, length);
        if (column > at && column + 1 + width > right) {
            fprintf(writer->to, "\n%*s", (int)at, "");
            column = at;
        }
        fprintf(writer->to, "%s%.*s", column > at ? " " : "", (int)length, text);
        column += width + (column > at);
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', writer->to);
}

/* What a line is about, in bold where there is colour. */
static void label(const struct writer *writer, const char *indent, const char *text)
{
    fprintf(writer->to, "%s%s%s%s", indent, writer->style->colour ? "\033[1m" : "", text,
            writer->style->colour ? "\033[0m" : "");
}

/* A row: its name, then each column with its cell in a line. */
static void row(const struct writer *writer, const json_t *table, const json_t *row)
{
    enum { at = 23 };
    char cell[512], line[1024];
    size_t index;
    const json_t *one;
    int used = fprintf(writer->to, "      %s", report_word(row, "name"));
    if (used >= at) { /* a long name has a line of its own */
        fputc('\n', writer->to);
        used = 0;
    }
    json_array_foreach(json_object_get(row, "cells"), index, one)
    {
        const char *column = report_item(json_object_get(table, "columns"), index);
        report_cell(one, true, cell, sizeof cell);
        (void)snprintf(line, sizeof line, "%s: %s", column, cell);
        fprintf(writer->to, "%*s", index == 0 ? at - used : at, "");
        wrapped(writer, (size_t)at, line);
    }
}

static void table(const struct writer *writer, const json_t *table)
{
    size_t index;
    const json_t *one;
    const char *unit = report_word(table, "unit");
    fprintf(writer->to, "    %s%s%s\n", report_word(table, "title"), unit[0] ? ", " : "",
            unit);
    json_array_foreach(json_object_get(table, "rows"), index, one)
        row(writer, table, one);
}

/* What is said in the end, in a paragraph of its own. */
static void verdict(const struct writer *writer, const json_t *claim)
{
    const char *state = report_word(claim, "state");
    bool measured = strcmp(state, "measured") == 0;
    label(writer, "  ", measured ? report_word(claim, "verdict") : state);
    fputs(":\n    ", writer->to);
    wrapped(writer, 4, report_word(claim, measured ? "sentence" : "reason"));
}

static void claim(const struct writer *writer, const json_t *claim)
{
    size_t index;
    const json_t *one;
    char title[128];
    (void)snprintf(title, sizeof title, "%d %s: ", (int)report_number(claim, "number"),
                   report_word(claim, "id"));
    fputc('\n', writer->to);
    label(writer, "  ", title);
    wrapped(writer, 2 + strlen(title), report_word(claim, "claim"));
    if (writer->style->brief) {
        verdict(writer, claim);
        return;
    }
    json_array_foreach(json_object_get(claim, "tables"), index, one) table(writer, one);
    const json_t *missing = json_object_get(claim, "missing");
    for (size_t i = 0; i < json_array_size(missing); i++) {
        fputs("    missing: ", writer->to);
        wrapped(writer, 13, report_item(missing, i));
    }
    verdict(writer, claim);
}

/* All of it in a line each. */
static void verdicts(const struct writer *writer, const json_t *report)
{
    size_t index;
    const json_t *one;
    fputc('\n', writer->to);
    json_array_foreach(json_object_get(report, "claims"), index, one)
    {
        const char *state = report_word(one, "state");
        bool measured = strcmp(state, "measured") == 0;
        fprintf(writer->to, "  %2d %-13s %s\n", (int)report_number(one, "number"),
                report_word(one, "id"), measured ? report_word(one, "verdict") : state);
    }
}

static void place(const struct writer *writer, const json_t *report)
{
    const json_t *place = json_object_get(report, "place");
    const char *whose = report_word(report, "whose");
    char text[512];
    (void)snprintf(text, sizeof text, "%s, %d processor%s, Linux %s, KVM %s",
                   report_word(place, "cpu"), (int)report_number(place, "cpus"),
                   report_number(place, "cpus") == 1 ? "" : "s",
                   report_word(place, "kernel"), report_word(place, "kvm"));
    const char *where = report_word(report, "where");
    fprintf(writer->to, "measured %s %s:\n  ",
            strcmp(where, "this host") == 0 ? "on" : "in", where);
    wrapped(writer, 2, text);
    if (strcmp(report_word(place, "kvm"), "native") != 0)
        fputs("only ratios hold there: a real processor is quicker, and not by the same "
              "factor\nin everything\n",
              writer->to);
    if (writer->style->brief)
        return;
    if (whose[0] != '\0')
        fprintf(writer->to, "whose functions: %s\n", whose);
    fputs("each figure is a median; half of all runs lie between the two in brackets\n",
          writer->to);
}

int report_text(const json_t *report, const struct report_style *style, FILE *to)
{
    struct writer writer = {.to = to, .style = style};
    size_t index;
    const json_t *one;
    place(&writer, report);
    json_array_foreach(json_object_get(report, "claims"), index, one) claim(&writer, one);
    if (!style->brief)
        verdicts(&writer, report);
    struct report_count count = report_count(report);
    fprintf(to, "\n%u of %u measured in %.0f s, %u missing, %u failed\n", count.measured,
            count.all, report_number(report, "seconds"), count.missing, count.failed);
    if (fflush(to) == 0 && !ferror(to))
        return 0;
    errno = errno != 0 ? errno : EIO;
    return -1;
}
