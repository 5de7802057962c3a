/* module.h - the functions of a lab, and whose each of them is.
 *
 * The build knows: build/reference/LESSON/functions lists what the lab asks for, and from
 * labs/LESSON it makes LESSON.so and LESSON.todo (which functions still hold LAB_TODO). So
 * this builds them, when they are out of date, and reads the answer. Nothing of the learner's
 * is loaded or run.
 */
#ifndef MODULE_H
#define MODULE_H

#include <stddef.h>
#include "course.h"

enum owner {
    OWNER_YOURS,
    OWNER_NOT_WRITTEN,    /* it still holds LAB_TODO */
    OWNER_DOES_NOT_BUILD, /* the lab as a whole does not */
    OWNER_REFERENCE,      /* the lab does not define it */
};

struct module_function {
    char name[64];
    char step[8];
    int points;
    enum owner owner;
};

struct module {
    struct module_function *functions;
    size_t count;
    bool builds;
};

/* Builds, unless BUILT says that this has been done, and reads. Returns 0, and the caller
 * frees it with module_free; or -1 with a line on stderr. A lesson without a lab has a count of
 * 0. */
int module_read(const struct course *course, const struct lesson *lesson, bool built,
                struct module *module);
void module_free(struct module *module);

/* Builds all labs at once, which is quicker than one after the other. Returns true when all
 * of them build; otherwise each is to be built by itself, to see which do. */
bool module_build_all(const struct course *course);

/* "yours", "not written", ... */
const char *owner_words(enum owner owner);

#endif
