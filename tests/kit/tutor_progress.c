/* tutor_progress.c - the progress file: a round trip, two writers, damage, moving it.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "progress.h"

#define LESSON "c02-chroot"

static char top[64];
static char error[600];

static int make_tree(void **state)
{
    (void)state;
    strcpy(top, "/tmp/boxwork-progress-XXXXXX");
    return unsetenv("BOXWORK_HOME") == 0 && mkdtemp(top) ? 0 : -1;
}

static int remove_tree(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", top);
    return system(command);
}

static const char *in_tree(const char *name)
{
    static char path[200];

    snprintf(path, sizeof path, "%s/%s", top, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(in_tree(name), "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void read_file(const char *name, char *text, size_t size)
{
    FILE *file = fopen(in_tree(name), "r");

    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static struct progress *open_it(enum progress_mode mode)
{
    struct progress *progress = progress_open(top, mode, error, sizeof error);

    if (!progress)
        fail_msg("%s", error);
    return progress;
}

static void a_missing_file_is_an_empty_one(void **state)
{
    struct progress *progress = open_it(PROGRESS_READ);

    (void)state;
    assert_int_equal(progress_steps(progress, LESSON), 0);
    assert_int_equal(progress_section(progress, LESSON), 0);
    assert_int_equal(progress_points(progress, LESSON).points, -1);
    assert_int_equal(progress_hints(progress, LESSON, NULL), 0);
    assert_false(progress_question(progress, LESSON, "Q"));
    progress_close(progress);
    assert_int_equal(access(in_tree(".boxwork"), F_OK), -1); /* reading makes nothing */
}

static void what_is_saved_comes_back(void **state)
{
    struct progress *progress = open_it(PROGRESS_CHANGE);

    (void)state;
    progress_tick(progress, LESSON, "$ ls …");
    progress_tick(progress, LESSON, "$ ls …");
    progress_tick(progress, LESSON, "enter \"a b\"");
    progress_set_total(progress, LESSON, 7);
    progress_set_section(progress, LESSON, 3);
    progress_set_hints(progress, LESSON, "one", 2);
    progress_set_hints(progress, LESSON, "two", 1);
    progress_set_question(progress, LESSON, "What is a \"root\"?", true);
    progress_set_question(progress, LESSON, "And?", false);
    progress_set_points(progress, LESSON, 60, 100);
    progress_set_points(progress, LESSON, 40, 100);
    assert_int_equal(progress_save(progress, error, sizeof error), 0);
    progress_close(progress);

    progress = open_it(PROGRESS_READ);
    assert_true(progress_step(progress, LESSON, "$ ls …"));
    assert_true(progress_step(progress, LESSON, "enter \"a b\""));
    assert_false(progress_step(progress, LESSON, "$ ls"));
    assert_false(progress_step(progress, "c03-mounts", "$ ls …"));
    assert_int_equal(progress_steps(progress, LESSON), 2);
    assert_int_equal(progress_total(progress, LESSON), 7);
    assert_int_equal(progress_section(progress, LESSON), 3);
    assert_int_equal(progress_hints(progress, LESSON, "one"), 2);
    assert_int_equal(progress_hints(progress, LESSON, NULL), 3);
    assert_true(progress_question(progress, LESSON, "What is a \"root\"?"));
    assert_int_equal(progress_questions(progress, LESSON), 1);
    struct progress_points points = progress_points(progress, LESSON);
    assert_int_equal(points.points, 40);
    assert_int_equal(points.best, 60);
    assert_int_equal(points.max, 100);
    progress_close(progress);
}

static void what_is_not_saved_is_lost_and_reading_cannot_save(void **state)
{
    struct progress *progress = open_it(PROGRESS_CHANGE);

    (void)state;
    progress_tick(progress, LESSON, "a");
    progress_close(progress);
    progress = open_it(PROGRESS_READ);
    assert_int_equal(progress_steps(progress, LESSON), 0);
    progress_tick(progress, LESSON, "a");
    assert_int_equal(progress_save(progress, error, sizeof error), -1);
    assert_non_null(strstr(error, "opened to be read"));
    progress_close(progress);
}

/* Each of 4 processes ticks 25 steps, each in a transaction of its own. Without the lock some
 * of them would be overwritten. */
static void two_sessions_do_not_undo_each_other(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        if (fork() != 0)
            continue;
        for (int j = 0; j < 25; j++) {
            char key[32];
            struct progress *progress =
                progress_open(top, PROGRESS_CHANGE, error, sizeof error);
            snprintf(key, sizeof key, "%d.%d", i, j);
            if (!progress)
                _exit(1);
            progress_tick(progress, LESSON, key);
            if (progress_save(progress, error, sizeof error) == -1)
                _exit(1);
            progress_close(progress);
        }
        _exit(0);
    }
    for (int i = 0; i < 4; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    struct progress *progress = open_it(PROGRESS_READ);
    assert_int_equal(progress_steps(progress, LESSON), 100);
    progress_close(progress);
    assert_int_equal(access(in_tree(".boxwork/progress.json.new"), F_OK), -1);
}

