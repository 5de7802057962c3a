/* course_host.c - tests of `boxwork reset` and `boxwork doctor`. */
#define _GNU_SOURCE
#include <jansson.h>
#include "world.h"

/* --- reset -------------------------------------------------------------------------------------------- */

static void reset_puts_back_and_keeps_every_copy(void **state)
{
    struct world *w = *state;
    char text[4096];
    boxwork(w, "reset c02");
    assert_int_equal(w->status, 0);
    slurp(w->top, "labs/c02-second/m.c", text, sizeof text);
    assert_non_null(strstr(text, "LAB_TODO(\"1.2\", f_two);"));
    assert_null(strstr(text, "return 2"));
    for (int i = 1; i <= 3; i++) { /* within a second, so the names would be the same */
        (void)snprintf(text, sizeof text, "mine, number %d\n", i);
        file(w, "labs/c02-second/m.c", text);
        boxwork(w, "reset c02");
        assert_int_equal(w->status, 0);
        assert_non_null(strstr(w->out, "yours is kept"));
        assert_non_null(strstr(w->out, "to undo"));
    }
    for (int i = 1; i <= 3; i++)
        shell("grep -qx 'mine, number %d' %s/labs/c02-second/m.c.*", i, w->top);
    shell("[ $(ls %s/labs/c02-second/m.c.* | wc -l) = 3 ]", w->top);
    boxwork(w, "reset c02");
    assert_non_null(strstr(w->out, "is as it was handed out\n"));
    shell("[ $(ls %s/labs/c02-second/m.c.* | wc -l) = 3 ]", w->top);
    boxwork(w, "reset c01");
    assert_refused(w, 1, "c01-first: has no lab");
}

static void reset_works_in_a_tree_without_solutions(void **state)
{
    struct world *w = *state;
    char text[4096];
    shell(
        "cd %s/solutions/c02-second && awk -f ../../labs/cut.awk m.c > m.c.lab && rm m.c",
        w->top);
    boxwork(w, "reset c02");
    assert_int_equal(w->status, 0);
    slurp(w->top, "labs/c02-second/m.c", text, sizeof text);
    assert_non_null(strstr(text, "LAB_TODO(\"1.1\", f_one);"));
}

/* --- doctor -------------------------------------------------------------------------------------------- */

static void doctor_answers_for_every_lesson_as_json(void **state)
{
    static const char *const ids[] = {"c01-first", "c02-second", "h01-machine",
                                      "h02-mystery"};
    struct world *w = *state;
    json_error_t error;
    boxwork(w, "doctor --format json");
    assert_int_equal(w->status, 0);
    json_t *report = json_loads(w->out, 0, &error), *one;
    assert_non_null(report);
    json_t *lessons = json_object_get(report, "lessons");
    size_t i;
    assert_int_equal(json_array_size(lessons), 4);
    json_array_foreach(lessons, i, one)
    {
        assert_string_equal(json_string_value(json_object_get(one, "lesson")), ids[i]);
        const char *where = json_string_value(json_object_get(one, "where"));
        assert_true(strcmp(where, "here") == 0 || strcmp(where, "machine") == 0 ||
                    strcmp(where, "nowhere") == 0);
    }
    /* What needs nothing runs here; what nobody offers, nowhere. */
    one = json_array_get(lessons, 0);
    assert_string_equal(json_string_value(json_object_get(one, "where")), "here");
    one = json_array_get(lessons, 3);
    assert_string_equal(json_string_value(json_object_get(one, "where")), "nowhere");
    assert_non_null(strstr(json_string_value(json_object_get(one, "why")), "unheard-of"));
    json_t *host = json_object_get(report, "host");
    assert_true(json_array_size(host) >= 10);
    json_array_foreach(host, i, one)
    {
        assert_true(json_is_boolean(json_object_get(one, "there")));
        assert_true(strlen(json_string_value(json_object_get(one, "detail"))) > 0);
    }
    json_decref(report);
}

static void doctor_sees_who_we_are(void **state)
{
    struct world *w = *state;
    boxwork(w, "doctor");
    assert_int_equal(w->status, 0);
    assert_non_null(strstr(w->out, geteuid() == 0 ? "uid 0" : "no   root"));
    assert_non_null(strstr(w->out, "h02-mystery"));
}

/* A page does what is harmless only with what it needs; --here is no reason to let it. */
static void a_page_whose_needs_are_not_met_does_not_type_itself(void **state)
{
    struct world *w = *state;
    boxwork(w, "play h02 --here");
    assert_refused(w, 3, "h02-mystery: not run: unheard-of");
    boxwork(w, "play h02");
    assert_refused(w, 3, "h02-mystery: not run: unheard-of");
}

int main(void)
{
    find_tree();
    const struct CMUnitTest tests[] = {
        WORLD_TEST(reset_puts_back_and_keeps_every_copy),
        WORLD_TEST(reset_works_in_a_tree_without_solutions),
        WORLD_TEST(doctor_answers_for_every_lesson_as_json),
        WORLD_TEST(doctor_sees_who_we_are),
        WORLD_TEST(a_page_whose_needs_are_not_met_does_not_type_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
