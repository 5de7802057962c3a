/* monitor_symbols.c - names for addresses, out of what `nm -n` has printed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "monitor.h"
#include "lab.h"

static int compare(const void *left, const void *right)
{
    const struct monitor_symbol *a = left, *b = right;
    return a->address < b->address ? -1 : a->address > b->address;
}

int monitor_symbols_read(struct monitor_symbols *symbols, const char *text, size_t length)
{
    *symbols = (struct monitor_symbols){0};
    char *copy = strndup(text, length);
    if (copy == NULL)
        return -1;
    size_t lines = 1;
    for (const char *c = copy; *c != '\0'; c++)
        lines += *c == '\n';
    symbols->list = calloc(lines, sizeof *symbols->list);
    if (symbols->list == NULL) {
        free(copy);
        return -1;
    }
    char *rest = copy;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        struct monitor_symbol *symbol = &symbols->list[symbols->count];
        unsigned long long address;
        char kind;
        if (sscanf(line, "%llx %c %55s", &address, &kind, symbol->name) != 3)
            continue;
        symbol->address = address;
        symbols->count++;
    }
    free(copy);
    qsort(symbols->list, symbols->count, sizeof *symbols->list, compare);
    return 0;
}

void monitor_symbols_free(struct monitor_symbols *symbols)
{
    free(symbols->list);
    *symbols = (struct monitor_symbols){0};
}

const struct monitor_symbol *monitor_symbol_at(const struct monitor_symbols *symbols,
                                               uint64_t address)
{
    const struct monitor_symbol *found = NULL;
    for (size_t i = 0; i < symbols->count && symbols->list[i].address <= address; i++)
        found = &symbols->list[i];
    return found;
}

const struct monitor_symbol *monitor_symbol_named(const struct monitor_symbols *symbols,
                                                  const char *name)
{
    for (size_t i = 0; i < symbols->count; i++)
        if (strcmp(symbols->list[i].name, name) == 0)
            return &symbols->list[i];
    return NULL;
}
