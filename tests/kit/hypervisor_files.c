/* hypervisor_files.c - the files of mini-hypervisor: what is none is refused, and one that is cut short
 * while it is mapped ends the program with a line, not with a core.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* cmocka's; the one of mini-hypervisor is meant */
#include <stdio.h>
#include <sys/wait.h>
#include "../../mini-hypervisor/files.c"

enum { PAGE = 4096 };

static char said[256]; /* what fail was told */

int fail(int status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(said, sizeof said, format, arguments); /* a part is enough */
    va_end(arguments);
    return status;
}

static char name[] = "/tmp/boxwork-file-XXXXXX";
static int fd;

static int make_file(void **state)
{
    (void)state;
    memcpy(name + sizeof name - 7, "XXXXXX", 6);
    fd = mkstemp(name);
    return fd == -1 ? -1 : ftruncate(fd, 2 * PAGE);
}

static int remove_file(void **state)
{
    (void)state;
    (void)close(fd);
    return unlink(name);
}

static void a_file_is_there_as_it_is(void **state)
{
    struct file file;

    (void)state;
    assert_int_equal(pwrite(fd, "boxwork", 7, PAGE - 3), 7);
    assert_int_equal(file_open(&file, name, "a kernel"), 0);
    assert_int_equal(file.size, 2 * PAGE);
    assert_memory_equal(file.bytes + PAGE - 3, "boxwork", 7);
    file_close(&file);
    assert_null(file.bytes);
}

static void what_is_no_file_is_refused(void **state)
{
    struct file file;

    (void)state;
    assert_int_equal(file_open(&file, "/tmp", "a kernel"), -1);
    assert_string_equal(said, "/tmp: not a regular file: it must be a kernel");
    assert_null(file.bytes);
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(file_open(&file, name, "a kernel"), -1);
    assert_non_null(strstr(said, "it is empty"));
    assert_null(file.bytes);
}

/* In a child: its status, and what it says. */
static void a_file_that_is_cut_short_ends_it(void **state)
{
    struct file file;
    char text[256] = "";
    int ends[2], status;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (dup2(ends[1], STDERR_FILENO) == -1 ||
            file_open(&file, name, "a kernel") == -1 || ftruncate(fd, PAGE) == -1)
            _exit(50);
        _exit(*(volatile uint8_t *)(file.bytes + PAGE) + 51);
    }
    (void)close(ends[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    (void)close(ends[0]);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_non_null(strstr(text, "became shorter while it was read"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_there_as_it_is, make_file, remove_file),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_refused, make_file,
                                        remove_file),
        cmocka_unit_test_setup_teardown(a_file_that_is_cut_short_ends_it, make_file,
                                        remove_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
