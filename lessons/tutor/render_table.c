/* render_table.c - a Markdown table in columns of a terminal.
 *
 * Every column first gets the width that its widest cell wants. While the table is wider than
 * the screen, the widest column gives up one; a cell that does not fit any more is wrapped
 * inside its column.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include "render_build.h"

#define GAP 2           /* blanks between two columns */
#define LEAST 4         /* columns do not get narrower than this */
#define MOST_COLUMNS 32 /* of a table; more are not shown */

struct row {
    struct render_lines cells[MOST_COLUMNS];
    int align[MOST_COLUMNS];
};

static int count_columns(const struct markdown *table)
{
    return table->level < MOST_COLUMNS ? table->level : MOST_COLUMNS;
}

/* What each column would like to have. */
static void measure_columns(const struct render_place *place,
                            const struct markdown *table, int *widths)
{
    for (const struct markdown *row = table->children; row; row = row->next) {
        int column = 0;
        for (const struct markdown *cell = row->children; cell && column < MOST_COLUMNS;
             cell = cell->next, column++) {
            struct render_text text = render_styled(cell, place->render->colour, false);
            int width = text.bytes ? render_width(text.bytes) : 0;
            if (width > widths[column])
                widths[column] = width;
            free(text.bytes);
        }
    }
}

static void shrink_columns(int *widths, int columns, int room)
{
    for (;;) {
        int sum = GAP * (columns - 1), widest = 0;
        for (int i = 0; i < columns; i++) {
            sum += widths[i];
            if (widths[i] > widths[widest])
                widest = i;
        }
        if (sum <= room || widths[widest] <= LEAST)
            return;
        widths[widest]--;
    }
}

static void append_blanks(struct render_text *text, int count)
{
    while (count-- > 0)
        render_append(text, " ", 1);
}

/* Writes one row: as many lines as its tallest cell has. */
static void write_row(struct render_place *place, const struct row *row,
                      const int *widths, int columns)
{
    size_t height = 0;

    for (int i = 0; i < columns; i++)
        if (row->cells[i].count > height)
            height = row->cells[i].count;
    for (size_t line = 0; line < height; line++) {
        struct render_text text = {0};
        for (int i = 0; i < columns; i++) {
            const char *cell =
                line < row->cells[i].count ? row->cells[i].lines[line] : "";
            int blanks = widths[i] - render_width(cell);
            int before = row->align[i] == 2   ? blanks
                         : row->align[i] == 1 ? blanks / 2
                                              : 0;
            append_blanks(&text, before + (i > 0 ? GAP : 0));
            render_append(&text, cell, strlen(cell));
            if (i + 1 < columns)
                append_blanks(&text, blanks - before);
        }
        while (text.length > 0 && text.bytes[text.length - 1] == ' ')
            text.bytes[--text.length] = '\0'; /* the last cells may be empty */
        place->failed |= text.failed;
        render_line(place, text.bytes ? text.bytes : "");
        free(text.bytes);
    }
}

/* A line under the head: "────  ──────". */
static void write_rule(struct render_place *place, const int *widths, int columns)
{
    struct render_text text = {0};

    for (int i = 0; i < columns; i++) {
        append_blanks(&text, i > 0 ? GAP : 0);
        for (int j = 0; j < widths[i]; j++)
            render_append(&text, "─", strlen("─"));
    }
    place->failed |= text.failed;
    render_line(place, text.bytes ? text.bytes : "");
    free(text.bytes);
}

void render_table(struct render_place *place, const struct markdown *table)
{
    int columns = count_columns(table), widths[MOST_COLUMNS] = {0};

    measure_columns(place, table, widths);
    shrink_columns(widths, columns, render_room(place));
    for (const struct markdown *r = table->children; r; r = r->next) {
        struct row row = {0};
        bool head = r == table->children;
        int column = 0;
        for (const struct markdown *cell = r->children; cell && column < columns;
             cell = cell->next, column++) {
            struct render_text text = render_styled(cell, place->render->colour, head);
            row.align[column] = cell->level;
            if (text.bytes)
                row.cells[column] = render_wrap(text.bytes, widths[column]);
            place->failed |= text.failed || row.cells[column].failed;
            free(text.bytes);
        }
        write_row(place, &row, widths, columns);
        if (head)
            write_rule(place, widths, columns);
        for (int i = 0; i < columns; i++)
            render_lines_free(&row.cells[i]);
    }
}
