/* page.c - a lesson's page: its sections, its metadata, and what is asked of both.
 *
 * The page is one Markdown tree. A section is the range of blocks between two headings of
 * level two; what stands in a range (commands, hints, questions) is found by page_parts.c.
 *
 * Read on: page.h for the form of a page.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "page.h"
#include "page_build.h"

void *page_keep(struct page_memory *memory, void *block)
{
    if (!block) {
        memory->failed = true;
        return NULL;
    }
    if (memory->count == memory->room) {
        size_t room = memory->room ? 2 * memory->room : 64;
        void **grown = reallocarray(memory->blocks, room, sizeof *grown);
        if (!grown) {
            memory->failed = true;
            free(block);
            return NULL;
        }
        memory->blocks = grown;
        memory->room = room;
    }
    memory->blocks[memory->count++] = block;
    return block;
}

void *page_add(struct page_memory *memory, struct page_array *array)
{
    size_t size = array->item_size;
    bool full = (array->count & (array->count - 1)) == 0; /* 0, 1, 2, 4, 8, ... */

    if (full) {
        size_t room = array->count ? 2 * array->count : 1;
        void *grown = page_keep(memory, calloc(room, size));
        if (!grown)
            return NULL;
        if (array->count)
            memcpy(grown, array->items, array->count * size);
        array->items = grown; /* the old ones are freed with the page */
    }
    return (char *)array->items + size * array->count++;
}

const char *page_copy(struct page_memory *memory, const char *text, size_t length)
{
    char *copy = page_keep(memory, strndup(text, length));
    return copy ? copy : "";
}

const char *page_plain(struct page_memory *memory, const struct markdown *node)
{
    char *text = page_keep(memory, markdown_plain(node));
    return text ? text : "";
}

const char *page_trim(struct page_memory *memory, const char *text, size_t length)
{
    while (length > 0 && isspace((unsigned char)*text)) {
        text++;
        length--;
    }
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    return page_copy(memory, text, length);
}

/* Lines "key: value" of a comment, as long as the key is one word. */
static void find_metadata(struct page_memory *memory, const char *comment)
{
    struct page_array array = {.item_size = sizeof *memory->metadata};

    for (const char *line = comment, *next; *line; line = next) {
        size_t length = strcspn(line, "\n");
        next = line + length + (line[length] == '\n');
        if (length >= 4 && !strncmp(line, "<!--", 4)) {
            line += 4;
            length -= 4;
        }
        const char *close = memmem(line, length, "-->", 3);
        if (close)
            length = (size_t)(close - line);
        while (length > 0 && isblank((unsigned char)*line)) {
            line++;
            length--;
        }
        size_t word = 0;
        while (word < length && (isalnum((unsigned char)line[word]) || line[word] == '-'))
            word++;
        if (word == 0 || word == length || line[word] != ':')
            continue;
        typeof(memory->metadata) item = page_add(memory, &array);
        if (!item)
            return;
        item->key = (char *)page_copy(memory, line, word);
        item->value = (char *)page_trim(memory, line + word + 1, length - word - 1);
    }
    memory->metadata = array.items;
    memory->metadata_count = array.count;
}

static enum page_section_kind kind_of(const char *title)
{
    if (!strcasecmp(title, "Hints"))
        return PAGE_HINTS;
    if (!strcasecmp(title, "Questions"))
        return PAGE_QUESTIONS;
    return PAGE_GUIDE;
}

/* Section 0 starts behind the title, each other one behind a heading of level two. */
static void find_sections(struct page *page, const struct markdown *document)
{
    struct page_memory *memory = page->memory;
    struct page_array array = {.item_size = sizeof(struct page_section)};

    for (const struct markdown *b = document->children; b; b = b->next) {
        bool title = b->kind == MARKDOWN_HEADING && b->level == 1 && !page->title;
        bool heading = b->kind == MARKDOWN_HEADING && b->level == 2 && page->title;
        if (!title && !heading)
            continue;
        if (array.count > 0)
            ((struct page_section *)array.items)[array.count - 1].end = b;
        struct page_section *section = page_add(memory, &array);
        if (!section)
            return;
        section->title = page_plain(memory, b);
        section->kind = heading ? kind_of(section->title) : PAGE_GUIDE;
        section->first = b->next;
        if (title)
            page->title = section->title;
    }
    page->sections = array.items;
    page->section_count = array.count;

    for (size_t i = 0; i < array.count; i++) {
        struct page_section *section = (struct page_section *)array.items + i;
        if (section->first == section->end)
            section->first = NULL;
        if (section->kind == PAGE_GUIDE)
            page_find_commands(page, section);
        if (section->kind == PAGE_HINTS)
            page_find_hints(page, section);
        if (section->kind == PAGE_QUESTIONS)
            page_find_questions(page, section);
    }
}

