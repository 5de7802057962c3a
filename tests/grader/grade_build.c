/* grade_build.c - from a directory of C files to probes; build.sh does the work, through make.
 *
 * The probes of a lesson are kept under build/grade, so that nothing has to be removed when we
 * are killed. Two who grade the same lesson at the same time take different directories there:
 * whoever holds the lock of LESSON.0 has it, the next takes LESSON.1.
 *
 * What a stranger handed in reaches make and a shell as names of files. So the names are looked
 * at first, and only plain ones go there; a directory with a space or an umlaut in its path
 * (submissions/Müller, Eva) is given to them as a link with a plain name.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "grade_inside.h"

enum {
    SLOTS = 64,
    BUILD_SECONDS = 180,
    COMPILER_BYTES = 64 << 10,
    FILE_BYTES = 1 << 20,
};

static const char *top_of(const struct grade_request *request)
{
    return request->top ? request->top : ".";
}

/* --- names ---------------------------------------------------------------------------------- */

static bool is_plain(const char *path)
{
    for (const char *c = path; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("_./-+@", *c))
            return false;
    return path[0] != '-';
}

static bool is_c_file(const char *name)
{
    size_t length = strlen(name);
    return length > 2 && strcmp(name + length - 2, ".c") == 0;
}

/* What is wrong with the C file NAME of DIRECTORY, as a line; NULL: nothing. A link may lead to what
 * whoever hands it in has not written, and a pipe has no end. Folders do not count. */
static char *odd_entry(int directory, const char *name, bool *found)
{
    struct stat about;
    if (fstatat(directory, name, &about, AT_SYMLINK_NOFOLLOW) == -1 ||
        S_ISDIR(about.st_mode))
        return NULL;
    *found = true;
    bool plain = is_plain(name);
    if (plain && S_ISREG(about.st_mode))
        return NULL;
    char *shown = text_printable(name, strlen(name), 200);
    char *line =
        text_format(plain ? "%s: it must be a file, and no link to one or anything else\n"
                          : "%s: a file name may hold letters, digits, '.', '-' and '_' "
                            "only: rename it\n",
                    shown);
    free(shown);
    return line;
}

/* What is wrong with a C file of DIRECTORY, or NULL. To be freed. *FOUND gets whether there are
 * any. */
static char *odd_file(const char *directory, bool *found)
{
    *found = false;
    struct stat about;
    if (stat(directory, &about) == 0 && S_ISREG(about.st_mode)) {
        *found = is_c_file(directory);
        return NULL;
    }
    DIR *files = opendir(directory);
    char *odd = NULL;
    struct dirent *entry;
    while (files && !odd && (entry = readdir(files))) {
        if (is_c_file(entry->d_name))
            odd = odd_entry(dirfd(files), entry->d_name, found);
    }
    if (files)
        (void)closedir(files); /* only read */
    return odd;
}

bool grade_may_build(const char *module)
{
    bool found;
    char *odd = odd_file(module, &found);
    bool good = found && odd == NULL;
    free(odd);
    return good;
}

/* --- where the probes go -------------------------------------------------------------------- */

static int lock_directory(struct grade_build *build, const char *path)
{
    if (mkdir(path, 0755) == -1 && errno != EEXIST)
        return -1;
    int lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock == -1 || access(path, W_OK | X_OK) == -1) { /* another user's */
        if (lock != -1)
            (void)close(lock); /* nothing was done with it */
        errno = EACCES;
        return -1;
    }
    if (flock(lock, LOCK_EX | LOCK_NB) == -1 || !realpath(path, build->out)) {
        int saved = errno;
        (void)close(lock);
        errno = saved;
        return -1;
    }
    build->lock = lock;
    return 0;
}

