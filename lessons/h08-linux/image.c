/* image.c - the files of a boot, and the word `kernel`: what a kernel's file says. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "board.h"

int image_open(struct tutor *tutor, struct image_file *file, const char *name,
               const char *what)
{
    char path[PATH_MAX];
    struct stat status;

    *file = (struct image_file){0};
    snprintf(path, sizeof path, "build/guests/linux/%s", name);
    const char *ours = strchr(name, '/') ? NULL : tutor_path(tutor, path);
    /* Without O_NONBLOCK, to open a named pipe waits until somebody writes to it. */
    int fd = open(ours ? ours : name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd == -1)
        return tutor_error(tutor, "%s: %s: must be %s of build/guests/linux, or a path",
                           name, strerror(errno), what);
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
        void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes != MAP_FAILED)
            *file = (struct image_file){bytes, (size_t)status.st_size};
    }
    (void)close(fd); /* it was only read */
    if (file->bytes == NULL)
        return tutor_error(tutor, "%s: it is empty, or no file: must be %s", name, what);
    return 0;
}

void image_close(struct image_file *file)
{
    if (file->bytes != NULL)
        (void)munmap(file->bytes, file->size); /* as it was mapped */
    *file = (struct image_file){0};
}

static void print_image(const struct linux_image *image)
{
    const struct setup_header *header = &image->header;

    if (image->elf) {
        puts("an ELF file: a vmlinux; what else it says, its program headers say");
        return;
    }
    printf("%s\n", image->version);
    printf("boot_flag 0x%x, header \"%.4s\": a bzImage of protocol %u.%u\n",
           header->boot_flag, (const char *)&header->header, image->protocol >> 8,
           image->protocol & 0xff);
    printf("setup_sects %u: the kernel begins at byte 0x%zx\n", header->setup_sects,
           image->kernel_offset);
    printf("syssize 0x%x: and has %zu bytes\n", header->syssize, image->kernel_size);
    printf("xloadflags 0x%x: %s64-bit entry%s\n", header->xloadflags,
           header->xloadflags & XLF_KERNEL_64 ? "" : "no ",
           header->xloadflags & XLF_CAN_BE_LOADED_ABOVE_4G
               ? ", and anything may be above 4 GiB"
               : "");
    printf("pref_address 0x%llx, init_size 0x%llx: it unpacks itself there\n",
           (unsigned long long)image->preferred, (unsigned long long)image->run_size);
    printf("initrd_addr_max 0x%llx, cmdline_size %u\n",
           (unsigned long long)image->initrd_max, image->command_max);
}

/* kernel [FILE [BYTES]]: what linux_check finds in it, or in its first BYTES. */
int word_kernel(struct tutor *tutor, int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "vmlinuz";
    struct linux_image image;
    struct image_file file;
    uint64_t bytes = UINT64_MAX;
    int status = 0;

    if (argc > 2 && (!machine_number(argv[2], &bytes) || bytes == 0)) {
        tutor_error(tutor, "%s: must be a number of bytes", argv[2]);
        return MACHINE_USAGE;
    }
    if (image_open(tutor, &file, name, "a kernel"))
        return 1;
    if (bytes > file.size)
        bytes = file.size;
    if (linux_check(file.bytes, bytes, &image) == -1)
        status =
            tutor_error(tutor, "%s: %s", name,
                        errno == ENOEXEC && image.wrong ? image.wrong : strerror(errno));
    else
        print_image(&image);
    image_close(&file);
    return status;
}
