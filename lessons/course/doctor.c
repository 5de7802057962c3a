/* doctor.c - `boxwork doctor`: what this host offers, and where each lesson runs, and why.
 *
 * The facts are host.c's, found out by trying; the places are where.c's. Here they are
 * written down, for people and as JSON.
 */
#define _GNU_SOURCE
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include "course.h"
#include "machine.h"
#include "page.h"
#include "render.h"
#include "where.h"

static void print_fact(const struct course *course, const struct host_probe *probe,
                       const struct host_fact *fact)
{
    enum { TITLE = 26, DETAIL_AT = 2 + 5 + TITLE };
    const char *colour = !course->colour ? "" : fact->there ? "\033[32m" : "\033[31m";
    printf("  %s%-3s%s  %-*s", colour, fact->there ? "yes" : "no",
           colour[0] != '\0' ? "\033[0m" : "", TITLE, probe->title);
    render_wrapped(stdout, course->columns, DETAIL_AT, fact->detail);
}

static void print_lesson(const struct course *course, const struct lesson *lesson,
                         const struct decision *decision)
{
    static const char *const where[] = {[PLACE_HERE] = "here",
                                        [PLACE_MACHINE] = "lab machine",
                                        [PLACE_NOWHERE] = "not at all"};
    enum { NAME = 20, WHY_AT = 6 };
    printf("  %-*s %s\n", NAME, lesson->id, where[decision->place]);
    if (decision->why[0] == '\0')
        return;
    printf("%*s", WHY_AT, "");
    render_wrapped(stdout, course->columns, WHY_AT, decision->why);
}

static int text(struct course *course)
{
    struct utsname name;
    if (uname(&name) == 0)
        printf("this host: Linux %s, %s%s\n\n", name.release, name.machine,
               machine_inside() ? ", the lab machine" : "");
    for (size_t i = 0; i < HOST_PROBES; i++) {
        print_fact(course, &host_probes[i], host_fact(&course->host, host_probes[i].id));
        (void)fflush(stdout); /* a line as soon as it is known */
    }
    printf("\nlessons: where `open` and `play` run them\n\n");
    for (size_t i = 0; i < course->count; i++) {
        struct decision decision = where_to_run(course, &course->lessons[i], ACTION_OPEN);
        print_lesson(course, &course->lessons[i], &decision);
    }
    return STATUS_OK;
}

static json_t *fact_json(const struct host_probe *probe, const struct host_fact *fact)
{
    return json_pack("{s:s, s:s, s:b, s:s}", "id", probe->id, "title", probe->title,
                     "there", fact->there, "detail", fact->detail);
}

/* The words of `needs:` as an array. */
static json_t *needs_json(const struct course *course, const struct lesson *lesson)
{
    json_t *needs = json_array();
    struct page *page = page_load(course->top, lesson->id);
    const char *list = page != NULL ? page_value(page, "needs") : NULL;
    char words[256], *state;
    (void)snprintf(words, sizeof words, "%s", list != NULL ? list : "");
    for (char *word = strtok_r(words, " ,", &state); word != NULL;
         word = strtok_r(NULL, " ,", &state))
        (void)json_array_append_new(needs,
                                    json_string(word)); /* no memory: seen in json() */
    page_free(page);
    return needs;
}

static json_t *lesson_json(struct course *course, const struct lesson *lesson)
{
    struct decision open = where_to_run(course, lesson, ACTION_OPEN);
    struct decision check = where_to_run(course, lesson, ACTION_CHECK);
    return json_pack("{s:s, s:o, s:s, s:s, s:s}", "lesson", lesson->id, "needs",
                     needs_json(course, lesson), "where", place_word(open.place), "check",
                     place_word(check.place), "why", open.why);
}

static int json(struct course *course)
{
    json_t *host = json_array(), *lessons = json_array();
    int failed = 0;
    for (size_t i = 0; i < HOST_PROBES; i++)
        failed |= json_array_append_new(
            host,
            fact_json(&host_probes[i], host_fact(&course->host, host_probes[i].id)));
    for (size_t i = 0; i < course->count; i++)
        failed |=
            json_array_append_new(lessons, lesson_json(course, &course->lessons[i]));
    json_t *all = json_pack("{s:o, s:o}", "host", host, "lessons", lessons);
    if (all == NULL || failed != 0)
        return course_error(course, "the report cannot be written: no memory");
    failed = json_dumpf(all, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(all);
    printf("\n");
    return failed == 0 ? STATUS_OK : course_error(course, "stdout: cannot be written");
}

int run_doctor(struct course *course, const struct invocation *typed)
{
    const char *format = option(typed, "format");
    if (format == NULL || strcmp(format, "text") == 0)
        return text(course);
    if (strcmp(format, "json") == 0)
        return json(course);
    return course_usage(course, "--format %s: it must be text or json", format);
}
