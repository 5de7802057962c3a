/* page.c - the report as one page of HTML.
 *
 * For each claim: the sentence as one hears it, the question to guess first, what was done, the
 * charts, each with its table, and the verdict. There is no script in it, and nothing that it
 * would have to fetch. The verdicts together come last, for whoever has guessed.
 *
 * Read on: the accessible name of a chart is its <title>, and what it shows its <desc>
 * (SVG Accessibility API Mappings); its table has the figures.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "page_style.h"
#include "report.h"

/* Writes TEXT so that it is nothing but text, in attributes as well. */
static void escaped(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", to);
            break;
        case '<':
            fputs("&lt;", to);
            break;
        case '>':
            fputs("&gt;", to);
            break;
        case '"':
            fputs("&quot;", to);
            break;
        case '\'':
            fputs("&#39;", to);
            break;
        default:
            fputc(*text, to);
        }
    }
}

/* The same for a text in which `words` between backticks are typed or read. */
static void prose(FILE *to, const char *text)
{
    bool code = false;
    while (*text != '\0') {
        char part[256];
        size_t length = strcspn(text, "`");
        length = length < sizeof part ? length : sizeof part - 1;
        memcpy(part, text, length);
        part[length] = '\0';
        escaped(to, part);
        text += length;
        if (*text == '`') {
            fputs(code ? "</code>" : "<code>", to);
            code = !code;
            text++;
        }
    }
    if (code)
        fputs("</code>", to);
}

/* <TAG>TEXT</TAG> in a line. TAG may have attributes. */
static void element(FILE *to, const char *tag, const char *text)
{
    fprintf(to, "<%s>", tag);
    escaped(to, text);
    fprintf(to, "</%.*s>\n", (int)strcspn(tag, " "), tag);
}

/* --- tables and charts --------------------------------------------------------------------- */

static void table_head(FILE *to, const json_t *table)
{
    const json_t *columns = json_object_get(table, "columns");
    fputs("<thead><tr><td></td>", to);
    for (size_t c = 0; c < json_array_size(columns); c++)
        element(to, "th scope=\"col\"", report_item(columns, c));
    fputs("</tr></thead>\n", to);
}

static void table_row(FILE *to, const json_t *row)
{
    char text[512];
    size_t index;
    const json_t *cell;
    fputs("<tr>", to);
    element(to, "th scope=\"row\"", report_word(row, "name"));
    json_array_foreach(json_object_get(row, "cells"), index, cell)
    {
        report_cell(cell, true, text, sizeof text);
        element(to, json_object_get(cell, "value") != NULL ? "td class=\"n\"" : "td",
                text);
    }
    fputs("</tr>\n", to);
}

static void table(FILE *to, const json_t *table, const char *id)
{
    size_t index;
    const json_t *row;
    const char *unit = report_word(table, "unit");
    fprintf(to,
            "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"%s\">"
            "<table><caption id=\"%s\">",
            id, id);
    escaped(to, report_word(table, "title"));
    if (unit[0] != '\0') {
        fputs(", ", to);
        escaped(to, unit);
    }
    fputs("</caption>\n", to);
    table_head(to, table);
    fputs("<tbody>\n", to);
    json_array_foreach(json_object_get(table, "rows"), index, row) table_row(to, row);
    fputs("</tbody></table></div>\n", to);
}

/* What the chart shows, in words: the table, a row at a time. */
static void describe(FILE *to, const json_t *table)
{
    char text[512];
    size_t r, c;
    const json_t *row, *cell;
    json_array_foreach(json_object_get(table, "rows"), r, row)
    {
        escaped(to, report_word(row, "name"));
        fputs(": ", to);
        json_array_foreach(json_object_get(row, "cells"), c, cell)
        {
            report_cell(cell, false, text, sizeof text);
            escaped(to, report_item(json_object_get(table, "columns"), c));
            fputc(' ', to);
            escaped(to, text);
            fputs(", ", to);
        }
        escaped(to, report_word(table, "unit"));
        fputs(". ", to);
    }
}

static int chart(FILE *to, const json_t *table, const char *id, char *why, size_t size)
{
    char name[96];
    (void)snprintf(name, sizeof name, "chart_%s", id);
    for (char *at = name; *at != 0; at++) /* what gnuplot takes for a name */
        *at = *at == '-' ? '_' : *at;
    char *drawing = chart_draw(table, name, why, size);
    if (drawing == NULL)
        return -1;
    fprintf(to,
            "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" id=\"%s\" "
            "aria-labelledby=\"%s-title %s-desc\">\n<title id=\"%s-title\">",
            CHART_WIDTH, CHART_HEIGHT, name, name, name, name);
    escaped(to, report_word(table, "title"));
    fprintf(to, "</title><desc id=\"%s-desc\">", name);
    describe(to, table);
    fputs("</desc>\n<g aria-hidden=\"true\">", to);
    fputs(drawing, to);
    fputs("</g></svg></figure>\n", to);
    free(drawing);
    return 0;
}

/* --- a claim --------------------------------------------------------------------------------- */

static void verdict(FILE *to, const json_t *claim)
{
    const char *state = report_word(claim, "state");
    bool measured = strcmp(state, "measured") == 0;
    fputs("<p class=\"verdict\"><strong>", to);
    escaped(to, measured ? report_word(claim, "verdict") : state);
    fputs("</strong>: ", to);
    prose(to, report_word(claim, measured ? "sentence" : "reason"));
    fputs("</p>\n", to);
}

static void missing(FILE *to, const json_t *claim)
{
    const json_t *list = json_object_get(claim, "missing");
    if (json_array_size(list) == 0)
        return;
    fputs("<p class=\"missing\">Not measured:</p><ul class=\"missing\">\n", to);
    for (size_t i = 0; i < json_array_size(list); i++)
        element(to, "li", report_item(list, i));
    fputs("</ul>\n", to);
}

