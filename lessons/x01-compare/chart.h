/* chart.h - the tables of a claim, as bars of text in 80 columns. */
#ifndef CHART_H
#define CHART_H

#include <jansson.h>

/* Prints every table of CLAIM. */
void chart_print(const json_t *claim);

/* Prints TEXT from column AT on, in lines of at most 80 columns. The cursor stands there. */
void chart_wrapped(int at, const char *text);

#endif
