/* options.c - the command line of `run`, read and checked.
 *
 * One table holds each option's name, what help says, and the function that reads its value; what
 * it reads goes into struct container_options. A value that makes no sense is told here, with
 * what would make sense, before anything has been done.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "container.h"
#include "image_user.h"
#include "rootless.h"

/* What is collected before it can be decided. */
struct reading {
    struct container_options *options;
    capabilities_set add, drop;
    size_t environment; /* strings in options->envp */
    bool home;          /* HOME was given */
    const char *other;  /* an option that --chroot does not take; NULL */
};

struct option_row {
    const char *name;
    const char *value; /* as help shows it; NULL: a switch */
    const char *help;
    bool (*read)(struct reading *reading,
                 const char *text); /* false: text makes no sense */
    const char *wanted;             /* what would make sense */
};

/* Reads a number that may have a fraction, and a unit of UNITS (a power of BASE each).
 * The result is that times SCALE, at least 1. */
static bool read_scaled(const char *text, const char *units, double base, double scale,
                        long long *result)
{
    char *end;

    /* strtod would take 0x10 and 1e3, too. */
    size_t digits = strspn(text, "0123456789.");
    if (!isdigit((unsigned char)*text) || (text[digits] && strchr("eExX", text[digits])))
        return false;
    double number = strtod(text, &end) * scale;
    if (*end) {
        const char *unit = strchr(units, tolower((unsigned char)*end));
        if (!unit)
            return false;
        for (const char *u = units; u <= unit; u++)
            number *= base;
        end++;
        if (base == 1024 && tolower((unsigned char)*end) == 'i')
            end++;
        if (base == 1024 && tolower((unsigned char)*end) == 'b')
            end++;
    }
    if (*end || number < 1 || number > 9e18)
        return false;
    *result = (long long)number;
    return true;
}

static bool read_memory(struct reading *r, const char *text)
{
    return read_scaled(text, "kmgt", 1024, 1, &r->options->memory);
}

static bool read_pids(struct reading *r, const char *text)
{
    return !strchr(text, '.') && read_scaled(text, "", 1, 1, &r->options->pids);
}

/* The kernel takes quotas from 1 ms on; ours are for periods of 100 ms. */
static bool read_cpus(struct reading *r, const char *text)
{
    return read_scaled(text, "", 1, 100000, &r->options->cpu_quota) &&
           r->options->cpu_quota >= 1000;
}

static bool read_timeout(struct reading *r, const char *text)
{
    return read_scaled(text, "", 1, 1000, &r->options->timeout) &&
           r->options->timeout < INT_MAX;
}

static bool read_cgroup_parent(struct reading *r, const char *text)
{
    r->options->cgroup_parent = text;
    return *text == '/';
}

