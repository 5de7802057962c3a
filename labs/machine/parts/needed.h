/* needed.h - which shared libraries a program asks for, read from its ELF file. */
#ifndef NEEDED_H
#define NEEDED_H

#include <stdbool.h>
#include <stddef.h>

/* Calls EACH with CONTEXT for every shared library that the ELF file of SIZE bytes at FILE
 * names ("libc.so.6"), and for its program interpreter ("/lib64/ld-linux-x86-64.so.2", the
 * only one that has a slash). A file that is not ELF, is cut short or makes no sense names none.
 */
void needed_each(const unsigned char *file, size_t size,
                 void (*each)(void *context, const char *name), void *context);

#endif
