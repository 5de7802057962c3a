/* compare.c - `boxwork compare`: what it measures makes sense, its page is whole, nothing stays.
 * @no-sanitizer
 *
 * One run with --quick, in the lab machine, is looked at by all tests: the figures must stand in
 * relations that no noise can turn around and that a wrong measurement does (the container's
 * kernel is the host's, the machine's is not). The page is opened in Chromium, which is there
 * for this test alone: `make test` installs it.
 *
 * @beside: most of its time is the lab machine's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* clang-format off */
#define CHROMIUM \
    "timeout -k 5 120 chromium --headless --no-sandbox --disable-gpu --disable-quic" \
    " --no-first-run --disable-background-networking --disable-component-update" \
    " --disable-sync --hide-scrollbars --user-data-dir=profile"
/* clang-format on */

static const char *const parts[] = {
    "resources", "isolation", "portability",  "boot",       "hardware",
    "scaling",   "security",  "dependencies", "management", "storage",
    "backup",    "workflow",  "costs"};
enum { PARTS = sizeof parts / sizeof *parts };

static char top[4096], folder[] = "/tmp/boxwork-compare-XXXXXX";
static json_t *report;

/* Runs a shell command in the folder of this test. Returns its exit status. */
__attribute__((format(printf, 1, 2))) static int shell(const char *format, ...)
{
    char command[8192];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(command, sizeof command, format, arguments); /* ours are short */
    va_end(arguments);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The whole of a file in the folder, with a 0 behind it. */
static char *contents(const char *name)
{
    FILE *file = fopen(name, "re");
    struct stat status;
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &status), 0);
    char *text = calloc(1, (size_t)status.st_size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)status.st_size, file), status.st_size);
    (void)fclose(file); /* it was only read */
    return text;
}

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (; (text = strstr(text, what)) != NULL; text += strlen(what))
        count++;
    return count;
}

static json_t *part(const char *id)
{
    size_t index;
    json_t *claim;
    json_array_foreach(json_object_get(report, "claims"), index,
                       claim) if (strcmp(json_string_value(json_object_get(claim, "id")),
                                         id) == 0) return claim;
    fail_msg("there is no part %s", id);
    return NULL;
}

static double fact(const char *id, const char *name)
{
    json_t *value = json_object_get(json_object_get(part(id), "facts"), name);
    if (!json_is_number(value))
        fail_msg("%s says nothing about %s", id, name);
    return json_number_value(value);
}

static void assert_above(double a, double b)
{
    if (!(a > b))
        fail_msg("%g is not above %g", a, b);
}

/* --- one run ------------------------------------------------------------------------------- */

static int measure_once(void **state)
{
    (void)state;
    json_error_t error;
    if (getcwd(top, sizeof top) == NULL || mkdtemp(folder) == NULL || chdir(folder) == -1)
        return -1;
    int status = shell("%s/build/boxwork compare --quick --machine --json figures.json "
                       "--html page.html > report.txt 2> errors.txt",
                       top);
    if (status != 0)
        (void)shell("echo status %d; cat errors.txt; tail -n 40 report.txt", status);
    report = status == 0 ? json_load_file("figures.json", 0, &error) : NULL;
    return report != NULL ? 0 : -1;
}

static int remove_all(void **state)
{
    (void)state;
    json_decref(report);
    return chdir(top) == 0 && shell("rm -rf %s", folder) == 0 ? 0 : -1;
}

/* --- the figures --------------------------------------------------------------------------- */

static void each_claim_is_measured_or_says_with_which_lesson_it_comes(void **state)
{
    (void)state;
    json_t *claims = json_object_get(report, "claims");
    assert_int_equal(json_array_size(claims), PARTS);
    for (size_t i = 0; i < PARTS; i++) {
        json_t *claim = json_array_get(claims, i);
        const char *said = json_string_value(json_object_get(claim, "state"));
        assert_string_equal(json_string_value(json_object_get(claim, "id")), parts[i]);
        if (strcmp(said, "missing") == 0) {
            assert_non_null(strstr(json_string_value(json_object_get(claim, "reason")),
                                   "comes with"));
            continue;
        }
        assert_string_equal(said, "measured");
        const char *verdict = json_string_value(json_object_get(claim, "verdict"));
        assert_true(strcmp(verdict, "holds") == 0 || strcmp(verdict, "holds when") == 0 ||
                    strcmp(verdict, "does not hold as stated") == 0);
        assert_true(json_string_length(json_object_get(claim, "sentence")) > 40);
        assert_true(json_string_length(json_object_get(claim, "prediction")) > 10);
        assert_true(json_array_size(json_object_get(claim, "tables")) > 0);
    }
}

