/* labs.c - one lesson's lab, judged from all sides: is the judge right?
 *
 *     build/kit/labs LESSON               builds, and judges here or in the lab machine
 *     build/kit/labs LESSON --where       says which of the two: here, machine; or both
 *     build/kit/labs LESSON --built DIR   judges here what tests/variants.sh has built in DIR
 *     build/kit/labs LESSON --built DIR --first
 *                                         the same, but not the functions that need the
 *                                         lab machine; DIR/judged then says which it were,
 *                                         and `--built DIR`, there, judges the others
 *
 * The reference must lose nothing, the lab as it is handed out must earn nothing, a function
 * taken out of the reference must cost its own points and no others, and each mutant (a
 * mistake that a learner would make) must fail the checks that its head comment names after
 * "@fails", and no others. All of it goes through `boxwork check`, as a learner does.
 *
 * There is no compiler in the lab machine, so building and judging are two steps. Where a
 * lesson is judged is the course tool's to say, from what its page needs. Where that is the lab
 * machine because of a few functions, which tests/LESSON/test.c names behind "@machine", the
 * others are judged here all the same: it is ten times as quick.
 *
 * @no-sanitizer: it only starts programs.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <unistd.h>
#include "labs_reports.h"

static void the_points_add_up(void **state)
{
    (void)state;
    const json_t *report = whole(REFERENCE), *check;
    int total = 0;
    for (size_t f = 0; f < function_count; f++) {
        int sum = 0;
        size_t i;
        json_array_foreach(json_object_get(report, "checks"), i, check)
        {
            if (strcmp(field(check, "function"), functions[f].name) == 0)
                sum += (int)json_integer_value(json_object_get(check, "max"));
        }
        if (sum != functions[f].points)
            fail_msg("%s has @points %d, but its checks have %d", functions[f].name,
                     functions[f].points, sum);
        total += sum;
    }
    assert_int_equal(total, points);
    assert_int_equal(json_integer_value(json_object_get(report, "max")), points);
}

static void the_reference_loses_nothing(void **state)
{
    (void)state;
    show(whole(REFERENCE));
    assert_int_equal(points_of(whole(REFERENCE)), points);
}

/* That it compiles without a warning was variants.sh's to see. */
static void the_untouched_lab_earns_nothing(void **state)
{
    (void)state;
    const json_t *report = whole(UNTOUCHED), *check;
    size_t i;
    json_array_foreach(json_object_get(report, "checks"), i, check)
    {
        if (strcmp(field(check, "status"), "not-written") != 0)
            fail_msg("%s: %s: %s", field(check, "id"), field(check, "status"),
                     field(check, "message"));
    }
    assert_int_equal(points_of(report), 0);
}

/* The stubs without their mark run, and must fail by what they do. */
static void no_check_is_passed_by_a_stub(void **state)
{
    (void)state;
    const json_t *report = whole(STUB), *check;
    size_t i;
    json_array_foreach(json_object_get(report, "checks"), i, check)
    {
        if (strcmp(field(check, "status"), "passed") == 0)
            fail_msg("%s is passed by a stub", field(check, "id"));
    }
    assert_int_equal(points_of(report), 0);
}

/* The points that FUNCTION earns in VARIANT; TAKEN_OUT is the one that is missing there. */
static int earned(const char *variant, const char *function, const char *taken_out)
{
    json_t *report = judge(variant, function), *check;
    bool own = strcmp(function, taken_out) == 0;
    int sum = 0;
    size_t i;
    json_array_foreach(json_object_get(report, "checks"), i, check)
    {
        if (strcmp(field(check, "function"), function) != 0)
            continue;
        bool passed = strcmp(field(check, "status"), "passed") == 0;
        if (own == passed)
            fail_msg("without %s: %s: %s: %s", taken_out, field(check, "id"),
                     field(check, "status"), field(check, "message"));
        sum += (int)json_integer_value(json_object_get(check, "points"));
    }
    json_decref(report);
    return sum;
}

static void a_function_taken_out_costs_its_own_points(void **state)
{
    (void)state;
    for (size_t out = 0; out < function_count; out++) {
        char *variant = text("without-%s", functions[out].name);
        int left = 0;
        for (size_t f = 0; f < function_count; f++)
            left += earned(variant, functions[f].name, functions[out].name);
        assert_int_equal(left, points - functions[out].points);
        free(variant);
    }
}

