/* probe.c - the player of lesson c03-mounts: calls the learner's functions, one word
 * each.
 *
 * Every word first makes a small image, /tmp/image, and beside it what a function must
 * not reach; then it calls one function and stands still, so that the judge can read the
 * mount table of this process and what its descriptors lead to. See tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "mounts.h"
#include "probe.h"

#define IMAGE "/tmp/image"

/* Ends the probe when something goes wrong that is no fault of the learner's. */
static void need(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(99);
    }
}

static void make_directory(const char *path)
{
    need(mkdir(path, 0755) == 0, path);
}

static void make_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    need(fd != -1 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
    close(fd);
}

static void make_tmpfs(const char *path)
{
    need(mount("tmpfs", path, "tmpfs", 0, "size=64k") == 0, path);
}

/* The image, and with the same names what stands outside of it. Returns an O_PATH
 * descriptor of the image. */
static int image(void)
{
    umask(0);
    make_directory(IMAGE);
    make_directory(IMAGE "/etc");
    make_file(IMAGE "/etc/name", "inside\n");
    make_directory(IMAGE "/tmp");
    make_directory(IMAGE "/tmp/place");
    make_file(IMAGE "/tmp/name", "inside\n");
    make_directory("/tmp/place");
    make_file("/tmp/name", "outside\n");
    /* Links as a hostile image has them: from the host they lead to the host. */
    need(symlink("/tmp/name", IMAGE "/name") == 0 &&
             symlink("/tmp/place", IMAGE "/place") == 0 &&
             symlink("/tmp/nowhere", IMAGE "/nowhere") == 0,
         "symlink");
    int root = open(IMAGE, O_PATH | O_DIRECTORY | O_CLOEXEC);
    need(root != -1, IMAGE);
    return root;
}

/* Gives up CAP_SYS_ADMIN. */
static void drop(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];

    need(syscall(SYS_capget, &header, data) == 0, "capget");
    data[0].effective &= ~(1U << CAP_SYS_ADMIN);
    data[0].permitted &= ~(1U << CAP_SYS_ADMIN);
    need(syscall(SYS_capset, &header, data) == 0, "capset");
}

/* --- inside.c ----------------------------------------------------------------------- */

/* open PATH: the result is the descriptor. */
static int word_open(int argc, char **argv)
{
    int root = image();

    (void)argc;
    int result = inside_open(root, argv[1], O_RDONLY);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* open-magic PATH: with a root that has a /proc. */
static int word_open_magic(int argc, char **argv)
{
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

    (void)argc;
    need(root != -1, "/");
    int result = inside_open(root, argv[1], O_PATH);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* make-directory PATH: the result is the descriptor. */
static int word_make_directory(int argc, char **argv)
{
    int root = image();

    (void)argc;
    int result = inside_make_directory(root, argv[1], 0751);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* --- mounts.c ----------------------------------------------------------------------- */

/* private: all mounts are shared before, as systemd has them. */
static int word_private(int argc, char **argv)
{
    (void)argc, (void)argv;
    need(mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL) == 0, "mount / shared");
    probe_ready("before");
    int result = mounts_private();
    probe_ready("%d %d", result, errno);
    return 0;
}

static int word_private_refused(int argc, char **argv)
{
    (void)argc, (void)argv;
    drop();
    int result = mounts_private();
    probe_ready("%d %d", result, errno);
    return 0;
}

/* root PATH: something is mounted in the image. The result is the descriptor. */
static int word_root(int argc, char **argv)
{
    (void)argc;
    close(image());
    make_tmpfs(IMAGE "/tmp/place");
    probe_ready("before");
    int result = mounts_root(argv[1]);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* attach TYPE TARGET OPTIONS: with some attributes. */
static int word_attach(int argc, char **argv)
{
    struct mounts_entry entry = {
        .target = argv[2],
        .type = argv[1],
        .options = argv[3],
        .attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY,
    };

    (void)argc;
    image();
    int root = mounts_root(IMAGE);
    need(root != -1, "mounts_root");
    int result = mounts_attach(root, &entry);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* volume SOURCE TARGET ro|rw: /tmp/source is a directory with a mount in it. */
static int word_volume(int argc, char **argv)
{
    (void)argc;
    image();
    make_directory("/tmp/source");
    make_directory("/tmp/source/below");
    make_tmpfs("/tmp/source/below");
    int root = mounts_root(IMAGE);
    need(root != -1, "mounts_root");
    int source = mounts_source(argv[1]);
    need(source != -1, "mounts_source");
    int result = mounts_volume(root, source, argv[2], strcmp(argv[3], "ro") == 0);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* The way out of a chroot: see lesson c02. */
static void climb(void)
{
    need(mkdir("/x", 0755) == 0 && chroot("/x") == 0, "chroot x");
    for (int i = 0; i < 64; i++)
        need(chdir("..") == 0, "chdir ..");
    need(chroot(".") == 0, "chroot .");
}

/* pivot: into the image. */
static int word_pivot(int argc, char **argv)
{
    (void)argc, (void)argv;
    image();
    int root = mounts_root(IMAGE);
    need(root != -1, "mounts_root");
    need(chdir("/tmp") == 0, "chdir /tmp");
    probe_ready("before");
    int result = mounts_pivot(root);
    probe_ready("%d %d", result, errno);
    climb();
    probe_ready("climbed");
    return 0;
}

/* pivot-directory: the image is a directory, but no mount. */
static int word_pivot_directory(int argc, char **argv)
{
    (void)argc, (void)argv;
    int root = image();
    probe_ready("before");
    int result = mounts_pivot(root);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* mask null|file|link PATH…: what /dev/null of the image is. */
static int word_mask(int argc, char **argv)
{
    (void)argc;
    image();
    int root = mounts_root(IMAGE);
    need(root != -1, "mounts_root");
    make_directory(IMAGE "/dev");
    if (strcmp(argv[1], "link") == 0) {
        need(symlink("/etc/name", IMAGE "/dev/null") == 0, "symlink");
    } else {
        make_file(IMAGE "/dev/null", "");
        if (strcmp(argv[1], "null") == 0)
            need(mount("/dev/null", IMAGE "/dev/null", NULL, MS_BIND, NULL) == 0,
                 "mount /dev/null");
    }
    int result = mounts_mask(root, (const char *const *)argv + 2);
    probe_ready("%d %d", result, errno);
    return 0;
}

const struct probe_word probe_words[] = {
    {"open", word_open},
    {"open-magic", word_open_magic},
    {"make-directory", word_make_directory},
    {"private", word_private},
    {"private-refused", word_private_refused},
    {"root", word_root},
    {"attach", word_attach},
    {"volume", word_volume},
    {"pivot", word_pivot},
    {"pivot-directory", word_pivot_directory},
    {"mask", word_mask},
    {0},
};
