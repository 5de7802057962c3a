/* progress.c - one line of the terminal: which claim, what is being done, the time to go. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include "compare.h"

/* Seconds to go: what the claims that are left are thought to take, corrected by how long those
 * that are done took in truth. */
static double seconds_to_go(const struct compare *compare)
{
    double passed = (double)(measure_now() - compare->started) / 1e9;
    double left = compare->total - compare->done;
    double pace = compare->done > 5 ? passed / compare->done : 1;
    return left * pace;
}

void progress_say(struct compare *compare, const char *format, ...)
{
    char text[64];
    va_list arguments;
    if (!compare->progress)
        return;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments); /* a long one is cut */
    va_end(arguments);
    fprintf(stderr, "\r\033[K  %s: %s, about %.0f s to go",
            compare->claim != NULL ? compare->claim->id : "compare", text,
            seconds_to_go(compare));
    (void)fflush(stderr); /* only decoration */
}

void progress_clear(const struct compare *compare)
{
    if (compare->progress)
        fputs("\r\033[K", stderr);
}
