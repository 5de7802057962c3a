/* switchboard.c - the slots behind the trampolines, and what they are pointed to.
 *
 * The reference of a function is the next definition of its name after the program's own
 * trampoline (RTLD_NEXT). The learner's is looked up in build/labs/LESSON.so. The dynamic
 * linker knows a shared object by its name and its inode, and would give back the old one for
 * a file that was built again; so a copy in memory (memfd_create) is opened, under a name
 * that was not used before. Old copies stay: something may still hold a pointer into them.
 *
 * Read on: switchboard.h; dlsym(3), dlopen(3), memfd_create(2).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "switchboard.h"
#include "switch_mine.h"

#define MOST_LESSONS 32

/* The linker makes these two where there is a section of that name; a program without any
 * trampoline has none. */
extern const struct switch_function start[] __asm__("__start_switch_functions")
    __attribute__((weak));
extern const struct switch_function stop[] __asm__("__stop_switch_functions")
    __attribute__((weak));

struct module {
    const char *lesson;
    void *handle; /* of dlopen; NULL: there is none */
    char *todo;   /* names, each ended by '\n' */
};

static struct {
    void **reference; /* for each function */
    enum switch_position *position;
    struct module modules[MOST_LESSONS];
    size_t module_count;
    int generation; /* how often a module was loaded */
    char error[512];
} board;

static int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(board.error, sizeof board.error, format, arguments);
    va_end(arguments);
    return -1;
}

const char *switch_error(void)
{
    return board.error;
}

const struct switch_function *switch_functions(size_t *count)
{
    *count = start ? (size_t)(stop - start) : 0;
    return start;
}

int switch_start(void)
{
    size_t count;
    const struct switch_function *functions = switch_functions(&count);

    board.reference = calloc(count + 1, sizeof *board.reference);
    board.position = calloc(count + 1, sizeof *board.position);
    if (!board.reference || !board.position)
        return fail("%s", strerror(ENOMEM));
    for (size_t i = 0; i < count; i++) {
        board.reference[i] = dlsym(RTLD_NEXT, functions[i].name);
        if (!board.reference[i])
            return fail(
                "%s: the reference of %s has no such function: `make clean build` "
                "makes it again",
                functions[i].name, functions[i].lesson);
        *functions[i].slot = board.reference[i];
    }
    return 0;
}

/* --- the learner's modules ------------------------------------------------------------- */

/* The whole of a file, ended by a 0 byte that LENGTH does not count; NULL with errno. */
static char *read_whole(const char *path, size_t *length)
{
    struct stat status;
    char *bytes = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd == -1)
        return NULL;
    if (fstat(fd, &status) == 0)
        bytes = malloc((size_t)status.st_size + 1);
    if (bytes) {
        ssize_t got;
        *length = 0;
        while ((got = read(fd, bytes + *length, (size_t)status.st_size - *length)) > 0)
            *length += (size_t)got;
        bytes[*length] = '\0';
        if (got == -1) {
            free(bytes);
            bytes = NULL;
        }
    }
    int error = errno;
    close(fd);
    errno = error;
    return bytes;
}

/* Opens a copy of the shared object in memory. "./" in the name, once more each time, makes it
 * a new one without another file. */
static void *open_copy(const char *bytes, size_t length)
{
    char path[4096] = "/proc/self/";
    size_t at = strlen(path);
    int fd = memfd_create("mine", MFD_CLOEXEC);

    if (fd == -1)
        return fail("memfd_create: %s", strerror(errno)), NULL;
    for (size_t done = 0; done < length;) {
        ssize_t written = write(fd, bytes + done, length - done);
        if (written == -1) {
            close(fd);
            return fail("copy in memory: %s", strerror(errno)), NULL;
        }
        done += (size_t)written;
    }
    board.generation++;
    for (int i = 0; i < board.generation && at < sizeof path - 32; i++, at += 2)
        memcpy(path + at, "./", 2);
    snprintf(path + at, sizeof path - at, "fd/%d", fd);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        fail("%s", dlerror());
    close(fd); /* it is mapped now */
    return handle;
}

