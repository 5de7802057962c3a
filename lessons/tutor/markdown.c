/* markdown.c - a Markdown text as a tree: md4c's calls, kept.
 *
 * md4c says "a list starts", "an item starts", "text", "the item ends"; the builder keeps the
 * nodes that are open on a stack and hangs each new one under the one on top. Table heads
 * and bodies make no node of their own. Text that arrives in pieces is joined.
 *
 * Read on: markdown.h, md4c.h, https://spec.commonmark.org/0.30/.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <md4c.h>
#include <stdlib.h>
#include <string.h>
#include "markdown.h"

struct builder {
    struct markdown **open; /* the nodes that are open, the document first */
    size_t depth, room;
    struct markdown *document;
};

static const struct {
    const char *name, *text;
} entities[] = {
    {"&amp;", "&"},   {"&lt;", "<"},          {"&gt;", ">"},     {"&quot;", "\""},
    {"&apos;", "'"},  {"&nbsp;", "\xC2\xA0"}, {"&hellip;", "…"}, {"&mdash;", "—"},
    {"&ndash;", "–"}, {"&rarr;", "→"},        {"&larr;", "←"},   {"&times;", "×"},
};

/* Appends TEXT to the string *TO. Returns 0, or -1 when there is no memory. */
static int append(char **to, const char *text, size_t length)
{
    size_t old = *to ? strlen(*to) : 0;
    char *grown = realloc(*to, old + length + 1);

    if (!grown)
        return -1;
    memcpy(grown + old, text, length);
    grown[old + length] = '\0';
    *to = grown;
    return 0;
}

/* Writes a character as UTF-8. Returns how many bytes it took. */
static size_t encode(unsigned long c, char to[4])
{
    if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = 0xFFFD; /* as CommonMark says for what is no character */
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
    for (size_t i = more; i > 0; i--, c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)(lead[more] | c);
    return more + 1;
}

static int append_entity(char **to, const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (strlen(entities[i].name) == length && !memcmp(entities[i].name, text, length))
            return append(to, entities[i].text, strlen(entities[i].text));
    if (length > 3 && text[1] == '#') {
        bool hexadecimal = text[2] == 'x' || text[2] == 'X';
        char bytes[4];
        size_t count = encode(
            strtoul(text + (hexadecimal ? 3 : 2), NULL, hexadecimal ? 16 : 10), bytes);
        return append(to, bytes, count);
    }
    return append(to, text, length); /* an unknown one is shown as it stands */
}

/* An attribute of a span or block (a link's target, an info string) as a string. */
static int append_attribute(char **to, const MD_ATTRIBUTE *attribute)
{
    if (append(to, "", 0) == -1)
        return -1;
    for (int i = 0; attribute->text && attribute->substr_offsets[i] < attribute->size;
         i++) {
        const char *text = attribute->text + attribute->substr_offsets[i];
        size_t length = attribute->substr_offsets[i + 1] - attribute->substr_offsets[i];
        int result = attribute->substr_types[i] == MD_TEXT_ENTITY
                         ? append_entity(to, text, length)
                         : append(to, text, length);
        if (result == -1)
            return -1;
    }
    return 0;
}

/* Makes a node under the one that is open, and opens it. Returns NULL without memory. */
static struct markdown *open_node(struct builder *builder, enum markdown_kind kind)
{
    if (builder->depth == builder->room) {
        size_t room = builder->room ? 2 * builder->room : 16;
        struct markdown **grown = reallocarray(builder->open, room, sizeof *grown);
        if (!grown)
            return NULL;
        builder->open = grown;
        builder->room = room;
    }
    struct markdown *node = calloc(1, sizeof *node);
    if (!node)
        return NULL;
    node->kind = kind;
    if (builder->depth > 0) {
        struct markdown *parent = builder->open[builder->depth - 1];
        if (parent->last_child)
            parent->last_child->next = node;
        else
            parent->children = node;
        parent->last_child = node;
    } else {
        builder->document = node;
    }
    builder->open[builder->depth++] = node;
    return node;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    static const enum markdown_kind kinds[] = {
        [MD_BLOCK_DOC] = MARKDOWN_DOCUMENT, [MD_BLOCK_QUOTE] = MARKDOWN_QUOTE,
        [MD_BLOCK_UL] = MARKDOWN_LIST,      [MD_BLOCK_OL] = MARKDOWN_LIST,
        [MD_BLOCK_LI] = MARKDOWN_ITEM,      [MD_BLOCK_HR] = MARKDOWN_RULE,
        [MD_BLOCK_H] = MARKDOWN_HEADING,    [MD_BLOCK_CODE] = MARKDOWN_CODE,
        [MD_BLOCK_HTML] = MARKDOWN_HTML,    [MD_BLOCK_P] = MARKDOWN_PARAGRAPH,
        [MD_BLOCK_TABLE] = MARKDOWN_TABLE,  [MD_BLOCK_TR] = MARKDOWN_ROW,
        [MD_BLOCK_TH] = MARKDOWN_CELL,      [MD_BLOCK_TD] = MARKDOWN_CELL,
    };
    if (type == MD_BLOCK_THEAD || type == MD_BLOCK_TBODY)
        return 0;

