/* gdt.c - the word gdt for a kernel that runs: its table is behind its own addresses. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "board.h"
#include "longmode.h"

enum { MOST = 64 };

/* What a descriptor is for in long mode, where bases and limits do not count. SDM 3.4.5 */
static const char *kind_of(uint64_t descriptor)
{
    unsigned type = descriptor >> 40 & 15;
    bool system = !(descriptor >> 44 & 1);

    if (system)
        return type == 2 ? "LDT" : type == 9 ? "TSS" : type == 11 ? "TSS, in use" : "?";
    if (!(type & 8))
        return "data";
    return descriptor >> 53 & 1 ? "64-bit code" : "32-bit code";
}

int word_gdt_of(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_of(tutor);
    struct kvm_sregs sregs;
    uint64_t table[MOST];

    if (board == NULL)
        return 1;
    if (!board->up)
        return board_earlier(tutor, argc, argv);
    if (ioctl(board->machine->vcpu.fd, KVM_GET_SREGS, &sregs) == -1)
        return tutor_error(tutor, "KVM_GET_SREGS: %s", strerror(errno));
    unsigned count =
        (sregs.gdt.limit + 1u) / 8 < MOST ? (sregs.gdt.limit + 1u) / 8 : MOST;
    if (longmode_copy(&board->machine->vm, sregs.cr3, sregs.gdt.base, table,
                      count * sizeof *table) == -1)
        return tutor_error(tutor, "the table at 0x%llx: nothing is mapped there",
                           (unsigned long long)sregs.gdt.base);
    printf("gdt at 0x%llx, %u descriptors\n", (unsigned long long)sregs.gdt.base, count);
    for (unsigned i = 0; i < count; i++) {
        if (!(table[i] >> 47 & 1)) /* not present: empty */
            continue;
        printf("%04x  %016llx  %s, ring %u\n", i * 8, (unsigned long long)table[i],
               kind_of(table[i]), (unsigned)(table[i] >> 45) & 3);
        if (!(table[i] >> 44 & 1))
            i++; /* one of the system has 16 bytes */
    }
    return 0;
}