static struct module *module_of(const char *lesson)
{
    for (size_t i = 0; i < board.module_count; i++)
        if (!strcmp(board.modules[i].lesson, lesson))
            return &board.modules[i];
    if (board.module_count == MOST_LESSONS)
        return NULL;
    struct module *module = &board.modules[board.module_count++];
    module->lesson = lesson;
    return module;
}

/* Loads build/labs/LESSON.so and LESSON.todo. Returns 0 also when there are none. */
static int load_module(struct module *module, const char *top)
{
    char path[4096];
    size_t length;

    free(module->todo);
    module->todo = NULL;
    module->handle = NULL;
    snprintf(path, sizeof path, "%s/build/labs/%s.so", top, module->lesson);
    char *bytes = read_whole(path, &length);
    if (!bytes)
        return errno == ENOENT ? 0 : fail("%s: %s", path, strerror(errno));
    module->handle = open_copy(bytes, length);
    free(bytes);
    if (!module->handle)
        return -1;
    snprintf(path, sizeof path, "%s/build/labs/%s.todo", top, module->lesson);
    module->todo = read_whole(path, &length);
    if (!module->todo && errno != ENOENT)
        return fail("%s: %s", path, strerror(errno));
    return 0;
}

static bool is_todo(const struct module *module, const char *name)
{
    size_t length = strlen(name);

    for (const char *line = module->todo; line && *line;) {
        size_t here = strcspn(line, "\n");
        if (here == length && !strncmp(line, name, length))
            return true;
        line += here + (line[here] == '\n');
    }
    return false;
}

/* The learner's function in the module itself: dlsym would also find one in a library that
 * the module needs. */
static void *find_mine(const struct switch_function *function)
{
    const struct module *module = module_of(function->lesson);
    struct link_map *map;
    Dl_info info;

    if (!module || !module->handle || is_todo(module, function->name))
        return NULL;
    void *address = dlsym(module->handle, function->name);
    if (!address || dlinfo(module->handle, RTLD_DI_LINKMAP, &map) == -1 ||
        dladdr(address, &info) == 0 || (uintptr_t)info.dli_fbase != map->l_addr)
        return NULL;
    return address;
}

int switch_load_mine(const char *top)
{
    size_t count;
    const struct switch_function *functions = switch_functions(&count);
    int result = 0;

    for (size_t i = 0; i < count; i++)
        if (!module_of(functions[i].lesson))
            return fail("there are more than %d lessons", MOST_LESSONS);
    for (size_t i = 0; i < board.module_count; i++)
        if (load_module(&board.modules[i], top) == -1)
            result = -1;
    for (size_t i = 0; i < count; i++)
        if (board.position[i] == SWITCH_MINE &&
            switch_to(functions[i].name, SWITCH_MINE) == -1)
            (void)switch_to(functions[i].name, SWITCH_REFERENCE); /* that one is there */
    return result;
}

const char *switch_mine_lesson(const void *address, unsigned long *offset)
{
    struct link_map *map;
    Dl_info info;

    if (dladdr(address, &info) == 0)
        return NULL;
    for (size_t i = 0; i < board.module_count; i++) {
        const struct module *module = &board.modules[i];
        if (module->handle && dlinfo(module->handle, RTLD_DI_LINKMAP, &map) == 0 &&
            map->l_addr == (uintptr_t)info.dli_fbase) {
            *offset = (uintptr_t)address - map->l_addr;
            return module->lesson;
        }
    }
    return NULL;
}

/* --- switching --------------------------------------------------------------------------- */

bool switch_has_mine(const struct switch_function *function)
{
    return find_mine(function) != NULL;
}

int switch_to(const char *function, enum switch_position position)
{
    size_t count;
    const struct switch_function *functions = switch_functions(&count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(functions[i].name, function) != 0)
            continue;
        void *to =
            position == SWITCH_MINE ? find_mine(&functions[i]) : board.reference[i];
        if (!to) {
            errno = ENOSYS;
            return fail("%s is not written yet", function);
        }
        *functions[i].slot = to;
        board.position[i] = position;
        return 0;
    }
    errno = ENOENT;
    return fail("%s: there is no such function", function);
}

enum switch_position switch_position(const struct switch_function *function)
{
    return board.position ? board.position[function - start] : SWITCH_REFERENCE;
}
