/* page.h - a lesson's page (lessons/LESSON/README.md) as the guide, the tests and the course
 * tool need it: sections, what to type and what comes back, hints, questions, quotations.
 *
 * All that is in a page is read once and stays constant; page_free frees all of it. Strings
 * are never NULL unless the comment says so.
 *
 *     # c02-chroot: a root of its own            title, and section 0
 *     <!-- needs: root userns -->                 metadata, lines of "key: value"
 *     ## A section                                 sections 1, 2, ...
 *     ```console                                   commands of the section
 *     c02> enter build/rootfs sh
 *     …                                            matches anything, see match.h
 *     ```
 *     ## Hints      ### FUNCTION and a numbered list each
 *     ## Questions  ### QUESTION, choices "a) ..." or none, <!-- answer b: why -->
 */
#ifndef PAGE_H
#define PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include "markdown.h"

enum page_prompt {
    PAGE_PROMPT_REPL,  /* "c02> run": a command of the step program */
    PAGE_PROMPT_SHELL, /* "$ ls": for /bin/sh */
};

/* One line to type, and what comes back. */
struct page_command {
    enum page_prompt prompt;
    const char *text;     /* the line without the prompt */
    const char *typed;    /* the line as it is typed in the REPL: "run", "$ ls" */
    const char *expected; /* the lines under it, each ended by '\n'; "" for none */
    const char *key; /* its name in the progress file: typed, and " #2" when it is the
                             second of the page that is typed like this, and so on */
    const struct markdown *block; /* the console block that it stands in */
    int line_of_block;            /* the number of its line in that block, from 0 */
};

enum page_section_kind {
    PAGE_GUIDE,     /* to be read and typed */
    PAGE_HINTS,     /* ## Hints */
    PAGE_QUESTIONS, /* ## Questions */
};

struct page_section {
    enum page_section_kind kind;
    const char *title;
    const struct markdown *first; /* the first block after the heading, NULL for none */
    const struct markdown
        *end; /* the block that is not in it any more (the next heading),
                                     NULL at the end of the page */
    const struct page_command *commands;
    size_t command_count;
};

/* The hints for one function, from the first nudge to the last. */
struct page_hints {
    const char *function;
    const struct markdown *const *items; /* MARKDOWN_ITEM each, for render_children */
    const char *const *texts;            /* the same as plain text */
    size_t count;
};

struct page_question {
    const char *text;             /* the heading, plain */
    const struct markdown *first; /* what stands between the heading and the answer */
    const struct markdown *end;
    const char *const *choices; /* "a) the host's" ..., plain */
    size_t choice_count;        /* 0: a free answer */
    const char *answer;         /* "b", or what is accepted, divided by '|': "127|0x7f" */
    const char *why;
};

/* A code block with from=FILE in its info string. */
struct page_quotation {
    const char *file; /* a path in the tree: "mini-container/chroot.h" */
    const char *text; /* its lines; "…" stands for lines that are left out */
};

struct page {
    const char *lesson; /* "c02-chroot" */
    const char *prompt; /* what its REPL lines start with: "c02> " */
    const char
        *title; /* the text of the first heading: "c02-chroot: a root of its own" */
    const struct page_section *sections;
    size_t section_count;
    const struct page_hints *hints;
    size_t hint_count; /* functions that have hints */
    const struct page_question *questions;
    size_t question_count;
    const struct page_quotation *quotations;
    size_t quotation_count;
    size_t command_count; /* of the sections of the kind PAGE_GUIDE, all together */
    struct page_memory *memory;
};

/* Reads TOP/lessons/LESSON/README.md. Returns a page that the caller frees with page_free,
 * or NULL with errno: of open(2) and read(2), ENOMEM, or EILSEQ when it has no title. */
struct page *page_load(const char *top, const char *lesson);

/* The same from a text. */
struct page *page_parse(const char *lesson, const char *text);

void page_free(struct page *page);

/* The value of a metadata line, without blanks around it ("root userns" for "needs"), or NULL
 * when there is no such line. The string is the page's. */
const char *page_value(const struct page *page, const char *key);

/* True when WORD is one of the words of the value of KEY: page_has(page, "needs", "kvm"). */
bool page_has(const struct page *page, const char *key, const char *word);

/* The hints of FUNCTION, or NULL. */
const struct page_hints *page_hints_of(const struct page *page, const char *function);

/* The number of the section with this title, or -1. */
int page_section_named(const struct page *page, const char *title);

/* Whether GIVEN answers the question: the letter of the choice (with or without ")"), or one
 * of the accepted texts, compared without regard to case, white space and quotes, and as
 * numbers where both are numbers (0x7f is 127). */
bool page_answer_is_right(const struct page_question *question, const char *given);

#endif
