/* init.c - process 1 of the lab machine: makes a Linux out of a bare kernel, in milliseconds.
 *
 * The kernel has unpacked base.cpio and the tree into its first file system and starts
 * /init. A distribution's init would now look for disks, load what udev finds and start
 * services. This one has a list of steps that every such init also does somewhere, walks it,
 * and turns to its only service: the session with the host (session.c).
 *
 * Modules are loaded when something asks for them: mount -t overlay, a veth, /dev/kvm being
 * opened. The kernel then calls /sbin/modprobe by itself.
 *
 * Read on: Documentation/filesystems/ramfs-rootfs-initramfs.rst; bootup(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "inside.h"

void give_up(const char *what)
{
    dprintf(STDERR_FILENO, "boxwork-init: %s: %s\n", what, strerror(errno));
    (void)reboot(RB_POWER_OFF); /* it does not return, and if it did: init must not */
    for (;;)
        (void)pause();
}

static void write_file(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    /* A kernel without this switch is no reason to stop. */
    if (file == -1)
        return;
    (void)!write(file, text, strlen(text));
    (void)close(file);
}

/* The root that the kernel starts with has no parent mount, and pivot_root(2) refuses such a
 * root: container engines would not run. So the same file system is mounted once more, over
 * the first root, and becomes this process's root. Nothing is copied. It is shared, as
 * systemd leaves it on a real host: who forgets to make a mount namespace private sees the
 * leak here as well.
 */
static void root_that_can_be_pivoted(void)
{
    if (mount("/", "/mnt", NULL, MS_BIND, NULL) == -1 || chdir("/mnt") == -1 ||
        mount(".", "/", NULL, MS_MOVE, NULL) == -1 || chroot(".") == -1 ||
        chdir("/") == -1 || mount(NULL, "/", NULL, MS_SHARED, NULL) == -1)
        give_up("the root");
}

static void file_systems(void)
{
    static const struct {
        const char *type, *where, *options;
        unsigned long flags;
    } mounts[] = {
        {"devtmpfs", "/dev", "mode=755", MS_NOSUID},
        {"proc", "/proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
        {"sysfs", "/sys", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
        {"cgroup2", "/sys/fs/cgroup", "nsdelegate", MS_NOSUID | MS_NODEV | MS_NOEXEC},
        {"devpts", "/dev/pts", "mode=620,ptmxmode=666,gid=5", MS_NOSUID | MS_NOEXEC},
        {"tmpfs", "/dev/shm", "mode=1777", MS_NOSUID | MS_NODEV},
        {"mqueue", "/dev/mqueue", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
    };
    for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
        (void)mkdir(mounts[i].where, 0755); /* mount says whether it is there */
        if (mount(mounts[i].type, mounts[i].where, mounts[i].type, mounts[i].flags,
                  mounts[i].options) == -1)
            give_up(mounts[i].where);
        if (mount(NULL, mounts[i].where, NULL, MS_SHARED, NULL) == -1)
            give_up(mounts[i].where);
    }
}

/* Devices whose drivers are not loaded yet: opening one loads it. Minor numbers:
 * include/linux/miscdevice.h. */
static void devices(void)
{
    static const struct {
        const char *path;
        unsigned minor;
    } nodes[] = {
        {"/dev/kvm", 232},
        {"/dev/net/tun", 200},
        {"/dev/loop-control", 237},
        {"/dev/vhost-net", 238},
    };
    (void)mkdir("/dev/net", 0755); /* mknod says whether it is there */
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
        if ((mknod(nodes[i].path, S_IFCHR | 0666, makedev(10, nodes[i].minor)) == -1 &&
             errno != EEXIST) ||
            chmod(nodes[i].path, 0666) == -1)
            give_up(nodes[i].path);
    static const char *const links[][2] = {
        {"/proc/self/fd", "/dev/fd"},       {"/proc/self/fd/0", "/dev/stdin"},
        {"/proc/self/fd/1", "/dev/stdout"}, {"/proc/self/fd/2", "/dev/stderr"},
        {"pts/ptmx", "/dev/ptmx"},          {"/proc/mounts", "/etc/mtab"}};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        (void)unlink(links[i][1]); /* devtmpfs made its own ptmx */
        if (symlink(links[i][0], links[i][1]) == -1)
            give_up(links[i][1]);
    }
}

/* /dev/kvm's driver is another one for each maker of processors, which its alias does not
 * say; udev would go by the processor's flags, and so do we. */
static void kvm_driver(void)
{
    char *line = NULL, buffer[64];
    size_t size = 0;
    const char *driver = "kvm";
    FILE *processors = fopen("/proc/cpuinfo", "re");
    while (processors != NULL && getline(&line, &size, processors) != -1) {
        if (strncmp(line, "flags", 5) != 0)
            continue;
        if (strstr(line, " svm") != NULL)
            driver = "kvm_amd";
        else if (strstr(line, " vmx") != NULL)
            driver = "kvm_intel";
        break;
    }
    free(line);
    if (processors != NULL)
        (void)fclose(processors); /* it was only read */
    (void)snprintf(buffer, sizeof buffer, "alias char-major-10-232 %s\n", driver);
    int file =
        open("/etc/modprobe.d/kvm.conf", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file == -1 || write(file, buffer, strlen(buffer)) == -1)
        give_up("/etc/modprobe.d/kvm.conf");
    (void)close(file);
}

/* As systemd does: a cgroup below the root can use every controller that there is. */
static void controllers(void)
{
    char names[256], line[300];
    size_t length = 0;
    int file = open("/sys/fs/cgroup/cgroup.controllers", O_RDONLY | O_CLOEXEC);
    ssize_t got = file == -1 ? -1 : read(file, names, sizeof names - 1);
    if (got == -1)
        give_up("/sys/fs/cgroup");
    (void)close(file);
    names[got] = '\0';
    for (char *name = strtok(names, " \n"); name != NULL; name = strtok(NULL, " \n"))
        length += (size_t)snprintf(line + length, sizeof line - length, "+%s ", name);
    write_file("/sys/fs/cgroup/cgroup.subtree_control", line);
}

static void loopback(void)
{
    struct ifreq interface = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (any == -1 || ioctl(any, SIOCSIFFLAGS, &interface) == -1)
        give_up("lo");
    (void)close(any);
}

/* What a process finds on a Debian host: many descriptors if it asks for them, no core
 * files; and we ourselves come before everything that runs in here, so that the host gets
 * its answers. */
static void limits(void)
{
    const struct rlimit descriptors = {1024, 1048576}, cores = {0, RLIM_INFINITY};
    if (setrlimit(RLIMIT_NOFILE, &descriptors) == -1 ||
        setrlimit(RLIMIT_CORE, &cores) == -1 || setpriority(PRIO_PROCESS, 0, -10) == -1 ||
        sethostname("lab", 3) == -1)
        give_up("limits");
}

int main(void)
{
    static void (*const steps[])(void) = {
        root_that_can_be_pivoted,
        file_systems,
        devices,
        kvm_driver,
        controllers,
        loopback,
        limits,
    };
    (void)umask(022);
    (void)unlink("/init"); /* this file: nobody needs its name any more */
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        steps[i]();
    session_run(port_open());
}
