/* switchboard.h - one function of a module, two implementations, switched while it runs.
 *
 * A step program does not call chroot_enter of the reference or of the learner directly. For
 * each public function of a module the build makes a three-line trampoline of that name,
 * which jumps through a slot. The reference modules are shared objects that the program is
 * linked with, and the learner's module is one that is loaded on demand; a call *inside* such
 * a shared object goes through the dynamic linker's symbol lookup, finds the program's
 * trampoline first, and so takes the slot as well. (ELF symbol interposition: ld.so(8),
 * dlsym(3); the objects are compiled with -fPIC -fsemantic-interposition -fno-inline.)
 */
#ifndef SWITCHBOARD_H
#define SWITCHBOARD_H

#include <stdbool.h>
#include <stddef.h>

enum switch_position {
    SWITCH_REFERENCE,
    SWITCH_MINE,
};

struct switch_function {
    const char *name;   /* "chroot_enter" */
    const char *lesson; /* "c02-chroot" */
    const char *step;   /* "2.1" when the lab asks for it, else "-" */
    int points;         /* 0 when the lab does not ask for it */
    void **slot;        /* where its trampoline jumps to */
};

/* All functions of the modules of this program, in the order of lessons and steps.
 * COUNT gets how many there are. The array is constant.
 */
const struct switch_function *switch_functions(size_t *count);

/* Points every slot to the reference. Called once, before anything else of a module.
 * Returns 0, or -1 when the dynamic linker does not know a function (the build is broken);
 * switch_error() then says which.
 */
int switch_start(void);

/* Loads the learner's modules anew from build/labs/LESSON.so (TOP is the tree), which the
 * caller has just built. A lesson without such a file is left out. Functions that are `mine`
 * already are pointed to the new code. Returns 0, or -1; switch_error() says why.
 */
int switch_load_mine(const char *top);

/* Whether the learner's function exists and is finished (no LAB_TODO in it), after
 * switch_load_mine.
 */
bool switch_has_mine(const struct switch_function *function);

/* Switches one function. Returns 0, or -1 with errno ENOENT when there is no such function,
 * ENOSYS when the learner's is not written yet.
 */
int switch_to(const char *function, enum switch_position position);

/* Whose function runs now. */
enum switch_position switch_position(const struct switch_function *function);

/* What went wrong last, one line; a string that is valid until the next call. */
const char *switch_error(void);

#endif
