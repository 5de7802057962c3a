/* Sends whatever is written to any of the eight ports: settings come out as text.
 *
 * @fails line.data-port
 */
#include "realmode.h"

void line_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    const struct line *line = context;

    (void)port;
    (void)size;
    line->send(line->context, (uint8_t)value);
}