static bool read_hostname(struct reading *r, const char *text)
{
    r->options->hostname = text;
    return *text && strlen(text) <= 64 &&
           strspn(text,
                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") ==
               strlen(text);
}

/* "USER", "USER:GROUP": names or numbers. Names are looked up later, in the image. */
static bool read_user(struct reading *r, const char *text)
{
    static char copy[256];
    struct container_options *o = r->options;

    if (strlen(text) >= sizeof copy || *text == '-')
        return false;
    o->user = strcpy(copy, text);
    o->group = strchr(copy, ':');
    if (o->group)
        *(char *)o->group++ = '\0';
    o->names = copy[strspn(copy, "0123456789")] ||
               (o->group && o->group[strspn(o->group, "0123456789")]);
    if (*o->user == '\0' || (o->group && (*o->group == '\0' || strchr(o->group, ':'))))
        return false;
    /* Numbers alone need no image. */
    return o->names || image_user_find(-1, o->user, o->group, &o->uid, &o->gid) == 0;
}

static bool read_workdir(struct reading *r, const char *text)
{
    r->options->workdir = text;
    return *text == '/';
}

/* Adds "NAME=VALUE" to the environment, or replaces what has this name. */
static bool set_environment(struct reading *r, const char *text)
{
    size_t length = strcspn(text, "=") + 1;
    char **envp = r->options->envp, *copy = strdup(text);

    if (!copy)
        return false;
    for (size_t i = 0; i < r->environment; i++) {
        if (strncmp(envp[i], text, length) == 0) {
            free(envp[i]);
            envp[i] = copy;
            return true;
        }
    }
    envp = reallocarray(envp, r->environment + 2, sizeof *envp);
    if (!envp) {
        free(copy);
        return false;
    }
    envp[r->environment++] = copy;
    envp[r->environment] = NULL;
    r->options->envp = envp;
    return true;
}

/* "NAME=VALUE", or "NAME" for the value that it has here. */
static bool read_env(struct reading *r, const char *text)
{
    char line[4096];
    const char *value;

    if (*text == '\0' || *text == '=')
        return false;
    if (strncmp(text, "HOME", 4) == 0 && (text[4] == '=' || (!text[4] && getenv(text))))
        r->home = true;
    if (strchr(text, '='))
        return set_environment(r, text);
    value = getenv(text);
    if (!value)
        return true; /* it is not set here, so it is not set there */
    return (size_t)snprintf(line, sizeof line, "%s=%s", text, value) < sizeof line &&
           set_environment(r, line);
}

/* "SOURCE:TARGET", "SOURCE:TARGET:ro". */
static bool read_volume(struct reading *r, const char *text)
{
    static char copies[VOLUMES][PATH_MAX];
    struct container_options *o = r->options;
    char *copy, *target, *mode;

    if (o->volume_count == VOLUMES || strlen(text) >= PATH_MAX)
        return false;
    copy = strcpy(copies[o->volume_count], text);
    target = strchr(copy, ':');
    if (!target)
        return false;
    *target++ = '\0';
    mode = strchr(target, ':');
    if (mode)
        *mode++ = '\0';
    if (mode && strcmp(mode, "ro") != 0 && strcmp(mode, "rw") != 0)
        return false;
    o->volumes[o->volume_count++] =
        (struct container_volume){copy, target, mode && strcmp(mode, "ro") == 0};
    return *copy == '/' && *target == '/' && target[strspn(target, "/")];
}

static bool read_cap_add(struct reading *r, const char *text)
{
    return capabilities_parse(text, &r->add) == 0;
}

static bool read_cap_drop(struct reading *r, const char *text)
{
    return capabilities_parse(text, &r->drop) == 0;
}

static bool read_seccomp(struct reading *r, const char *text)
{
    if (strcmp(text, "default") == 0)
        r->options->refused = FILTER_FAIL(EPERM);
    else if (strcmp(text, "kill") == 0)
        r->options->refused = FILTER_KILL;
    else
        r->options->refused = 0;
    return r->options->refused || strcmp(text, "off") == 0;
}

static bool read_net(struct reading *r, const char *text)
{
    r->options->host_network = strcmp(text, "host") == 0;
    return r->options->host_network || strcmp(text, "none") == 0;
}

static bool read_stop_at(struct reading *r, const char *text)
{
    r->options->stop_at = text;
    return step_find(text) && strcmp(text, "exec") != 0;
}

#ifdef BOXWORK_RED
/* For tests alone: what happens when a protection is not there? */
static bool read_without(struct reading *r, const char *text)
{
    r->options->without = text;
    return true;
}

static bool read_naive(struct reading *r, const char *text)
{
    r->options->naive = text;
    return true;
}
#endif

#define SWITCH(name)                                                                     \
    static bool read_##name(struct reading *r, const char *text)                         \
    {                                                                                    \
        (void)text; /* a switch has none */                                              \
        return r->options->name = true;                                                  \
    }
SWITCH(read_only)
SWITCH(privileged)
SWITCH(rootless)
SWITCH(tty)
SWITCH(init)
SWITCH(explain)
SWITCH(chroot)

static const struct option_row rows[] = {
    {"hostname", "NAME", "its host name", read_hostname,
     "must be 1 to 64 letters, digits, - and ."},
    {"user", "USER[:GROUP]", "who runs it: numbers, or names of its /etc/passwd",
     read_user,
     "must be a user, or USER:GROUP; each a number below 4294967295, or a name"},
    {"workdir", "DIR", "where it starts, inside", read_workdir,
     "must be a path from / on"},
    {"env", "NAME[=VALUE]", "a variable of its environment; or as it is here", read_env,
     "must be NAME=VALUE, or NAME"},
    {"volume", "SRC:DST[:ro]", "a directory or file of the host; makes DST", read_volume,
     "must be SRC:DST or SRC:DST:ro, both from / on; 32 at the most"},
    {"read-only", NULL, "only volumes, /tmp and /dev/shm can be written", read_read_only,
     NULL},
    {"memory", "SIZE", "at most so much memory: 64M, 1.5G", read_memory,
     "must be a size such as 64M or 1.5G"},
    {"pids", "N", "at most so many processes", read_pids, "must be a number, at least 1"},
    {"cpus", "N", "at most so much processor time: 0.5, 2", read_cpus,
     "must be a number, at least 0.01"},
    {"cgroup-parent", "DIR", "where its cgroup is made", read_cgroup_parent,
     "must be a directory below /sys/fs/cgroup"},
    {"cap-add", "CAP", "a capability more: NET_ADMIN, all", read_cap_add,
     "must be the name of a capability, or all; see capabilities(7)"},
    {"cap-drop", "CAP", "a capability less", read_cap_drop,
     "must be the name of a capability, or all; see capabilities(7)"},
    {"privileged", NULL, "all capabilities, no filter, no mask: unprotected",
     read_privileged, NULL},
    {"seccomp", "default|kill|off", "what a refused call gets: EPERM, a kill, nothing",
     read_seccomp, "must be default, kill or off"},
    {"net", "none|host", "a network of its own (loopback), or the host's", read_net,
     "must be none or host"},
    {"rootless", NULL, "in a user namespace, also as root", read_rootless, NULL},
    {"tty", NULL, "a terminal of its own", read_tty, NULL},
    {"init", NULL, "a PID 1 that reaps and passes signals on", read_init, NULL},
    {"timeout", "SECONDS", "ends it after that time, with status 124", read_timeout,
     "must be a number of seconds"},
    {"explain", NULL, "print each step as it is done", read_explain, NULL},
    {"stop-at", "STEP", "open a shell after this step of --explain", read_stop_at,
     "must be a step that --explain prints, before exec"},
#ifdef BOXWORK_RED
    {"without", "STEP,…", "leave these steps out", read_without, NULL},
    {"naive", "STEP,…", "do these steps as one does them first", read_naive, NULL},
#endif
    {"chroot", NULL, "only what lesson c02 does; takes --user alone", read_chroot, NULL},
};

enum { ROWS = sizeof rows / sizeof *rows };

void options_print_help(void)
{
    char left[64];

    for (const struct option_row *row = rows; row < rows + ROWS; row++) {
        (void)snprintf(left, sizeof left, "--%s%s%s", row->name, row->value ? " " : "",
                       row->value ? row->value : "");
        printf("    %-26s %s\n", left, row->help);
    }
}

/* What can be decided once everything is read. */
static int decide(struct reading *r)
{
    struct container_options *o = r->options;
    struct capabilities ours;
    char home[] = "HOME=/root";

    /* Whoever asks for a limit or a mask must not get a program without it. */
    if (o->chroot && r->other)
        return fail(EXIT_USAGE, "--%s: --chroot takes --user and nothing else", r->other);
    if (!o->rootless && rootless_needed())
        o->rootless = true;
    if (capabilities_read(0, &ours) == -1)
        return fail(EXIT_OURS, "/proc/self/status: %s: /proc must be mounted",
                    strerror(errno));
    /* In a user namespace of its own, the container has whatever there is. */
    capabilities_set have = o->rootless ? capabilities_all() : ours.permitted;
    if (r->add & ~have && r->add != capabilities_all())
        return fail(EXIT_USAGE,
                    "--cap-add: mini-container does not have this capability itself");
    o->keep = o->privileged ? have : capabilities_default();
    o->keep = ((o->keep & ~r->drop) | r->add) & have;
    if (o->privileged)
        o->refused = 0;
    if (o->uid != 0 || (o->names && strcmp(o->user, "root") != 0))
        strcpy(home, "HOME=/");
    if (!r->home && !set_environment(r, home))
        return fail(EXIT_OURS, "%s", strerror(errno));
    if (o->tty && !isatty(STDIN_FILENO))
        return fail(EXIT_USAGE, "--tty: standard input must be a terminal");
    return 0;
}

int options_parse(struct container_options *options, int argc, char **argv)
{
    struct option longs[ROWS + 1] = {0};
    struct reading reading = {.options = options};
    int chosen, letter;

    *options = (struct container_options){
        .hostname = "container", .workdir = "/", .refused = FILTER_FAIL(EPERM)};
    if (!set_environment(
            &reading,
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin") ||
        (getenv("TERM") && !read_env(&reading, "TERM")))
        return fail(EXIT_OURS, "%s", strerror(errno));
    for (int i = 0; i < ROWS; i++)
        longs[i] = (struct option){rows[i].name, rows[i].value != NULL, NULL, 0};
    opterr = 0; /* we say ourselves what is wrong */
    optind = 1;
    while ((letter = getopt_long(argc, argv, "+:", longs, &chosen)) != -1) {
        if (letter == ':')
            return fail(EXIT_USAGE, "%s: needs a value", argv[optind - 1]);
        if (letter != 0 &&
            optopt) /* of -it, optind may still point to what comes before */
            return fail(EXIT_USAGE,
                        "-%c: no such option: all are words; see mini-container --help",
                        optopt);
        if (letter != 0)
            return fail(EXIT_USAGE, "%s: no such option; see mini-container --help",
                        argv[optind - 1]);
        const struct option_row *row = &rows[chosen];
        if (!row->read(&reading, optarg))
            return fail(EXIT_USAGE, "--%s %s: %s", row->name, optarg, row->wanted);
        if (row->read != read_chroot && row->read != read_user)
            reading.other = row->name;
    }
    if (argc - optind < 2)
        return fail(EXIT_USAGE,
                    "run: use: mini-container run [OPTION…] ROOTFS CMD [ARG…]");
    options->rootfs = argv[optind];
    options->argv = argv + optind + 1;
    return decide(&reading);
}

void options_free(struct container_options *options)
{
    for (char **variable = options->envp; variable && *variable; variable++)
        free(*variable);
    free(options->envp);
    options->envp = NULL;
}
