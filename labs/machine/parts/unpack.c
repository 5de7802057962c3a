/* unpack.c - unpacks a tar archive that comes from the machine: `unpack DIR < tar`.
 *
 * The archive was made where a learner's code was root, so it may be hostile. What it could
 * try, and what stops it: names that are absolute or lead up with "..", and links followed on
 * the way (the secure flags of libarchive, and a current directory that is DIR); devices,
 * pipes and sockets (left out); links that lead out of DIR, for whoever opens them later (left
 * out); set-uid bits and owners (never taken over); more bytes than the disk should give (a
 * limit). Whatever is left out is said.
 *
 * Exit status 28 when there is no space, 1 for everything else that failed.
 *
 * Read on: archive_write_disk(3).
 */
#define _GNU_SOURCE
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NO_SPACE = 28 };
static const int64_t LARGEST = (int64_t)4 << 30; /* bytes in all */

static const int SECURE = ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                          ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                          ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS | ARCHIVE_EXTRACT_TIME |
                          ARCHIVE_EXTRACT_UNLINK;

/* Says what is wrong with NAME. The name was chosen inside, so it is shown as harmless text;
 * and who reads this reads it when we have ended, so it must fit into a pipe (64 KiB). */
static void complain(const char *name, const char *what)
{
    enum { LINES = 100, NAME = 200 };
    static unsigned lines;
    char text[NAME + 1];
    size_t length = strnlen(name, NAME);
    if (lines++ >= LINES) {
        if (lines == LINES + 1)
            fprintf(stderr, "and more of that kind\n");
        return;
    }
    for (size_t i = 0; i < length; i++)
        text[i] = (unsigned char)name[i] < ' ' || name[i] == 0x7f ? '?' : name[i];
    text[length] = '\0';
    fprintf(stderr, "%s: %s\n", text, what);
}

static int fail(const char *directory, const char *what, int error)
{
    complain(directory, what);
    return error == ENOSPC || error == EDQUOT ? NO_SPACE : 1;
}

/* Whether a link from NAME to TARGET stays inside: it climbs no higher than NAME is deep. */
static bool stays_inside(const char *name, const char *target)
{
    int depth = 0;
    if (target == NULL || target[0] == '/')
        return false;
    for (const char *slash = strchr(name, '/'); slash != NULL;
         slash = strchr(slash + 1, '/'))
        depth += strncmp(name, "./", 2) != 0 || slash != name + 1;
    while (*target != '\0') {
        size_t length = strcspn(target, "/");
        if (length == 2 && strncmp(target, "..", 2) == 0)
            depth--;
        else
            depth += length > 0 && !(length == 1 && *target == '.');
        if (depth < 0)
            return false;
        target += length;
        target += strspn(target, "/");
    }
    return true;
}

/* Makes ENTRY harmless. Returns false when it is to be left out. */
static bool tame(struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    mode_t type = archive_entry_filetype(entry);
    if (name == NULL || strcmp(name, ".") == 0 || strcmp(name, "./") == 0)
        return false; /* DIR itself stays as it is */
    bool good =
        type == AE_IFREG || type == AE_IFDIR || archive_entry_hardlink(entry) != NULL;
    if (type == AE_IFLNK)
        good = stays_inside(name, archive_entry_symlink(entry));
    if (!good)
        complain(name, "is a device or leads out: left out");
    archive_entry_set_perm(entry, (archive_entry_perm(entry) & 0777) | S_IRUSR | S_IWUSR);
    return good;
}

static int copy_data(struct archive *from, struct archive *to, int64_t *total)
{
    const void *block;
    size_t size;
    int64_t offset;
    int result;
    while ((result = archive_read_data_block(from, &block, &size, &offset)) ==
           ARCHIVE_OK) {
        *total += (int64_t)size;
        if (*total > LARGEST || offset > LARGEST) {
            archive_set_error(to, EFBIG, "more than 4 GiB");
            return ARCHIVE_FATAL;
        }
        if (archive_write_data_block(to, block, size, offset) < ARCHIVE_OK)
            return ARCHIVE_FATAL;
    }
    return result == ARCHIVE_EOF ? ARCHIVE_OK : result;
}

static int unpack(const char *directory, struct archive *from, struct archive *to)
{
    struct archive_entry *entry;
    int64_t total = 0;
    int result, status = 0;
    while ((result = archive_read_next_header(from, &entry)) == ARCHIVE_OK ||
           result == ARCHIVE_WARN) {
        if (!tame(entry))
            continue;
        result = archive_write_header(to, entry);
        if (result >= ARCHIVE_WARN && archive_entry_size(entry) > 0)
            result = copy_data(from, to, &total);
        if (result >= ARCHIVE_WARN)
            result = archive_write_finish_entry(to);
        if (result <
            ARCHIVE_WARN) { /* one refused entry is no reason to lose the others */
            status = fail(directory, archive_error_string(to), archive_errno(to));
            if (status == NO_SPACE || total > LARGEST)
                return status;
        }
    }
    if (result != ARCHIVE_EOF)
        return fail(directory, archive_error_string(from), 0);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: unpack DIR < tar\n");
        return 2;
    }
    if ((mkdir(argv[1], 0777) == -1 && errno != EEXIST) || chdir(argv[1]) == -1)
        return fail(argv[1], strerror(errno), errno);
    struct archive *from = archive_read_new(), *to = archive_write_disk_new();
    if (from == NULL || to == NULL ||
        archive_read_support_format_tar(from) != ARCHIVE_OK ||
        archive_write_disk_set_options(to, SECURE) != ARCHIVE_OK ||
        archive_read_open_fd(from, STDIN_FILENO, 65536) != ARCHIVE_OK)
        return fail(argv[1], "libarchive cannot start", 0);
    int status = unpack(argv[1], from, to);
    (void)archive_read_free(from); /* every entry was finished and looked at */
    (void)archive_write_free(to);
    return status;
}