static void check_row(const json_t *table, const json_t *row)
{
    size_t index;
    json_t *cell;
    assert_int_equal(json_array_size(json_object_get(row, "cells")),
                     json_array_size(json_object_get(table, "columns")));
    json_array_foreach(json_object_get(row, "cells"), index, cell)
    {
        if (json_object_get(cell, "low") == NULL)
            continue;
        double value = json_number_value(json_object_get(cell, "value"));
        assert_true(json_number_value(json_object_get(cell, "low")) <= value);
        assert_true(json_number_value(json_object_get(cell, "high")) >= value);
        assert_true(json_integer_value(json_object_get(cell, "count")) > 1);
    }
}

static void a_median_lies_between_its_quartiles_and_is_never_one_run(void **state)
{
    (void)state;
    size_t c, t, r;
    json_t *claim, *table, *row;
    json_array_foreach(json_object_get(report, "claims"), c, claim)
        json_array_foreach(json_object_get(claim, "tables"), t, table)
            json_array_foreach(json_object_get(table, "rows"), r, row)
                check_row(table, row);
}

static void the_container_has_the_kernel_of_the_host_and_the_machine_its_own(void **state)
{
    (void)state;
    assert_true(fact("isolation", "container-shares-kernel") == 1);
    assert_true(fact("isolation", "vm-has-own-kernel") == 1);
    assert_true(fact("dependencies", "container-kernels") == 1);
    assert_true(fact("dependencies", "vm-kernels") == 2);
}

static void the_works_system_calls_reach_the_host_but_from_the_machine(void **state)
{
    (void)state;
    assert_above(fact("isolation", "container-calls"), 10);
    assert_true(fact("isolation", "vm-calls") == 0);
    assert_above(fact("isolation", "exits"), 100);
}

static void ten_take_more_than_one_and_a_machine_more_than_a_container(void **state)
{
    (void)state;
    assert_above(fact("resources", "container-bytes-1"), 0);
    assert_above(fact("resources", "container-bytes-10"),
                 fact("resources", "container-bytes-1"));
    assert_above(fact("resources", "container-bytes-10"),
                 fact("resources", "process-bytes-10"));
    assert_above(fact("resources", "vm-bytes-1"),
                 20 * fact("resources", "container-bytes-1"));
}

static void a_kernel_that_boots_takes_longer_than_a_box_that_is_made(void **state)
{
    (void)state;
    assert_above(fact("boot", "process-ms"), 0);
    assert_above(fact("boot", "container-ms"), fact("boot", "process-ms"));
    assert_above(fact("boot", "vm-ms"), 3 * fact("boot", "container-ms"));
    assert_above(fact("workflow", "vm-ms"), fact("workflow", "container-ms"));
    assert_above(fact("scaling", "container-rate"), fact("scaling", "vm-rate"));
    assert_above(fact("scaling", "vm-rate"), 0);
}

/* The attacks that come through from a process show that they are attacks. */
static void the_attacks_work_and_are_held(void **state)
{
    (void)state;
    assert_true(fact("security", "process-reached") == 7);
    assert_true(fact("security", "container-reached") == 0);
    assert_true(fact("security", "vm-reached") == 0);
    assert_in_range((uintmax_t)fact("security", "allowed-calls"), 50, 361);
    assert_above(fact("security", "ports"), 0);
}

static void two_versions_of_a_library_need_a_file_system_each(void **state)
{
    (void)state;
    assert_true(fact("dependencies", "process-libraries") == 0);
    assert_true(fact("dependencies", "container-libraries") == 1);
    assert_true(fact("dependencies", "vm-libraries") == 1);
}

static void the_images_differ_by_a_kernel(void **state)
{
    (void)state;
    assert_above(fact("storage", "container-bytes"), 1e6);
    assert_above(fact("storage", "vm-bytes"), fact("storage", "container-bytes") + 5e6);
    assert_above(fact("backup", "vm-bytes"), fact("backup", "container-bytes") + 5e6);
    assert_true(fact("portability", "container-as-it-is") == 1);
    assert_true(fact("portability", "vm-as-it-is") == 1);
    assert_above(fact("costs", "vm-page-fault-ratio"), 0.2);
}

/* The other host is this one, as the figures come from the lab machine. */
static void on_another_host_the_container_has_its_kernel_and_the_machine_needs_a_kvm(
    void **state)
{
    (void)state;
    assert_true(fact("portability", "elsewhere-container") == 1);
    assert_true(fact("portability", "elsewhere-container-has-that-kernel") == 1);
    assert_true(fact("portability", "elsewhere-qemu") == 1);
    assert_true(fact("hardware", "kvm") == 1);
    assert_true(fact("hardware", "container-without") == 1);
    assert_true(fact("hardware", "vm-without") == 0);
}

