/* text.c - bytes that may come from anywhere, made fit for a report; see text.h.
 *
 * Read on: utf-8(7); the production Char of the XML recommendation, 2.2.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "text.h"

_Noreturn static void no_memory(void)
{
    (void)fputs("grader: memory: there is none left: close other programs\n", stderr);
    _Exit(3);
}

void bytes_add(struct bytes *bytes, const void *more, size_t length)
{
    if (bytes->length + length + 1 > bytes->room) {
        size_t room = bytes->room ? bytes->room : 256;
        while (room < bytes->length + length + 1)
            room *= 2;
        bytes->at = realloc(bytes->at, room);
        if (!bytes->at)
            no_memory();
        bytes->room = room;
    }
    if (length > 0)
        memcpy(bytes->at + bytes->length, more, length);
    bytes->length += length;
    bytes->at[bytes->length] = '\0';
}

void bytes_add_text(struct bytes *bytes, const char *text)
{
    bytes_add(bytes, text, strlen(text));
}

void bytes_free(struct bytes *bytes)
{
    free(bytes->at);
    *bytes = (struct bytes){0};
}

/* What a lead byte promises: how many bytes follow, and the least character that needs so many
 * (a longer form of a smaller one is forbidden: it hides characters from a filter). */
static size_t promised(unsigned char lead, uint32_t *value, uint32_t *least)
{
    if (lead < 0x80) {
        *value = lead;
        *least = 0;
        return 1;
    }
    if (lead >= 0xc2 && lead < 0xe0) {
        *value = lead & 0x1f;
        *least = 0x80;
        return 2;
    }
    if (lead >= 0xe0 && lead < 0xf0) {
        *value = lead & 0x0f;
        *least = 0x800;
        return 3;
    }
    if (lead >= 0xf0 && lead < 0xf5) {
        *value = lead & 0x07;
        *least = 0x10000;
        return 4;
    }
    return 0;
}

static bool may_be_shown(uint32_t c)
{
    if (c < 0x20)
        return c == '\n' || c == '\t';
    if (c >= 0x7f && c < 0xa0)
        return false; /* DEL, and the C1 controls: terminals obey some of them */
    if (c >= 0xd800 && c < 0xe000)
        return false; /* halves of UTF-16 */
    if ((c >= 0x200e && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
        (c >= 0x2066 && c <= 0x2069))
        return false; /* turn the direction of the text around: show what is not there */
    return c <= 0x10ffff && (c & 0xfffe) != 0xfffe;
}

size_t text_character(const char *text, size_t length)
{
    uint32_t value, least;
    if (length == 0)
        return 0;
    size_t size = promised((unsigned char)text[0], &value, &least);
    if (size == 0 || size > length)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | ((unsigned char)text[i] & 0x3f);
    }
    return value >= least && may_be_shown(value) ? size : 0;
}

size_t text_columns(const char *text, size_t length)
{
    size_t columns = 0;
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            columns++;
    return columns;
}

char *text_printable(const char *bytes, size_t length, size_t most)
{
    struct bytes result = {0};
    bytes_add(&result, "", 0);
    for (size_t i = 0; i < length;) {
        if (i >= most) {
            bytes_add_text(&result, "…");
            break;
        }
        size_t size = text_character(bytes + i, length - i);
        if (size > 0) {
            bytes_add(&result, bytes + i, size);
            i += size;
        } else {
            char code[8];
            (void)snprintf(code, sizeof code, "\\x%02x", (unsigned char)bytes[i]);
            bytes_add_text(&result, code);
            i++;
        }
    }
    return result.at;
}

char *text_to_field(const char *text)
{
    struct bytes result = {0};
    bytes_add(&result, "", 0);
    for (; *text; text++) {
        if (*text == '\n')
            bytes_add(&result, "\\n", 2);
        else if (*text == '\t')
            bytes_add(&result, "\\t", 2);
        else if (*text == '\\')
            bytes_add(&result, "\\\\", 2);
        else
            bytes_add(&result, text, 1);
    }
    return result.at;
}

void text_from_field(char *field)
{
    char *to = field;
    for (char *from = field; *from; from++) {
        if (*from != '\\' || !from[1]) {
            *to++ = *from;
            continue;
        }
        from++;
        *to++ = *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
    }
    *to = '\0';
}

char *text_copy(const char *text)
{
    char *copy = strdup(text ? text : "");
    if (!copy)
        no_memory();
    return copy;
}

char *text_format(const char *format, ...)
{
    char *result;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&result, format, arguments);
    va_end(arguments);
    if (length == -1)
        no_memory();
    return result;
}
