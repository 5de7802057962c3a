/* study.c - hint and ask: what the page has for who is stuck, and for who is done.
 *
 * Hints open one at a time, and stay open: how many were is in the progress file. A question
 * is asked, the answer is checked, and a right one is explained; after the second wrong one
 * the answer is shown too, but does not count.
 *
 * Read on: page.h for how a page writes hints and questions.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "session.h"

/* --- hint ------------------------------------------------------------------------------- */

static int opened(struct tutor *tutor, const char *function)
{
    struct progress *progress = guide_progress(tutor);
    int count = progress ? progress_hints(progress, tutor->lesson, function) : 0;

    progress_close(progress);
    return count;
}

struct hint_change {
    const char *lesson, *function;
    int count;
};

static void note_hint(struct progress *progress, void *context)
{
    const struct hint_change *change = context;

    progress_set_hints(progress, change->lesson, change->function, change->count);
}

static int list_hints(struct tutor *tutor)
{
    if (tutor->page->hint_count == 0) {
        printf("This lesson has no hints.\n");
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; i < tutor->page->hint_count; i++) {
        const struct page_hints *hints = &tutor->page->hints[i];
        printf("  %-28s %d of %zu open\n", hints->function,
               opened(tutor, hints->function), hints->count);
    }
    printf("`hint FUNCTION` opens the next one.\n");
    return EXIT_SUCCESS;
}

/* Shows one hint behind its number. */
static int show_hint(struct tutor *tutor, const struct page_hints *hints, size_t number)
{
    struct markdown list = {
        .kind = MARKDOWN_LIST, .level = (int)number + 1, .tight = true};
    struct markdown item = *hints->items[number]; /* a copy that has no sister */
    struct render render = guide_render(tutor);

    item.next = NULL;
    list.children = &item;
    return render_blocks(&render, &list, NULL);
}

int word_hint(struct tutor *tutor, int argc, char **argv)
{
    if (!tutor->page)
        return tutor_error(tutor, "the page cannot be read");
    if (argc < 2)
        return list_hints(tutor);
    const struct page_hints *hints = page_hints_of(tutor->page, argv[1]);
    if (!hints || hints->count == 0)
        return tutor_error(
            tutor, "%s: there are no hints for it: `hint` lists what there is", argv[1]);

    size_t count = (size_t)opened(tutor, hints->function);
    bool more = count < hints->count;
    count = more ? count + 1 : hints->count;
    if (more)
        guide_change(tutor, note_hint,
                     &(struct hint_change){tutor->lesson, hints->function, (int)count});
    for (size_t i = 0; i < count; i++)
        if (show_hint(tutor, hints, i) == -1)
            return tutor_error(tutor, "%s: the hint cannot be shown", argv[1]);
    if (count == hints->count)
        printf("That was the last hint: `source reference %s` shows how it is done.\n",
               hints->function);
    else
        printf("%zu of %zu hints are open.\n", count, hints->count);
    return EXIT_SUCCESS;
}

/* --- ask -------------------------------------------------------------------------------- */

struct answer_change {
    const char *lesson, *question;
};

static void note_answer(struct progress *progress, void *context)
{
    const struct answer_change *change = context;

    progress_set_question(progress, change->lesson, change->question, true);
}

/* The first question that was not answered rightly; the number of questions when all were. */
static size_t first_open(struct tutor *tutor)
{
    const struct page *page = tutor->page;
    struct progress *progress = guide_progress(tutor);
    size_t i = 0;

    while (progress && i < page->question_count &&
           progress_question(progress, tutor->lesson, page->questions[i].text))
        i++;
    progress_close(progress);
    return i;
}

