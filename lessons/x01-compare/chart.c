/* chart.c - the tables of a claim, as bars of text in 80 columns.
 *
 * A table whose rows are made of stages is drawn as a bar a row, one piece behind the other. Any
 * other has a group of bars for each column, because only what has the same unit and means the
 * same can be compared by its length. What is no number is printed as it is.
 *
 * Read on: lessons/compare/figures.h, where a table is described.
 */
#include "chart.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "report/report.h"

enum { RIGHT = 80, BAR = 30, STACK = 56, CELL = 128, NAME = 16, NAME_MOST = 40 };

static const char pieces[] = "#=-.o+";

/* How many columns a text takes: bytes that begin a character. */
static int width_of(const char *text, size_t length)
{
    int width = 0;
    for (size_t i = 0; i < length && text[i] != '\0'; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
}

void chart_wrapped(int at, const char *text)
{
    int column = at;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        int width = width_of(text, length);
        if (column > at && column + 1 + width > RIGHT) {
            printf("\n%*s", at, "");
            column = at;
        }
        printf("%s%.*s", column > at ? " " : "", (int)length, text);
        column += width + (column > at);
        text += length;
        text += strspn(text, " ");
    }
    putchar('\n');
}

static const json_t *cell_of(const json_t *row, size_t column)
{
    return json_array_get(json_object_get(row, "cells"), column);
}

static const char *column_of(const json_t *table, size_t column)
{
    const char *name =
        json_string_value(json_array_get(json_object_get(table, "columns"), column));
    return name ? name : "";
}

static double value_of(const json_t *row, size_t column)
{
    return report_number(cell_of(row, column), "value");
}

static void print_many(char what, int times)
{
    for (int i = 0; i < times; i++)
        putchar(what);
}

/* A piece that is there is seen. */
static int length_of(double value, double most, int whole)
{
    int length = most > 0 ? (int)(value / most * whole + 0.5) : 0;
    return length == 0 && value > 0 ? 1 : length;
}

/* --- a group of bars for each column ------------------------------------------------ */

/* How wide the names of the rows are: all of them where no bar needs the room. */
static int name_width(const json_t *table, size_t column)
{
    size_t index;
    const json_t *row;
    int widest = NAME;
    json_array_foreach(json_object_get(table, "rows"), index, row)
    {
        const char *name = report_word(row, "name");
        int width = width_of(name, strlen(name));
        if (json_object_get(cell_of(row, column), "value") != NULL)
            return NAME;
        widest = width > widest ? width : widest;
    }
    return widest < NAME_MOST ? widest : NAME_MOST;
}

static void print_column(const json_t *table, size_t column)
{
    int name = name_width(table, column);
    size_t index;
    const json_t *row;
    double most = 0;
    json_array_foreach(json_object_get(table, "rows"), index, row)
    {
        if (value_of(row, column) > most)
            most = value_of(row, column);
    }
    printf("    %s\n", column_of(table, column));
    json_array_foreach(json_object_get(table, "rows"), index, row)
    {
        char cell[CELL];
        bool number = json_object_get(cell_of(row, column), "value") != NULL;
        int length = number ? length_of(value_of(row, column), most, BAR) : 0;
        report_cell(cell_of(row, column), true, cell, sizeof cell);
        printf("      %-*.*s ", name, name, report_word(row, "name"));
        print_many('#', length);
        if (number)
            print_many(' ', BAR + 1 - length);
        chart_wrapped(7 + name + (number ? BAR + 1 : 0), cell);
    }
}

/* --- a bar for each row -------------------------------------------------------------- */

static double sum_of(const json_t *row)
{
    double sum = 0;
    for (size_t i = 0; i < json_array_size(json_object_get(row, "cells")); i++)
        sum += value_of(row, i);
    return sum;
}

static void print_stack(const json_t *table)
{
    size_t index, columns = json_array_size(json_object_get(table, "columns"));
    const json_t *row;
    double most = 0;
    json_array_foreach(json_object_get(table, "rows"), index, row)
    {
        if (sum_of(row) > most)
            most = sum_of(row);
    }
    json_array_foreach(json_object_get(table, "rows"), index, row)
    {
        printf("      %-16.16s ", report_word(row, "name"));
        for (size_t i = 0; i < columns; i++)
            if (value_of(row, i) / most * STACK >= 0.5 || i == 0)
                print_many(pieces[i % (sizeof pieces - 1)],
                           length_of(value_of(row, i), most, STACK));
        putchar('\n');
    }
    for (size_t i = 0; i < columns; i++) {
        printf("    %c %s\n", pieces[i % (sizeof pieces - 1)], column_of(table, i));
        json_array_foreach(json_object_get(table, "rows"), index, row)
        {
            char cell[CELL];
            report_cell(cell_of(row, i), true, cell, sizeof cell);
            printf("      %-16.16s %s\n", report_word(row, "name"), cell);
        }
    }
}

void chart_print(const json_t *claim)
{
    size_t index;
    const json_t *table;
    json_array_foreach(json_object_get(claim, "tables"), index, table)
    {
        const char *unit = report_word(table, "unit");
        printf("  %s%s%s\n", report_word(table, "title"), *unit ? ", " : "", unit);
        if (strcmp(report_word(table, "chart"), "stack") == 0) {
            print_stack(table);
            continue;
        }
        for (size_t i = 0; i < json_array_size(json_object_get(table, "columns")); i++)
            print_column(table, i);
    }
}