/* An id of HTML: letters, digits and dashes of the words. */
static void make_id(char *id, size_t size, const char *claim, const char *table)
{
    size_t length = (size_t)snprintf(id, size, "%s-%s", claim, table);
    for (size_t i = 0; i < length && i < size - 1; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-", id[i]) == NULL)
            id[i] = '-';
}

static int claim(FILE *to, const json_t *claim, char *why, size_t size)
{
    char id[64], heading[160];
    size_t index;
    const json_t *one;
    make_id(id, sizeof id, "claim", report_word(claim, "id"));
    (void)snprintf(heading, sizeof heading, "%d. %s", (int)report_number(claim, "number"),
                   report_word(claim, "title"));
    fprintf(to, "<section id=\"%s\">\n", id);
    element(to, "h2", heading);
    element(to, "blockquote", report_word(claim, "claim"));
    fputs("<p class=\"guess\"><strong>Guess first.</strong> ", to);
    prose(to, report_word(claim, "prediction"));
    fputs("</p>\n<p><strong>What is done.</strong> ", to);
    prose(to, report_word(claim, "experiment"));
    fputs("</p>\n", to);
    json_array_foreach(json_object_get(claim, "tables"), index, one)
    {
        make_id(id, sizeof id, report_word(claim, "id"), report_word(one, "id"));
        if (chart_wanted(one) && chart(to, one, id, why, size) == -1)
            return -1;
        table(to, one, id);
    }
    missing(to, claim);
    verdict(to, claim);
    fputs("</section>\n", to);
    return 0;
}

/* --- the whole ------------------------------------------------------------------------------- */

static void fact(FILE *to, const char *name, const char *value)
{
    fputs("<div>", to);
    element(to, "dt", name);
    element(to, "dd", value);
    fputs("</div>\n", to);
}

static void head(FILE *to, const json_t *report)
{
    const json_t *place = json_object_get(report, "place");
    char text[160];
    fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<link rel=\"icon\" href=\"data:,\">\n"
          "<title>A process, a container, a virtual machine: measured</title>\n<style>",
          to);
    fputs(page_style, to);
    fputs("</style></head>\n<body><main>\n"
          "<h1>A process, a container, a virtual machine: measured</h1>\n"
          "<p>The same work runs in all three, in turn and several times. A figure is a "
          "median; "
          "in brackets stand the quartiles: half of all runs lie between them.</p>\n"
          "<dl class=\"place\">\n",
          to);
    fact(to, "Where", report_word(report, "where"));
    fact(to, "When", report_word(report, "when"));
    fact(to, "Processor", report_word(place, "cpu"));
    (void)snprintf(text, sizeof text, "%d processor(s), %.0f MiB",
                   (int)report_number(place, "cpus"),
                   report_number(place, "memory") / 1048576);
    fact(to, "Size", text);
    fact(to, "Kernel", report_word(place, "kernel"));
    fact(to, "KVM", report_word(place, "kvm"));
    fact(to, "Functions", report_word(report, "whose"));
    fputs("</dl>\n", to);
    if (strcmp(report_word(place, "kvm"), "native") != 0)
        fputs("<p class=\"warning\"><strong>Only ratios hold.</strong> These figures do "
              "not come from a processor's own virtualization. A real one is quicker, "
              "and not by the same factor in everything.</p>\n",
              to);
}

static void contents(FILE *to, const json_t *report)
{
    size_t index;
    const json_t *one;
    char id[64];
    fputs("<nav aria-label=\"claims\"><ol>\n", to);
    json_array_foreach(json_object_get(report, "claims"), index, one)
    {
        make_id(id, sizeof id, "claim", report_word(one, "id"));
        fprintf(to, "<li value=\"%d\"><a href=\"#%s\">",
                (int)report_number(one, "number"), id);
        escaped(to, report_word(one, "title"));
        fputs("</a></li>\n", to);
    }
    fputs("</ol></nav>\n", to);
}

static void verdicts(FILE *to, const json_t *report)
{
    struct report_count count = report_count(report);
    size_t index;
    const json_t *one;
    fputs("<section id=\"verdicts\"><h2>The verdicts</h2>\n<div class=\"wide\" "
          "tabindex=\"0\" "
          "role=\"region\" aria-labelledby=\"verdicts-caption\"><table>"
          "<caption id=\"verdicts-caption\">",
          to);
    fprintf(to, "%u of %u measured, %u missing, %u failed", count.measured, count.all,
            count.missing, count.failed);
    fputs("</caption><thead><tr><th scope=\"col\">as one hears it</th>"
          "<th scope=\"col\">as it was measured</th></tr></thead><tbody>\n",
          to);
    json_array_foreach(json_object_get(report, "claims"), index, one)
    {
        bool measured = strcmp(report_word(one, "state"), "measured") == 0;
        fputs("<tr>", to);
        element(to, "th scope=\"row\"", report_word(one, "claim"));
        element(to, "td", report_word(one, measured ? "verdict" : "state"));
        fputs("</tr>\n", to);
    }
    fputs("</tbody></table></div></section>\n", to);
}

int report_page(const json_t *report, FILE *to, char *why, size_t size)
{
    size_t index;
    const json_t *one;
    head(to, report);
    contents(to, report);
    json_array_foreach(json_object_get(report, "claims"), index,
                       one) if (claim(to, one, why, size) == -1) return -1;
    verdicts(to, report);
    fputs("</main></body></html>\n", to);
    if (fflush(to) == 0 && !ferror(to))
        return 0;
    (void)snprintf(why, size, "%s", strerror(errno));
    return -1;
}
