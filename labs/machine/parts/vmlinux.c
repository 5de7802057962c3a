/* vmlinux.c - takes the kernel proper out of a bzImage: `vmlinux-of BZIMAGE VMLINUX`.
 *
 * A bzImage is a small program with the kernel compressed inside, which it unpacks in the
 * guest. Under emulation that costs half a second, on the host a tenth. The setup header says
 * where the compressed kernel lies (payload_offset and payload_length, since protocol 2.08);
 * libarchive knows how it is compressed. What comes out is an ELF file, and QEMU starts it
 * through its PVH entry.
 *
 * Read on: Documentation/x86/boot.rst in the kernel's source.
 */
#include <archive.h>
#include <archive_entry.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Offsets in the file: boot.rst, "The Real-Mode Kernel Header". */
enum {
    SETUP_SECTORS = 0x1f1,
    MAGIC = 0x202,
    VERSION = 0x206,
    PAYLOAD_OFFSET = 0x248,
    PAYLOAD_LENGTH = 0x24c,
    HEADER_END = 0x250,
    SECTOR = 512,
    FIRST_VERSION = 0x208, /* the first one that has payload_offset */
};

static uint32_t number(const unsigned char *at, size_t bytes)
{
    uint32_t value = 0;
    memcpy(&value, at, bytes);
    return le32toh(value);
}

/* Finds the compressed kernel in IMAGE. Returns where it starts, or NULL. */
static const unsigned char *payload(const unsigned char *image, size_t size,
                                    size_t *length)
{
    if (size < HEADER_END || memcmp(image + MAGIC, "HdrS", 4) != 0 ||
        number(image + VERSION, 2) < FIRST_VERSION)
        return NULL;
    uint64_t offset = number(image + PAYLOAD_OFFSET, 4);
    offset += (uint64_t)(image[SETUP_SECTORS] + 1) * SECTOR;
    *length = number(image + PAYLOAD_LENGTH, 4);
    if (offset + *length > size)
        return NULL;
    return image + offset;
}

static int unpack(const unsigned char *from, size_t length, int to)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    if (archive == NULL)
        return -1;
    int result = -1;
    if (archive_read_support_filter_all(archive) <= ARCHIVE_WARN ||
        archive_read_support_format_raw(archive) != ARCHIVE_OK ||
        archive_read_open_memory(archive, from, length) != ARCHIVE_OK ||
        archive_read_next_header(archive, &entry) != ARCHIVE_OK)
        fprintf(stderr, "vmlinux-of: %s\n", archive_error_string(archive));
    /* Behind the kernel stands its size (4 bytes), which is not part of the stream: a warning
     * about these is none, and the ELF magic is looked at below. */
    else if (archive_read_data_into_fd(archive, to) < ARCHIVE_WARN)
        fprintf(stderr, "vmlinux-of: %s\n", archive_error_string(archive));
    else
        result = 0;
    (void)archive_read_free(archive); /* what was wrong is known by now */
    return result;
}

int main(int argc, char **argv)
{
    struct stat status;
    if (argc != 3) {
        fprintf(stderr, "usage: vmlinux-of BZIMAGE VMLINUX\n");
        return 2;
    }
    int from = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (from == -1 || fstat(from, &status) == -1) {
        fprintf(stderr, "vmlinux-of: %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    size_t size = (size_t)status.st_size, length = 0;
    const unsigned char *image = mmap(NULL, size, PROT_READ, MAP_PRIVATE, from, 0);
    const unsigned char *kernel =
        image != MAP_FAILED ? payload(image, size, &length) : NULL;
    if (kernel == NULL) {
        fprintf(stderr, "vmlinux-of: %s: is no bzImage\n", argv[1]);
        return 1;
    }
    int to = open(argv[2], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    char magic[4];
    if (to == -1) {
        fprintf(stderr, "vmlinux-of: %s: %s\n", argv[2], strerror(errno));
        return 1;
    }
    if (unpack(kernel, length, to) == -1)
        return 1;
    if (pread(to, magic, sizeof magic, 0) != sizeof magic ||
        memcmp(magic, "\177ELF", sizeof magic) != 0) {
        fprintf(stderr, "vmlinux-of: %s: what is inside is no ELF file\n", argv[1]);
        return 1;
    }
    return 0;
}
