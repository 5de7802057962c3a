/* figures.h - predictions, and the figures of the claims, as mini-compare measures them. */
#ifndef FIGURES_H
#define FIGURES_H

#include <jansson.h>
#include <stdbool.h>
#include "tutor.h"

enum unit { UNIT_COUNT, UNIT_TIME, UNIT_BYTES, UNIT_TIMES };

/* A claim, and the one of its figures that is predicted. */
struct topic {
    const char *name;  /* as `boxwork compare` calls it */
    const char *asked; /* what the figure is */
    const char *fact;  /* its name in the JSON */
    enum unit unit;
    double scale; /* of the fact: to nanoseconds, bytes, or 1 */
};

enum { TOPICS = 13 };
extern const struct topic topics[TOPICS];

/* Their names, NULL-ended; those that were measured. */
const char *const *figures_names(struct tutor *tutor);

/* The topic NAME, also by its number, or NULL after a message. */
const struct topic *figures_find(struct tutor *tutor, const char *name);

/* Runs mini-compare for COUNT topics. Returns 0, or an exit status after a message. */
int figures_measure(struct tutor *tutor, const struct topic *const *list, size_t count);

/* What was measured of TOPIC in this session, and where; NULL when it was not. */
json_t *figures_claim(struct tutor *tutor, const struct topic *topic);
json_t *figures_place(struct tutor *tutor);

/* What was predicted; a negative number when nothing was. */
double *figures_prediction(struct tutor *tutor, const struct topic *topic);

/* The figure that is predicted; false when the claim has none. */
bool figures_value(json_t *claim, const struct topic *topic, double *value);

/* VALUE in UNIT as text, of a ring of eight: "200 ms". */
const char *figures_text(double value, enum unit unit);

/* Reads "200ms", "1.5 GiB", "12x", "7". Returns whether it is a value of UNIT. */
bool figures_parse(const char *text, enum unit unit, double *value);

#endif
