/* pristine.h - the files of a lab as they were handed out.
 *
 * Where there are solutions they are cut from them (labs/cut.awk), so they are never out of
 * date. A tree for a class has none; there `make handout` has left the cut files beside the
 * objects of the reference, as solutions/LESSON/FILE.c.lab.
 */
#ifndef PRISTINE_H
#define PRISTINE_H

#include <stddef.h>
#include "course.h"

struct pristine {
    char *name; /* "chroot.c": the file is labs/LESSON/chroot.c */
    char *text;
};

struct pristine_lab {
    struct pristine *files;
    size_t count;
};

/* Makes the files of a lab. Returns 0, and the caller frees them with pristine_free; or -1 with
 * a line on stderr. A lesson without a lab has a count of 0.
 */
int pristine_make(const struct course *course, const struct lesson *lesson,
                  struct pristine_lab *lab);
void pristine_free(struct pristine_lab *lab);

#endif
