/* lab.h - what an unfinished function of a lab says, and how the kit finds it.
 *
 * A lab is cut from its solution: the body of each function that is yours to write is
 * replaced by LAB_TODO and a return value that means failure. LAB_TODO does two things.
 * Called, it says on stderr which function is missing and where, and sets errno to ENOSYS.
 * Compiled, it leaves the name of the function in the section "lab_todo" of the object
 * file, so that the build knows which functions are not written yet and takes these from
 * the reference. Remove the line LAB_TODO, and the function is yours.
 */
#ifndef LAB_H
#define LAB_H

#include <errno.h>
#include <stdio.h>

/* The kit's own tests grade stubs as if they were finished, and compare the programs that they are
 * in, so no name and number of a line may be in these. */
#ifdef LAB_TODO_UNMARKED
#define LAB_TODO_MARK(function)
#define LAB_TODO_FILE "lab"
#define LAB_TODO_LINE 0
#else
#define LAB_TODO_MARK(function)                                                          \
    static const char lab_todo_mark_[] __attribute__((section("lab_todo"), used)) =      \
        #function;
#define LAB_TODO_FILE __FILE__
#define LAB_TODO_LINE __LINE__
#endif

#define LAB_TODO(step, function)                                                         \
    do {                                                                                 \
        LAB_TODO_MARK(function)                                                          \
        fprintf(stderr, "%s:%d: %s is not written yet (step %s)\n", LAB_TODO_FILE,       \
                LAB_TODO_LINE, #function, step);                                         \
        errno = ENOSYS;                                                                  \
    } while (0)

#endif
