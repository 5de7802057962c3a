/* page_build.h - what page.c and page_parts.c share while a page is being read.
 *
 * All memory of a page is noted in one list and freed together. An error (there is only one,
 * no memory) is remembered in `failed` and looked at once, at the end: each step may go on
 * with NULL.
 */
#ifndef PAGE_BUILD_H
#define PAGE_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include "page.h"

struct page_memory {
    struct markdown *document;
    void **blocks; /* to be freed */
    size_t count, room;
    struct {
        char *key, *value;
    } * metadata;
    size_t metadata_count;
    bool failed; /* there was no memory */
};

/* An array that grows. Its items are the page's from the start. */
struct page_array {
    void *items;
    size_t count;
    size_t item_size;
};

/* Makes BLOCK (from malloc) the page's and returns it. NULL: notes that memory failed. */
void *page_keep(struct page_memory *memory, void *block);

/* Room for one more item at the end, zeroed, or NULL. The other items may move. */
void *page_add(struct page_memory *memory, struct page_array *array);

/* A copy of LENGTH bytes as a string, and the plain text of a node; "" without memory. */
const char *page_copy(struct page_memory *memory, const char *text, size_t length);
const char *page_plain(struct page_memory *memory, const struct markdown *node);

/* TEXT without white space at both ends. */
const char *page_trim(struct page_memory *memory, const char *text, size_t length);

/* Fill SECTION or PAGE from the blocks between FIRST and END. */
void page_find_commands(struct page *page, struct page_section *section);
void page_find_hints(struct page *page, const struct page_section *section);
void page_find_questions(struct page *page, const struct page_section *section);
void page_find_quotations(struct page *page, const struct markdown *document);

#endif