/* Whether the variant defines FUNCTION: its file `defined`, one a line. */
static bool defines(const char *variant, const char *function)
{
    char *path = text("%s/%s/defined", built, variant);
    assert_int_equal(access(path, R_OK), 0);
    bool found = has_line(path, function);
    free(path);
    return found;
}

/* Judges one function of a mutant. FAILED counts the checks that did not pass. */
static bool function_is_caught(const char *variant, const char *function,
                               const char *fails, int *failed)
{
    json_t *report = judge(variant, function), *check;
    bool right = true;
    size_t i;
    json_array_foreach(json_object_get(report, "checks"), i, check)
    {
        if (strcmp(field(check, "function"), function) != 0)
            continue;
        bool passed = strcmp(field(check, "status"), "passed") == 0;
        *failed += !passed;
        if (passed == has_word(fails, field(check, "id"))) {
            print_message("%s: %s: %s: %s\n", variant, field(check, "id"),
                          field(check, "status"), field(check, "message"));
            right = false;
        }
    }
    json_decref(report);
    return right;
}

static int words_of(const char *list)
{
    int words = 0;
    for (list += strspn(list, " "); *list; list += strspn(list, " "), words++)
        list += strcspn(list, " ");
    return words;
}

/* Whether it is judged now: not when it has a function wrong that is judged elsewhere. What is
 * judged second takes what is left, also what has no function of the lab, which is caught by nobody
 * and so is wrong. */
static bool mutant_is_due(const char *name)
{
    char *variant = text("mutant-%s", name);
    bool due = false, other = false;
    for (size_t f = 0; f < all_count; f++) {
        if (!defines(variant, all[f].name))
            continue;
        due |= is_judged(all[f].name);
        other |= !is_judged(all[f].name);
    }
    free(variant);
    return first ? due && !other : due || !other;
}

/* A mutant holds only the functions that it has wrong. The checks of all others would run on
 * the reference alone, which another test looks at. */
static bool mutant_is_caught(const char *name)
{
    char fails[1024], *path = text("tests/%s/mutants/%s.c", lesson, name);
    char *variant = text("mutant-%s", name);
    int failed = 0;
    bool right = true;
    words_behind("@fails ", path, fails, sizeof fails);
    for (size_t f = 0; f < all_count; f++)
        if (defines(variant, all[f].name))
            right &= function_is_caught(variant, all[f].name, fails, &failed);
    if (failed == 0 || failed != words_of(fails)) {
        print_message("%s: @fails is \"%s\", but %d checks failed\n", path, fails,
                      failed);
        right = false;
    }
    free(path);
    free(variant);
    return right;
}

static void each_mutant_fails_the_checks_that_it_names(void **state)
{
    (void)state;
    char *folder = text("tests/%s/mutants", lesson);
    DIR *mutants = opendir(folder);
    assert_non_null(mutants);
    int count = 0, wrong = 0;
    for (struct dirent *entry; (entry = readdir(mutants));) {
        size_t length = strlen(entry->d_name);
        if (length < 3 || strcmp(entry->d_name + length - 2, ".c") != 0)
            continue;
        char *name = text("%.*s", (int)length - 2, entry->d_name);
        count++;
        if (mutant_is_due(name) && !mutant_is_caught(name))
            wrong++;
        free(name);
    }
    closedir(mutants);
    free(folder);
    assert_true(count >= 4);
    assert_int_equal(wrong, 0);
}

/* The functions of the lab, and which of them are judged now. */
static int read_functions(void)
{
    char *path = text("build/reference/%s/functions", lesson);
    char *judged = text("%s/judged", built);
    int sum = 0;
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "labs: %s: %s: make -s build judges kit-tests\n", path,
                strerror(errno));
        return -1;
    }
    while (all_count < FUNCTIONS_MAX &&
           fscanf(file, "%63s %*s %d %63s", all[all_count].name, &all[all_count].points,
                  all[all_count].file) == 3)
        sum += all[all_count++].points;
    fclose(file);
    for (size_t f = 0; f < all_count; f++) {
        if (first ? needs_machine(all[f].name) : has_line(judged, all[f].name))
            continue;
        functions[function_count++] = all[f];
        points += all[f].points;
    }
    free(path);
    free(judged);
    if (function_count > 0 && sum == 100)
        return 0;
    fprintf(stderr, "labs: %s: %d points for %zu functions, of which %zu are to judge\n",
            lesson, sum, all_count, function_count);
    return -1;
}

