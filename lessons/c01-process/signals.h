/* signals.h - signals as one types them, and as one reads them. */
#ifndef SIGNALS_H
#define SIGNALS_H

/* The number of "TERM", "SIGTERM", "term" or "15"; 0 when there is no such signal. */
int signals_number(const char *name);

/* "TERM" for 15; "?" for what has no name. A constant. */
const char *signals_name(int number);

#endif
