/* lists.c - lists of words for the Tab key, which the commands of a lesson put together. */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "tutor.h"

const char *const *tutor_join(const char **words, size_t size, const char *const *list,
                              ...)
{
    size_t count = 0;
    va_list more;

    va_start(more, list);
    for (; list; list = va_arg(more, const char *const *)) {
        for (; *list && count < size - 1; list++)
            words[count++] = *list;
    }
    va_end(more);
    words[count] = NULL;
    return words;
}

const char *const *tutor_files(struct tutor *tutor, const char *folder,
                               const char *ending)
{
    enum { MOST = 64 };
    static char names[MOST][32];
    static const char *words[MOST + 1];
    const char *path = tutor_path(tutor, folder);
    DIR *directory = path ? opendir(path) : NULL;
    struct dirent *entry;
    size_t count = 0;

    while (directory && count < MOST && (entry = readdir(directory)) != NULL) {
        const char *name = entry->d_name;
        size_t length = strlen(name), tail = strlen(ending);
        if (length <= tail || length - tail >= sizeof names[0] ||
            strcmp(name + length - tail, ending) != 0)
            continue;
        memcpy(names[count], name, length - tail);
        names[count][length - tail] = '\0';
        words[count] = names[count];
        count++;
    }
    if (directory)
        (void)closedir(directory); /* it was only read */
    words[count] = NULL;
    return words;
}
