/* steps.c - what is done to make a container, in which order, and by which lesson.
 *
 * This table is the engine. The host's side walks through its HOST lines, the child through its
 * CHILD lines; --explain prints a line when it has been done, and cannot say anything else than
 * what was done. The order is that of crun, runc and bubblewrap where they agree; the page of
 * lesson c08 says what each rule prevents. To move a line is to open a hole, mostly.
 */
#include <string.h>
#include "container.h"

static bool rootless(const struct container_options *o)
{
    return o->rootless;
}

static bool not_rootless(const struct container_options *o)
{
    return !o->rootless;
}

static bool has_names(const struct container_options *o)
{
    return o->names;
}

static bool limited(const struct container_options *o)
{
    return o->memory || o->pids || o->cpu_quota;
}

static bool unlimited(const struct container_options *o)
{
    return !limited(o);
}

static bool filtered(const struct container_options *o)
{
    return o->refused != 0;
}

/* The default one is made already. */
static bool filter_to_make(const struct container_options *o)
{
    return o->refused != 0 && !filter_is_ready(o);
}

/* Without maps, the child depends on nothing that the host does; but who looks on wants one
 * thing after the other. */
static bool in_turn(const struct container_options *o)
{
    return o->rootless || o->explain || o->stop_at;
}

static bool has_volumes(const struct container_options *o)
{
    return o->volume_count > 0;
}

static bool unprivileged(const struct container_options *o)
{
    return !o->privileged;
}

static bool sealed(const struct container_options *o)
{
    return o->read_only;
}

static bool own_network(const struct container_options *o)
{
    return !o->host_network;
}

static bool has_terminal(const struct container_options *o)
{
    return o->tty;
}

/* Whoever may trace may open the binary of a process that is not dumpable, too. */
static bool traceable(const struct container_options *o)
{
    return (o->keep & CAPABILITY(CAP_SYS_PTRACE)) != 0;
}

#define MAPS_HINT                                                                        \
    "without root, only user 0 can be had, or those that /etc/subuid, /etc/subgid and "  \
    "newuidmap give; and where user namespaces are kept from ordinary users, not even "  \
    "that: use sudo"
#define CGROUP_HINT                                                                      \
    "limits need root and cgroup version 2 with its controllers; the lab machine has "   \
    "them"