static void a_damaged_file_is_refused_and_kept(void **state)
{
    static const char *const damaged[] = {
        "{\"version\": 1, \"lessons\": {",
        "",
        "[]",
        "{\"version\": 2, \"lessons\": {}}",
        "{\"version\": 1, \"lessons\": {\"c02-chroot\": []}}",
        "{\"version\": 1, \"lessons\": {\"c02-chroot\": {\"points\": \"many\"}}}",
        "{\"version\": 1, \"lessons\": {\"c02-chroot\": {\"section\": -3}}}",
        "{\"version\": 1, \"lessons\": {\"c02-chroot\": {\"steps\": [1]}}}",
        "{\"version\": 1, \"lessons\": {\"c02-chroot\": {\"hints\": {\"f\": \"x\"}}}}",
        "{\"version\": 1, \"lessons\": {\"c02-chroot\": {\"questions\": [true]}}}",
    };
    char text[512];

    (void)state;
    assert_int_equal(mkdir(in_tree(".boxwork"), 0700), 0);
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        write_file(".boxwork/progress.json", damaged[i]);
        assert_null(progress_open(top, i % 2 ? PROGRESS_CHANGE : PROGRESS_READ, error,
                                  sizeof error));
        assert_non_null(strstr(error, "progress.json"));
        assert_null(strchr(error, '\n'));
        read_file(".boxwork/progress.json", text, sizeof text);
        assert_string_equal(text, damaged[i]); /* it is left as it is */
        read_file(".boxwork/progress.damaged.json", text, sizeof text);
        assert_string_equal(text, damaged[i]);
    }
}

static void it_can_be_moved_and_only_a_valid_one_is_taken(void **state)
{
    char from[100], to[100];

    (void)state;
    struct progress *progress = open_it(PROGRESS_CHANGE);
    progress_set_points(progress, LESSON, 50, 100);
    assert_int_equal(progress_save(progress, error, sizeof error), 0);
    progress_close(progress);

    strcpy(to, in_tree("moved.json"));
    assert_int_equal(progress_export(top, to, error, sizeof error), 0);
    progress = open_it(PROGRESS_CHANGE);
    progress_forget(progress, LESSON);
    assert_int_equal(progress_save(progress, error, sizeof error), 0);
    progress_close(progress);

    write_file("wrong.json", "{}");
    strcpy(from, in_tree("wrong.json"));
    assert_int_equal(progress_import(top, from, error, sizeof error), -1);
    assert_non_null(strstr(error, "wrong.json"));
    assert_int_equal(progress_import(top, to, error, sizeof error), 0);
    progress = open_it(PROGRESS_READ);
    assert_int_equal(progress_points(progress, LESSON).points, 50);
    progress_close(progress);

    /* an import also replaces a damaged file */
    write_file(".boxwork/progress.json", "{");
    assert_int_equal(progress_import(top, to, error, sizeof error), 0);
    progress = open_it(PROGRESS_READ);
    assert_int_equal(progress_points(progress, LESSON).points, 50);
    progress_close(progress);
}

static void the_environment_can_move_it(void **state)
{
    char home[100];

    (void)state;
    strcpy(home, in_tree("home"));
    assert_int_equal(setenv("BOXWORK_HOME", home, 1), 0);
    struct progress *progress = open_it(PROGRESS_CHANGE);
    progress_tick(progress, LESSON, "a");
    assert_int_equal(progress_save(progress, error, sizeof error), 0);
    progress_close(progress);
    assert_int_equal(unsetenv("BOXWORK_HOME"), 0);
    assert_int_equal(access(in_tree("home/progress.json"), F_OK), 0);
    assert_int_equal(access(in_tree(".boxwork"), F_OK), -1);
}

static void a_folder_that_cannot_be_written_is_said(void **state)
{
    (void)state;
    write_file(".boxwork", "a file where the folder should be");
    assert_null(progress_open(top, PROGRESS_CHANGE, error, sizeof error));
    assert_non_null(strstr(error, "cannot be written"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_tree, remove_tree)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_missing_file_is_an_empty_one),
        TEST(what_is_saved_comes_back),
        TEST(what_is_not_saved_is_lost_and_reading_cannot_save),
        TEST(two_sessions_do_not_undo_each_other),
        TEST(a_damaged_file_is_refused_and_kept),
        TEST(it_can_be_moved_and_only_a_valid_one_is_taken),
        TEST(the_environment_can_move_it),
        TEST(a_folder_that_cannot_be_written_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
