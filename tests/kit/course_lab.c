/* course_lab.c - tests of build/boxwork with a real lesson: check, status, watch, learn.
 *
 * They work on a copy of the tree, with its build/, because they write the lab of c02-chroot
 * and the progress file.
 */
#define _GNU_SOURCE
#include <jansson.h>
#include <signal.h>
#include "world.h"

static struct world copy;

static int copy_tree(void **state)
{
    (void)snprintf(copy.top, sizeof copy.top, "/tmp/boxwork-course-XXXXXX");
    assert_non_null(mkdtemp(copy.top));
    shell(
        "cd %s && tar -c --exclude=./.git --exclude=./.boxwork --exclude=./build/kit "
        "--exclude=./build/sanitized --exclude=./build/handout --exclude=./build/machine "
        "--exclude=./build/log --exclude=./build/grade . | tar -x -C %s",
        tree, copy.top);
    *state = &copy;
    return 0;
}

static int remove_tree(void **state)
{
    (void)state;
    shell("rm -rf %s", copy.top);
    return 0;
}

/* Each test starts with an untouched lab and no progress. */
static int clean(void **state)
{
    shell("rm -rf %s/.boxwork", copy.top);
    boxwork(&copy, "reset c02");
    assert_int_equal(copy.status, 0);
    *state = &copy;
    return 0;
}

/* Puts a lab together: the reference, with FUNCTION not written. */
static void write_all_but(const struct world *w, const char *function)
{
    shell("cd %s && awk -f labs/cut.awk -v only=%s solutions/c02-chroot/chroot.c "
          "> labs/c02-chroot/.new && mv labs/c02-chroot/.new labs/c02-chroot/chroot.c",
          w->top, function);
}

static void an_untouched_lab_is_json_with_no_points(void **state)
{
    struct world *w = *state;
    json_error_t error;
    boxwork(w, "check c02 --here --format json");
    assert_int_equal(w->status, 1);
    json_t *report = json_loads(w->out, 0, &error), *check;
    assert_non_null(report);
    assert_string_equal(json_string_value(json_object_get(report, "lesson")),
                        "c02-chroot");
    assert_int_equal(json_integer_value(json_object_get(report, "points")), 0);
    assert_int_equal(json_integer_value(json_object_get(report, "max")), 100);
    json_t *checks = json_object_get(report, "checks");
    size_t i;
    assert_true(json_array_size(checks) >= 5);
    json_array_foreach(checks, i, check) assert_string_equal(
        json_string_value(json_object_get(check, "status")), "not-written");
    json_decref(report);
}

static void a_text_report_says_what_to_look_at_next(void **state)
{
    struct world *w = *state;
    boxwork(w, "check chroot --here");
    assert_int_equal(w->status, 1);
    assert_non_null(strstr(w->out, "next: chroot_enter in labs/c02-chroot"));
    assert_non_null(strstr(w->out, "build/boxwork hint c02 chroot_enter"));
}

static void a_report_goes_to_a_file(void **state)
{
    struct world *w = *state;
    char text[1 << 14];
    boxwork(w, "check c02 --here --format junit --output report.xml");
    assert_string_equal(w->out, "");
    slurp(w->top, "report.xml", text, sizeof text);
    assert_non_null(strstr(text, "<testsuite"));
    boxwork(w, "check c02 --here --output /nonexistent/report");
    assert_int_equal(w->status, 3);
    assert_non_null(strstr(w->err, "/nonexistent/report"));
}

static void points_are_noted_for_the_own_lab_alone(void **state)
{
    struct world *w = *state;
    boxwork(w, "check c02 --here --module solutions/c02-chroot");
    assert_int_equal(w->status, 0);
    boxwork(w, "status c02");
    assert_non_null(strstr(w->out, "not checked yet"));
    write_all_but(w, "chroot_run");
    boxwork(w, "check c02 --here");
    assert_int_equal(w->status, 1);
    assert_non_null(strstr(w->out, "next: chroot_run in labs/c02-chroot"));
    boxwork(w, "status c02");
    assert_non_null(strstr(w->out, "80 of 100 points"));
    boxwork(w, "lessons");
    assert_non_null(strstr(w->out, " 80 "));
}

