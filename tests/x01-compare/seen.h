/* seen.h - what the two files of the judge of x01-compare share. */
#ifndef SEEN_H
#define SEEN_H

#include "grader.h"

/* The arguments of a probe; a NULL among them ends them. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The checks of what memory costs: see test_memory.c. */
void memory_share(void **state);
void memory_gone(void **state);
void memory_ended(void **state);
void tree_alone(void **state);
void tree_child(void **state);
void tree_grandchild(void **state);
void tree_name(void **state);
void tree_gone(void **state);
void group_current(void **state);
void group_peak(void **state);
void group_half(void **state);
void group_without_peak(void **state);
void group_nonsense(void **state);

#endif
