/* core.h - the words that poke at time: clocks, repetition, the middle of many numbers. */
#ifndef CORE_H
#define CORE_H

#include "tutor.h"
#include "works.h"

/* Measures a work as measure.h does it: calibrates, warms up, takes rounds, sums up. */
int core_measure(struct tutor *tutor, const struct work *work);

/* The words; see their help in step.c. */
int core_calibrate(struct tutor *tutor, int argc, char **argv);
int core_rounds(struct tutor *tutor, int argc, char **argv);
int core_summary(struct tutor *tutor, int argc, char **argv);
int core_drift(struct tutor *tutor, int argc, char **argv);
int core_clock(struct tutor *tutor, int argc, char **argv);

#endif
