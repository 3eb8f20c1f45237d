/* The cells of a page: how much height each kind needs, and how it is drawn. For printing/page.c only. */
#ifndef PRINTING_CELLS_H
#define PRINTING_CELLS_H

#include "printing/page.h"

struct setting {		/* one page that is being set */
	struct sheet *sheet;
	const struct page_source *from;
	bool compact;		/* small type rather than another page */
	char field[48];		/* id that the cell shows, for messages */
};
struct slot {			/* a cell with its place and its texts */
	const struct cell *cell;
	float x, width;		/* points */
	int index;		/* in its list */
	struct text text, text2;
	char value[64];		/* TICKS: the stored value */
};
struct style { enum face face; float size, min, pad, leading; enum align align; float grey; };
extern const struct style styles[AS_STYLE_N];

/* Fills a template: {id} becomes the source's text, [id:words] stands only when the id has a text. */
void cell_expand(struct setting *t, const char *template, int index, char out[TEMPLATE_MAX]);
/* Shapes the slot's texts. */
void cell_shape(struct setting *t, struct slot *s);
/* Points of height that the cell needs, where `least` are there anyway. */
float cell_need(struct setting *t, struct slot *s, float least);
/* Names the field that the cell shows, for a message. */
void cell_name(struct setting *t, const struct slot *s);
void cell_draw(struct setting *t, struct slot *s, float y, float height);

#endif
