/* The status never says that a byte may be sent: a program that asks waits for ever.
 *
 * @fails line.status
 */
#include "realmode.h"

uint32_t line_in(void *context, uint16_t port, unsigned size)
{
    const struct line *line = context;
    bool waiting = line->waiting && line->waiting(line->context);

    (void)size;
    if (port == LINE_PORT)
        return waiting ? line->receive(line->context) : 0;
    return port == LINE_PORT + LINE_STATUS && waiting ? LINE_HAS_DATA : 0;
}
