/* figures.h - the tables of a claim, as JSON: what the report prints, draws, and a test reads.
 *
 *     {"id": "boot", …, "state": "measured", "verdict": "holds", "sentence": "…",
 *      "tables": [{"id": "stages", "title": "…", "unit": "ms", "chart": "bars",
 *                  "columns": ["first line", …],
 *                  "rows": [{"name": "process", "cells": [CELL, …]}, …]}],
 *      "missing": ["…: comes with c09-images"], "facts": {"boot-ids": 2, …}}
 *
 * A CELL is {"value", "low", "high", "count"} for a median with its quartiles, {"value"} for
 * something that was counted, {"text"}, or null.
 *
 * No memory for JSON is told once, at the end, when the document is whole or not: jansson
 * passes NULL on.
 */
#ifndef FIGURES_H
#define FIGURES_H

#include "compare.h"

/* How a table is drawn. */
#define CHART_NONE ""
#define CHART_BARS "bars"   /* a group of bars for each column, a colour for each row */
#define CHART_STACK "stack" /* a bar for each row, a colour for each column */

/* Begins a table of the claim at hand; COLUMNS is NULL-ended. It belongs to the claim. */
json_t *figures_table(struct compare *compare, const char *id, const char *title,
                      const char *unit, const char *chart, const char *const columns[]);

/* Begins the next row. It belongs to the table. */
json_t *figures_row(json_t *table, const char *name);

/* The next cell of a row: the median of COUNT samples, each times SCALE, and its quartiles; a
 * number; a text; nothing. */
int figures_samples(struct compare *compare, json_t *row, const double *samples,
                    size_t count, double scale);
void figures_number(json_t *row, double value);
void figures_text(json_t *row, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void figures_nothing(json_t *row);

/* What a test, or another program, wants to know without reading tables. */
void figures_fact(struct compare *compare, const char *name, double value);

/* A part that cannot be measured yet: "restoring memory: comes with h12-snapshot". */
void figures_missing(struct compare *compare, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The end of a claim. VERDICT is one of these; the sentence is made of the figures. */
#define HOLDS "holds"
#define HOLDS_WHEN "holds when"
#define DOES_NOT_HOLD "does not hold as stated"
int figures_verdict(struct compare *compare, const char *verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* VALUE with three digits that say something and a unit: "1.25 s", "830 us"; "12.5 MiB".
 * Strings of a ring of eight. */
const char *figures_time(double nanoseconds);
const char *figures_bytes(double bytes);

#endif
