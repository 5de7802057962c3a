/* Its last words are for whoever reads a report: escape sequences, ends of elements and of
 * strings, directives, bytes that are no text. */
#include <stdlib.h>
#include <unistd.h>
#include "fake.h"

static const char words[] =
    "\x1b[2J\x1b]0;title\a]]></failure><passed/> \"quoted\" 'too' & <!-- # SKIP # TODO \\"
    "\x01\x02\x7f\x80\xff\xc0\xaf\xed\xa0\x80\xef\xbf\xbf\xe2\x80\xae \xc2\x85 \xc3\xa4 "
    "%s %n";

int fake_answer(int number)
{
    if (write(2, words, sizeof words) == -1)
        _exit(1);
    _exit(number & 1);
}

int fake_leave(void)
{
    if (write(2, words, sizeof words) == -1)
        _exit(1);
    abort();
}
