/* progress_values.c - what is noted of a lesson: steps, hints, questions, points.
 *
 * Each value is read from and written to the object of the lesson (progress.h shows it). The
 * setters change memory only; without memory they change nothing, which costs a tick.
 *
 * Read on: progress.c, which reads, checks and writes the file.
 */
#define _GNU_SOURCE
#include <jansson.h>
#include <string.h>
#include "progress.h"

json_t *progress_lesson(const struct progress *progress, const char *lesson, bool make);

static int get_number(const struct progress *progress, const char *lesson,
                      const char *key, int otherwise)
{
    json_t *value = json_object_get(progress_lesson(progress, lesson, false), key);
    return value ? (int)json_integer_value(value) : otherwise;
}

static void set_number(struct progress *progress, const char *lesson, const char *key,
                       int number)
{
    (void)json_object_set_new(progress_lesson(progress, lesson, true), key,
                              json_integer(number));
}

/* The array or object KEY of the lesson, made when it is not there. */
static json_t *get_or_make(struct progress *progress, const char *lesson, const char *key,
                           json_t *(*make)(void))
{
    json_t *object = progress_lesson(progress, lesson, true);

    if (!json_object_get(object, key) && json_object_set_new(object, key, make()) == -1)
        return NULL;
    return json_object_get(object, key);
}

bool progress_step(const struct progress *progress, const char *lesson, const char *key)
{
    json_t *steps = json_object_get(progress_lesson(progress, lesson, false), "steps");
    json_t *step;
    size_t i;

    json_array_foreach(steps, i,
                       step) if (!strcmp(json_string_value(step), key)) return true;
    return false;
}

void progress_tick(struct progress *progress, const char *lesson, const char *key)
{
    if (!progress_step(progress, lesson, key))
        (void)json_array_append_new(get_or_make(progress, lesson, "steps", json_array),
                                    json_string(key));
}

int progress_steps(const struct progress *progress, const char *lesson)
{
    json_t *steps = json_object_get(progress_lesson(progress, lesson, false), "steps");
    return (int)json_array_size(steps);
}

int progress_total(const struct progress *progress, const char *lesson)
{
    return get_number(progress, lesson, "steps_total", 0);
}

void progress_set_total(struct progress *progress, const char *lesson, int total)
{
    set_number(progress, lesson, "steps_total", total);
}

int progress_section(const struct progress *progress, const char *lesson)
{
    return get_number(progress, lesson, "section", 0);
}

void progress_set_section(struct progress *progress, const char *lesson, int section)
{
    set_number(progress, lesson, "section", section);
}

int progress_hints(const struct progress *progress, const char *lesson,
                   const char *function)
{
    json_t *hints = json_object_get(progress_lesson(progress, lesson, false), "hints");
    const char *key;
    json_t *value;
    int sum = 0;

    if (function)
        return (int)json_integer_value(json_object_get(hints, function));
    json_object_foreach(hints, key, value) sum += (int)json_integer_value(value);
    return sum;
}

void progress_set_hints(struct progress *progress, const char *lesson,
                        const char *function, int count)
{
    (void)json_object_set_new(get_or_make(progress, lesson, "hints", json_object),
                              function, json_integer(count));
}

bool progress_question(const struct progress *progress, const char *lesson,
                       const char *question)
{
    json_t *all = json_object_get(progress_lesson(progress, lesson, false), "questions");
    return json_is_true(json_object_get(all, question));
}

void progress_set_question(struct progress *progress, const char *lesson,
                           const char *question, bool right)
{
    (void)json_object_set_new(get_or_make(progress, lesson, "questions", json_object),
                              question, json_boolean(right));
}

int progress_questions(const struct progress *progress, const char *lesson)
{
    json_t *all = json_object_get(progress_lesson(progress, lesson, false), "questions");
    const char *key;
    json_t *value;
    int count = 0;

    json_object_foreach(all, key, value) count += json_is_true(value);
    return count;
}

struct progress_points progress_points(const struct progress *progress,
                                       const char *lesson)
{
    return (struct progress_points){
        .points = get_number(progress, lesson, "points", -1),
        .best = get_number(progress, lesson, "best", 0),
        .max = get_number(progress, lesson, "max", 0),
    };
}

void progress_set_points(struct progress *progress, const char *lesson, int points,
                         int max)
{
    int best = get_number(progress, lesson, "best", 0);

    set_number(progress, lesson, "points", points);
    set_number(progress, lesson, "best", points > best ? points : best);
    set_number(progress, lesson, "max", max);
}