static void the_report_says_where_it_was_measured(void **state)
{
    (void)state;
    char *text = contents("report.txt");
    json_t *place = json_object_get(report, "place");
    assert_string_equal(json_string_value(json_object_get(report, "where")),
                        "the lab machine");
    assert_non_null(strstr(text, "measured in the lab machine"));
    assert_non_null(strstr(text, json_string_value(json_object_get(place, "kernel"))));
    assert_non_null(strstr(text, json_string_value(json_object_get(place, "kvm"))));
    assert_non_null(strstr(text, "13 of 13 measured"));
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (strlen(line) > 84) /* bytes: a sign of three may be among them */
            fail_msg("too long for a terminal: %s", line);
    free(text);
}

/* --- the page ------------------------------------------------------------------------------- */

/* How many tables of the report are drawn. */
static size_t charts_wanted(void)
{
    size_t c, t, count = 0;
    json_t *claim, *table;
    json_array_foreach(json_object_get(report, "claims"), c, claim)
        json_array_foreach(json_object_get(claim, "tables"), t, table) count +=
        json_string_length(json_object_get(table, "chart")) > 0;
    return count;
}

static void the_page_opens_without_an_error_and_each_chart_has_its_table(void **state)
{
    (void)state;
    if (shell("command -v chromium > /dev/null") != 0)
        fail_msg("there is no chromium, which opens the page: apt-get install chromium");
    assert_int_equal(
        shell(CHROMIUM " --enable-logging=stderr --dump-dom \"file://$PWD/page.html\" "
                       "> dom.html 2> console.txt"),
        0);
    char *dom = contents("dom.html"), *console = contents("console.txt");
    if (strstr(console, "CONSOLE") != NULL)
        fail_msg("the console says: %s", strstr(console, "CONSOLE"));
    size_t charts = charts_wanted();
    assert_true(charts >= 6);
    assert_int_equal(count_of(dom, "<svg "), charts);
    assert_int_equal(count_of(dom, "role=\"img\""), charts);
    assert_int_equal(count_of(dom, "</svg></figure>\n<div class=\"wide\""), charts);
    assert_int_equal(count_of(dom, "<polygon") > 2 * charts, true);
    for (char *at = dom; (at = strstr(at, "<svg ")) != NULL; at++) {
        char *title = strstr(at, "<title id="), *table = strstr(at, "<table"),
             *end = strstr(at, "</section>");
        assert_true(title != NULL && strstr(title, "<desc id=") != NULL);
        assert_true(table != NULL && table < end); /* of the same part */
    }
    for (size_t i = 0; i < PARTS; i++) {
        char id[64];
        (void)snprintf(id, sizeof id, "id=\"claim-%s\"", parts[i]);
        assert_int_equal(count_of(dom, id), 1);
    }
    assert_int_equal(count_of(dom, "<script"), 0);
    assert_int_equal(count_of(dom, "http://") + count_of(dom, "https://"), 0);
    free(dom);
    free(console);
}

/* A picture of the page at WIDTH: how high and wide it is laid out is told by the PNG. */
static void picture(unsigned width, const char *name)
{
    assert_int_equal(shell(CHROMIUM " --window-size=%u,1200 --screenshot=%s "
                                    "\"file://$PWD/page.html\" > /dev/null 2>&1",
                           width, name),
                     0);
    struct stat status;
    assert_int_equal(stat(name, &status), 0);
    assert_above((double)status.st_size,
                 20000); /* an empty page has a few hundred bytes */
}

static void it_can_be_seen_wide_and_narrow(void **state)
{
    (void)state;
    picture(1280, "wide.png");
    picture(500, "narrow.png");
}

/* --- what goes wrong ------------------------------------------------------------------------- */

/* Runs it with ARGUMENTS, and sees STATUS, nothing on stdout, and one line with WORDS on stderr. */
static void refused(const char *arguments, int status, const char *words)
{
    int ended = shell("%s/build/boxwork compare %s > out.txt 2> err.txt", top, arguments);
    char *out = contents("out.txt"), *err = contents("err.txt");
    if (ended != status || strstr(err, words) == NULL || count_of(err, "\n") != 1 ||
        out[0] != '\0')
        fail_msg("compare %s: status %d, stdout \"%s\", stderr \"%s\"", arguments, ended,
                 out, err);
    free(out);
    free(err);
}