    struct markdown *node = open_node(context, kinds[type]);
    if (!node)
        return -1;
    switch (type) {
    case MD_BLOCK_UL:
        node->level = -1;
        node->tight = ((MD_BLOCK_UL_DETAIL *)detail)->is_tight;
        return 0;
    case MD_BLOCK_OL:
        node->level = (int)((MD_BLOCK_OL_DETAIL *)detail)->start;
        node->tight = ((MD_BLOCK_OL_DETAIL *)detail)->is_tight;
        return 0;
    case MD_BLOCK_H:
        node->level = (int)((MD_BLOCK_H_DETAIL *)detail)->level;
        return 0;
    case MD_BLOCK_TABLE:
        node->level = (int)((MD_BLOCK_TABLE_DETAIL *)detail)->col_count;
        return 0;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        node->level = ((MD_BLOCK_TD_DETAIL *)detail)->align == MD_ALIGN_RIGHT    ? 2
                      : ((MD_BLOCK_TD_DETAIL *)detail)->align == MD_ALIGN_CENTER ? 1
                                                                                 : 0;
        return 0;
    case MD_BLOCK_CODE:
        if (append(&node->text, "", 0) == -1)
            return -1;
        return append_attribute(&node->target, &((MD_BLOCK_CODE_DETAIL *)detail)->info);
    case MD_BLOCK_HTML:
        return append(&node->text, "", 0);
    default:
        return 0;
    }
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    struct builder *builder = context;

    (void)detail; /* was read when the block was entered */
    if (type != MD_BLOCK_THEAD && type != MD_BLOCK_TBODY)
        builder->depth--;
    return 0;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *context)
{
    enum markdown_kind kind = type == MD_SPAN_EM       ? MARKDOWN_EMPHASIS
                              : type == MD_SPAN_STRONG ? MARKDOWN_STRONG
                              : type == MD_SPAN_A      ? MARKDOWN_LINK
                              : type == MD_SPAN_IMG    ? MARKDOWN_IMAGE
                              : type == MD_SPAN_CODE   ? MARKDOWN_CODE_SPAN
                                                       : MARKDOWN_STRIKE;
    struct markdown *node = open_node(context, kind);

    if (!node)
        return -1;
    if (type == MD_SPAN_A)
        return append_attribute(&node->target, &((MD_SPAN_A_DETAIL *)detail)->href);
    if (type == MD_SPAN_IMG)
        return append_attribute(&node->target, &((MD_SPAN_IMG_DETAIL *)detail)->src);
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context)
{
    (void)type;
    (void)detail;
    ((struct builder *)context)->depth--;
    return 0;
}

/* A node without children, under the one that is open. */
static int leaf(struct builder *builder, enum markdown_kind kind)
{
    if (!open_node(builder, kind))
        return -1;
    builder->depth--;
    return 0;
}

static int add_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *context)
{
    struct builder *builder = context;
    struct markdown *node = builder->open[builder->depth - 1];

    if (type == MD_TEXT_BR)
        return leaf(builder, MARKDOWN_BREAK);
    if (type == MD_TEXT_SOFTBR)
        return leaf(builder, MARKDOWN_SPACE);
    if (node->kind != MARKDOWN_CODE && node->kind != MARKDOWN_HTML) {
        enum markdown_kind kind = type == MD_TEXT_HTML ? MARKDOWN_HTML : MARKDOWN_TEXT;
        if (!node->last_child || node->last_child->kind != kind)
            if (leaf(builder, kind) == -1)
                return -1;
        node = node->last_child;
    }
    if (type == MD_TEXT_ENTITY)
        return append_entity(&node->text, text, size);
    if (type == MD_TEXT_NULLCHAR)
        return append(&node->text, "\xEF\xBF\xBD", 3);
    return append(&node->text, text, size);
}

struct markdown *markdown_parse(const char *text)
{
    static const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = add_text,
    };
    struct builder builder = {0};

    int result = md_parse(text, (MD_SIZE)strlen(text), &parser, &builder);
    free(builder.open);
    if (result != 0) {
        markdown_free(builder.document);
        errno = ENOMEM; /* md4c has no other errors, and our calls none either */
        return NULL;
    }
    return builder.document;
}

void markdown_free(struct markdown *document)
{
    while (document) {
        struct markdown *next = document->next;
        markdown_free(document->children);
        free(document->text);
        free(document->target);
        free(document);
        document = next;
    }
}

static int append_plain(char **to, const struct markdown *node)
{
    if (node->kind == MARKDOWN_SPACE || node->kind == MARKDOWN_BREAK)
        return append(to, "\n", 1);
    if (node->kind == MARKDOWN_HTML)
        return 0;
    if (node->text && append(to, node->text, strlen(node->text)) == -1)
        return -1;
    for (const struct markdown *child = node->children; child; child = child->next) {
        bool block = child->kind < MARKDOWN_TEXT;
        if (block && child != node->children && append(to, "\n", 1) == -1)
            return -1;
        if (append_plain(to, child) == -1)
            return -1;
    }
    return 0;
}

char *markdown_plain(const struct markdown *node)
{
    char *text = NULL;

    if (append(&text, "", 0) == -1 || append_plain(&text, node) == -1) {
        free(text);
        errno = ENOMEM;
        return NULL;
    }
    return text;
}
