/* page_parts.c - what stands in a page's sections: commands, hints, questions, quotations.
 *
 * A console block is read line by line: a line that starts with a prompt is a command, what
 * follows up to the next prompt is what it prints. A question or the hints for a function
 * are the range of blocks behind a heading of level three.
 *
 * Read on: page.h for the form of a page.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "match.h"
#include "page.h"
#include "page_build.h"

/* The first word of the info string of a code block is its language. */
static bool is_language(const struct markdown *block, const char *language)
{
    size_t length = strcspn(block->target, " \t");
    return length == strlen(language) && !strncmp(block->target, language, length);
}

/* How long the prompt at the start of LINE is, 0 for none. */
static size_t prompt_length(const struct page *page, const char *line,
                            enum page_prompt *prompt)
{
    size_t repl = strlen(page->prompt);

    if (!strncmp(line, page->prompt, repl)) {
        *prompt = PAGE_PROMPT_REPL;
        return repl;
    }
    if (!strncmp(line, "$ ", 2)) {
        *prompt = PAGE_PROMPT_SHELL;
        return 2;
    }
    return 0;
}

/* The key of a command that is typed like N others before it on this page. */
static const char *make_key(struct page_memory *memory, const char *typed, int n)
{
    char *key = NULL;

    if (n == 0)
        return typed;
    if (asprintf(&key, "%s #%d", typed, n + 1) == -1)
        key = NULL;
    key = page_keep(memory, key);
    return key ? key : typed;
}

/* How many commands of the page so far are typed like this one. */
static int count_typed(const struct page *page, const struct page_array *here,
                       const char *typed)
{
    int count = 0;

    for (size_t i = 0; i < page->section_count; i++)
        for (size_t j = 0; j < page->sections[i].command_count; j++)
            count += !strcmp(page->sections[i].commands[j].typed, typed);
    for (size_t j = 0; j < here->count; j++)
        count += !strcmp(((const struct page_command *)here->items)[j].typed, typed);
    return count;
}

static void commands_of_block(struct page *page, const struct markdown *block,
                              struct page_array *array)
{
    struct page_memory *memory = page->memory;
    int number = 0;

    for (const char *line = block->text, *next; *line; line = next, number++) {
        size_t length = strcspn(line, "\n");
        next = line + length + (line[length] == '\n');
        enum page_prompt prompt = PAGE_PROMPT_REPL, ignored;
        size_t skip = prompt_length(page, line, &prompt);
        if (skip == 0)
            continue; /* text before the first command */

        const char *answer = next;
        while (*next && prompt_length(page, next, &ignored) == 0) {
            next += strcspn(next, "\n");
            next += *next == '\n';
        }
        const char *typed =
            page_trim(memory, line + (prompt == PAGE_PROMPT_REPL ? skip : 0),
                      length - (prompt == PAGE_PROMPT_REPL ? skip : 0));
        int before = count_typed(page, array, typed);
        struct page_command *command = page_add(memory, array);
        if (!command)
            return;
        *command = (struct page_command){
            .prompt = prompt,
            .text = page_trim(memory, line + skip, length - skip),
            .typed = typed,
            .expected = page_copy(memory, answer, (size_t)(next - answer)),
            .key = make_key(memory, typed, before),
            .block = block,
            .line_of_block = number,
        };
        for (const char *c = answer; c < next; c++)
            number += *c == '\n';
    }
}

/* Console blocks also stand in lists and quotes, so the search goes down. */
static void commands_below(struct page *page, const struct markdown *first,
                           const struct markdown *end, struct page_array *array)
{
    for (const struct markdown *b = first; b && b != end; b = b->next) {
        if (b->kind == MARKDOWN_CODE && is_language(b, "console"))
            commands_of_block(page, b, array);
        commands_below(page, b->children, NULL, array);
    }
}

void page_find_commands(struct page *page, struct page_section *section)
{
    struct page_array array = {.item_size = sizeof(struct page_command)};

    commands_below(page, section->first, section->end, &array);
    section->commands = array.items;
    section->command_count = array.count;
    page->command_count += array.count;
}

static bool is_third(const struct markdown *block)
{
    return block->kind == MARKDOWN_HEADING && block->level == 3;
}

static const struct markdown *next_third(const struct markdown *block,
                                         const struct markdown *end)
{
    while (block && block != end && !is_third(block))
        block = block->next;
    return block;
}

