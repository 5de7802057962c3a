/* nap.c - a program that does nothing, for ever: 129 bytes of ELF, written by hand.
 *
 * A program is a header, one segment that is to be mapped, and its code: pause(2), again and
 * again. The segment is the whole file, so the code stands behind the headers in memory, too.
 *
 * Read on: elf(5); syscall(2) for the registers.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cleanup.h"
#include "nap.h"

enum { BASE = 0x400000, PAGE = 0x1000 };

struct program {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    unsigned char code[9];
} __attribute__((packed));

static const struct program nap = {
    .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                           EV_CURRENT},
               .e_type = ET_EXEC,
               .e_machine = EM_X86_64,
               .e_version = EV_CURRENT,
               .e_entry = BASE + sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr),
               .e_phoff = sizeof(Elf64_Ehdr),
               .e_ehsize = sizeof(Elf64_Ehdr),
               .e_phentsize = sizeof(Elf64_Phdr),
               .e_phnum = 1},
    .segment = {.p_type = PT_LOAD,
                .p_flags = PF_R | PF_X,
                .p_vaddr = BASE,
                .p_filesz = sizeof(struct program),
                .p_memsz = sizeof(struct program),
                .p_align = PAGE},
    .code = {0xb8, 34, 0, 0, 0, /* mov eax, 34: pause(2) */
             0x0f, 0x05,        /* syscall */
             0xeb, 0xf7},       /* jmp to the mov, nine bytes back */
};

int nap_make(const char *path)
{
    CLEANUP_CLOSE int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);

    if (file == -1)
        return -1;
    errno = ENOSPC; /* what a short write means */
    return write(file, &nap, sizeof nap) == sizeof nap ? fchmod(file, 0755) : -1;
}