/* Leaves word of what was judged, for whoever judges the rest. */
static int write_judged(void)
{
    char *path = text("%s/judged", built);
    FILE *file = fopen(path, "w");
    for (size_t f = 0; file && f < function_count; f++)
        fprintf(file, "%s\n", functions[f].name);
    bool failed = !file || fclose(file) == EOF;
    if (failed)
        fprintf(stderr, "labs: %s: %s\n", path, strerror(errno));
    free(path);
    return failed ? -1 : 0;
}

/* Judges what stands in `built`, here. Returns an exit status. */
static int judge_all(void)
{
    if (read_functions() == -1 || (first && write_judged() == -1))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_points_add_up),
        cmocka_unit_test(the_reference_loses_nothing),
        cmocka_unit_test(the_untouched_lab_earns_nothing),
        cmocka_unit_test(no_check_is_passed_by_a_stub),
        cmocka_unit_test(a_function_taken_out_costs_its_own_points),
        cmocka_unit_test(each_mutant_fails_the_checks_that_it_names),
    };
    int failed = cmocka_run_group_tests_name(lesson, tests, NULL, NULL);
    for (enum whole w = REFERENCE; w < WHOLES; w++)
        json_decref(wholes[w]);
    return failed ? 1 : 0;
}

/* Where `boxwork check` judges LESSON: "here", "machine" or "nowhere"; NULL when nobody knows. */
static const char *place_of(const char *id)
{
    static char word[16];
    word[0] = '\0';
    FILE *pipe = popen("build/boxwork doctor --format json", "r");
    json_t *report = pipe ? json_loadf(pipe, 0, NULL) : NULL, *entry;
    size_t i;
    if (pipe)
        (void)pclose(pipe); /* without a report there is no place */
    json_array_foreach(json_object_get(report, "lessons"), i, entry)
    {
        if (strcmp(field(entry, "lesson"), id) == 0)
            (void)snprintf(word, sizeof word, "%s", field(entry, "check"));
    }
    json_decref(report);
    return word[0] ? word : NULL;
}

/* Where all of the lesson is judged: one of these words, or "both". */
static const char *place(void)
{
    const char *where = place_of(lesson);
    if (!where || strcmp(where, "machine") != 0 || !needs_machine(NULL))
        return where;
    /* What else its functions need, the first lesson of the track needs, too. */
    const char *others = place_of(lesson[0] == 'c' ? "c01-process" : "h01-kvm");
    return others && strcmp(others, "here") == 0 ? "both" : "machine";
}

/* Runs a shell command. Returns 0, or 1 when it ended with another status. */
static int shell(char *command)
{
    int status = system(command);
    free(command);
    return status == 0 ? 0 : 1;
}

/* Builds all variants in a folder of their own, and judges them where that can be done. */
static int build_and_judge(void)
{
    char folder[PATH_MAX];
    const char *where = place();
    if (!where || strcmp(where, "nowhere") == 0) {
        fprintf(stderr,
                "labs: %s: it can be judged neither here nor in the lab machine: see "
                "build/boxwork doctor\n",
                lesson);
        return 1;
    }
    (void)snprintf(folder, sizeof folder, "build/check/labs-%s-XXXXXX", lesson);
    if (shell(text("mkdir -p build/check")) != 0 || !mkdtemp(folder)) {
        fprintf(stderr, "labs: %s: %s\n", folder, strerror(errno));
        return 1;
    }
    built = folder;
    int status = shell(
        text("env -u MAKEFLAGS -u MAKELEVEL make -s grade-variants LESSON=%s OUT=%s",
             lesson, folder));
    if (status == 0 && strcmp(where, "both") == 0)
        status = shell(text("build/kit/labs %s --built %s --first", lesson, folder));
    if (status == 0 && strcmp(where, "here") != 0)
        status = shell(text("build/boxwork machine --timeout 900 -- build/kit/labs %s "
                            "--built %s",
                            lesson, folder));
    else if (status == 0)
        status = judge_all();
    return shell(text("rm -rf %s", folder)) == 0 ? status : 1;
}

int main(int argc, char **argv)
{
    first = argc == 5 && strcmp(argv[4], "--first") == 0;
    if ((argc == 4 || first) && strcmp(argv[2], "--built") == 0) {
        lesson = argv[1];
        built = argv[3];
        return judge_all();
    }
    if (argc == 3 && strcmp(argv[2], "--where") == 0) {
        lesson = argv[1];
        return puts(place() ? place() : "nowhere") == EOF;
    }
    if (argc == 2) {
        lesson = argv[1];
        return build_and_judge();
    }
    fprintf(stderr, "usage: labs LESSON [--where | --built DIR [--first]]\n");
    return 2;
}
