/* walk.c - the words that look through page tables: pages, translate, copy. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "guest64.h"

static const char *const levels[LONGMODE_LEVELS] = {"PML4", "PDPT", "PD", "PT"};

static const char *size_name(uint64_t size)
{
    return size == LONGMODE_PAGE         ? "4 KiB"
           : size == LONGMODE_LARGE_PAGE ? "2 MiB"
                                         : "1 GiB";
}

/* --- pages -------------------------------------------------------------------------- */

/* A stretch of addresses that are mapped alike, one behind the other. */
struct stretch {
    uint64_t virtual, size;
    struct longmode_walk walk; /* of its first byte */
};

static void print_stretch(const struct stretch *stretch)
{
    if (stretch->size > 0)
        printf("%016llx to %016llx  at %-8llx %s  %s\n",
               (unsigned long long)stretch->virtual,
               (unsigned long long)(stretch->virtual + stretch->size - 1),
               (unsigned long long)stretch->walk.physical,
               size_name(stretch->walk.page_size), guest64_rights(&stretch->walk));
}

static bool goes_on(const struct stretch *stretch, uint64_t virtual,
                    const struct longmode_walk *walk)
{
    return stretch->size > 0 && stretch->virtual + stretch->size == virtual &&
           stretch->walk.physical + stretch->size == walk->physical &&
           stretch->walk.page_size == walk->page_size &&
           guest64_rights(&stretch->walk) == guest64_rights(walk);
}

/* Where there is no way, the whole part of the entry that said so has none. */
int word64_pages(struct tutor *tutor, int argc, char **argv)
{
    struct guest64 *guest = guest64_of(tutor);
    struct stretch stretch = {0};
    uint64_t virtual = 0, root, step;

    (void)argc, (void)argv;
    if (guest == NULL)
        return 1;
    if (!guest64_is_long(guest))
        return guest64_earlier(tutor, argc, argv);
    root = guest64_root(guest);
    do {
        struct longmode_walk walk;
        int result = longmode_translate(&guest->bench->machine->vm, root, virtual, &walk);
        if (result == -1 && (walk.levels == 0 || walk.levels > LONGMODE_LEVELS))
            return tutor_error(tutor, "0x%llx: %s", (unsigned long long)virtual,
                               strerror(errno));
        step = result == 0 ? walk.page_size : 1ull << (39 - 9 * (walk.levels - 1));
        if (step < LONGMODE_PAGE)
            return tutor_error(tutor, "a page of %llu bytes", (unsigned long long)step);
        if (result == 0 && goes_on(&stretch, virtual, &walk)) {
            stretch.size += step;
        } else if (result == 0) {
            print_stretch(&stretch);
            stretch = (struct stretch){virtual, step, walk};
        }
        virtual = (virtual | (step - 1)) + 1;
        if (virtual == 1ull << 47) /* the hole in the middle */
            virtual = 0xffff800000000000ull;
    } while (virtual != 0 && !tutor_interrupted(tutor));
    print_stretch(&stretch);
    return 0;
}

/* --- translate ---------------------------------------------------------------------- */

static void print_entry(unsigned level, uint64_t virtual,
                        const struct longmode_level *noted)
{
    uint64_t entry = noted->entry;

    printf("%-4s[%3u]  at %06llx  %016llx  ", levels[level],
           (unsigned)(virtual >> (39 - 9 * level)) & 511,
           (unsigned long long)noted->address, (unsigned long long)entry);
    if (!(entry & LONGMODE_PRESENT))
        printf("not present\n");
    else
        printf("%s%s%s%s\n", entry & LONGMODE_WRITE ? "write" : "read only",
               entry & LONGMODE_USER ? ", user" : "",
               level < 3 && entry & LONGMODE_LARGE ? ", large" : "",
               entry & LONGMODE_NO_EXECUTE ? ", no execute" : "");
}

/* The processor's own answer, as far as KVM gives it. (KVM api, 4.84 KVM_TRANSLATE.) */
static void print_kvm(const struct guest64 *guest, uint64_t virtual)
{
    struct kvm_translation translation = {.linear_address = virtual};

    if (ioctl(guest->bench->machine->vcpu.fd, KVM_TRANSLATE, &translation) == -1)
        printf("KVM_TRANSLATE: %s\n", strerror(errno));
    else if (!translation.valid)
        printf("KVM_TRANSLATE: no way\n");
    else
        printf("KVM_TRANSLATE: 0x%llx\n",
               (unsigned long long)translation.physical_address);
}

int word64_translate(struct tutor *tutor, int argc, char **argv)
{
    struct guest64 *guest = guest64_of(tutor);
    struct longmode_walk walk;
    uint64_t virtual;

    (void)argc;
    if (guest == NULL)
        return 1;
    if (!machine_number(argv[1], &virtual)) {
        tutor_error(tutor, "%s: must be an address: 0x200000", argv[1]);
        return MACHINE_USAGE;
    }
    if (!guest64_is_long(guest))
        return guest64_earlier(tutor, argc, argv);
    int result = longmode_translate(&guest->bench->machine->vm, guest64_root(guest),
                                    virtual, &walk);
    int error = errno;
    for (unsigned i = 0; i < walk.levels && i < LONGMODE_LEVELS; i++)
        print_entry(i, virtual, &walk.level[i]);
    if (result == 0)
        printf("0x%llx is 0x%llx of memory, in a page of %s: %s\n",
               (unsigned long long)virtual, (unsigned long long)walk.physical,
               size_name(walk.page_size), guest64_rights(&walk));
    else
        printf("0x%llx: %s\n", (unsigned long long)virtual,
               error == EINVAL   ? "not canonical: bits 63 to 47 differ"
               : error == ENOENT ? "nothing is mapped there"
               : error == EPROTO ? "the PML4 has no large pages"
               : error == EFAULT ? "a table is outside of guest memory"
                                 : strerror(error));
    print_kvm(guest, virtual);
    return result == 0 ? 0 : 1;
}

/* --- copy --------------------------------------------------------------------------- */

int word64_copy(struct tutor *tutor, int argc, char **argv)
{
    enum { ROW = 16, MOST = 4096 };
    struct guest64 *guest = guest64_of(tutor);
    uint8_t bytes[MOST];
    uint64_t virtual, length = ROW;

    if (guest == NULL)
        return 1;
    if (!machine_number(argv[1], &virtual) ||
        (argc > 2 &&
         (!machine_number(argv[2], &length) || length == 0 || length > MOST))) {
        tutor_error(tutor, "must be an address, and a number of bytes up to 4096");
        return MACHINE_USAGE;
    }
    if (!guest64_is_long(guest))
        return guest64_earlier(tutor, argc, argv);
    if (longmode_copy(&guest->bench->machine->vm, guest64_root(guest), virtual, bytes,
                      length) == -1)
        return tutor_error(tutor, "0x%llx: %s", (unsigned long long)virtual,
                           errno == ENOENT   ? "not all of it is mapped"
                           : errno == EFAULT ? "not all of it is guest memory"
                                             : strerror(errno));
    for (uint64_t i = 0; i < length; i++)
        printf("%s%02x%s", i % ROW == 0 ? "" : " ", bytes[i],
               i % ROW == ROW - 1 || i == length - 1 ? "\n" : "");
    return 0;
}
