/* nap.h - a program that does nothing, for ever. */
#ifndef NAP_H
#define NAP_H

/* Makes the executable PATH, mode 0755, which must not be there yet: it only sleeps, needs no
 * library and no interpreter, and is one program wherever this runs (busybox's sleep would give
 * its setuid bit up). Returns 0, or -1 with errno. */
int nap_make(const char *path);

#endif
