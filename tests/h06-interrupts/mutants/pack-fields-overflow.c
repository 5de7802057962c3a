/* Lets a field run into its neighbour.
 *
 * @fails pack.kind
 */
#include "interrupts.h"

enum { GATE_INTERRUPT = 0xe, GATE_TRAP = 0xf };

void interrupts_pack(const struct interrupts_gate *gate, uint64_t words[2])
{
    words[0] = words[1] = 0;
    if (gate->selector == 0)
        return;
    uint64_t type = gate->trap ? GATE_TRAP : GATE_INTERRUPT;
    words[0] = (gate->handler & 0xffff) | (uint64_t)gate->selector << 16 |
               (uint64_t)gate->stack << 32 | type << 40 |
               (uint64_t)gate->privilege << 45 | 1ull << 47 |
               (gate->handler >> 16 & 0xffff) << 48;
    words[1] = gate->handler >> 32;
}
