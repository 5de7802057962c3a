/* render.h - shows Markdown in a terminal.
 *
 * Text is wrapped at the width; code and tables are not, because a line of code that is
 * broken is wrong. With colour, emphasis, code and headings are SGR sequences; without, they
 * are marked by what surrounds them, so that nothing is lost on paper or in a pipe.
 */
#ifndef RENDER_H
#define RENDER_H

#include <stdbool.h>
#include <stdio.h>
#include "markdown.h"

#define RENDER_MOST_COLUMNS 100 /* longer lines are hard to read */

struct render {
    FILE *out;
    int columns; /* of the terminal; at most RENDER_MOST_COLUMNS of them are used */
    bool colour;

    /* What stands in the margin of line LINE (from 0) of a code block, at most one column
     * wide; NULL or "" for nothing. The function may be NULL. */
    const char *(*margin)(void *context, const struct markdown *block, int line);
    void *context;
};

/* Shows the blocks from FIRST up to, but without END (NULL: all sisters of FIRST), with an
 * empty line between two. Returns 0, or -1 with errno when memory or OUT fails. */
int render_blocks(const struct render *render, const struct markdown *first,
                  const struct markdown *end);

/* Shows what is inside NODE (an item, a heading). */
int render_children(const struct render *render, const struct markdown *node);

/* Shows a heading of this level, 1 to 6. */
int render_heading(const struct render *render, int level, const char *text);

/* Wraps plain TEXT at the width, each line after the first behind INDENT blanks. */
int render_text(const struct render *render, int indent, const char *text);

/* Writes plain TEXT to OUT in lines of at most COLUMNS; the first one begins at column AT, where the
 * cursor stands already, the others behind as many blanks. */
void render_wrapped(FILE *out, int columns, int at, const char *text);

/* How many columns TEXT (UTF-8) takes in a terminal; SGR sequences take none. */
int render_width(const char *text);

#endif
