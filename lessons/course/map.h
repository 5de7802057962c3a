/* map.h - what of the map other commands need: titles, and which lesson comes next. */
#ifndef MAP_H
#define MAP_H

#include <stdbool.h>
#include "course.h"
#include "page.h"
#include "progress.h"

/* The title without the name of the lesson: "a root of its own". PAGE may be NULL. The string
 * is the page's, or constant. */
const char *lesson_title(const struct page *page);

/* True when its best check had all points. */
bool lesson_finished(const struct progress *progress, const struct lesson *lesson);

/* The first lesson that is not finished; NULL when all are. */
const struct lesson *lesson_next(const struct course *course,
                                 const struct progress *progress);

/* The one to go on with after LESSON: the next one of its track that is not finished, or else as
 * above. */
const struct lesson *lesson_after(const struct course *course,
                                  const struct progress *progress,
                                  const struct lesson *lesson);

/* Prints the map on stdout. */
void map_print(const struct course *course, const struct progress *progress);

/* The progress to look at, for progress_close; NULL, with a line on stderr, when it cannot be
 * read. */
struct progress *progress_or_say(const struct course *course);

#endif