void page_find_hints(struct page *page, const struct page_section *section)
{
    struct page_memory *memory = page->memory;
    struct page_array array = {.item_size = sizeof(struct page_hints)};
    const struct markdown *heading = next_third(section->first, section->end), *next;

    for (; heading && heading != section->end; heading = next) {
        next = next_third(heading->next, section->end);
        struct page_array items = {.item_size = sizeof(struct markdown *)};
        struct page_array texts = {.item_size = sizeof(char *)};
        for (const struct markdown *b = heading->next; b != next; b = b->next) {
            if (b->kind != MARKDOWN_LIST)
                continue;
            for (const struct markdown *item = b->children; item; item = item->next) {
                const struct markdown **to = page_add(memory, &items);
                const char **text = page_add(memory, &texts);
                if (!to || !text)
                    return;
                *to = item;
                *text = page_plain(memory, item);
            }
        }
        struct page_hints *hints = page_add(memory, &array);
        if (!hints)
            return;
        *hints = (struct page_hints){page_plain(memory, heading), items.items,
                                     texts.items, items.count};
    }
    page->hints = array.items;
    page->hint_count = array.count;
}

/* "<!-- answer b: why -->": fills the question and returns true when BLOCK is one. */
static bool take_answer(struct page_memory *memory, const struct markdown *block,
                        struct page_question *question)
{
    if (block->kind != MARKDOWN_HTML || strncmp(block->text, "<!--", 4) != 0)
        return false;
    const char *text = block->text + 4;
    text += strspn(text, " \t\n");
    if (strncmp(text, "answer", 6) != 0 || !isspace((unsigned char)text[6]))
        return false;
    text += 6;
    const char *close = strstr(text, "-->");
    size_t length = close ? (size_t)(close - text) : strlen(text);
    /* the colon that ends the answer has white space behind it; one in "a:b" has not */
    const char *colon = memchr(text, ':', length);
    while (colon && colon + 1 < text + length && !isspace((unsigned char)colon[1]))
        colon = memchr(colon + 1, ':', length - (size_t)(colon + 1 - text));
    size_t answer = colon ? (size_t)(colon - text) : length;
    question->answer = page_trim(memory, text, answer);
    if (colon)
        question->why = page_trim(memory, colon + 1, length - answer - 1);
    return true;
}

/* Lines "a) ..." of a paragraph, or of the items of a list. */
static void find_choices(struct page_memory *memory, const struct markdown *block,
                         struct page_array *choices)
{
    const char *text = page_plain(memory, block);

    for (const char *line = text, *next; *line; line = next) {
        size_t length = strcspn(line, "\n");
        next = line + length + (line[length] == '\n');
        while (length > 0 && isblank((unsigned char)*line)) {
            line++;
            length--;
        }
        if (length > 2 && islower((unsigned char)line[0]) && line[1] == ')') {
            const char **choice = page_add(memory, choices);
            if (!choice)
                return;
            *choice = page_trim(memory, line, length);
        } else if (choices->count > 0) { /* the choice goes on in the next line */
            const char **last = (const char **)choices->items + choices->count - 1;
            char *joined = NULL;
            if (asprintf(&joined, "%s %.*s", *last, (int)length, line) == -1)
                joined = NULL;
            joined = page_keep(memory, joined);
            *last = joined ? joined : *last;
        }
    }
}

void page_find_questions(struct page *page, const struct page_section *section)
{
    struct page_memory *memory = page->memory;
    struct page_array array = {.item_size = sizeof(struct page_question)};
    const struct markdown *heading = next_third(section->first, section->end), *next;

    for (; heading && heading != section->end; heading = next) {
        next = next_third(heading->next, section->end);
        struct page_question *question = page_add(memory, &array);
        if (!question)
            return;
        *question = (struct page_question){.text = page_plain(memory, heading),
                                           .answer = "",
                                           .why = "",
                                           .first = heading->next,
                                           .end = next};
        struct page_array choices = {.item_size = sizeof(char *)};
        for (const struct markdown *b = heading->next; b != next; b = b->next) {
            if (take_answer(memory, b, question)) {
                question->end = b;
                break;
            }
            if (b->kind == MARKDOWN_PARAGRAPH || b->kind == MARKDOWN_LIST)
                find_choices(memory, b, &choices);
        }
        if (question->first == question->end)
            question->first = NULL;
        question->choices = choices.items;
        question->choice_count = choices.count;
    }
    page->questions = array.items;
    page->question_count = array.count;
}

static void quotations_below(struct page_memory *memory, const struct markdown *first,
                             struct page_array *array)
{
    for (const struct markdown *b = first; b; b = b->next) {
        quotations_below(memory, b->children, array);
        const char *from = b->kind == MARKDOWN_CODE ? strstr(b->target, " from=") : NULL;
        if (!from)
            continue;
        struct page_quotation *quotation = page_add(memory, array);
        if (!quotation)
            return;
        from += strlen(" from=");
        quotation->file = page_copy(memory, from, strcspn(from, " \t"));
        quotation->text = b->text;
    }
}

void page_find_quotations(struct page *page, const struct markdown *document)
{
    struct page_array array = {.item_size = sizeof(struct page_quotation)};

    quotations_below(page->memory, document->children, &array);
    page->quotations = array.items;
    page->quotation_count = array.count;
}
