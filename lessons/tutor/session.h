/* session.h - what the parts of the tutor share: the session, and their words.
 *
 *     main.c ─ session.c    starts, reads lines, ends
 *              input.c      a line from a terminal, a pipe, a file; completion, history
 *              execute.c    runs a line: guard.c around it, capture.c behind it
 *              calls.c      strace beside it, for `calls WORD`
 *              commands.c   all words: the lesson's and the guide's; help
 *              guide.c      the page's sections and what is ticked off: next back where do
 *              play.c       types the whole page
 *              study.c      hint, ask          source.c   source
 *              modules.c    mine, reference, use, check, lessons, open
 *              state.c      what tutor.h offers to a lesson
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include "capture.h"
#include "guard.h"
#include "page.h"
#include "progress.h"
#include "render.h"
#include "tutor.h"

/* A page's command in the guide, as it went in this session. */
struct step {
    const struct page_command *command;
    size_t section;
    bool ticked;
    bool here;   /* it was run in this session: what it made may still be there */
    char *shown; /* what it printed last, when that was not what the page shows */
};

struct state; /* one of tutor_state, see state.c */

struct tutor {
    char *top;          /* the tree */
    char *program;      /* build/c02, absolute */
    const char *lesson; /* "c02-chroot" */
    struct page *page;  /* NULL: it could not be read */

    bool captures; /* there is a keeper: a REPL, a script, `play` */
    bool terminal; /* lines come from a terminal, and go to one */
    bool colour;
    bool plays;       /* `build/c02 play`: this session is there for it */
    bool leaving;     /* quit */
    bool failed;      /* a command of a script failed */
    bool keeps_notes; /* the progress file could be read */
    int input;        /* where lines come from, when that is no terminal */
    struct capture capture;

    const char *word; /* the command that runs, for messages */

    struct step *steps;
    size_t step_count;
    size_t section; /* that is open */
    size_t do_next; /* the step that `do` types */

    char directory[256]; /* without a keeper: the temporary directory, "" for none */
    char cgroup[64];     /* without a keeper: the cgroup, "" for none */

    int wrong_answers; /* to the question asked last */
    size_t last_question;
    struct state *states;
    struct path *paths;
};

/* --- commands.c --- */

/* The command of this name, of the lessons or of the guide; NULL when there is none. */
const struct tutor_command *command_find(const char *name);

/* The I-th command, guide words last; NULL after the last one. */
const struct tutor_command *command_at(size_t i);

/* Whether it belongs to the guide; and whether it must not run inside a capture. */
bool command_is_guide(const struct tutor_command *command);
bool command_is_plain(const struct tutor_command *command);

/* The lesson of the program of this name ("c02"), or the last one that it holds; NULL when it
 * holds none. */
const char *command_lesson(const char *program);

/* The name that NAME was probably meant to be, or NULL. */
const char *command_nearest(const char *name);

/* "usage: use mine FUNCTION" on stderr; returns 2. */
int command_usage(const struct tutor *tutor, const struct tutor_command *command);

/* --- execute.c --- */

/* Runs one line, as it was typed. Returns its exit status. NO_INPUT: stdin is empty. SHOWN
 * (may be NULL) gets what it printed, valid until the next one; "" without capture. */
int execute_line(struct tutor *tutor, const char *line, bool no_input,
                 const char **shown);

/* Runs a command of this many words, without capture. */
int execute_words(struct tutor *tutor, int argc, char **argv);

/* Runs PROGRAM with ARGUMENTS (argv of it) and waits. Returns its exit status; 128 + signal;
 * 127 when it cannot be executed. */
int execute_program(const char *program, char *const arguments[]);

/* Says on stderr what crashed. */
void crash_explain(const struct tutor *tutor, const struct guard_outcome *outcome);

/* --- input.c --- */

/* Gets ready for reading lines, with the history of the lesson. */
void input_start(struct tutor *tutor);
void input_end(struct tutor *tutor);

/* Reads a line, without its end. COMMAND: it is a command line, with completion and history;
 * otherwise an answer. Returns a string that the caller frees, or NULL at the end. */
char *input_line(struct tutor *tutor, const char *prompt, bool command);

/* --- guide.c --- */

/* Reads the page and what is ticked. */
void guide_start(struct tutor *tutor);
void guide_end(struct tutor *tutor);

/* What a learner sees first in a REPL. */
void guide_welcome(struct tutor *tutor);

/* Notes that LINE was run and printed SHOWN: ticks a step off, says what there is to say. */
void guide_note(struct tutor *tutor, const char *line, const char *shown);

/* How to show Markdown in this session. */
struct render guide_render(struct tutor *tutor);

/* What is expected and what was shown, side by side in text, on stdout. */
void guide_show_difference(struct tutor *tutor, const char *expected, const char *shown);

/* A line in a quiet colour. */
void guide_quiet(struct tutor *tutor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether what was printed is what the page shows, in this session. */
bool guide_matches(const struct tutor *tutor, const char *expected, const char *shown);

/* Changes the progress file: CHANGE gets it open. Errors are said once. */
void guide_change(struct tutor *tutor, void (*change)(struct progress *, void *),
                  void *context);
/* The progress to look at; the caller closes it. NULL when there is none. */
struct progress *guide_progress(struct tutor *tutor);

/* --- the words of the guide; each of them: int run(tutor, argc, argv) --- */

int word_help(struct tutor *tutor, int argc, char **argv);
int word_next(struct tutor *tutor, int argc, char **argv);
int word_back(struct tutor *tutor, int argc, char **argv);
int word_where(struct tutor *tutor, int argc, char **argv);
int word_do(struct tutor *tutor, int argc, char **argv);
int word_again(struct tutor *tutor, int argc, char **argv);
int word_play(struct tutor *tutor, int argc, char **argv);
int word_hint(struct tutor *tutor, int argc, char **argv);
int word_ask(struct tutor *tutor, int argc, char **argv);
int word_check(struct tutor *tutor, int argc, char **argv);
int word_mine(struct tutor *tutor, int argc, char **argv);
int word_reference(struct tutor *tutor, int argc, char **argv);
int word_use(struct tutor *tutor, int argc, char **argv);
int word_source(struct tutor *tutor, int argc, char **argv);
int word_calls(struct tutor *tutor, int argc, char **argv);
int word_lessons(struct tutor *tutor, int argc, char **argv);
int word_open(struct tutor *tutor, int argc, char **argv);
int word_quit(struct tutor *tutor, int argc, char **argv);

/* --- state.c, session.c --- */

/* Ends all states, the last made first. */
void state_end(struct tutor *tutor);

/* The ids of the lessons in the tree, sorted; NULL-ended; the tutor's until the next call. */
const char *const *lesson_ids(struct tutor *tutor);

/* The program. */
int tutor_main(int argc, char **argv);

#endif
