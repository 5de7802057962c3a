/* markdown.h - a Markdown text as a tree.
 *
 * md4c reads the text and calls back at every start and end; this turns the calls into nodes
 * that can be walked more than once. Blocks and spans are the same kind of node: a paragraph
 * has text and spans as children, a list has items, an item has blocks.
 *
 * Read on: https://spec.commonmark.org/0.30/, md4c.h.
 */
#ifndef MARKDOWN_H
#define MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

enum markdown_kind {
    MARKDOWN_DOCUMENT,
    /* blocks */
    MARKDOWN_HEADING, /* level: 1 to 6 */
    MARKDOWN_PARAGRAPH,
    MARKDOWN_QUOTE,
    MARKDOWN_LIST, /* level: number of the first item, or -1 for bullets;
                              tight: no blank lines between its items */
    MARKDOWN_ITEM,
    MARKDOWN_RULE,
    MARKDOWN_CODE,  /* text: the lines; target: the info string ("" if none) */
    MARKDOWN_HTML,  /* text: as it stands, comments too */
    MARKDOWN_TABLE, /* rows; the first is the header; level: columns */
    MARKDOWN_ROW,
    MARKDOWN_CELL, /* level: 0 left, 1 centre, 2 right */
    /* spans */
    MARKDOWN_TEXT,  /* text */
    MARKDOWN_SPACE, /* a line end inside a paragraph */
    MARKDOWN_BREAK, /* a line end that stays one */
    MARKDOWN_EMPHASIS,
    MARKDOWN_STRONG,
    MARKDOWN_STRIKE,
    MARKDOWN_CODE_SPAN,
    MARKDOWN_LINK,  /* target: where it points */
    MARKDOWN_IMAGE, /* target: its file; the children are the text instead */
};

struct markdown {
    enum markdown_kind kind;
    int level;
    bool tight;
    char *text;   /* NULL where the kind has none */
    char *target; /* NULL where the kind has none */
    struct markdown *children, *last_child;
    struct markdown *next; /* its next sister */
};

/* Parses TEXT (UTF-8, ended by a 0 byte). Returns the document, which the caller frees with
 * markdown_free, or NULL with errno ENOMEM.
 */
struct markdown *markdown_parse(const char *text);

/* Frees a document and all below it; NULL is allowed. */
void markdown_free(struct markdown *document);

/* The text of NODE and all below it without any markup, line ends inside a paragraph as
 * '\n'. Returns a string that the caller frees, or NULL with errno ENOMEM.
 */
char *markdown_plain(const struct markdown *node);

#endif
