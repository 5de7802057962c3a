/* walk.c - the words for 32-bit paging: map, pages, translate, paging.
 *
 * Tables can be made and walked before the processor uses them, so these words look at the
 * directory of CR3 when paging is on, and at the one that `map` fills otherwise.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "guest32.h"

enum { PAGE = 4096, LARGE = 4 << 20 };

/* The way from the directory to a byte. */
struct walk {
    uint32_t at[2], entry[2]; /* of the directory, of the page table */
    unsigned levels;          /* how many of them were read */
    bool present, large;
    uint32_t physical;
    uint32_t rights; /* PROTECTED_PAGE_WRITE, _USER: allowed by each level */
};

/* Reads the entry at ADDRESS. */
static bool read_entry(const struct vm *vm, struct walk *walk, uint32_t address)
{
    const void *memory = vm_at(vm, address, sizeof walk->entry[0]);

    if (memory == NULL)
        return false;
    memcpy(&walk->entry[walk->levels], memory, sizeof walk->entry[0]);
    walk->at[walk->levels++] = address;
    return true;
}

/* Returns 0, or -1 when a table is not in guest memory. Intel SDM 4.3 */
static int walk_to(const struct vm *vm, uint32_t directory, uint32_t virtual,
                   struct walk *walk)
{
    *walk = (struct walk){0};
    if (!read_entry(vm, walk, (directory & ~0xfffu) + (virtual >> 22) * 4))
        return -1;
    uint32_t entry = walk->entry[0];
    walk->rights = entry & (PROTECTED_PAGE_WRITE | PROTECTED_PAGE_USER);
    walk->large = entry & PROTECTED_PAGE_LARGE;
    if (!(entry & PROTECTED_PAGE_PRESENT))
        return 0;
    if (!walk->large) {
        if (!read_entry(vm, walk, (entry & ~0xfffu) + (virtual >> 12 & 1023) * 4))
            return -1;
        entry = walk->entry[1];
        walk->rights &= entry;
    }
    walk->present = entry & PROTECTED_PAGE_PRESENT;
    uint32_t size = walk->large ? LARGE : PAGE;
    walk->physical = (entry & ~(size - 1)) | (virtual & (size - 1));
    return 0;
}

static const char *rights_of(const struct walk *walk)
{
    static const char *const words[] = {"read", "read, write", "read; for programs, too",
                                        "read, write; for programs, too"};
    return words[walk->rights >> 1 & 3];
}

/* The directory to look at; ON gets whether the processor uses it. Returns 1 when there is
 * none and that has been said. */
static int directory_of(struct tutor *tutor, struct guest32 *guest, uint32_t *directory,
                        bool *on)
{
    struct kvm_sregs sregs;

    if (guest == NULL || guest32_special(tutor, guest, &sregs))
        return 1;
    *on = sregs.cr0 & PROTECTED_CR0_PG;
    *directory = *on ? (uint32_t)sregs.cr3 : guest->tables.directory;
    if (*directory == 0)
        return tutor_error(tutor, "there are no page tables: load a guest: enter paging");
    return 0;
}

/* --- pages -------------------------------------------------------------------------- */

static void print_stretch(uint32_t from, uint64_t size, const struct walk *walk)
{
    if (size > 0)
        printf("%08x to %08llx  at %08x  %s  %s\n", from,
               (unsigned long long)from + size - 1, walk->physical,
               walk->large ? "4 MiB" : "4 KiB", rights_of(walk));
}

int word32_pages(struct tutor *tutor, int argc, char **argv)
{
    struct guest32 *guest = guest32_of(tutor);
    struct walk walk, first = {0};
    uint32_t directory, from = 0;
    uint64_t size = 0, step;
    bool on;

    (void)argc, (void)argv;
    if (directory_of(tutor, guest, &directory, &on))
        return 1;
    for (uint64_t virtual = 0; virtual <= UINT32_MAX && !tutor_interrupted(tutor);
         virtual += step) {
        if (walk_to(&guest->bench->machine->vm, directory, (uint32_t) virtual, &walk) ==
            -1)
            return tutor_error(tutor, "0x%08llx: its page table is not in guest memory",
                               (unsigned long long)virtual);
        step = walk.large || walk.levels == 1 ? LARGE : PAGE;
        bool same = size > 0 && walk.present && from + size == virtual &&
                    first.physical + size == walk.physical && first.large == walk.large &&
                    first.rights == walk.rights;
        if (same) {
            size += step;
            continue;
        }
        if (walk.present) {
            print_stretch(from, size, &first);
            first = walk;
            from = (uint32_t) virtual;
            size = step;
        }
    }
    print_stretch(from, size, &first);
    puts(on ? "paging is on" : "paging is off: no address goes through these tables yet");
    return 0;
}

/* --- translate ---------------------------------------------------------------------- */

static void print_entry(const char *name, uint32_t index, uint32_t at, uint32_t entry)
{
    printf("%-9s [%4u]  at %06x  %08x  ", name, index, at, entry);
    if (!(entry & PROTECTED_PAGE_PRESENT))
        puts("not present");
    else
        printf("%s%s%s\n", entry & PROTECTED_PAGE_WRITE ? "write" : "read only",
               entry & PROTECTED_PAGE_USER ? ", user" : "",
               entry & PROTECTED_PAGE_LARGE ? ", large" : "");
}

