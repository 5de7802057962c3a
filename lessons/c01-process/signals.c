/* signals.c - signals as one types them, and as one reads them: see signals.h, signal(7). */
#define _GNU_SOURCE
#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "signals.h"

int signals_number(const char *name)
{
    char *end;

    if (isdigit((unsigned char)*name)) {
        long number = strtol(name, &end, 10);
        return *end == '\0' && number > 0 && number <= SIGRTMAX ? (int)number : 0;
    }
    if (strncasecmp(name, "SIG", 3) == 0)
        name += 3;
    for (int number = 1; number < NSIG; number++) {
        const char *known = sigabbrev_np(number);
        if (known && strcasecmp(known, name) == 0)
            return number;
    }
    return 0;
}

const char *signals_name(int number)
{
    const char *name = sigabbrev_np(number);

    return name ? name : "?";
}
