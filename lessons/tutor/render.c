/* render.c - shows the blocks of a Markdown tree in a terminal.
 *
 * Blocks stand in one another (a paragraph in an item in a quote), so every line is written
 * behind a prefix that the outer blocks have built up; the first line of an item has the
 * bullet there instead. Code is indented by four columns and never broken.
 *
 * Read on: render.h; render_inline.c for words and lines, render_table.c for tables.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "render.h"
#include "render_build.h"

static int width_of(const struct render *render)
{
    if (render->columns <= 0)
        return 80;
    return render->columns < RENDER_MOST_COLUMNS ? render->columns : RENDER_MOST_COLUMNS;
}

int render_room(const struct render_place *place)
{
    int room = width_of(place->render) - render_width(place->prefix);
    return room < 10 ? 10 : room;
}

void render_line(struct render_place *place, const char *text)
{
    const char *prefix = place->first ? place->first : place->prefix;
    size_t length = strlen(prefix);

    place->first = NULL;
    if (!*text) /* no white space at the end of a line */
        while (length > 0 && prefix[length - 1] == ' ')
            length--;
    fprintf(place->render->out, "%.*s%s\n", (int)length, prefix, text);
}

static void write_wrapped(struct render_place *place, struct render_text *text)
{
    if (text->bytes && *text->bytes) {
        struct render_lines lines = render_wrap(text->bytes, render_room(place));
        for (size_t i = 0; i < lines.count; i++)
            render_line(place, lines.lines[i]);
        place->failed |= lines.failed;
        render_lines_free(&lines);
    }
    place->failed |= text->failed;
    free(text->bytes);
}

static void write_rule(struct render_place *place, const char *stroke, int width)
{
    struct render_text text = {0};

    for (int i = 0; i < width; i++)
        render_append(&text, stroke, strlen(stroke));
    place->failed |= text.failed;
    render_line(place, text.bytes ? text.bytes : "");
    free(text.bytes);
}

/* A heading is bold; the first two levels are underlined, so that they can be told from the
 * text without colour too. */
static void write_heading(struct render_place *place, int level, struct render_text text)
{
    int width = text.bytes ? render_width(text.bytes) : 0;
    int room = render_room(place);

    write_wrapped(place, &text);
    if (level <= 2)
        write_rule(place, level == 1 ? "═" : "─", width < room ? width : room);
}

/* In a console block what is typed stands out from what comes back. */
static bool is_typed(const char *line)
{
    if (!strncmp(line, "$ ", 2))
        return true;
    size_t word = strcspn(line, "> ");
    return word == 3 && !strncmp(line + word, "> ", 2);
}

static void write_code(struct render_place *place, const struct markdown *block)
{
    const struct render *render = place->render;
    bool console = !strncmp(block->target, "console", strlen("console"));
    int number = 0;

    for (const char *line = block->text, *next; *line; line = next, number++) {
        size_t length = strcspn(line, "\n");
        next = line + length + (line[length] == '\n');
        const char *mark =
            render->margin ? render->margin(render->context, block, number) : NULL;
        bool marked = mark && *mark;
        struct render_text text = {0};
        bool bold = console && render->colour && is_typed(line);

        if (marked || length > 0) {
            render_append(&text, "  ", 2);
            render_append(&text, marked ? mark : " ", strlen(marked ? mark : " "));
            render_append(&text, " ", 1);
        }
        if (bold)
            render_append(&text, "\033[1m", 4);
        render_append(&text, line, length);
        if (bold)
            render_append(&text, "\033[0m", 4);
        place->failed |= text.failed;
        render_line(place, text.bytes ? text.bytes : "");
        free(text.bytes);
    }
}

static void write_blocks(struct render_place *place, const struct markdown *first,
                         const struct markdown *end, bool tight);

/* Writes the blocks inside NODE behind a longer prefix; its first line starts with FIRST. */
static void write_inside(struct render_place *place, const struct markdown *node,
                         const char *first, const char *rest, bool tight)
{
    const char *outer = place->first ? place->first : place->prefix;
    char *first_prefix = NULL, *prefix = NULL;

    if (asprintf(&first_prefix, "%s%s", outer, first) == -1 ||
        asprintf(&prefix, "%s%s", place->prefix, rest) == -1) {
        free(first_prefix);
        place->failed = true;
        return;
    }
    struct render_place inside = {
        .render = place->render, .prefix = prefix, .first = first_prefix};
    write_blocks(&inside, node->children, NULL, tight);
    if (inside.first) /* an empty item still shows its bullet */
        render_line(&inside, "");
    place->first = NULL;
    place->failed |= inside.failed;
    free(first_prefix);
    free(prefix);
}

