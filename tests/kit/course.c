/* course.c - tests of build/boxwork as a user drives it: usage, the map, hints, progress. */
#define _GNU_SOURCE
#include "world.h"

/* --- wrong usage ---------------------------------------------------------------------------- */

static void unknown_command_is_usage_and_suggests(void **state)
{
    struct world *w = *state;
    boxwork(w, "lesons");
    assert_refused(w, 2, "boxwork: lesons: no such command: lessons, perhaps");
    boxwork(w, "--loud");
    assert_refused(w, 2, "--loud: no such option");
}

static void unknown_lesson_is_usage_and_suggests(void **state)
{
    struct world *w = *state;
    boxwork(w, "open secnd");
    assert_refused(w, 2, "boxwork: open: secnd: no such lesson: c02-second, perhaps");
    boxwork(w, "hint nothing-like-it");
    assert_refused(w, 2, "no such lesson");
    boxwork(w, "hint m"); /* machine and mystery */
    assert_refused(w, 2, "h01-machine or h02-mystery");
}

static void missing_and_superfluous_arguments_are_usage(void **state)
{
    struct world *w = *state;
    boxwork(w, "open");
    assert_refused(w, 2, "boxwork: open: LESSON is missing");
    boxwork(w, "lessons c01");
    assert_refused(w, 2, "c01: one argument too many");
    boxwork(w, "check c02 --format yaml");
    assert_refused(w, 2, "--format yaml");
    boxwork(w, "check c02 --output");
    assert_refused(w, 2, "--output: its value is missing");
    boxwork(w, "open c02 --here --machine");
    assert_refused(w, 2, "choose one");
}

static void every_command_has_help_with_its_options(void **state)
{
    struct world *w = *state;
    boxwork(w, "complete");
    char *words = strdup(w->out), *at = NULL;
    assert_non_null(words);
    int commands = 0;
    for (char *word = strtok_r(words, "\n", &at); word;
         word = strtok_r(NULL, "\n", &at)) {
        char line[128], expected[80];
        if (word[0] == '-')
            continue;
        commands++;
        (void)snprintf(line, sizeof line, "%s --help", word);
        (void)snprintf(expected, sizeof expected, "boxwork %s", word);
        boxwork(w, line);
        assert_int_equal(w->status, 0);
        assert_ptr_equal(strstr(w->out, expected), w->out);
        assert_non_null(strstr(w->out, "xit status"));
        char *help = strdup(w->out);
        assert_non_null(help);
        (void)snprintf(line, sizeof line, "complete %s", word);
        boxwork(w, line);
        char *inner = NULL;
        for (char *o = strtok_r(w->out, "\n", &inner); o;
             o = strtok_r(NULL, "\n", &inner))
            if (o[0] == '-')
                assert_non_null(strstr(help, o));
        free(help);
    }
    free(words);
    assert_true(commands >= 14);
}

static void help_fits_in_eighty_columns(void **state)
{
    struct world *w = *state;
    boxwork(w, "--help");
    char *at = NULL;
    for (char *line = strtok_r(w->out, "\n", &at); line;
         line = strtok_r(NULL, "\n", &at)) {
        size_t columns = 0;
        for (const char *c = line; *c != '\0'; c++)
            columns += ((unsigned char)*c & 0xc0) != 0x80;
        if (strstr(line, "source ") == NULL) /* holds a path */
            assert_true(columns <= 80);
    }
}

/* --- the map ------------------------------------------------------------------------------------ */

static void the_map_shows_every_lesson_in_eighty_columns(void **state)
{
    struct world *w = *state;
    boxwork(w, "lessons");
    assert_int_equal(w->status, 0);
    assert_non_null(strstr(w->out, "> c01 the first of all"));
    assert_non_null(strstr(w->out, "c02 a second"));
    assert_non_null(strstr(w->out, "h01 a machine"));
    assert_non_null(strstr(w->out, "0/1"));
    for (const char *line = w->out; *line != '\0'; line = strchr(line, '\n') + 1) {
        size_t columns = 0;
        for (const char *c = line; *c != '\n'; c++)
            columns += ((unsigned char)*c & 0xc0) != 0x80;
        assert_true(columns <= 80);
    }
}

static void the_first_unfinished_lesson_is_next(void **state)
{
    struct world *w = *state;
    boxwork(w, "");
    assert_non_null(strstr(w->out, "next: build/boxwork open c01"));
    shell("mkdir %s/.boxwork", w->top);
    file(w, ".boxwork/progress.json",
         "{\"version\": 1, \"lessons\": {\"c01-first\": {\"points\": 90, \"best\": 100, "
         "\"max\": 100, \"steps\": [\"ls\"], \"steps_total\": 1}}}");
    boxwork(w, "");
    assert_non_null(strstr(w->out, "✓ c01 the first of all        100   1/1"));
    assert_non_null(strstr(w->out, "next: build/boxwork open c02"));
}

