/* table.c - the words for the table of descriptors: gdt, segment, select. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "guest32.h"

enum { DESCRIPTOR = 8, SHOWN = 16 };

/* --- gdt ---------------------------------------------------------------------------- */

static void print_descriptor(unsigned selector, uint64_t descriptor)
{
    struct kvm_segment segment;
    char text[128];

    printf("0x%02x  %016llx  ", selector, (unsigned long long)descriptor);
    if (selector == 0) {
        puts("never used");
        return;
    }
    protected_unpack(descriptor, (uint16_t)selector, &segment);
    show_segment(&segment, text, sizeof text);
    printf("%08llx  %08x  %s\n", segment.base, segment.limit, text);
}

int word32_gdt(struct tutor *tutor, int argc, char **argv)
{
    struct guest32 *guest = guest32_of(tutor);
    struct kvm_sregs sregs;

    (void)argc, (void)argv;
    if (guest == NULL || guest32_special(tutor, guest, &sregs))
        return 1;
    if (!(sregs.cr0 & PROTECTED_CR0_PE))
        return tutor_error(tutor, "in real mode no descriptor is looked at: try enter "
                                  "flat, or load switch and run");
    unsigned count = (sregs.gdt.limit + 1u) / DESCRIPTOR;
    printf("gdt at 0x%llx, limit 0x%x: %u descriptor%s\n", sregs.gdt.base,
           sregs.gdt.limit, count, count == 1 ? "" : "s");
    if (count > 0)
        puts("      descriptor        base      limit");
    for (unsigned i = 0; i < count && i < SHOWN; i++) {
        uint64_t descriptor;
        const void *memory = vm_at(&guest->bench->machine->vm,
                                   sregs.gdt.base + i * DESCRIPTOR, DESCRIPTOR);
        if (memory == NULL)
            return tutor_error(tutor, "descriptor %u is not in guest memory", i);
        memcpy(&descriptor, memory, sizeof descriptor);
        print_descriptor(i * DESCRIPTOR, descriptor);
    }
    if (count > SHOWN)
        printf("and %u more\n", count - SHOWN);
    return 0;
}

/* --- segment ------------------------------------------------------------------------ */

/* Reads the words behind SELECTOR BASE LIMIT. Returns false when one is none of them. */
static bool read_kind(char **words, struct kvm_segment *segment)
{
    for (; *words; words++) {
        if (strcmp(*words, "code") == 0)
            segment->type = PROTECTED_CODE.type;
        else if (strcmp(*words, "readonly") == 0)
            segment->type &= ~PROTECTED_WRITABLE;
        else if (strcmp(*words, "absent") == 0)
            segment->present = 0;
        else if (strcmp(*words, "16") == 0)
            segment->db = 0;
        else if (strlen(*words) == 5 && strncmp(*words, "ring", 4) == 0 &&
                 words[0][4] >= '0' && words[0][4] <= '3')
            segment->dpl = (uint8_t)(words[0][4] - '0');
        else
            return false;
    }
    return true;
}

/* Writes one descriptor of the GDT that the processor has, which grows when it is behind
 * its end. */
int word32_segment(struct tutor *tutor, int argc, char **argv)
{
    struct guest32 *guest = guest32_of(tutor);
    struct kvm_segment segment = PROTECTED_DATA;
    struct kvm_sregs sregs;
    uint64_t selector, base, limit;

    if (guest == NULL || guest32_special(tutor, guest, &sregs))
        return 1;
    if (!machine_number(argv[1], &selector) || selector == 0 || selector > 0x78 ||
        selector % DESCRIPTOR != 0 || !machine_number(argv[2], &base) ||
        !machine_number(argv[3], &limit) || base > UINT32_MAX || limit > UINT32_MAX ||
        !read_kind(argv + 4, &segment)) {
        tutor_error(tutor,
                    "must be a selector from 0x8 to 0x78, a base, a limit in bytes, "
                    "and code, readonly, absent, 16, ring0 to ring3");
        return MACHINE_USAGE;
    }
    if (!(sregs.cr0 & PROTECTED_CR0_PE))
        return tutor_error(tutor, "the processor is in real mode: try enter flat");
    (void)argc;
    segment.base = base;
    segment.limit = (uint32_t)limit;
    segment.g = limit > 0xfffff;
    uint64_t descriptor = protected_pack(&segment);
    if (descriptor == 0)
        return tutor_error(tutor, "limit 0x%llx: %s", (unsigned long long)limit,
                           errno == EINVAL ? "above 0xfffff it counts in pages, so its "
                                             "last three digits must be fff"
                                           : strerror(errno));
    void *memory =
        vm_at(&guest->bench->machine->vm, sregs.gdt.base + selector, DESCRIPTOR);
    if (memory == NULL)
        return tutor_error(tutor, "the gdt is not in guest memory");
    memcpy(memory, &descriptor, sizeof descriptor);
    if (sregs.gdt.limit < selector + DESCRIPTOR - 1) {
        sregs.gdt.limit = (uint16_t)(selector + DESCRIPTOR - 1);
        if (ioctl(guest->bench->machine->vcpu.fd, KVM_SET_SREGS, &sregs) == -1)
            return tutor_error(tutor, "KVM_SET_SREGS: %s", strerror(errno));
    }
    print_descriptor((unsigned)selector, descriptor);
    return 0;
}

/* --- select ------------------------------------------------------------------------- */

static int use_of(const char *word)
{
    static const char *const names[] = {[PROTECTED_FOR_DATA] = "data",
                                        [PROTECTED_FOR_STACK] = "stack",
                                        [PROTECTED_FOR_CODE] = "code"};

    for (int i = 0; i < 3; i++)
        if (strcmp(names[i], word) == 0)
            return i;
    return -1;
}

/* What the processor would do with a selector: asked of the module, not of the guest. */
int word32_select(struct tutor *tutor, int argc, char **argv)
{
    struct guest32 *guest = guest32_of(tutor);
    struct protected_fault fault = {0};
    struct kvm_segment segment;
    struct kvm_sregs sregs;
    uint64_t selector, ring = 0;
    char text[160];

    if (guest == NULL || guest32_special(tutor, guest, &sregs))
        return 1;
    int use = argc > 2 ? use_of(argv[2]) : PROTECTED_FOR_DATA;
    if (!machine_number(argv[1], &selector) || selector > UINT16_MAX || use == -1 ||
        (argc > 3 && (!machine_number(argv[3], &ring) || ring > 3))) {
        tutor_error(tutor, "must be a selector (0x10), data, stack or code, and the ring "
                           "that loads it (0 to 3)");
        return MACHINE_USAGE;
    }
    if (!(sregs.cr0 & PROTECTED_CR0_PE))
        return tutor_error(tutor, "the processor is in real mode: try enter flat");
    if (protected_select(&guest->bench->machine->vm, &sregs.gdt, (uint16_t)selector,
                         (enum protected_use)use, (unsigned)ring, &segment,
                         &fault) == 0) {
        show_segment(&segment, text, sizeof text);
        if (segment.unusable)
            puts("loaded, and every use of it is a fault");
        else
            printf("loaded: base 0x%llx, limit 0x%x, %s\n", segment.base, segment.limit,
                   text);
        return 0;
    }
    if (errno != EACCES)
        return tutor_error(tutor, "protected_select: %s", strerror(errno));
    (void)protected_explain(&fault, text, sizeof text); /* or a part */
    puts(text);
    return 0;
}
