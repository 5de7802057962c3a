/* progress.h - what the learner has done so far, in .boxwork/progress.json of the tree.
 *
 * For each lesson: the page's steps that are ticked off, the section that is open, hints
 * that were opened, questions that were answered, points. The file is written at once (a
 * temporary file, fsync, rename), so that it is whole at any time; who changes it holds a lock
 * from reading to writing, so that two sessions cannot undo each other's changes.
 *
 *     { "version": 1,
 *       "lessons": { "c02-chroot": { "section": 3, "steps_total": 14,
 *           "steps": ["enter build/rootfs sh", "$ ls"],
 *           "hints": {"chroot_enter": 2}, "questions": {"QUESTION": true},
 *           "points": 40, "best": 60, "max": 100 } } }
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress;

enum progress_mode {
    PROGRESS_READ,   /* a copy to look at; progress_save is refused */
    PROGRESS_CHANGE, /* nobody else changes it until progress_close: be quick */
};

/* The folder of the progress file and the histories: TOP/.boxwork, or what BOXWORK_HOME in the
 * environment says (for a tree that is shared, and for tests). The caller frees it; NULL: no
 * memory. */
char *progress_folder(const char *top);

/* Reads the progress of the tree TOP. A missing file is an empty one. Returns it, or NULL
 * with one line for the user in ERROR (size SIZE): the file cannot be read, or is damaged; a
 * damaged one is left as it is, and copied to .boxwork/progress.damaged.json. */
struct progress *progress_open(const char *top, enum progress_mode mode, char *error,
                               size_t size);

/* Writes it. Returns 0, or -1 with a line in ERROR; the file on disk is then the old one. */
int progress_save(struct progress *progress, char *error, size_t size);

/* Ends the lock and frees it. Changes since progress_save are lost. NULL is allowed. */
void progress_close(struct progress *progress);

/* Replaces the progress of TOP by the file FROM, when that is a valid one, or writes it to the
 * file TO ("-": stdout). Returns 0, or -1 with a line in ERROR. */
int progress_import(const char *top, const char *from, char *error, size_t size);
int progress_export(const char *top, const char *to, char *error, size_t size);

/* --- steps of the page (key: struct page_command) ------------------------------------ */

bool progress_step(const struct progress *progress, const char *lesson, const char *key);
void progress_tick(struct progress *progress, const char *lesson, const char *key);

/* How many steps are ticked, and how many there are: 0 until progress_set_total. */
int progress_steps(const struct progress *progress, const char *lesson);
int progress_total(const struct progress *progress, const char *lesson);
void progress_set_total(struct progress *progress, const char *lesson, int total);

/* The section that is open in the guide, 0 at first. */
int progress_section(const struct progress *progress, const char *lesson);
void progress_set_section(struct progress *progress, const char *lesson, int section);

/* --- hints and questions -------------------------------------------------------------- */

/* How many hints for FUNCTION are open. FUNCTION NULL: for all functions together. */
int progress_hints(const struct progress *progress, const char *lesson,
                   const char *function);
void progress_set_hints(struct progress *progress, const char *lesson,
                        const char *function, int count);

/* Whether the question was answered rightly. */
bool progress_question(const struct progress *progress, const char *lesson,
                       const char *question);
void progress_set_question(struct progress *progress, const char *lesson,
                           const char *question, bool right);
/* How many were. */
int progress_questions(const struct progress *progress, const char *lesson);

/* --- points --------------------------------------------------------------------------- */

struct progress_points {
    int points; /* of the last check; -1 when it was never checked */
    int best;   /* of the best check */
    int max;
};

struct progress_points progress_points(const struct progress *progress,
                                       const char *lesson);
/* Notes the points of a check; the best one is kept beside it. */
void progress_set_points(struct progress *progress, const char *lesson, int points,
                         int max);

/* Forgets all of a lesson. */
void progress_forget(struct progress *progress, const char *lesson);

#endif
