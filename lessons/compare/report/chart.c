/* chart.c - one table as bars, drawn by gnuplot.
 *
 * gnuplot gets a script with the figures in it, written here number by number, and gives SVG. Of
 * that only the drawing is kept, with its black made "the colour of the text", so that the page
 * can be dark or light. The colours of the bars stand out from both, and are told apart by
 * people who do not see red and green.
 *
 * Read on: gnuplot's manual on `set style histogram`; Paul Tol's notes on colour schemes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "report.h"

static const char *const colours[] = {"#4477aa", "#cc6677", "#229955", "#bb8811"};
enum {
    COLOURS = sizeof colours / sizeof *colours,
    LETTERS = 46, /* below a chart, side by side */
};

static bool is_stack(const json_t *table)
{
    return strcmp(report_word(table, "chart"), "stack") == 0;
}

bool chart_wanted(const json_t *table)
{
    return strcmp(report_word(table, "chart"), "bars") == 0 || is_stack(table);
}

/* A kind has its colour in every chart. */
static const char *colour_of(const char *name, size_t index)
{
    static const char *const kinds[] = {"process", "container", "virtual machine"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(name, kinds[i]) == 0)
            return colours[i];
    return colours[index % COLOURS];
}

/* The value of the cell at ROW and COLUMN; NAN for none. */
static double value_at(const json_t *table, size_t row, size_t column, const char *name)
{
    const json_t *cells =
        json_object_get(json_array_get(json_object_get(table, "rows"), row), "cells");
    const json_t *value = json_object_get(json_array_get(cells, column), name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static size_t row_count(const json_t *table)
{
    return json_array_size(json_object_get(table, "rows"));
}

static size_t column_count(const json_t *table)
{
    return json_array_size(json_object_get(table, "columns"));
}

/* Writes TEXT as a string of gnuplot, in lines of about WIDTH, with nothing in it that means
 * something to gnuplot. Returns how many lines. */
static unsigned label(FILE *to, const char *text, size_t width)
{
    size_t column = 0;
    unsigned lines = 1;
    fputc('"', to);
    for (; *text != '\0'; text++) {
        if (*text == ' ' && column + strcspn(text + 1, " ") >= width) {
            fputs("\\n", to);
            column = 0;
            lines++;
        } else {
            bool plain =
                (unsigned char)*text >= ' ' && strchr("\"\\{}^_@&~%`", *text) == NULL;
            fputc(plain ? *text : ' ', to);
            column++;
        }
    }
    fputc('"', to);
    return lines;
}

static const char *row_name(const json_t *table, size_t row)
{
    return report_word(json_array_get(json_object_get(table, "rows"), row), "name");
}

static const char *column_name(const json_t *table, size_t column)
{
    return report_item(json_object_get(table, "columns"), column);
}

static void number(FILE *to, double value)
{
    if (isnan(value))
        fputs(" NaN", to);
    else
        fprintf(to, " %.9g", value);
}

/* --- groups of bars ------------------------------------------------------------------------ */

/* The greatest and the least value above 0. */
static void range_of(const json_t *table, double *least, double *greatest)
{
    *least = INFINITY;
    *greatest = 0;
    for (size_t r = 0; r < row_count(table); r++)
        for (size_t c = 0; c < column_count(table); c++) {
            double value = value_at(table, r, c, "value");
            double high = value_at(table, r, c, "high");
            if (value > 0)
                *least = fmin(*least, value);
            *greatest = fmax(*greatest, isnan(high) ? value : fmax(high, value));
        }
}

/* A line for each column: its label, and value, low and high of each row. Returns the lines that the
 * highest label has. */
static unsigned bars_data(FILE *to, const json_t *table)
{
    unsigned most = 1;
    fputs("$d << EOD\n", to);
    for (size_t c = 0; c < column_count(table); c++) {
        unsigned lines = label(to, column_name(table, c), LETTERS / column_count(table));
        most = lines > most ? lines : most;
        for (size_t r = 0; r < row_count(table); r++) {
            double value = value_at(table, r, c, "value");
            double low = value_at(table, r, c, "low"),
                   high = value_at(table, r, c, "high");
            number(to, value > 0 ? value : NAN);
            number(to, isnan(low) || low <= 0 ? value : low);
            number(to, isnan(high) ? value : high);
        }
        fputc('\n', to);
    }
    fputs("EOD\n", to);
    return most;
}

static void bars(FILE *to, const json_t *table)
{
    double least, greatest;
    size_t rows = row_count(table);
    range_of(table, &least, &greatest);
    bool logarithmic = greatest > 30 * least;
    fprintf(to, "set bmargin %u\nset xrange [-0.6:%g]\n", bars_data(to, table) + 1,
            (double)column_count(table) - 0.4);
    fputs("set style data histogram\nset style histogram errorbars gap 1 lw 1\n", to);
    if (logarithmic)
        fprintf(to, "set logscale y\nset yrange [%g:%g]\n",
                pow(10, floor(log10(least)) - 0.3), greatest * 3);
    else
        fprintf(to, "set yrange [0:%g]\n", greatest > 0 ? greatest * 1.15 : 1);
    char axis[128];
    (void)snprintf(axis, sizeof axis, "%s%s", report_word(table, "unit"),
                   logarithmic ? ", each step ten times" : "");
    fputs("set ylabel ", to);
    (void)label(to, axis, SIZE_MAX);
    fputs("\nplot ", to);
    for (size_t r = 0; r < rows; r++) {
        fprintf(to, "%s$d using %zu:%zu:%zu:xtic(1) title ", r > 0 ? ", " : "", 2 + 3 * r,
                3 + 3 * r, 4 + 3 * r);
        (void)label(to, row_name(table, r), SIZE_MAX);
        fprintf(to, " lc rgb \"%s\"", colour_of(row_name(table, r), r));
    }
    for (size_t r = 0; r < rows; r++) /* the value above each bar */
        fprintf(to,
                ", $d using ($0 + %g):%zu:(sprintf(column(%zu) < 10 ? '%%.2g' : "
                "'%%.0f', column(%zu))) with labels offset 0,0.7 font ',11' notitle",
                ((double)r - (double)(rows - 1) / 2) / (double)(rows + 1), 4 + 3 * r,
                2 + 3 * r, 2 + 3 * r);
    fputc('\n', to);
}

/* --- a bar in parts ---------------------------------------------------------------------------- */

static void stack(FILE *to, const json_t *table)
{
    size_t rows = row_count(table), columns = column_count(table);
    fputs("$d << EOD\n", to);
    for (size_t r = 0; r < rows; r++) {
        double sum = 0;
        for (size_t c = 0; c < columns; c++)
            sum += fmax(value_at(table, r, c, "value"), 0);
        char name[128];
        (void)snprintf(name, sizeof name, "%s %.3g %s", row_name(table, r), sum,
                       report_word(table, "unit"));
        (void)label(to, name, LETTERS / rows);
        for (size_t c = 0; c < columns; c++)
            number(to, sum > 0 ? 100 * fmax(value_at(table, r, c, "value"), 0) / sum : 0);
        fputc('\n', to);
    }
    fputs("EOD\nset style data histogram\nset style histogram rowstacked\nset bmargin 4\n"
          "set yrange [0:100]\nset ylabel '% of its time'\n"
          "set key horizontal maxcols 1\nplot ",
          to);
    for (size_t c = 0; c < columns; c++) {
        fprintf(to, "%s$d using %zu%s title ", c > 0 ? ", " : "", 2 + c,
                c == 0 ? ":xtic(1)" : "");
        (void)label(to, column_name(table, c), SIZE_MAX);
        fprintf(to, " lc rgb \"%s\"", colours[c % COLOURS]);
    }
    fputc('\n', to);
}

/* --- gnuplot ------------------------------------------------------------------------------------ */

static void script(FILE *to, const json_t *table, const char *name)
{
    fprintf(to,
            "set term svg size %d,%d font 'sans-serif,13' name '%s'\n"
            "set errorbars 0.7 lw 1 lc rgb 'black'\n"
            "set style fill solid 1 noborder\nset boxwidth 0.9\nset border 3\n"
            "set xtics nomirror scale 0\nset ytics nomirror\n"
            "set grid ytics lc rgb '#888888' lw 0.5 dt 3\n"
            "set key outside top center horizontal\n",
            CHART_WIDTH, CHART_HEIGHT, name);
    if (is_stack(table))
        stack(to, table);
    else
        bars(to, table);
}

/* Runs gnuplot with SCRIPT as its input. Returns what it writes, free(3), or NULL with errno; STATUS
 * is how it ended. */
static char *gnuplot(FILE *script, int *status)
{
    int ends[2];
    char *text = NULL;
    size_t length = 0;
    if (pipe(ends) == -1)
        return NULL;
    (void)fflush(NULL); /* or the child would hold a copy of what waits in our buffers */
    pid_t pid = fork();
    if (pid == 0) {
        if (dup2(fileno(script), 0) == 0 && dup2(ends[1], 1) == 1 &&
            freopen("/dev/null", "w", stderr) != NULL && close(ends[0]) == 0)
            (void)execlp("gnuplot", "gnuplot", "-d", (char *)NULL);
        _exit(127);
    }
    (void)close(ends[1]); /* nothing was written to it */
    FILE *from = fdopen(ends[0], "r"), *to = open_memstream(&text, &length);
    int byte;
    while (pid != -1 && from != NULL && to != NULL && (byte = getc(from)) != EOF)
        (void)putc(byte, to); /* no memory: seen at the end */
    if (from != NULL)
        (void)fclose(from); /* it was only read */
    if (to != NULL && fclose(to) == EOF) {
        free(text);
        text = NULL;
    }
    while (pid != -1 && waitpid(pid, status, 0) == -1 && errno == EINTR)
        ;
    return text;
}

/* Writes the drawing in SVG to TO: what stands behind the definitions, black made the colour of
 * the text. */
static void take_drawing(const char *svg, const char *end, FILE *to)
{
    static const char *const blacks[] = {"\"black\"", "'black'"};
    while (svg < end) {
        size_t which = 0;
        while (which < 2 && strncmp(svg, blacks[which], strlen(blacks[which])) != 0)
            which++;
        if (which == 2) {
            fputc(*svg++, to);
        } else {
            fputs("\"currentColor\"", to);
            svg += strlen(blacks[which]);
        }
    }
}

char *chart_draw(const json_t *table, const char *name, char *why, size_t size)
{
    char *drawing = NULL;
    size_t length = 0;
    int status = -1;
    FILE *file = tmpfile();
    if (file != NULL)
        script(file, table, name);
    if (file == NULL || fflush(file) == EOF || fseek(file, 0, SEEK_SET) == -1) {
        (void)snprintf(why, size, "a script for gnuplot: %s", strerror(errno));
        if (file != NULL)
            (void)fclose(file); /* it is thrown away */
        return NULL;
    }
    char *svg = gnuplot(file, &status);
    (void)fclose(file); /* it was only read */
    const char *start = svg != NULL ? strstr(svg, "</defs>") : NULL;
    const char *end = start != NULL ? strstr(start, "</svg>") : NULL;
    if (status == 127 << 8)
        (void)snprintf(why, size, "gnuplot: it is not installed: make packages");
    else if (status != 0 || end == NULL)
        (void)snprintf(why, size, "gnuplot: it does not draw %s", name);
    FILE *to = status == 0 && end != NULL ? open_memstream(&drawing, &length) : NULL;
    if (to != NULL) {
        fputs("<g>", to); /* the group that begins before the definitions */
        take_drawing(start + strlen("</defs>"), end, to);
        if (fclose(to) == EOF) {
            free(drawing);
            drawing = NULL;
        }
    }
    free(svg);
    return drawing;
}
