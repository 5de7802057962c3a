/* pack.c - writes the tree as a cpio archive on stdout: `pack [--since SECONDS.NANO] TOP
 * [WORD…]`.
 *
 * The kernel unpacks every cpio archive that it finds in the initramfs, one after another, so
 * the tree is put behind base.cpio and lies in the machine at its own absolute path. With it
 * come the shared libraries that its programs ask for, and the few programs of this host that
 * a session uses. Left at home: .git, the machine itself, what only a linker reads, files beyond
 * 64 MiB, and, unless a WORD of the command names it, what only tests need: programs with
 * sanitizers, and the probes of a lesson (`check c02-chroot` brings build/check/c02-chroot); and
 * the unpacked kernel in build/guests/linux, unless a WORD has "linux" in it or the name of a lesson that boots it.
 * Whatever was the caller's own belongs to root inside, as in a checkout of root's; what
 * belonged to somebody else keeps its owner.
 *
 * With --since only files that changed after that moment are written (machine_ask), and such a
 * folder whole when it is named.
 *
 * Read on: Documentation/driver-api/early-userspace/buffer-format.rst; libarchive_formats(5).
 */
#define _GNU_SOURCE
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "needed.h"

enum {
    LARGEST = 64 * 1024 * 1024,
    BLOCK = 1024 * 1024, /* libarchive writes 10 KiB at once when not told otherwise */
    LIBRARIES = 256,
};

/* Programs of this host that a session inside runs: the monitor's `asm`, module lists, `calls`. */
static const char *const programs[] = {"as", "ld",   "objcopy", "objdump",
                                       "nm", "make", "strace"};

/* Where ld.so looks, and where it finds them inside (both are the same place there). */
static const char *const library_folders[] = {"/lib/x86_64-linux-gnu",
                                              "/usr/lib/x86_64-linux-gnu",
                                              "/usr/local/lib/x86_64-linux-gnu",
                                              "/usr/local/lib",
                                              "/lib64",
                                              "/lib"};
#define LIBRARIES_INSIDE "/usr/lib/x86_64-linux-gnu"

struct pack {
    struct archive *archive;
    const char *top;
    bool sanitized;        /* the file at hand is a program with sanitizers */
    char **words;          /* of the command; NULL-ended */
    struct timespec since; /* tv_sec 0: everything */
    char *libraries[LIBRARIES];
    int library_count;
};

static int fail(const struct pack *pack, const char *what)
{
    fprintf(stderr, "pack: %s: %s\n", what, archive_error_string(pack->archive));
    return -1;
}

/* Notes whether the file at hand was built with sanitizers (needed_each): such a program is
 * there to test the kit, and its libraries are as big as all the rest. */
static void note_sanitizer(void *context, const char *name)
{
    struct pack *pack = context;
    if (strncmp(name, "libasan", 7) == 0 || strncmp(name, "libubsan", 8) == 0)
        pack->sanitized = true;
}

/* Remembers a library to be packed at the end (needed_each). */
static void want_library(void *context, const char *name)
{
    struct pack *pack = context;
    for (int i = 0; i < pack->library_count; i++)
        if (strcmp(pack->libraries[i], name) == 0)
            return;
    if (pack->library_count < LIBRARIES)
        pack->libraries[pack->library_count] = strdup(name);
    if (pack->library_count < LIBRARIES && pack->libraries[pack->library_count] != NULL)
        pack->library_count++;
}

/* Writes one entry; DATA may be NULL. NAME is where it lies in the machine. */
static int put(struct pack *pack, const char *name, const struct stat *status,
               const char *link, const void *data)
{
    struct archive_entry *entry = archive_entry_new();
    if (entry == NULL)
        return fail(pack, name);
    archive_entry_copy_stat(entry, status);
    archive_entry_set_pathname(entry, name + (name[0] == '/'));
    archive_entry_set_nlink(entry, 1); /* each name is a file of its own inside */
    archive_entry_set_size(entry, S_ISREG(status->st_mode) ? status->st_size : 0);
    if (link != NULL)
        archive_entry_set_symlink(entry, link);
    if (status->st_uid == getuid()) {
        archive_entry_set_uid(entry, 0);
        archive_entry_set_gid(entry, 0);
    }
    int result = 0;
    if (archive_write_header(pack->archive, entry) < ARCHIVE_WARN ||
        (data != NULL &&
         archive_write_data(pack->archive, data, (size_t)status->st_size) == -1))
        result = fail(pack, name);
    archive_entry_free(entry);
    return result;
}

static bool is_named(const struct pack *pack, const char *name)
{
    for (char **word = pack->words; *word != NULL; word++)
        if (strstr(*word, name) != NULL)
            return true;
    return false;
}

