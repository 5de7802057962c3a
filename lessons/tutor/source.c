/* source.c - shows the source of a function with the comment above it.
 *
 * Source files of the kit keep to one form, which makes finding easy: a function's name stands
 * in column one or behind its type, its comment right above it, and its closing bracket in
 * column one. labs/cut.awk relies on the same form.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "session.h"
#include "switchboard.h"

/* Whether LINE starts the definition or declaration of NAME. */
static bool is_signature(const char *line, const char *name)
{
    const char *at = isalpha((unsigned char)*line) ? strstr(line, name) : NULL;
    size_t length = strlen(name);

    if (!at || at[length] != '(' || at == line)
        return false;
    return at[-1] == ' ' || at[-1] == '*';
}

/* The lines of one file. */
struct lines {
    char **lines;
    size_t count;
};

static void free_lines(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->lines[i]);
    free(lines->lines);
}

static struct lines read_lines(const char *path)
{
    struct lines lines = {0};
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;

    while (file && getline(&line, &room, file) != -1) {
        char **grown = reallocarray(lines.lines, lines.count + 1, sizeof *grown);
        if (!grown)
            break;
        lines.lines = grown;
        lines.lines[lines.count++] = line;
        line = NULL;
        room = 0;
    }
    free(line);
    if (file)
        (void)fclose(file); /* it was only read */
    return lines;
}

/* The first line of the comment that ends right above line AT; AT when there is none. */
static size_t comment_above(const struct lines *lines, size_t at)
{
    if (at == 0 || !strstr(lines->lines[at - 1], "*/"))
        return at;
    for (size_t i = at; i > 0; i--) {
        const char *line = lines->lines[i - 1];
        if (!strncmp(line, "/*", 2))
            return i - 1;
        if (*line == '\n' || *line == '}')
            return at;
    }
    return at;
}

/* Where a declaration or a body that starts at line AT ends. */
static size_t end_of(const struct lines *lines, size_t at)
{
    bool body = false;

    for (size_t i = at; i < lines->count; i++) {
        const char *line = lines->lines[i];
        body |= *line == '{';
        if (!body && strchr(line, ';'))
            return i + 1;
        if (*line == '}')
            return i + 1;
    }
    return lines->count;
}

static void print_lines(const struct tutor *tutor, const char *file,
                        const struct lines *lines, size_t from, size_t name, size_t to)
{
    const char *quiet = tutor->colour ? "\033[2m" : "",
               *plain = tutor->colour ? "\033[0m" : "";

    printf("%s%s:%zu%s\n", quiet, file, from + 1, plain);
    for (size_t i = from; i < to; i++) {
        size_t length = strcspn(lines->lines[i], "\n");
        bool comment = i < name;
        printf("%s%.*s%s\n", comment ? quiet : "", (int)length, lines->lines[i],
               comment ? plain : "");
    }
}

/* Shows NAME from the first file that matches PATTERN (in the tree) and has it. DECLARED: a
 * declaration will do. Returns false when there is none. */
static bool show_from(struct tutor *tutor, const char *pattern, const char *name,
                      bool declared)
{
    char *whole;
    glob_t files;
    bool found = false;

    if (asprintf(&whole, "%s/%s", tutor->top, pattern) == -1)
        return false;
    if (glob(whole, 0, NULL, &files) == 0) {
        for (size_t f = 0; f < files.gl_pathc && !found; f++) {
            struct lines lines = read_lines(files.gl_pathv[f]);
            for (size_t i = 0; i < lines.count && !found; i++) {
                size_t end = end_of(&lines, i);
                if (!is_signature(lines.lines[i], name) ||
                    (!declared && lines.lines[end - 1][0] != '}'))
                    continue;
                print_lines(tutor, files.gl_pathv[f] + strlen(tutor->top) + 1, &lines,
                            comment_above(&lines, i), i, end);
                found = true;
            }
            free_lines(&lines);
        }
        globfree(&files);
    }
    free(whole);
    return found;
}

static const struct switch_function *find_function(const char *name)
{
    size_t count;
    const struct switch_function *functions = switch_functions(&count);

    for (size_t i = 0; i < count; i++)
        if (!strcmp(functions[i].name, name))
            return &functions[i];
    return NULL;
}

static int list_functions(void)
{
    size_t count;
    const struct switch_function *functions = switch_functions(&count);

    for (size_t i = 0; i < count; i++)
        printf("  %-28s %s\n", functions[i].name, functions[i].lesson);
    if (count == 0)
        printf("This program has no functions to show.\n");
    return EXIT_SUCCESS;
}

int word_source(struct tutor *tutor, int argc, char **argv)
{
    char pattern[256];

    if (argc < 2)
        return list_functions();
    const char *name = argv[argc - 1];
    const struct switch_function *function = find_function(name);
    if (!function)
        return tutor_error(tutor, "%s: there is no such function: `source` lists them",
                           name);
    bool mine = switch_position(function) == SWITCH_MINE;
    if (argc > 2) {
        mine = !strcmp(argv[1], "mine");
        if (!mine && strcmp(argv[1], "reference") != 0)
            return tutor_error(tutor, "%s: it is `mine` or `reference`", argv[1]);
    }
    snprintf(pattern, sizeof pattern, "%s/%s/*.c", mine ? "labs" : "solutions",
             function->lesson);
    if (show_from(tutor, pattern, name, false))
        return EXIT_SUCCESS;
    /* a tree that was handed out to a class has no solutions; the contract is there */
    if (mine)
        return tutor_error(tutor, "%s: it is not in labs/%s", name, function->lesson);
    printf("The source of the reference is not in this tree; this is its contract.\n");
    if (show_from(tutor, "mini-container/*.h", name, true) ||
        show_from(tutor, "mini-hypervisor/*.h", name, true))
        return EXIT_SUCCESS;
    return tutor_error(tutor, "%s: there is no declaration either", name);
}