static int show_question(struct tutor *tutor, size_t number)
{
    const struct page_question *question = &tutor->page->questions[number];
    struct render render = guide_render(tutor);
    char head[64];

    snprintf(head, sizeof head, "Question %zu of %zu", number + 1,
             tutor->page->question_count);
    if (render_heading(&render, 3, head) == -1 ||
        render_text(&render, 0, question->text) == -1)
        return -1;
    putchar('\n');
    /* lines "a) ..." of one paragraph are a list to the reader, but not to Markdown */
    for (const struct markdown *b = question->first; b && b != question->end;
         b = b->next) {
        char *text = markdown_plain(b);
        bool choices =
            question->choice_count > 0 && text && text[0] == 'a' && text[1] == ')';
        free(text);
        if (!choices && render_blocks(&render, b, b->next) == -1)
            return -1;
    }
    for (size_t i = 0; i < question->choice_count; i++)
        if (render_text(&render, 3, question->choices[i]) == -1)
            return -1;
    return 0;
}

/* Whether GIVEN is a letter, and none of the choices: a slip, no answer. */
static bool is_no_choice(const struct page_question *question, const char *given)
{
    const char *letter = given + strspn(given, " \t");
    size_t number = (size_t)(tolower((unsigned char)*letter) - 'a');

    return question->choice_count > 0 && isalpha((unsigned char)*letter) &&
           letter[1 + strspn(letter + 1, ") \t")] == '\0' &&
           number >= question->choice_count;
}

static int judge(struct tutor *tutor, size_t number, const char *given)
{
    const struct page_question *question = &tutor->page->questions[number];
    struct render render = guide_render(tutor);
    bool right = page_answer_is_right(question, given);

    if (!given[strspn(given, " \t")]) {
        printf("No answer: `ask %zu` asks again.\n", number + 1);
        return EXIT_FAILURE;
    }
    if (is_no_choice(question, given)) {
        printf("The choices are a to %c: `ask %zu` asks again.\n",
               (char)('a' + question->choice_count - 1), number + 1);
        return EXIT_FAILURE;
    }
    if (right) {
        printf("Right.\n");
        guide_change(tutor, note_answer,
                     &(struct answer_change){tutor->lesson, question->text});
        tutor->wrong_answers = 0;
    } else {
        tutor->wrong_answers =
            tutor->last_question == number ? tutor->wrong_answers + 1 : 1;
        tutor->last_question = number;
        if (tutor->wrong_answers < 2) {
            printf("Not so. `ask %zu` asks again.\n", number + 1);
            return EXIT_FAILURE;
        }
        printf("Not so. The answer is %.*s.\n", (int)strcspn(question->answer, "|"),
               question->answer);
    }
    if (render_text(&render, 0, question->why) == -1)
        return tutor_error(tutor, "the explanation cannot be shown");
    return right ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The words from FIRST on as one text. */
static char *join(int argc, char **argv, int first)
{
    size_t length = 1;

    for (int i = first; i < argc; i++)
        length += strlen(argv[i]) + 1;
    char *text = calloc(1, length), *to = text;
    for (int i = first; text && i < argc; i++)
        to = stpcpy(stpcpy(to, i > first ? " " : ""), argv[i]);
    return text;
}

int word_ask(struct tutor *tutor, int argc, char **argv)
{
    if (!tutor->page)
        return tutor_error(tutor, "the page cannot be read");
    size_t count = tutor->page->question_count, number = 0;
    if (argc < 2) {
        number = first_open(tutor);
        if (number == count) {
            printf(count ? "All %zu questions are answered. `ask 1` asks the first one "
                           "again.\n"
                         : "This lesson has no questions.\n",
                   count);
            return EXIT_SUCCESS;
        }
    } else {
        char *end;
        number = strtoul(argv[1], &end, 10) - 1;
        if (*end || number >= count)
            return tutor_error(tutor, "%s: there is no such question: there are %zu",
                               argv[1], count);
    }
    char *answer = argc > 2 ? join(argc, argv, 2) : NULL;
    if (!answer) {
        if (show_question(tutor, number) == -1)
            return tutor_error(tutor, "the question cannot be shown");
        (void)fflush(stdout); /* before the prompt */
        answer = input_line(tutor, "answer: ", false);
    }
    int status = answer
                     ? judge(tutor, number, answer)
                     : tutor_error(tutor, "there is no answer: the input is at its end");
    free(answer);
    return status;
}