/* The comment with the metadata is the first one of section 0. */
static const struct markdown *metadata_comment(const struct markdown *document)
{
    for (const struct markdown *b = document->children; b; b = b->next) {
        if (b->kind == MARKDOWN_HEADING && b->level > 1)
            return NULL;
        if (b->kind == MARKDOWN_HTML && !strncmp(b->text, "<!--", 4))
            return b;
    }
    return NULL;
}

static const char *make_prompt(struct page_memory *memory, const char *lesson)
{
    char *prompt = NULL;
    size_t length = strcspn(lesson, "-");

    if (asprintf(&prompt, "%.*s> ", (int)length, lesson) == -1)
        prompt = NULL;
    prompt = page_keep(memory, prompt);
    return prompt ? prompt : "> ";
}

struct page *page_parse(const char *lesson, const char *text)
{
    struct page *page = calloc(1, sizeof *page);

    if (!page)
        return NULL;
    page->memory = calloc(1, sizeof *page->memory);
    if (!page->memory) {
        free(page);
        return NULL;
    }
    struct page_memory *memory = page->memory;
    memory->document = markdown_parse(text);
    memory->failed = !memory->document;
    page->lesson = page_copy(memory, lesson, strlen(lesson));
    page->prompt = make_prompt(memory, lesson);
    if (memory->document) {
        const struct markdown *comment = metadata_comment(memory->document);
        if (comment)
            find_metadata(memory, comment->text);
        find_sections(page, memory->document);
        page_find_quotations(page, memory->document);
    }
    if (memory->failed || !page->title) {
        int error = memory->failed ? ENOMEM : EILSEQ;
        page_free(page);
        errno = error;
        return NULL;
    }
    return page;
}

/* The whole file as a string that the caller frees, or NULL with errno. */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t room = 0;

    if (!file)
        return NULL;
    ssize_t length = getdelim(&text, &room, '\0', file); /* a page has no 0 byte */
    int error = ferror(file) ? errno : 0;
    (void)fclose(file); /* it was only read */
    if (length == -1 && error == 0 && text)
        text[0] = '\0'; /* an empty file */
    if (error != 0) {
        free(text);
        errno = error;
        return NULL;
    }
    return text;
}

struct page *page_load(const char *top, const char *lesson)
{
    char *path;

    if (asprintf(&path, "%s/lessons/%s/README.md", top, lesson) == -1)
        return NULL;
    char *text = read_file(path);
    int error = errno;
    free(path);
    if (!text) {
        errno = error;
        return NULL;
    }
    struct page *page = page_parse(lesson, text);
    error = errno;
    free(text);
    errno = error;
    return page;
}

void page_free(struct page *page)
{
    if (!page)
        return;
    for (size_t i = 0; i < page->memory->count; i++)
        free(page->memory->blocks[i]);
    free(page->memory->blocks);
    markdown_free(page->memory->document);
    free(page->memory);
    free(page);
}

const char *page_value(const struct page *page, const char *key)
{
    for (size_t i = 0; i < page->memory->metadata_count; i++)
        if (!strcmp(page->memory->metadata[i].key, key))
            return page->memory->metadata[i].value;
    return NULL;
}

bool page_has(const struct page *page, const char *key, const char *word)
{
    const char *value = page_value(page, key);
    size_t length = strlen(word);

    while (value && *value) {
        value += strspn(value, " \t,");
        size_t here = strcspn(value, " \t,");
        if (here == length && !strncmp(value, word, length))
            return true;
        value += here;
    }
    return false;
}

const struct page_hints *page_hints_of(const struct page *page, const char *function)
{
    for (size_t i = 0; i < page->hint_count; i++)
        if (!strcmp(page->hints[i].function, function))
            return &page->hints[i];
    return NULL;
}

int page_section_named(const struct page *page, const char *title)
{
    for (size_t i = 0; i < page->section_count; i++)
        if (!strcmp(page->sections[i].title, title))
            return (int)i;
    return -1;
}