const struct step steps[] = {
    /* 1. Our own binary cannot be written from inside: nobody there may look at a process of ours,
     *    and if somebody may, it is a sealed copy (CVE-2019-5736). */
    {"binary", "memfd_create, fcntl, execveat", "c07", HOST, traceable,
     .run = host_binary},
    /* 2. What the caller left open stays here (CVE-2016-9962, CVE-2024-21626). */
    {"descriptors", "close_range(3, ~0, CLOSE_RANGE_CLOEXEC)", "c01", HOST,
     .run = host_descriptors},
    {"undumpable", "prctl(PR_SET_DUMPABLE, 0)", "c05", HOST, not_rootless,
     .run = host_undumpable},
    {"user", "openat2, read(/etc/passwd, /etc/group)", "c03", HOST, has_names,
     .run = host_user,
     .hint = "--user takes numbers, or names in /etc/passwd and /etc/group of ROOTFS"},
    /* 4. Limits first, processes afterwards. */
    {"watcher", "pipe2, fork", "c01", HOST, limited, .run = host_watcher},
    {"cgroup", "mkdirat, write(cgroup.subtree_control)", "c06", HOST, limited,
     .run = host_cgroup, .hint = CGROUP_HINT},
    {"limits", "write(memory.max, pids.max, cpu.max)", "c06", HOST, limited,
     .run = host_limits, .hint = "it must be a number that the kernel takes"},
    {"clone", "clone3(CLONE_NEWNS | CLONE_NEWPID | …)", "c04", HOST, .run = host_clone,
     .hint = "it takes root, or user namespaces"},
    /* While the child mounts. With limits, the watcher is there already, and kills by the cgroup. */
    {"guardian", "pipe2, fork", "c01", HOST, unlimited, .run = host_watcher},
    /* 5. The user namespace owns all others; it gets its maps from outside (CVE-2014-8989). */
    {"maps", "write(setgroups, gid_map, uid_map)", "c05", HOST, rootless,
     .run = host_maps, .hint = MAPS_HINT},
    {"go", "write", "c01", HOST, in_turn, .run = host_go},
    /* 3. Compiled out here, while the child mounts, and before anything hostile runs. */
    {"filter", "seccomp_export_bpf(3), send", "c08", HOST, filter_to_make,
     .run = host_filter},
    {"wait", "read", "c01", CHILD, in_turn, .run = child_wait},
    /* 6. Dies with us, is looked into by nobody, has no terminal of ours. */
    {"guard", "prctl(PR_SET_DUMPABLE …), setsid, umask", "c01", CHILD,
     .run = child_guard},
    /* 7. From inside its cgroup, or it would begin at ours. */
    {"cgroup-namespace", "unshare(CLONE_NEWCGROUP)", "c04", CHILD,
     .run = child_cgroup_namespace},
    /* 8. */
    {"private", "mount(MS_PRIVATE | MS_REC)", "c03", CHILD, .run = child_private},
    {"root", "open_tree, move_mount", "c03", CHILD, .run = child_root,
     .hint = "ROOTFS must be a directory that you may search"},
    /* A node of the host's disk that lies in the image would be the disk. */
    {"no-devices", "mount_setattr(MOUNT_ATTR_NODEV)", "c03", CHILD, unprivileged,
     .run = child_no_devices},
    /* 9. and 10. Sources while the host is visible; targets only through the root: an image whose
     *    /dev is a link to the host's changes nothing (CVE-2026-41579). */
    {"sources", "open_tree", "c03", CHILD, has_volumes, .run = child_sources,
     .hint = "the source of a volume must exist on the host"},
    {"proc", "openat2, fsopen, fsmount, move_mount, …", "c03", CHILD, .run = child_attach,
     .target = "/proc"},
    {"sys", "as proc, MOUNT_ATTR_RDONLY", "c03", CHILD, .run = child_attach,
     .target = "/sys"},
    {"dev", "as proc", "c03", CHILD, .run = child_attach, .target = "/dev"},
    {"devices", "mknodat, symlinkat", "c03", CHILD, .run = child_devices},
    {"pts", "as proc", "c03", CHILD, .run = child_attach, .target = "/dev/pts"},
    {"shm", "as proc", "c03", CHILD, .run = child_attach, .target = "/dev/shm"},
    {"mqueue", "as proc", "c03", CHILD, .run = child_attach, .target = "/dev/mqueue"},
    {"tmp", "as proc", "c03", CHILD, .run = child_attach, .target = "/tmp"},
    {"volumes", "openat2, mount_setattr, move_mount", "c03", CHILD, has_volumes,
     .run = child_volumes,
     .hint = "its target must be a path inside, of the same kind as the source, or one "
             "that you may make there"},
    {"terminal", "openat2, ioctl(TIOCGPTPEER, TIOCSCTTY)", "c03", CHILD, has_terminal,
     .run = child_terminal},
    /* 12. */
    {"pivot", "pivot_root, umount2(MNT_DETACH)", "c03", CHILD, .run = child_pivot},
    /* 13. */
    {"protect", "open_tree, mount_setattr, move_mount", "c03", CHILD, unprivileged,
     .run = child_protect},
    {"mask", "as protect, over /proc/kcore, …", "c03", CHILD, unprivileged,
     .run = child_mask},
    {"seal", "mount_setattr(MOUNT_ATTR_RDONLY)", "c03", CHILD, sealed, .run = child_seal},
    /* 14. While there are still capabilities. */
    {"hostname", "sethostname", "c04", CHILD, .run = child_hostname,
     .hint = "a host name is letters, digits, - and ., 64 at the most"},
    {"loopback", "socket, ioctl(SIOCSIFFLAGS)", "c04", CHILD, own_network,
     .run = child_loopback},
    /* 15. */
    {"capabilities", "prctl, setgroups, setresuid, capset, …", "c07", CHILD,
     .run = child_capabilities,
     .hint = "the user must be mapped, and the capabilities be ours"},
    {"leash", "prctl(PR_SET_PDEATHSIG), poll", "c01", CHILD, .run = child_leash},
    /* 16. */
    {"workdir", "openat2, fchdir, getcwd", "c03", CHILD, .run = child_workdir,
     .hint = "the working directory must be one inside that the user may enter"},
    /* 18. Found before the filter, so that its error can be told. */
    {"program", "access, stat", "c01", CHILD, .run = child_program},
    /* 17. The last two gates. */
    {"no-new-privileges", "prctl(PR_SET_NO_NEW_PRIVS)", "c07", CHILD, unprivileged,
     .run = child_no_new_privileges},
    {"install-filter", "recv, seccomp(SECCOMP_SET_MODE_FILTER)", "c08", CHILD, filtered,
     .run = child_filter},
    {"close", "close_range", "c01", CHILD, .run = child_close},
    {"exec", "execve", "c01", CHILD, .run = child_exec},
    {0},
};

/* Whether LIST, names with commas between them, or NULL, has the name of STEP. */
static bool named(const char *list, const struct step *step)
{
    size_t length = strlen(step->name);

    for (const char *name = list; name; name = strchr(name, ',')) {
        name += *name == ',';
        if (strncmp(name, step->name, length) == 0 && strchr(",", name[length]))
            return true;
    }
    return false;
}

bool step_wanted(const struct step *step, const struct container_options *options)
{
    return !named(options->without, step) && (!step->when || step->when(options));
}

int step_run(struct container *container, const struct step *step)
{
#ifdef BOXWORK_RED
    for (const struct step *naive = naive_steps; naive->name; naive++) {
        if (strcmp(naive->name, step->name) == 0 &&
            named(container->options->naive, step))
            return naive->run(container, step);
    }
#endif
    return step->run(container, step);
}

const struct step *step_find(const char *name)
{
    for (const struct step *step = steps; step->name; step++) {
        if (strcmp(step->name, name) == 0)
            return step;
    }
    return NULL;
}
