/* labs.c - one lesson's lab, judged from all sides: is the judge right?
 *
 *     build/kit/labs LESSON               builds, and judges here or in the lab machine
 *     build/kit/labs LESSON --where       says which of the two
 *     build/kit/labs LESSON --built DIR   judges here what tests/variants.sh has built in DIR
 *
 * The reference must lose nothing, the lab as it is handed out must earn nothing, a function
 * taken out of the reference must cost its own points and no others, and each mutant (a
 * mistake that a learner would make) must fail the checks that its head comment names after
 * "@fails", and no others. All of it goes through `boxwork check`, as a learner does.
 *
 * There is no compiler in the lab machine, so building and judging are two steps. Where a
 * lesson is judged is the course tool's to say, from what its page needs.
 *
 * @no-sanitizer: it only starts programs.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <unistd.h>
#include "labs_reports.h"

enum { FUNCTIONS_MAX = 32 };

/* The functions that the lab asks for: build/reference/LESSON/functions. */
static struct {
    char name[64];
    int points;
    char file[64];
} functions[FUNCTIONS_MAX];
static size_t function_count;

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
    assert_int_equal(total, 100);
    assert_int_equal(json_integer_value(json_object_get(report, "max")), 100);
}

static void the_reference_loses_nothing(void **state)
{
    (void)state;
    show(whole(REFERENCE));
    assert_int_equal(points_of(whole(REFERENCE)), 100);
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
    int points = 0;
    size_t i;
    json_array_foreach(json_object_get(report, "checks"), i, check)
    {
        if (strcmp(field(check, "function"), function) != 0)
            continue;
        bool passed = strcmp(field(check, "status"), "passed") == 0;
        if (own == passed)
            fail_msg("without %s: %s: %s: %s", taken_out, field(check, "id"),
                     field(check, "status"), field(check, "message"));
        points += (int)json_integer_value(json_object_get(check, "points"));
    }
    json_decref(report);
    return points;
}

static void a_function_taken_out_costs_its_own_points(void **state)
{
    (void)state;
    for (size_t out = 0; out < function_count; out++) {
        char *variant = text("without-%s", functions[out].name);
        int points = 0;
        for (size_t f = 0; f < function_count; f++)
            points += earned(variant, functions[f].name, functions[out].name);
        assert_int_equal(points, 100 - functions[out].points);
        free(variant);
    }
}

/* True when WORD is one of the blank-separated words of LIST. */
static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

/* The words behind "@fails" in the head comment of a mutant, joined by blanks. */
static void fails_of(const char *path, char *list, size_t size)
{
    list[0] = '\0';
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char line[256];
    while (fgets(line, sizeof line, file)) {
        char *tag = strstr(line, "@fails ");
        if (!tag)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(list + strlen(list), size - strlen(list), "%s%s", list[0] ? " " : "",
                 tag + strlen("@fails "));
    }
    fclose(file);
}

/* Whether the variant defines FUNCTION: its file `defined`, one a line. */
static bool defines(const char *variant, const char *function)
{
    char line[256], *path = text("%s/%s/defined", built, variant);
    bool found = false;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        found |= strcmp(line, function) == 0;
    }
    fclose(file);
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

/* A mutant holds only the functions that it has wrong. The checks of all others would run on
 * the reference alone, which another test looks at. */
static bool mutant_is_caught(const char *name)
{
    char fails[1024], *path = text("tests/%s/mutants/%s.c", lesson, name);
    char *variant = text("mutant-%s", name);
    int failed = 0;
    bool right = true;
    fails_of(path, fails, sizeof fails);
    for (size_t f = 0; f < function_count; f++)
        if (defines(variant, functions[f].name))
            right &= function_is_caught(variant, functions[f].name, fails, &failed);
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
        if (!mutant_is_caught(name))
            wrong++;
        free(name);
    }
    closedir(mutants);
    free(folder);
    assert_true(count >= 4);
    assert_int_equal(wrong, 0);
}

static int read_functions(void)
{
    char *path = text("build/reference/%s/functions", lesson);
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "labs: %s: %s: make -s build judges kit-tests\n", path,
                strerror(errno));
        return -1;
    }
    while (function_count < FUNCTIONS_MAX &&
           fscanf(file, "%63s %*s %d %63s", functions[function_count].name,
                  &functions[function_count].points, functions[function_count].file) == 3)
        function_count++;
    fclose(file);
    free(path);
    return function_count > 0 ? 0 : -1;
}

/* Judges what stands in `built`, here. Returns an exit status. */
static int judge_all(void)
{
    if (read_functions() == -1)
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

/* Where `boxwork check` judges the lesson: "here", "machine" or "nowhere"; NULL when nobody
 * knows. */
static const char *place(void)
{
    static char word[16];
    FILE *pipe = popen("build/boxwork doctor --format json", "r");
    json_t *report = pipe ? json_loadf(pipe, 0, NULL) : NULL, *entry;
    size_t i;
    if (pipe)
        (void)pclose(pipe); /* without a report there is no place */
    json_array_foreach(json_object_get(report, "lessons"), i, entry)
    {
        if (strcmp(field(entry, "lesson"), lesson) == 0)
            (void)snprintf(word, sizeof word, "%s", field(entry, "check"));
    }
    json_decref(report);
    return word[0] ? word : NULL;
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
    if (status == 0 && strcmp(where, "machine") == 0)
        status = shell(text("build/boxwork machine --timeout 900 -- build/kit/labs %s "
                            "--built %s",
                            lesson, folder));
    else if (status == 0)
        status = judge_all();
    return shell(text("rm -rf %s", folder)) == 0 ? status : 1;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[2], "--built") == 0) {
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
    fprintf(stderr, "usage: labs LESSON [--where | --built DIR]\n");
    return 2;
}