static void status_says_whose_each_function_is(void **state)
{
    struct world *w = *state;
    write_all_but(w, "chroot_run");
    boxwork(w, "status c02");
    assert_int_equal(w->status, 0);
    shell("grep -Eq 'chroot_enter +yours' %s/.out", w->top);
    shell("grep -Eq 'chroot_run +not written' %s/.out", w->top);
    shell("sed -i 's/int chroot_enter(/int chroot_entre(/' %s/labs/c02-chroot/chroot.c",
          w->top);
    boxwork(w, "status c02");
    shell("grep -Eq 'chroot_enter +reference' %s/.out", w->top);
    shell("echo nonsense >> %s/labs/c02-chroot/chroot.c", w->top);
    boxwork(w, "status c02");
    assert_int_equal(w->status, 0);
    shell("grep -Eq 'chroot_become +does not build' %s/.out", w->top);
}

static void hint_is_for_the_first_function_that_is_not_written(void **state)
{
    struct world *w = *state;
    write_all_but(w, "chroot_become");
    boxwork(w, "hint c02");
    assert_int_equal(w->status, 0);
    assert_ptr_equal(strstr(w->out, "chroot_become, hint 1 of "), w->out);
}

/* What stands in .watch, once it holds PART; fails after half a minute. */
static void wait_for(struct world *w, const char *part)
{
    for (int i = 0; i < 300; i++) {
        slurp(w->top, ".watch", w->out, sizeof w->out);
        if (strstr(w->out, part) != NULL)
            return;
        usleep(100000);
    }
    fail_msg("watch does not say \"%s\" but:\n%s", part, w->out);
}

static void watch_sees_a_save_by_rename_and_ends_with_ctrl_c(void **state)
{
    struct world *w = *state;
    file(w, ".watch", "");
    pid_t pid = fork();
    if (pid == 0) {
        char program[128];
        (void)snprintf(program, sizeof program, "%s/build/boxwork", w->top);
        if (chdir(w->top) == 0 && freopen(".watch", "w", stdout) &&
            freopen(".err", "w", stderr))
            execl(program, "boxwork", "watch", "c02", (char *)NULL);
        _exit(127);
    }
    wait_for(w, "Ctrl-C ends it");
    assert_non_null(strstr(w->out, "0 of 100 points"));
    write_all_but(w, "chroot_run");
    wait_for(w, "80 of 100 points (+80)");
    assert_null(strstr(strstr(w->out, "(+80)"), "not-written")); /* that did not change */
    shell("echo nonsense >> %s/labs/c02-chroot/chroot.c", w->top);
    wait_for(w, "it does not build");
    usleep(300000); /* it waits again now */
    assert_int_equal(kill(pid, SIGINT), 0);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void learn_shows_the_map_and_reads_from_a_pipe(void **state)
{
    struct world *w = *state;
    shell("cd %s && echo quit | build/boxwork learn --here > .out 2> .err", w->top);
    slurp(w->top, ".out", w->out, sizeof w->out);
    assert_non_null(strstr(w->out, "containers"));
    assert_non_null(strstr(w->out, "to leave"));
}

static void a_lab_that_is_begun_does_not_run_as_root_on_the_host(void **state)
{
    struct world *w = *state;
    write_all_but(w, "chroot_run");
    boxwork(w, "doctor --format json");
    json_error_t error;
    json_t *report = json_loads(w->out, 0, &error), *one;
    assert_non_null(report);
    size_t i;
    json_array_foreach(json_object_get(report, "lessons"), i, one)
    {
        const char *id = json_string_value(json_object_get(one, "lesson"));
        const char *where = json_string_value(json_object_get(one, "where"));
        if (strcmp(id, "c02-chroot") == 0)
            assert_true(geteuid() != 0 || strcmp(where, "here") != 0);
    }
    json_decref(report);
}

static void the_lab_machine_grades_what_is_built_here(void **state)
{
    struct world *w = *state;
    json_error_t error;
    write_all_but(w, "chroot_run");
    boxwork(w, "check c02 --machine --format json --output report.json");
    assert_int_equal(w->status, 1);
    char text[1 << 16];
    slurp(w->top, "report.json", text, sizeof text);
    json_t *report = json_loads(text, 0, &error);
    assert_non_null(report);
    assert_int_equal(json_integer_value(json_object_get(report, "points")), 80);
    json_decref(report);
    boxwork(w, "status c02"); /* the progress has come back */
    assert_non_null(strstr(w->out, "80 of 100 points"));
}

/* What is handed in as a link has been written by somebody else, or is no module at all. */
static void a_link_is_no_submission(void **state)
{
    struct world *w = *state;
    shell("rm -rf %s/sub && mkdir %s/sub && "
          "ln -s ../solutions/c02-chroot/chroot.c %s/sub/chroot.c",
          w->top, w->top, w->top);
    boxwork(w, "check c02 --here --module sub");
    assert_int_equal(w->status, 1);
    assert_non_null(strstr(w->out, "chroot.c: it must be a file, and no link"));
    assert_non_null(strstr(w->out, "0 of 100 points"));
}

/* A name that make would quote, or xargs take for a quote, does not hide where it leads. */
static void an_odd_name_hides_no_include(void **state)
{
    static const char *const names[] = {"it\\'s.h", "a:/own.h", "a\\ b.h", "c\\$d.h"};
    struct world *w = *state;
    char command[4096];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(command, sizeof command,
                       "cd %s && rm -rf sub && mkdir -p sub/a: && "
                       "ln -s %s/solutions/c02-chroot/chroot.c sub/%s && "
                       "echo '#include \"'%s'\"' > sub/chroot.c",
                       w->top, w->top, names[i], names[i]);
        assert_int_equal(system(command), 0);
        boxwork(w, "check c02 --here --module sub");
        assert_int_equal(w->status, 1);
        assert_non_null(strstr(w->out, "error: it includes a file with an odd name"));
    }
}