static void damaged_progress_is_said_and_kept(void **state)
{
    struct world *w = *state;
    shell("mkdir %s/.boxwork", w->top);
    file(w, ".boxwork/progress.json", "{\"version\": 1, ");
    boxwork(w, "lessons");
    assert_refused(w, 1, "progress");
    char text[64];
    slurp(w->top, ".boxwork/progress.json", text, sizeof text);
    assert_string_equal(text, "{\"version\": 1, ");
}

static void it_works_from_another_directory(void **state)
{
    struct world *w = *state;
    shell("cd / && %s/build/boxwork lessons > %s/out", w->top, w->top);
    slurp(w->top, "out", w->out, sizeof w->out);
    assert_non_null(strstr(w->out, "c02 a second"));
}

/* --- hints ---------------------------------------------------------------------------------------- */

static void hints_open_one_at_a_time_and_stay_open(void **state)
{
    struct world *w = *state;
    boxwork(w, "hint c02 f_one");
    assert_non_null(strstr(w->out, "A nudge."));
    assert_null(strstr(w->out, "A push."));
    boxwork(w, "hint second f_one");
    assert_null(strstr(w->out, "A nudge."));
    assert_non_null(strstr(w->out, "hint 2 of 2"));
    boxwork(w, "hint c02-second f_one");
    assert_non_null(strstr(w->out, "A nudge."));
    assert_non_null(strstr(w->out, "A push."));
    assert_non_null(strstr(w->out, "These are all"));
    boxwork(w, "hint c02 f_nine");
    assert_refused(w, 1, "f_nine: no hints for it: there are some for f_one");
}

/* --- progress on the move --------------------------------------------------------------------------- */

static void progress_goes_out_and_comes_back(void **state)
{
    struct world *w = *state;
    boxwork(w, "hint c02 f_one");
    boxwork(w, "export there.json");
    assert_int_equal(w->status, 0);
    shell("rm -rf %s/.boxwork", w->top);
    boxwork(w, "import there.json");
    assert_int_equal(w->status, 0);
    boxwork(w, "hint c02 f_one");
    assert_non_null(strstr(w->out, "hint 2 of 2"));
    boxwork(w, "export -");
    assert_ptr_equal(w->out, strchr(w->out, '{'));
}

static void an_import_keeps_a_copy_of_the_old(void **state)
{
    struct world *w = *state;
    file(w, "empty.json", "{\"version\": 1, \"lessons\": {}}");
    boxwork(w, "hint c02 f_one");
    boxwork(w, "import empty.json");
    assert_int_equal(w->status, 0);
    char *kept = strstr(w->out, "import /");
    assert_non_null(kept);
    char command[256];
    (void)snprintf(command, sizeof command, "%.*s", (int)strcspn(kept, "\n"), kept);
    boxwork(w, command); /* the way back that it has told */
    assert_int_equal(w->status, 0);
    boxwork(w, "hint c02 f_one");
    assert_non_null(strstr(w->out, "hint 2 of 2"));
}

static void a_damaged_import_is_refused_and_changes_nothing(void **state)
{
    static const char *const damaged[] = {"", "{", "[]",
                                          "{\"version\": 99, \"lessons\": {}}",
                                          "{\"version\": 1, \"lessons\": 7}"};
    struct world *w = *state;
    char before[4096], after[4096];
    boxwork(w, "hint c02 f_one");
    slurp(w->top, ".boxwork/progress.json", before, sizeof before);
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        file(w, "damaged.json", damaged[i]);
        boxwork(w, "import damaged.json");
        assert_refused(w, 1, "boxwork: import: ");
        slurp(w->top, ".boxwork/progress.json", after, sizeof after);
        assert_string_equal(before, after);
    }
    boxwork(w, "import nowhere.json");
    assert_refused(w, 1, "nowhere.json");
    boxwork(w, "export /nonexistent/file");
    assert_refused(w, 1, "/nonexistent/file");
}

int main(void)
{
    find_tree();
    const struct CMUnitTest tests[] = {
        WORLD_TEST(unknown_command_is_usage_and_suggests),
        WORLD_TEST(unknown_lesson_is_usage_and_suggests),
        WORLD_TEST(missing_and_superfluous_arguments_are_usage),
        WORLD_TEST(every_command_has_help_with_its_options),
        WORLD_TEST(help_fits_in_eighty_columns),
        WORLD_TEST(the_map_shows_every_lesson_in_eighty_columns),
        WORLD_TEST(the_first_unfinished_lesson_is_next),
        WORLD_TEST(damaged_progress_is_said_and_kept),
        WORLD_TEST(it_works_from_another_directory),
        WORLD_TEST(hints_open_one_at_a_time_and_stay_open),
        WORLD_TEST(progress_goes_out_and_comes_back),
        WORLD_TEST(an_import_keeps_a_copy_of_the_old),
        WORLD_TEST(a_damaged_import_is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
