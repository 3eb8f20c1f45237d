#include "printing/report.h"

#include "printing/page.h"
#include "printing/pdf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
report_text(const void *of, const char *id, int index, char *out, size_t outsz)
{
	const struct report *r = of;
	const char *dot = strchr(id, '.');
	size_t column = dot ? strtoul(dot + 1, NULL, 10) : 0;

	out[0] = '\0';
	if (strncmp(id, "cell.", 5) == 0)
		r->cell(r->arg, (size_t)index, column, out, outsz);
	else if (strncmp(id, "label.", 6) == 0)
		snprintf(out, outsz, "%s", r->column[column].label);
	else if (strncmp(id, "total.", 6) == 0)
		snprintf(out, outsz, "%s", r->total[column] ? r->total[column] : "");
	else if (strcmp(id, "title") == 0)
		snprintf(out, outsz, "%s", r->title);
	else if (strcmp(id, "subtitle") == 0)
		snprintf(out, outsz, "%s", r->subtitle);
	else if (strcmp(id, "line") == 0)
		snprintf(out, outsz, "%s", r->line);
	else if (strcmp(id, "words") == 0)
		snprintf(out, outsz, "%s", r->words);
	else if (strcmp(id, "footer") == 0)
		snprintf(out, outsz, "%s", r->footer);
	else if (strcmp(id, "has.total") == 0)
		for (size_t i = 0; i < r->columns && !out[0]; i++)
			snprintf(out, outsz, "%s", r->total[i] ? "yes" : "");
}

static size_t
report_count(const void *of, enum page_list list)
{
	return list == LIST_ROWS ? ((const struct report *)of)->rows : 0;
}

struct table {			/* the cells that the columns make */
	struct cell cell[3 * (REPORT_COLUMNS_MAX + 2) + 3];
	char id[3 * REPORT_COLUMNS_MAX][32];
	size_t n, ids;
};

static void
add_row(struct table *t, const struct report *r, const struct cell *row, const struct cell *mark, const char *what, bool heads)
{
	static const enum page_style styles[] = { AS_CELL, AS_CELL_CENTRE, AS_CELL_RIGHT };

	t->cell[t->n++] = *row;
	if (mark)
		t->cell[t->n++] = *mark;
	for (size_t i = 0; i < r->columns; i++) {
		char *id = t->id[t->ids++];

		snprintf(id, sizeof t->id[0], "{%s.%zu}", what, i);
		t->cell[t->n++] = (struct cell){ .kind = CELL_TEXT, .width = r->column[i].width,
		    .style = heads ? AS_HEAD : styles[r->column[i].align], .text = id };
	}
}

bool
report_set(const struct press *p, const struct report *r, unsigned char **pdf, size_t *n, struct err *e)
{
	static const struct cell heads[] = { ROW(7, ROW_HEADS) }, rows[] = { ROW(6.2f, 0) }, each[] = { EACH(LIST_ROWS) },
	    totals[] = { ROW(7, 0) }, when[] = { WHEN("has.total") },
	    words[] = { ROW(0, ROW_PLAIN) WHEN("words") WORDS(AS_NOTE, 24, "{words}") };
	struct page_source from = { .of = r, .text = report_text, .count = report_count };
	struct page page = { .title = "{title}", .subtitle = "{subtitle}", .number = "{line}", .footer = "{footer}" };
	struct table *t = calloc(1, sizeof *t);
	struct sheet s;
	bool ok;

	if (!t)
		return err_internal(e, "out of memory");
	add_row(t, r, heads, NULL, "label", true);
	add_row(t, r, rows, each, "cell", false);
	add_row(t, r, totals, when, "total", false);
	memcpy(&t->cell[t->n], words, sizeof words);
	t->n += sizeof words / sizeof *words;
	page.cell = t->cell;
	page.n = t->n;
	sheet_open(&s, p);
	page_set(&s, &page, &from, "");
	ok = sheet_good(&s, e) && pdf_make(&s, r->title, r->made_at, pdf, n, e);
	sheet_close(&s);
	free(t);
	return ok;
}