static void write_list(struct render_place *place, const struct markdown *list)
{
    int number = list->level;

    for (const struct markdown *item = list->children; item; item = item->next) {
        char bullet[24] = "• ";
        if (list->level >= 0)
            snprintf(bullet, sizeof bullet, "%d. ", number++);
        char blanks[24];
        int width = render_width(bullet);
        memset(blanks, ' ', (size_t)width);
        blanks[width] = '\0';
        if (item != list->children && !list->tight)
            render_line(place, "");
        write_inside(place, item, bullet, blanks, list->tight);
    }
}

static bool is_span(const struct markdown *node)
{
    return node->kind >= MARKDOWN_TEXT;
}

/* A tight item holds its text without a paragraph around it. Returns the first block after
 * these spans. */
static const struct markdown *write_loose_spans(struct render_place *place,
                                                const struct markdown *first)
{
    const struct markdown *after = first;
    struct markdown paragraph = {.kind = MARKDOWN_PARAGRAPH};

    while (after && (is_span(after) || after->kind == MARKDOWN_HTML))
        after = after->next;
    /* a paragraph over the spans alone: render_styled skips what is no span, so the blocks
     * that follow in the same chain are not taken twice */
    paragraph.children = (struct markdown *)first;
    struct render_text text = render_styled(&paragraph, place->render->colour, false);
    write_wrapped(place, &text);
    return after;
}

static void write_block(struct render_place *place, const struct markdown *block)
{
    bool colour = place->render->colour;
    struct render_text text;

    switch (block->kind) {
    case MARKDOWN_HEADING:
        write_heading(place, block->level, render_styled(block, colour, true));
        break;
    case MARKDOWN_PARAGRAPH:
        text = render_styled(block, colour, false);
        write_wrapped(place, &text);
        break;
    case MARKDOWN_QUOTE:
        write_inside(place, block, "│ ", "│ ", false);
        break;
    case MARKDOWN_LIST:
        write_list(place, block);
        break;
    case MARKDOWN_RULE:
        write_rule(place, "─", render_room(place));
        break;
    case MARKDOWN_CODE:
        write_code(place, block);
        break;
    case MARKDOWN_TABLE:
        render_table(place, block);
        break;
    default: /* HTML and comments are not for the reader */
        break;
    }
}

static void write_blocks(struct render_place *place, const struct markdown *first,
                         const struct markdown *end, bool tight)
{
    bool shown = false;

    for (const struct markdown *block = first; block && block != end;) {
        if (block->kind == MARKDOWN_HTML) {
            block = block->next;
            continue;
        }
        if (shown && !tight)
            render_line(place, "");
        shown = true;
        if (is_span(block)) {
            block = write_loose_spans(place, block);
        } else {
            write_block(place, block);
            block = block->next;
        }
    }
}

static int finish(const struct render_place *place)
{
    if (place->failed)
        errno = ENOMEM;
    return place->failed || ferror(place->render->out) ? -1 : 0;
}

int render_blocks(const struct render *render, const struct markdown *first,
                  const struct markdown *end)
{
    struct render_place place = {.render = render, .prefix = ""};

    write_blocks(&place, first, end, false);
    return finish(&place);
}

int render_children(const struct render *render, const struct markdown *node)
{
    struct render_place place = {.render = render, .prefix = ""};

    write_blocks(&place, node->children, NULL, true);
    return finish(&place);
}

int render_heading(const struct render *render, int level, const char *text)
{
    struct render_place place = {.render = render, .prefix = ""};
    struct markdown words = {.kind = MARKDOWN_TEXT, .text = (char *)text};
    struct markdown heading = {.kind = MARKDOWN_HEADING, .children = &words};

    write_heading(&place, level, render_styled(&heading, render->colour, true));
    return finish(&place);
}

int render_text(const struct render *render, int indent, const char *text)
{
    char blanks[RENDER_MOST_COLUMNS + 1];
    size_t count = indent < RENDER_MOST_COLUMNS / 2 ? (size_t)indent : 0;

    memset(blanks, ' ', count);
    blanks[count] = '\0';
    struct render_place place = {.render = render, .prefix = blanks, .first = ""};
    struct render_text words = render_plain_words(text);
    write_wrapped(&place, &words);
    return finish(&place);
}