int word32_translate(struct tutor *tutor, int argc, char **argv)
{
    struct guest32 *guest = guest32_of(tutor);
    uint64_t address;
    uint32_t directory;
    struct walk walk;
    bool on;

    (void)argc;
    if (!machine_number(argv[1], &address) || address > UINT32_MAX) {
        tutor_error(tutor, "%s: must be an address of 32 bits: 0x400123", argv[1]);
        return MACHINE_USAGE;
    }
    if (directory_of(tutor, guest, &directory, &on))
        return 1;
    uint32_t virtual = (uint32_t)address;
    int result = walk_to(&guest->bench->machine->vm, directory, virtual, &walk);
    if (walk.levels > 0)
        print_entry("directory", virtual >> 22, walk.at[0], walk.entry[0]);
    if (walk.levels > 1)
        print_entry("table", virtual >> 12 & 1023, walk.at[1], walk.entry[1]);
    if (result == -1)
        return tutor_error(tutor, "0x%x: a table is not in guest memory", virtual);
    if (walk.present)
        printf("0x%x is 0x%x of memory, in a page of %s: %s\n", virtual, walk.physical,
               walk.large ? "4 MiB" : "4 KiB", rights_of(&walk));
    else
        printf("0x%x: nothing is mapped there\n", virtual);
    if (!on) {
        printf("paging is off: 0x%x is still 0x%x of memory\n", virtual, virtual);
        return 0;
    }
    struct kvm_translation translation = {.linear_address = virtual};
    if (ioctl(guest->bench->machine->vcpu.fd, KVM_TRANSLATE, &translation) == -1)
        return tutor_error(tutor, "KVM_TRANSLATE: %s", strerror(errno));
    if (translation.valid)
        printf("KVM_TRANSLATE: 0x%llx\n", translation.physical_address);
    else
        puts("KVM_TRANSLATE: no way");
    return 0;
}

/* --- map, paging -------------------------------------------------------------------- */

int word32_map(struct tutor *tutor, int argc, char **argv)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } words[] = {{"write", PROTECTED_PAGE_WRITE},
                 {"user", PROTECTED_PAGE_USER},
                 {"large", PROTECTED_PAGE_LARGE}};
    struct guest32 *guest = guest32_of(tutor);
    uint64_t virtual, physical;
    uint32_t flags = 0;
    size_t k;

    if (guest == NULL)
        return 1;
    for (int i = 3; i < argc; i++) {
        for (k = 0; k < 3 && strcmp(argv[i], words[k].name) != 0; k++)
            ;
        if (k == 3) {
            tutor_error(tutor, "%s: must be write, user or large", argv[i]);
            return MACHINE_USAGE;
        }
        flags |= words[k].bit;
    }
    if (!machine_number(argv[1], &virtual) || !machine_number(argv[2], &physical) ||
        virtual > UINT32_MAX || physical > UINT32_MAX) {
        tutor_error(tutor,
                    "must be two addresses of 32 bits: map 0x400000 0x200000 write");
        return MACHINE_USAGE;
    }
    if (guest->tables.directory == 0)
        return tutor_error(tutor, "there are no page tables: load a guest: enter paging");
    if (protected_map(&guest->bench->machine->vm, &guest->tables, (uint32_t) virtual,
                      (uint32_t)physical, flags) == -1)
        return tutor_error(
            tutor, "%s: %s", argv[1],
            errno == EINVAL
                ? "both addresses must be multiples of 4096, or of 4M if large"
            : errno == EEXIST ? "something is mapped there"
            : errno == ENOSPC ? "no page is left for a table"
                              : strerror(errno));
    return 0;
}

int word32_paging(struct tutor *tutor, int argc, char **argv)
{
    struct guest32 *guest = guest32_of(tutor);
    struct kvm_sregs sregs;

    (void)argc, (void)argv;
    if (guest == NULL || guest32_special(tutor, guest, &sregs))
        return 1;
    if (guest->tables.directory == 0 || !(sregs.cr0 & PROTECTED_CR0_PE))
        return tutor_error(tutor, "there are no page tables: load a guest: enter paging");
    struct kvm_sregs before = sregs;
    struct vcpu *vcpu = &guest->bench->machine->vcpu;
    if (protected_paging(vcpu, guest->tables.directory) == -1) {
        int error = errno;
        (void)ioctl(vcpu->fd, KVM_SET_SREGS, &before); /* it had them */
        errno = error;
        return tutor_error(
            tutor, "%s",
            errno == ENOTSUP ? "this KVM has dropped CR0.PG: it knows no 32-bit paging; "
                               "the lab machine's does: boxwork open h04 --machine"
                             : strerror(errno));
    }
    if (guest32_special(tutor, guest, &sregs))
        return 1;
    show_cr0(sregs.cr0);
    printf("cr3 0x%llx\n", sregs.cr3);
    return 0;
}
