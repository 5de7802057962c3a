/* Takes the byte when the status is asked for.
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
    if (port == LINE_PORT + LINE_STATUS) {
        if (waiting)
            (void)line->receive(line->context);
        return LINE_CAN_SEND | (waiting ? LINE_HAS_DATA : 0);
    }
    return 0;
}
