/* sandbox.h - one program, in namespaces of its own, that cannot hurt the machine or the judge.
 *
 * Three processes. The judge calls sandbox_start(). *init* is a fork of the judge and process 1
 * of a new pid namespace: it builds a small root directory, leaves the host's, drops what it
 * may do, and starts the *player*, which executes the program. init then only waits: it tells
 * the judge how the player ended, and when init is killed the kernel kills everything that is
 * left in its pid namespace. So the end of a sandbox is one kill and one wait, whatever the
 * program did: no scan of /proc, no process group that could have been left.
 *
 *     judge ── control socket ── init (user namespace 1, pid 1)
 *       │                          └─ player (user namespace 2, mnt net ipc uts cgroup)
 *       ├── stdin, stdout, stderr of the player
 *       └── listener of its KVM calls (seccomp_unotify(2)), when asked for
 *
 * Two nested user namespaces, for two reasons. The player has all capabilities in the inner
 * one (a lesson about chroot or mounts needs them) and none over init, which it can therefore
 * neither trace nor read. And the limit on processes is counted at the border of the inner
 * one, however many users and namespaces the player makes for itself.
 *
 * Read on: user_namespaces(7), pid_namespaces(7), pivot_root(2), setrlimit(2), prctl(2).
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sandbox_setup {
    const char *program;     /* a static executable of the host; /probe inside */
    const char *const *argv; /* its arguments, argv[0] included; NULL ends them */
    const char *const *envp;
    const char *rootfs; /* directory that becomes /rootfs, read-only, or NULL */
    const char *file;   /* file whose copy becomes /input, or NULL */
    bool kvm;           /* /dev/kvm inside, and a listener for the calls */
    bool as_root;       /* must have more than one user id mapped */
    bool may_gain; /* no_new_privs is not set; no host user is mapped, so it gains none */
    int inherit;   /* descriptors 3, 4, ...: the root directory of the sandbox */
    double seconds; /* processor time of each process, rounded up */
    size_t memory;  /* address space of each process */
    int processes;  /* how many at a time */
    int streams[3]; /* what becomes 0, 1 and 2; they stay the caller's */
};

struct sandbox {
    pid_t init;       /* as the judge's /proc numbers it */
    pid_t player;     /* likewise */
    int control;      /* the judge's end of the control socket */
    int proc;         /* the sandbox's own /proc: lists its processes and no others */
    int kvm_listener; /* -1: none */
    uint64_t pid_namespace; /* its inode number */
    bool player_ended;
    int player_status; /* a wait status, once it has ended */
    bool lost;         /* init is gone although nobody here killed it */
};

enum {
    SANDBOX_FILE_BYTES = 16 << 20,  /* the largest file, and all of /tmp */
    SANDBOX_MEMORY_ALL = 512 << 20, /* resident bytes of all its processes */
    SANDBOX_DESCRIPTORS = 256,
    SANDBOX_WHY = 256, /* room for a reason */
};

/* Starts it. Returns 0; or -1 with the reason in WHY (one line, SANDBOX_WHY bytes), and
 * nothing is left then.
 */
int sandbox_start(const struct sandbox_setup *setup, struct sandbox *sandbox, char *why);

/* Takes what init has to tell, without waiting. To be called when `control` is readable;
 * sets player_ended and lost. */
void sandbox_listen(struct sandbox *sandbox);

/* Ends everything in it, waits until it is gone, and closes its descriptors. May be called
 * for a sandbox that has ended, and twice. */
void sandbox_end(struct sandbox *sandbox);

/* Resident bytes of all its processes together. */
size_t sandbox_resident(const struct sandbox *sandbox);

/* Its processes beside init and the player, numbered as the judge's /proc does, ascending.
 * Returns how many there are; fills at most MOST. */
size_t sandbox_processes(const struct sandbox *sandbox, pid_t *pids, size_t most);

#endif