/* Packs the regular file FROM as NAME. A file that cannot be read is told and left out. */
static int put_file(struct pack *pack, const char *from, const char *name)
{
    struct stat status;
    int file =
        open(from, O_RDONLY | O_NOFOLLOW * (name == from) | O_CLOEXEC | O_NONBLOCK);
    if (file == -1 || fstat(file, &status) == -1 || !S_ISREG(status.st_mode)) {
        fprintf(stderr, "pack: %s: %s: left out\n", from, strerror(errno));
        if (file != -1)
            (void)close(file);
        return 0;
    }
    /* A copy, because a compiler may be writing this file, and a mapped file that is cut
     * short while it is read is a SIGBUS. */
    unsigned char *data = malloc((size_t)status.st_size + 1);
    ssize_t got = 0, n = data == NULL ? -1 : 0;
    while (data != NULL && got < status.st_size &&
           (n = read(file, data + got, (size_t)(status.st_size - got))) > 0)
        got += n;
    (void)close(file); /* it was only read */
    int result = -1;
    if (data == NULL || n == -1) {
        fprintf(stderr, "pack: %s: %s\n", from, strerror(errno));
    } else {
        status.st_size = got;
        pack->sanitized = false;
        needed_each(data, (size_t)got, note_sanitizer, pack);
        if (pack->sanitized && !is_named(pack, strrchr(from, '/') + 1)) {
            result = 0;
        } else {
            needed_each(data, (size_t)got, want_library, pack);
            result = put(pack, name, &status, NULL, data);
        }
    }
    free(data);
    return result;
}

static int put_symlink(struct pack *pack, const char *path, const struct stat *status)
{
    char target[4096];
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length == -1)
        return 0; /* gone since it was listed */
    target[length] = '\0';
    return put(pack, path, status, target, NULL);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), least = strlen(end);
    return length >= least && strcmp(text + length - least, end) == 0;
}

