/* report.h - what `boxwork compare` makes of the figures of mini-compare: text, and a page.
 *
 * A report is the JSON that figures.h describes, as mini-compare wrote it, with what only the
 * host knows beside it. Whatever stands in it may come from inside the lab machine, so nothing
 * is taken for granted: what is not there, or of another type, is left out, and all text is
 * escaped.
 */
#ifndef REPORT_H
#define REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct report_style {
    bool colour;
    int columns; /* of the terminal */
    bool brief;  /* each claim and its verdict, without the figures behind it */
};

/* Writes the report for a terminal. Returns 0, or -1 with errno when TO takes no more. */
int report_text(const json_t *report, const struct report_style *style, FILE *to);

/* Writes one page that needs nothing else: style and charts are in it. Returns 0, or -1 with a line
 * in WHY (of SIZE bytes): gnuplot cannot be run, TO takes no more. */
int report_page(const json_t *report, FILE *to, char *why, size_t size);

/* --- what the parts share --- */

/* Makes the control characters in all texts of REPORT blanks: on a terminal and in a script of
 * gnuplot they would mean something. Returns 0, or -1 with errno ENOMEM. To be called first. */
int report_clean(json_t *report);

/* The string called NAME in OBJECT, or at INDEX in ARRAY, or the number; "" or 0 for none. */
const char *report_word(const json_t *object, const char *name);
const char *report_item(const json_t *array, size_t index);
double report_number(const json_t *object, const char *name);

/* A cell as text: "12.3", "12.3 (11.9 to 13.0)" when SPREAD and there is one, "none" for null.
 * TEXT has SIZE bytes. */
void report_cell(const json_t *cell, bool spread, char *text, size_t size);

/* How many claims there are, were measured, are missing or failed. */
struct report_count {
    unsigned all, measured, missing, failed;
};
struct report_count report_count(const json_t *report);

/* Draws TABLE with gnuplot. NAME is unique in the page. Returns the inside of an SVG element of
 * CHART_WIDTH by CHART_HEIGHT, free(3), or NULL with a line in WHY. */
enum { CHART_WIDTH = 460, CHART_HEIGHT = 330 };
char *chart_draw(const json_t *table, const char *name, char *why, size_t size);

/* Whether TABLE is one that is drawn. */
bool chart_wanted(const json_t *table);

#endif