static void wrong_arguments_are_refused_in_a_line(void **state)
{
    (void)state;
    refused("--nonsense", 2, "no such option");
    refused("more", 2, "one argument too many");
    refused("--lessons", 2, "its value is missing");
    refused("--lessons nonsense", 2, "nonsense");
    refused("--lessons 14", 2, "14");
    refused("--here --machine", 2, "choose one");
    refused("--json /nowhere/x.json", 1, "/nowhere");
    refused("--json /dev/null", 1, "/dev/null");
    refused("--html /tmp", 1, "/tmp");
    refused("--lessons ,", 2, "--lessons");
    refused("--html ''", 2, "--html");
}

static void one_part_alone_and_with_own_functions(void **state)
{
    (void)state;
    json_error_t error;
    assert_int_equal(
        shell("%s/build/boxwork compare --mine --quick --machine --lessons "
              "9,storage --json mine.json > mine.txt 2>&1 || { cat mine.txt; false; }",
              top),
        0);
    json_t *mine = json_load_file("mine.json", 0, &error);
    assert_non_null(mine);
    assert_true(json_is_true(json_object_get(mine, "mine")));
    assert_int_equal(json_array_size(json_object_get(mine, "claims")), 2);
    json_decref(mine);
}

/* Whether a process is left whose parent we have become. */
static bool children_left(void)
{
    for (int tries = 0; tries < 100; tries++) {
        if (waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD)
            return false;
        (void)usleep(50000);
    }
    return true;
}

static void ctrl_c_leaves_nothing(void **state)
{
    const unsigned *seconds = *state;
    char program[4200];
    (void)snprintf(program, sizeof program, "%s/build/boxwork", top);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    assert_int_equal(mkdir("empty", 0755), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        if (chdir("empty") == 0 && null != -1 && dup2(null, 0) == 0 &&
            dup2(null, 1) == 1 && dup2(null, 2) == 2)
            (void)execl(program, "boxwork", "compare", "--quick", "--machine", "--json",
                        "a.json", "--html", "a.html", (char *)NULL);
        _exit(127);
    }
    (void)sleep(*seconds);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
    assert_int_equal(kill(pid, SIGINT), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    assert_false(children_left());
    assert_int_equal(rmdir("empty"), 0); /* which works when nothing was written there */
}

/* In the lab machine, whose own patience would hide it: while calls are counted everything is
 * traced, and a machine that stays is stopped. */
static void ctrl_c_ends_it_while_calls_are_counted(void **state)
{
    (void)state;
    assert_int_equal(
        shell("cd %s && build/boxwork machine --timeout 90 -- sh -c '"
              "build/mini-compare --parts build/compare --quick --lessons isolation > "
              "/tmp/figures & pid=$!; "
              "until ps -o args | grep -q \"[-]-trace exits\"; do sleep 0.2; done; "
              "kill -INT $pid; (sleep 10; kill -KILL $pid) & wait $pid; "
              "[ $? = 130 ] && ! ps -o args | grep -q \"[m]ini-hypervisor run\"'",
              top),
        0);
}

int main(void)
{
    /* After so many seconds it has a look at the other host; the machine has started, or measures
     * already. */
    static unsigned looks = 2, measures = 9;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_claim_is_measured_or_says_with_which_lesson_it_comes),
        cmocka_unit_test(a_median_lies_between_its_quartiles_and_is_never_one_run),
        cmocka_unit_test(
            the_container_has_the_kernel_of_the_host_and_the_machine_its_own),
        cmocka_unit_test(the_works_system_calls_reach_the_host_but_from_the_machine),
        cmocka_unit_test(ten_take_more_than_one_and_a_machine_more_than_a_container),
        cmocka_unit_test(a_kernel_that_boots_takes_longer_than_a_box_that_is_made),
        cmocka_unit_test(the_attacks_work_and_are_held),
        cmocka_unit_test(two_versions_of_a_library_need_a_file_system_each),
        cmocka_unit_test(the_images_differ_by_a_kernel),
        cmocka_unit_test(
            on_another_host_the_container_has_its_kernel_and_the_machine_needs_a_kvm),
        cmocka_unit_test(the_report_says_where_it_was_measured),
        cmocka_unit_test(the_page_opens_without_an_error_and_each_chart_has_its_table),
        cmocka_unit_test(it_can_be_seen_wide_and_narrow),
        cmocka_unit_test(wrong_arguments_are_refused_in_a_line),
        cmocka_unit_test(one_part_alone_and_with_own_functions),
        cmocka_unit_test(ctrl_c_ends_it_while_calls_are_counted),
        cmocka_unit_test_prestate(ctrl_c_leaves_nothing, &looks),
        cmocka_unit_test_prestate(ctrl_c_leaves_nothing, &measures),
    };
    return cmocka_run_group_tests(tests, measure_once, remove_all);
}
