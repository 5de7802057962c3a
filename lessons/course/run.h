/* run.h - running another program and reading files whole. */
#ifndef RUN_H
#define RUN_H

#include <stddef.h>

/* Runs argv[0] (looked up in PATH; argv ends with NULL) in the folder DIRECTORY and returns
 * what it printed on stdout, with a 0 byte behind it, to be freed with free(3). Its stderr goes
 * nowhere. STATUS gets its exit status, 127 when it could not be run. Returns NULL, with errno,
 * when there is no memory or no process.
 */
char *run_output(const char *directory, char *const argv[], int *status);

/* Runs argv[0], a path, with our own stdin, stdout and stderr. Returns its exit status, 128 + N
 * when signal N ended it, 127 when it could not be run. */
int run_program(char *const argv[]);

/* The whole of a file with a 0 byte behind it, to be freed with free(3); NULL with errno.
 * LENGTH may be NULL. */
char *file_read(const char *path, size_t *length);

/* Writes a new file. Returns 0, or -1 with errno: EEXIST when it is there already. What was
 * written before an error is removed. */
int file_create(const char *path, const char *text, size_t length);

/* "YYYYMMDD-HHMMSS" of now, in local time; a string that is valid until the next call. */
const char *time_stamp(void);

#endif
