/* roots.c - the root directories of a session.
 *
 * They stand in the temporary directory of the session, which only its owner may search, so
 * nobody else on this host finds the programs in them; the tutor removes it at the end.
 * Copying and removing is left to cp(1) and rm(1), which know about links and modes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "rootless.h"
#include "roots.h"

enum { MOST = 32, NAME_LENGTH = 24 };

struct roots {
    char directory[PATH_MAX]; /* "/tmp/boxwork-Ab12Cd"; "" before there is a root */
    char secret[PATH_MAX + 8];
    char names[MOST][NAME_LENGTH + 1];
    char *paths[MOST];
    const char *words[MOST + 1]; /* the names once more, ended by NULL */
    int count;
    bool said; /* that we are not root */
};

/* Runs ARGV and waits for it. Returns its exit status, 127 when it could not be
 * started. */
static int run_tool(char *const argv[])
{
    pid_t child;
    int status;

    if (posix_spawnp(&child, argv[0], NULL, NULL, argv, environ) != 0)
        return 127;
    while (waitpid(child, &status, 0) == -1) {
        if (errno != EINTR)
            return 127;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

static void remove_tree(char *path)
{
    char *rm[] = {"rm", "-rf", "--", path, NULL};

    if (*path && run_tool(rm) != 0)
        fprintf(stderr, "%s: could not be removed\n", path);
}

static void roots_remove(void *state)
{
    struct roots *roots = state;
    for (int i = 0; i < roots->count; i++)
        free(roots->paths[i]);
}

static struct roots *roots_of(struct tutor *tutor)
{
    struct roots *roots = tutor_state(tutor, "c02 roots", sizeof *roots, roots_remove);

    if (!roots) {
        perror("the roots of this session");
        abort();
    }
    return roots;
}

/* Asks for the directory of the session, and writes the secret into it. 0, or -1 with
 * errno. The attacks walk from the host's "/" to the secret: the path has no links. */
static int make_directory(struct tutor *tutor, struct roots *roots)
{
    const char *directory = tutor_directory(tutor);
    FILE *secret;

    if (!directory)
        return -1;
    snprintf(roots->directory, sizeof roots->directory, "%s", directory);
    snprintf(roots->secret, sizeof roots->secret, "%s/secret", roots->directory);
    secret = fopen(roots->secret, "we");
    if (!secret)
        return -1;
    fputs(ROOTS_SECRET "\n", secret);
    return fclose(secret) == EOF ? -1 : 0;
}

static int find(const struct roots *roots, const char *name)
{
    for (int i = 0; i < roots->count; i++) {
        if (strcmp(roots->names[i], name) == 0)
            return i;
    }
    return -1;
}

int roots_make(struct tutor *tutor, const char *name)
{
    struct roots *roots = roots_of(tutor);
    const char *original = tutor_path(tutor, "build/rootfs");
    size_t good = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_");

    if (!*name || name[good] || strlen(name) > NAME_LENGTH)
        return tutor_error(tutor, "%s: a name is made of at most %d of a-z, 0-9, - and _",
                           name, NAME_LENGTH);
    if (find(roots, name) != -1)
        return tutor_error(tutor, "%s: there is a root of this name already", name);
    if (roots->count == MOST)
        return tutor_error(tutor, "%s: %d roots are enough for one session", name, MOST);
    if (!original || access(original, R_OK) == -1)
        return tutor_error(tutor, "build/rootfs: %s: make it with: make build",
                           strerror(errno));
    if (!*roots->directory && make_directory(tutor, roots) == -1)
        return tutor_error(tutor, "a temporary directory: %s", strerror(errno));

    char *path;
    if (asprintf(&path, "%s/%s", roots->directory, name) == -1)
        return tutor_error(tutor, "%s: %s", name, strerror(ENOMEM));
    char *cp[] = {"cp", "-a", "--", (char *)original, path, NULL};
    if (run_tool(cp) != 0) {
        (void)tutor_error(tutor, "%s: could not be copied to %s", original, path);
        remove_tree(path);
        free(path);
        return 1;
    }
    roots->paths[roots->count] = path;
    strcpy(roots->names[roots->count], name);
    roots->words[roots->count] = roots->names[roots->count];
    roots->count++;

    printf("%s is %s\n", name, path);
    roots_say_rootless(tutor);
    return 0;
}

void roots_list(struct tutor *tutor)
{
    struct roots *roots = roots_of(tutor);

    for (int i = 0; i < roots->count; i++)
        printf("%-12s %s\n", roots->names[i], roots->paths[i]);
    if (roots->count == 0)
        puts("there is none yet: make-root NAME");
}

const char *roots_path(struct tutor *tutor, const char *name)
{
    struct roots *roots = roots_of(tutor);
    int found = find(roots, name);
    struct stat status;

    if (found != -1)
        return roots->paths[found];
    /* What has a slash is a path for sure; what is wrong with it, chroot(2) says
     * itself. */
    if (strchr(name, '/') || stat(name, &status) == 0)
        return name;
    (void)tutor_error(tutor,
                      "%s: is neither a root nor a directory: make-root %s makes one",
                      name, name);
    return NULL;
}

const char *roots_secret(struct tutor *tutor)
{
    struct roots *roots = roots_of(tutor);

    if (!*roots->directory && make_directory(tutor, roots) == -1) {
        (void)tutor_error(tutor, "a temporary directory: %s", strerror(errno));
        return NULL;
    }
    return roots->secret;
}

const char *const *roots_names(struct tutor *tutor)
{
    return roots_of(tutor)->words;
}

void roots_say_rootless(struct tutor *tutor)
{
    struct roots *roots = roots_of(tutor);

    if (!roots->said && rootless_needed())
        fputs(ROOTLESS_SAYS, stdout);
    roots->said = true;
}