static int take_slot(const struct grade_request *request, struct grade_build *build)
{
    char *made = text_format("%s/build/grade", top_of(request));
    char *parent = text_format("%s/build", top_of(request));
    if (mkdir(parent, 0755) == 0 || errno == EEXIST)
        (void)mkdir(made, 0755); /* whatever is wrong shows below */
    free(parent);
    int result = -1;
    errno = EWOULDBLOCK;
    for (int i = 0; i < SLOTS && result == -1 && errno == EWOULDBLOCK; i++) {
        char *path = text_format("%s/%s.%d", made, request->lesson, i);
        result = lock_directory(build, path);
        int saved = errno;
        free(path);
        errno = saved;
    }
    free(made);
    if (result == 0)
        return 0;
    /* A tree that is not ours to write to. */
    const char *tmp = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    int length = snprintf(build->out, sizeof build->out, "%s/boxwork-grade-XXXXXX", tmp);
    if (length >= (int)sizeof build->out || !mkdtemp(build->out))
        return -1;
    build->temporary = true;
    return 0;
}

static void remove_directory(const char *path)
{
    DIR *files = opendir(path);
    struct dirent *entry;
    while (files && (entry = readdir(files)))
        if (entry->d_name[0] != '.' && unlinkat(dirfd(files), entry->d_name, 0) == -1)
            (void)fprintf(stderr, "grader: remove %s/%s: %s: remove it yourself\n", path,
                          entry->d_name, strerror(errno));
    if (files)
        (void)closedir(files); /* only read */
    (void)rmdir(path);         /* what was in its way has been said */
}

/* --- the build ------------------------------------------------------------------------------- */

/* Lines of make, not of the compiler: which recipe failed, and what of the kit was made anew
 * ("  CC    build/tests/..."). They say nothing to a learner. */
