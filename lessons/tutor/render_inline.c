/* render_inline.c - the spans of a paragraph as words that can be put into lines.
 *
 * Each word carries its own styles: "**two words**" becomes ESC[1mtwo ESC[0m and ESC[1mwords
 * ESC[0m, so that the end of a line never falls into a style, and what stands in front of
 * the next line (an indent, the bar of a quote) is not coloured by accident.
 *
 * Read on: ECMA-48, 8.3.117 (SGR); wcwidth(3).
 */
#define _GNU_SOURCE
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "render_build.h"

#define RESET "\033[0m"

enum style {
    STYLE_BOLD = 1,
    STYLE_EMPHASIS = 2,
    STYLE_CODE = 4,
    STYLE_STRIKE = 8,
    STYLE_LINK = 16,
};

struct walk {
    struct render_text *to;
    bool colour;
    unsigned style; /* enum style, or-ed */
};

void render_append(struct render_text *text, const char *bytes, size_t length)
{
    if (text->failed)
        return;
    if (text->length + length + 1 > text->room) {
        size_t room = 2 * (text->length + length + 1);
        char *grown = realloc(text->bytes, room);
        if (!grown) {
            text->failed = true;
            return;
        }
        text->bytes = grown;
        text->room = room;
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

static void append_string(struct render_text *text, const char *string)
{
    render_append(text, string, strlen(string));
}

static void start_style(const struct walk *walk)
{
    static const struct {
        enum style style;
        const char *sequence;
    } sequences[] = {
        {STYLE_BOLD, "\033[1m"},   {STYLE_EMPHASIS, "\033[3m"}, {STYLE_CODE, "\033[36m"},
        {STYLE_STRIKE, "\033[9m"}, {STYLE_LINK, "\033[4m"},
    };
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        if (walk->style & sequences[i].style)
            append_string(walk->to, sequences[i].sequence);
}

/* Words of TEXT, each in the style; white space becomes single blanks. */
static void append_words(const struct walk *walk, const char *text)
{
    struct render_text *to = walk->to;
    bool styled = walk->colour && walk->style != 0;

    while (*text) {
        size_t blanks = strspn(text, " \t\n");
        if (blanks > 0) {
            if (to->length > 0 && to->bytes[to->length - 1] != ' ' &&
                to->bytes[to->length - 1] != '\n')
                render_append(to, " ", 1);
            text += blanks;
            continue;
        }
        size_t word = strcspn(text, " \t\n");
        if (styled)
            start_style(walk);
        render_append(to, text, word);
        if (styled)
            append_string(to, RESET);
        text += word;
    }
}

static void append_mark(const struct walk *walk, const char *mark)
{
    if (!walk->colour)
        append_string(walk->to, mark);
}

static void append_spans(struct walk walk, const struct markdown *node);

static void append_marked(struct walk walk, const struct markdown *node, enum style style,
                          const char *mark)
{
    walk.style |= style;
    append_mark(&walk, mark);
    append_spans(walk, node);
    append_mark(&walk, mark);
}

/* The text of a link, and where it points, unless the text says that already. */
static void append_link(struct walk walk, const struct markdown *node)
{
    char *text = markdown_plain(node);
    struct walk inside = walk;

    inside.style |= STYLE_LINK;
    append_spans(inside, node);
    if (!text)
        walk.to->failed = true;
    else if (strcmp(text, node->target) != 0 && *node->target != '#') {
        append_string(walk.to, " (");
        append_string(walk.to, node->target);
        append_string(walk.to, ")");
    }
    free(text);
}

static void append_spans(struct walk walk, const struct markdown *node)
{
    for (const struct markdown *n = node->children; n; n = n->next) {
        switch (n->kind) {
        case MARKDOWN_TEXT:
            append_words(&walk, n->text);
            break;
        case MARKDOWN_SPACE:
            append_words(&walk, " ");
            break;
        case MARKDOWN_BREAK:
            render_append(walk.to, "\n", 1);
            break;
        case MARKDOWN_EMPHASIS:
            append_marked(walk, n, STYLE_EMPHASIS, "*");
            break;
        case MARKDOWN_STRONG:
            append_marked(walk, n, STYLE_BOLD, "**");
            break;
        case MARKDOWN_STRIKE:
            append_marked(walk, n, STYLE_STRIKE, "~~");
            break;
        case MARKDOWN_CODE_SPAN:
            append_marked(walk, n, STYLE_CODE, "`");
            break;
        case MARKDOWN_LINK:
        case MARKDOWN_IMAGE:
            append_link(walk, n);
            break;
        default: /* HTML is for the web page */
            if (n->kind != MARKDOWN_HTML)
                return; /* a block: it is not ours, nor is what follows it */
            break;
        }
    }
}

struct render_text render_styled(const struct markdown *node, bool colour, bool bold)
{
    struct render_text text = {0};
    struct walk walk = {.to = &text, .colour = colour, .style = bold ? STYLE_BOLD : 0};

    append_string(&text, "");
    append_spans(walk, node);
    return text;
}

struct render_text render_plain_words(const char *text)
{
    struct render_text words = {0};
    struct walk walk = {.to = &words};

    append_string(&words, "");
    append_words(&walk, text);
    return words;
}

/* --- widths ------------------------------------------------------------------------- */

/* wcwidth(3) knows only the characters of the current locale; pages are UTF-8 whatever the
 * learner's locale is. Without C.UTF-8 (no Debian) every character counts as one column. */
static locale_t utf8_locale(void)
{
    static locale_t locale;

    if (locale == (locale_t)0)
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return locale;
}

/* Columns and bytes of what TEXT starts with: a character or an SGR sequence. */
static int measure(const char *text, size_t *bytes)
{
    if (*text == '\033') {
        *bytes = strcspn(text, "m");
        *bytes += text[*bytes] == 'm';
        return 0;
    }
    locale_t utf8 = utf8_locale();
    locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
    mbstate_t state = {0};
    wchar_t c = 0;
    size_t length = mbrtowc(&c, text, strlen(text), &state);
    int width = 1;
    if (length == (size_t)-1 || length == (size_t)-2 || length == 0)
        length = 1;
    else
        width = wcwidth(c);
    if (before)
        uselocale(before);
    *bytes = length;
    return width < 0 ? 1 : width;
}

int render_width(const char *text)
{
    int width = 0;

    while (*text) {
        size_t bytes;
        width += measure(text, &bytes);
        text += bytes;
    }
    return width;
}

/* --- lines -------------------------------------------------------------------------- */

static void add_line(struct render_lines *lines, struct render_text *line)
{
    char **grown = reallocarray(lines->lines, lines->count + 1, sizeof *grown);
    char *copy = strdup(line->bytes ? line->bytes : "");

    lines->lines = grown ? grown : lines->lines;
    if (!grown || !copy) {
        lines->failed = true;
        free(copy);
        return;
    }
    lines->lines[lines->count++] = copy;
    line->length = 0;
    render_append(line, "", 0);
}

/* A word that is wider than a line: as much as fits into each line. Returns the width of the
 * last line, which is still open. */
static int break_word(struct render_lines *lines, struct render_text *line, int used,
                      const char *word, size_t length, int width)
{
    char style[64] = ""; /* the sequences that hold where the line is broken */

    for (const char *at = word; at < word + length;) {
        size_t bytes;
        int columns = measure(at, &bytes);
        if (columns > 0 && used + columns > width) {
            if (*style)
                append_string(line, RESET);
            add_line(lines, line);
            append_string(line, style);
            used = 0;
        }
        if (*at == '\033') {
            if (bytes == strlen(RESET) && !memcmp(at, RESET, bytes))
                *style = '\0';
            else if (strlen(style) + bytes < sizeof style)
                strncat(style, at, bytes);
        }
        render_append(line, at, bytes);
        used += columns;
        at += bytes;
    }
    return used;
}

struct render_lines render_wrap(const char *styled, int width)
{
    struct render_lines lines = {0};
    struct render_text line = {0};
    int used = 0;

    render_append(&line, "", 0);
    while (*styled && !lines.failed) {
        size_t length = strcspn(styled, " \n");
        char *word = strndup(styled, length);
        if (!word) {
            lines.failed = true;
            break;
        }
        int columns = render_width(word);
        if (used > 0 && used + 1 + columns > width) {
            add_line(&lines, &line);
            used = 0;
        }
        if (used > 0) {
            render_append(&line, " ", 1);
            used++;
        }
        if (columns > width) {
            used = break_word(&lines, &line, used, word, length, width);
        } else {
            render_append(&line, word, length);
            used += columns;
        }
        free(word);
        styled += length;
        if (*styled == '\n') {
            add_line(&lines, &line);
            used = 0;
        }
        styled += *styled != '\0';
    }
    if (used > 0 || lines.count == 0)
        add_line(&lines, &line);
    lines.failed |= line.failed;
    free(line.bytes);
    return lines;
}

void render_wrapped(FILE *out, int columns, int at, const char *text)
{
    enum { LEAST = 20 };
    struct render_lines lines =
        render_wrap(text, columns > at + LEAST ? columns - at : LEAST);

    for (size_t i = 0; i < lines.count && !lines.failed; i++)
        fprintf(out, "%*s%s\n", i > 0 ? at : 0, "", lines.lines[i]);
    if (lines.failed)
        fprintf(out, "%s\n", text);
    render_lines_free(&lines);
}

void render_lines_free(struct render_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->lines[i]);
    free(lines->lines);
    *lines = (struct render_lines){0};
}
