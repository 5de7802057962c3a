/* progress.c - one line of the terminal: which claim, what is being done, the time to go. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include "compare.h"

/* Seconds to go: what is left of the claim at hand, and what the claims behind it are thought to take,
 * corrected by how long those that are done took in truth. */
static double seconds_to_go(const struct compare *compare)
{
    uint64_t now = measure_now();
    double before = (double)(compare->claim_started - compare->started) / 1e9;
    double inside = (double)(now - compare->claim_started) / 1e9;
    double pace = compare->done > 5 ? before / compare->done : 1;
    double left = compare->claim_seconds * pace - inside;
    return (left > 0 ? left : 0) +
           (compare->total - compare->done - compare->claim_seconds) * pace;
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
