/* text.h - bytes that may come from anywhere, made fit for a report.
 *
 * What a player wrote ends up in messages, and messages in JSON, XML and on terminals. So
 * everything is made printable once, where it is recorded; the formats then only have to
 * escape their own special characters.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

/* A growing run of bytes; always ended by a 0 that does not count, once something was added.
 * Starts as {0}. */
struct bytes {
    char *at;
    size_t length;
    size_t room;
};

/* Adds. Without memory the process ends with a line on stderr: a judge that loses a part of
 * what it judges must not go on. */
void bytes_add(struct bytes *bytes, const void *more, size_t length);
void bytes_add_text(struct bytes *bytes, const char *text);
void bytes_free(struct bytes *bytes);

/* BYTES as UTF-8 that is safe to show: line ends and tabs stay, other control characters, bytes
 * that are no UTF-8 and characters that XML forbids become "\x1b". At most MOST bytes of the
 * input, then "…". Returns a string to be freed with free(3), never NULL. */
char *text_printable(const char *bytes, size_t length, size_t most);

/* How many bytes the UTF-8 character at TEXT takes (LENGTH bytes are there); 0 when it is
 * none that may be shown. */
size_t text_character(const char *text, size_t length);

/* How many columns TEXT takes, up to LENGTH bytes: its characters, counted. */
size_t text_columns(const char *text, size_t length);

/* A field of a line: "\n", "\t" and "\" become two characters each. To be freed; never NULL. */
char *text_to_field(const char *text);
/* And back, in place. */
void text_from_field(char *field);

/* strdup(3) and printf(3) into new memory, never NULL. */
char *text_copy(const char *text);
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