/* Whether the command is likely to boot a kernel: it says so, or names a lesson that does. */
static bool boots_linux(const struct pack *pack)
{
    static const char *const words[] = {"linux", "bench", "h08", "h09", "h10",
                                        "h11",   "h12",   "h13", "x01"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (is_named(pack, words[i]))
            return true;
    return false;
}

enum choice { TAKEN, TAKEN_WHOLE, LEFT };

/* Whether a big folder of build/ is taken. INSIDE is the path behind TOP and its slash. */
static enum choice choose_big(const struct pack *pack, const char *inside)
{
    static const char *const big[] = {"build/sanitized", "build/grade", "build/compare",
                                      "build/mine"};
    static const char checks[] = "build/check/"; /* a folder for each lesson */
    for (size_t i = 0; i < sizeof big / sizeof big[0]; i++) {
        size_t length = strlen(big[i]);
        if (strncmp(inside, big[i], length) == 0 &&
            (inside[length] == '\0' || inside[length] == '/'))
            return is_named(pack, big[i]) ||
                           (strcmp(big[i], "build/compare") == 0 &&
                            is_named(pack, "x01")) /* it measures, too */
                       ? TAKEN_WHOLE
                       : LEFT;
    }
    if (strncmp(inside, checks, sizeof checks - 1) == 0) {
        char lesson[256];
        const char *name = inside + sizeof checks - 1;
        (void)snprintf(lesson, sizeof lesson, "%.*s", (int)strcspn(name, "/"), name);
        return is_named(pack, lesson) ? TAKEN_WHOLE : LEFT;
    }
    return TAKEN;
}

static enum choice choose(const struct pack *pack, const char *inside,
                          const struct stat *status)
{
    if (strcmp(inside, ".git") == 0 || strcmp(inside, "build/machine") == 0)
        return LEFT;
    if (S_ISREG(status->st_mode) && status->st_size > LARGEST)
        return LEFT;
    if (S_ISREG(status->st_mode) && strncmp(inside, "build/", 6) == 0 &&
        (ends_with(inside, ".o") || ends_with(inside, ".a") || ends_with(inside, ".d")))
        return LEFT;
    if (strcmp(inside, "build/guests/linux/vmlinux") == 0 && !boots_linux(pack))
        return LEFT; /* 50 MB: most of a second */
    return choose_big(pack, inside);
}

static bool is_new(const struct pack *pack, const struct stat *status)
{
    const struct timespec *then = &pack->since, *now = &status->st_ctim;
    return now->tv_sec > then->tv_sec ||
           (now->tv_sec == then->tv_sec && now->tv_nsec >= then->tv_nsec);
}

static int put_tree(struct pack *pack)
{
    char *roots[] = {(char *)pack->top, NULL};
    size_t skip = strlen(pack->top) + 1;
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *found;
    int result = 0;
    if (walk == NULL) {
        fprintf(stderr, "pack: %s: %s\n", pack->top, strerror(errno));
        return -1;
    }
    while (result == 0 && (found = fts_read(walk)) != NULL) {
        const char *inside = found->fts_level > 0 ? found->fts_path + skip : "";
        if (found->fts_info == FTS_DP)
            continue;
        if (found->fts_info == FTS_DNR || found->fts_info == FTS_NS ||
            found->fts_info == FTS_ERR)
            continue; /* unreadable, or gone since it was listed */
        enum choice choice = choose(pack, inside, found->fts_statp);
        if (choice == LEFT) {
            (void)fts_set(walk, found, FTS_SKIP); /* never fails for FTS_SKIP */
            continue;
        }
        if (choice != TAKEN_WHOLE && !is_new(pack, found->fts_statp))
            continue;
        if (found->fts_info == FTS_F)
            result = put_file(pack, found->fts_path, found->fts_path);
        else if (found->fts_info == FTS_SL || found->fts_info == FTS_SLNONE)
            result = put_symlink(pack, found->fts_path, found->fts_statp);
        else if (!S_ISSOCK(found->fts_statp->st_mode))
            result = put(pack, found->fts_path, found->fts_statp, NULL, NULL);
    }
    (void)fts_close(walk);
    return result;
}

/* The folders above TOP, with the modes that they have here. */
static int put_parents(struct pack *pack)
{
    char path[4096];
    struct stat status;
    for (const char *slash = strchr(pack->top + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        (void)snprintf(path, sizeof path, "%.*s", (int)(slash - pack->top), pack->top);
        if (stat(path, &status) == 0 && put(pack, path, &status, NULL, NULL) == -1)
            return -1;
    }
    return 0;
}

static int put_library(struct pack *pack, const char *name)
{
    char from[4096], to[4096];
    if (name[0] == '/') { /* the interpreter: /lib64 is a link to usr/lib64 inside */
        (void)snprintf(to, sizeof to, "/usr%s", name);
        return put_file(pack, name, to);
    }
    for (size_t i = 0; i < sizeof library_folders / sizeof library_folders[0]; i++) {
        (void)snprintf(from, sizeof from, "%s/%s", library_folders[i], name);
        if (access(from, R_OK) == -1)
            continue;
        (void)snprintf(to, sizeof to, LIBRARIES_INSIDE "/%s", name);
        return put_file(pack, from, to);
    }
    return 0; /* found through its own run path, in the tree, or missing here as well */
}

static int put_programs(struct pack *pack)
{
    char path[64];
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        (void)snprintf(path, sizeof path, "/usr/bin/%s", programs[i]);
        /* A name of its own, because it is a link on this host. */
        char name[sizeof path];
        memcpy(name, path, sizeof name);
        if (access(path, R_OK) == 0 && put_file(pack, path, name) == -1)
            return -1;
    }
    return 0;
}

static int pack_all(struct pack *pack)
{
    bool everything = pack->since.tv_sec == 0;
    if (everything && (put_parents(pack) == -1 || put_programs(pack) == -1))
        return -1;
    if (put_tree(pack) == -1)
        return -1;
    /* A library may name further ones: the list grows while it is walked. */
    for (int i = 0; i < pack->library_count; i++)
        if (put_library(pack, pack->libraries[i]) == -1)
            return -1;
    return 0;
}

int main(int argc, char **argv)
{
    struct pack pack = {.archive = archive_write_new()};
    int at = 1;
    if (argc > 3 && strcmp(argv[1], "--since") == 0) {
        char *rest;
        pack.since.tv_sec = strtoll(argv[2], &rest, 10);
        pack.since.tv_nsec = *rest == '.' ? strtol(rest + 1, NULL, 10) : 0;
        at = 3;
    }
    if (argc <= at || argv[at][0] != '/') {
        fprintf(stderr, "usage: pack [--since SECONDS.NANOSECONDS] TOP [WORD…]\n");
        return 2;
    }
    pack.top = argv[at];
    pack.words = argv + at + 1;
    if (pack.archive == NULL)
        return 1;
    if (archive_write_set_format_cpio_newc(pack.archive) != ARCHIVE_OK ||
        archive_write_set_bytes_per_block(pack.archive, BLOCK) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(pack.archive, 1) != ARCHIVE_OK ||
        archive_write_open_fd(pack.archive, STDOUT_FILENO) != ARCHIVE_OK)
        return -fail(&pack, "stdout");
    if (pack_all(&pack) == -1)
        return 1;
    if (archive_write_close(pack.archive) != ARCHIVE_OK)
        return -fail(&pack, "stdout");
    (void)archive_write_free(pack.archive); /* closed above */
    for (int i = 0; i < pack.library_count; i++)
        free(pack.libraries[i]);
    return 0;
}