static bool is_of_make(const char *line)
{
    if (strncmp(line, "make: ***", 9) == 0 || strncmp(line, "make[", 5) == 0)
        return true;
    if (strncmp(line, "  ", 2) != 0)
        return false;
    size_t word = strspn(line + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    size_t blanks = strspn(line + 2 + word, " ");
    return word > 0 && blanks > 0 && strncmp(line + 2 + word + blanks, "build/", 6) == 0;
}

static void drop_lines_of_make(char *text)
{
    char *to = text;
    for (char *line = text; *line;) {
        char *next = strchr(line, '\n');
        size_t length = next ? (size_t)(next - line) + 1 : strlen(line);
        if (!is_of_make(line)) {
            memmove(to, line, length);
            to += length;
        }
        line += length;
    }
    *to = '\0';
}

static int run_builder(const struct grade_request *request, struct grade_build *build,
                       const char *module)
{
    char *lesson_arg = text_format("LESSON=%s", request->lesson);
    char *module_arg = text_format("MODULE=%s", module);
    char *out_arg = text_format("OUT=%s", build->out);
    char *by_make[] = {"make",        "-s",       "--no-print-directory",
                       "grade-build", lesson_arg, module_arg,
                       out_arg,       NULL};
    char *by_builder[] = {(char *)request->builder, (char *)request->lesson,
                          (char *)module, build->out, NULL};
    struct grade_program program = {
        .argv = request->builder ? by_builder : by_make,
        .directory = top_of(request),
        .death_signal = SIGTERM, /* make passes it on to its compilers */
        .limited = true,
        .seconds = BUILD_SECONDS,
        .most = COMPILER_BYTES,
        .verdicts = -1,
    };
    /* A make that we are called from must not have its say in this one. */
    char *makeflags = getenv("MAKEFLAGS") ? text_copy(getenv("MAKEFLAGS")) : NULL;
    (void)unsetenv("MAKEFLAGS");
    (void)unsetenv("MAKELEVEL");
    int output, status = -1;
    pid_t pid = grade_start(&program, &output);
    if (pid != -1)
        status = grade_finish(&program, pid, output, &build->compiler);
    if (makeflags)
        (void)setenv("MAKEFLAGS", makeflags, 1); /* as it was: no new memory is needed */
    free(makeflags);
    free(lesson_arg);
    free(module_arg);
    free(out_arg);
    return status;
}

/* The names in a file of OUT, as grade_has_name wants them. */
static char *names_of(const struct grade_build *build, const char *name)
{
    struct bytes names = {0};
    bytes_add_text(&names, "\n");
    char *path = text_format("%s/%s", build->out, name);
    FILE *file = fopen(path, "re");
    free(path);
    char line[512];
    while (file && names.length < FILE_BYTES && fgets(line, sizeof line, file))
        bytes_add_text(&names, line);
    if (file)
        (void)fclose(file); /* only read */
    return names.at;
}

bool grade_has_name(const char *names, const char *name)
{
    char *line = text_format("\n%s\n", name);
    bool found = strstr(names, line) != NULL;
    free(line);
    return found;
}

static void not_built(struct grade_build *build, char *why)
{
    free(build->compiler);
    build->compiler = why;
    build->built = false;
}

/* MODULE as make may see it. To be freed. */
static char *plain_path(const struct grade_build *build)
{
    if (is_plain(build->module))
        return text_copy(build->module);
    bool is_file = is_c_file(build->module);
    char *link = text_format("%s/%s", build->out, is_file ? "learner.c" : "learner");
    if ((unlink(link) == -1 && errno != ENOENT) || symlink(build->module, link) == -1) {
        free(link);
        return NULL;
    }
    return link;
}

int grade_build(const struct grade_request *request, struct grade_build *build,
                char **error)
{
    *build = (struct grade_build){.lock = -1};
    char *given = request->module
                      ? text_copy(request->module)
                      : text_format("%s/labs/%s", top_of(request), request->lesson);
    bool exists = realpath(given, build->module) != NULL;
    if (!exists)
        *error =
            text_format("%s: %s: give the directory that holds the module's .c files",
                        given, strerror(errno));
    free(given);
    if (!exists)
        return -1;
    int result =
        request->out ? lock_directory(build, request->out) : take_slot(request, build);
    if (result == -1 || !is_plain(build->out)) {
        *error =
            text_format("%s: %s: the probes need a directory whose path has letters and "
                        "digits only, and that nobody else is using",
                        request->out ? request->out : "build/grade",
                        result == -1 ? strerror(errno) : "the path cannot be used");
        return -1;
    }
    char *started = text_format("%s/started", build->out);
    /* Whether it is there afterwards is what counts. */
    if (unlink(started) == -1 && errno != ENOENT) {
        *error = text_format("%s: %s: remove it", started, strerror(errno));
        free(started);
        return -1;
    }
    bool found;
    char *odd = odd_file(build->module, &found);
    if (odd || !found) {
        not_built(build, odd ? odd : text_copy("there is no .c file in the directory\n"));
        free(started);
        return 0;
    }
    char *module = plain_path(build);
    int status = module ? run_builder(request, build, module) : -1;
    int reason = errno;
    free(module);
    bool kit_is_built = access(started, F_OK) == 0;
    free(started);
    if (status == -1) {
        *error = text_format("make: %s: install it", strerror(reason));
        return -1;
    }
    drop_lines_of_make(build->compiler);
    if (status != 0 && !kit_is_built) {
        *error = text_format(
            "the kit itself does not build; the module was not looked at:\n%s",
            build->compiler);
        return -1;
    }
    if (WIFSIGNALED(status))
        not_built(build, text_format(
                             "%sthe compiler did not end within %d seconds, or used more "
                             "memory than it may\n",
                             build->compiler, BUILD_SECONDS));
    build->built = status == 0;
    build->todo = names_of(build, "todo");
    build->defined = names_of(build, "defined");
    return 0;
}

void grade_build_end(struct grade_build *build)
{
    if (build->temporary)
        remove_directory(build->out);
    if (build->lock != -1)
        (void)close(build->lock); /* which unlocks it */
    build->lock = -1;
    build->temporary = false;
    free(build->compiler);
    free(build->todo);
    free(build->defined);
    build->compiler = build->todo = build->defined = NULL;
}