static void a_report_of_the_machine_goes_to_where_one_is(void **state)
{
    struct world *w = *state;
    shell(
        "cd %s && mkdir -p here && cd here && "
        "../build/boxwork check c02 --machine --module ../solutions/c02-chroot --output "
        "report.txt && grep -q '100 of 100' report.txt && [ ! -e ../report.txt ] && "
        "cd .. && rm -r here",
        w->top);
}

static void the_path_of_a_submission_is_no_command(void **state)
{
#define NAME "'M\xc3\xbcller, Eva; touch reached; $(touch reached)'"
    struct world *w = *state;
    shell("cd %s && mkdir " NAME " && cp solutions/c02-chroot/chroot.c " NAME, w->top);
    boxwork(w, "check c02 --machine --output report.txt --module " NAME);
    assert_int_equal(w->status, 0);
    shell("cd %s && grep -q '100 of 100' report.txt && [ ! -e reached ] && rm -r " NAME,
          w->top);
}

static void the_folder_of_programs_must_be_there(void **state)
{
    struct world *w = *state;
    boxwork(w, "check c02 --built nowhere");
    assert_refused(w, 2, "--built nowhere: must be a folder");
    shell("[ ! -e %s/nowhere ]", w->top);
}

static void a_session_in_the_machine_gets_what_is_written_meanwhile(void **state)
{
    struct world *w = *state;
    write_all_but(w, "chroot_run");
    /* The second line is typed once the first has said that the machine runs. */
    shell("cd %s && : > .out && { echo use; until grep -q chroot_run .out; do sleep 0.2; "
          "done; "
          "cp solutions/c02-chroot/chroot.c labs/c02-chroot/chroot.c; "
          "echo '$ build/boxwork build c02'; echo use mine chroot_run; echo quit; } | "
          "timeout 120 build/boxwork open c02 --machine > .out 2> .err",
          w->top);
    shell("grep -q 'chroot_run: yours' %s/.out", w->top);
}

#define LAB_TEST(function) cmocka_unit_test_setup(function, clean)

int main(void)
{
    find_tree();
    const struct CMUnitTest tests[] = {
        LAB_TEST(an_untouched_lab_is_json_with_no_points),
        LAB_TEST(a_text_report_says_what_to_look_at_next),
        LAB_TEST(a_report_goes_to_a_file),
        LAB_TEST(points_are_noted_for_the_own_lab_alone),
        LAB_TEST(status_says_whose_each_function_is),
        LAB_TEST(hint_is_for_the_first_function_that_is_not_written),
        LAB_TEST(watch_sees_a_save_by_rename_and_ends_with_ctrl_c),
        LAB_TEST(learn_shows_the_map_and_reads_from_a_pipe),
        LAB_TEST(a_link_is_no_submission),
        LAB_TEST(an_odd_name_hides_no_include),
        LAB_TEST(a_report_of_the_machine_goes_to_where_one_is),
        LAB_TEST(the_path_of_a_submission_is_no_command),
        LAB_TEST(the_folder_of_programs_must_be_there),
        LAB_TEST(the_lab_machine_grades_what_is_built_here),
        LAB_TEST(a_session_in_the_machine_gets_what_is_written_meanwhile),
        LAB_TEST(a_lab_that_is_begun_does_not_run_as_root_on_the_host),
    };
    return cmocka_run_group_tests(tests, copy_tree, remove_tree);
}
