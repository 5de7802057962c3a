/* test_image.c - the judge of h08-linux: what a kernel's file says, and what it must not be
 * believed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

static struct answer checked(const struct image *image, size_t size)
{
    return seen_answer(seen_start(WORDS("check", hex(image->bytes, size))));
}

static struct answer checked_whole(const struct image *image)
{
    return checked(image, image->size);
}

/* What linux_check has to say about a good image. */
static void expect_facts(const struct image *image, struct answer answer)
{
    char expected[400];

    expect_success("linux_check of a bzImage", answer);
    snprintf(expected, sizeof expected,
             "0 0 20f %zx %zx %llx %x %x %x 6.66.6-boxwork (somebody@somewhere) #1",
             image->kernel_offset, image->kernel_size,
             (unsigned long long)image->header->pref_address, image->header->init_size,
             image->header->initrd_addr_max, image->header->cmdline_size);
    judge_expect_string("what is said about the kernel (wrong, elf, protocol, "
                        "kernel_offset, kernel_size, preferred, run_size, initrd_max, "
                        "command_max, version)",
                        expected, answer.rest);
}

void check_reads_a_bzimage(void **state)
{
    struct image image;

    (void)state;
    image_make(&image, (unsigned)seen_random(1, SETUP_MOST));
    expect_facts(&image, checked_whole(&image));
    /* More in the file than the kernel has: signatures, padding. */
    expect_facts(&image, checked(&image, image.size + 100 > sizeof image.bytes
                                             ? image.size
                                             : image.size + 100));
}

void check_takes_0_for_4_sectors(void **state)
{
    struct image image;

    (void)state;
    image_make(&image, 0);
    struct answer answer = checked_whole(&image);
    expect_success("linux_check of a bzImage whose setup_sects is 0, which means 4",
                   answer);
    expect_facts(&image, answer);
}

static void expect_refused(const char *what, struct answer answer)
{
    char name[160];

    snprintf(name, sizeof name, "linux_check of %s", what);
    expect_failure(name, ENOEXEC, answer);
    if (answer.rest[0] != '1')
        judge_fail("%s must say in words what is wrong; kernel->wrong is NULL", name);
}

void check_refuses_what_it_cannot_boot(void **state)
{
    struct image image;

    (void)state;
    image_make(&image, 5);
    image.header->boot_flag = 0x55aa;
    expect_refused("a file without the boot flag", checked_whole(&image));
    image_make(&image, 5);
    image.header->header = 0x53726449;
    expect_refused("a file without \"HdrS\"", checked_whole(&image));
    image_make(&image, 5);
    image.header->version = 0x20b;
    expect_refused("a kernel of protocol 2.11", checked_whole(&image));
    image_make(&image, 5);
    image.header->version = 0x20c;
    expect_success("linux_check of a kernel of protocol 2.12", checked_whole(&image));
    image_make(&image, 5);
    image.header->xloadflags = XLF_CAN_BE_LOADED_ABOVE_4G | XLF_EFI_HANDOVER_64;
    expect_refused("a kernel without a 64-bit entry", checked_whole(&image));
    image_make(&image, 5);
    image.header->loadflags = CAN_USE_HEAP;
    expect_refused("a kernel that wants to be below 1 MiB", checked_whole(&image));
    image_make(&image, 5);
    image.header->syssize = 0x20;
    expect_refused("a kernel that ends before its entry", checked_whole(&image));
}

void check_sees_what_is_cut_short(void **state)
{
    struct image image;

    (void)state;
    image_make(&image, 6);
    uint32_t fits = image.header->syssize;
    expect_refused("an empty file", checked(&image, 0));
    expect_refused("half a header", checked(&image, 0x200));
    expect_refused("a file that ends in the setup", checked(&image, 3 * SECTOR));
    expect_refused("a file that ends where the kernel begins",
                   checked(&image, image.kernel_offset));
    expect_refused("a file that lacks its last byte", checked(&image, image.size - 1));
    image.header->syssize = UINT32_MAX; /* times 16 does not fit into 32 bits */
    expect_refused("a kernel of 64 GiB in a small file", checked_whole(&image));
    image.header->syssize = 0x10000000 + fits; /* times 16 in 32 bits is right again */
    expect_refused("a kernel whose size does not fit into 32 bits",
                   checked_whole(&image));
}

void check_knows_an_elf_file(void **state)
{
    struct answer answer = seen_answer(
        seen_start(WORDS("check", "7f454c4602010100000000000000000002003e00")));
    int words, elf;

    (void)state;
    expect_success("linux_check of an ELF file", answer);
    if (sscanf(answer.rest, "%d %d", &words, &elf) != 2 || elf != 1)
        judge_fail("linux_check of an ELF file must set kernel->elf");
}
