/* render_build.h - what the three parts of the renderer share.
 *
 * render_inline.c turns the spans of a paragraph into *styled text*: words divided by single
 * blanks, each with all the SGR sequences that it needs in itself, so that a line may be
 * broken at any blank. render_table.c lays out tables. render.c does the rest.
 */
#ifndef RENDER_BUILD_H
#define RENDER_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include "render.h"

/* A string that grows; after an error it stays as it is and `failed` is set. */
struct render_text {
    char *bytes;
    size_t length, room;
    bool failed;
};

void render_append(struct render_text *text, const char *bytes, size_t length);

/* The spans below NODE as styled text. Without colour, marks such as * and ` stand for the
 * styles. BOLD: all of it is. The caller frees the bytes. */
struct render_text render_styled(const struct markdown *node, bool colour, bool bold);

/* Plain TEXT as styled text: white space made single. */
struct render_text render_plain_words(const char *text);

/* Lines of at most WIDTH columns. */
struct render_lines {
    char **lines;
    size_t count;
    bool failed;
};

/* Breaks styled text; words that are wider than WIDTH are broken too. */
struct render_lines render_wrap(const char *styled, int width);
void render_lines_free(struct render_lines *lines);

/* Where the next line goes: behind which prefix. */
struct render_place {
    const struct render *render;
    const char *prefix; /* what each line starts with: "  ", "│ " */
    const char *first;  /* what the next line starts with instead, or NULL: "• " */
    bool failed;
};

/* Writes one line with its prefix. */
void render_line(struct render_place *place, const char *text);

/* How many columns there are behind the prefix, at least 10. */
int render_room(const struct render_place *place);

void render_table(struct render_place *place, const struct markdown *table);

#endif
