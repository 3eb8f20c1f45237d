#include "tui/edit.h"

#include "forms/tr.h"
#include "tui/term.h"
#include "tui/width.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define UNDO_STEPS 24
#define TYPED_STEP 8		/* characters that one undo takes back */
#define LIMIT_MAX 256

struct edit_undo {
	struct { char text[EDIT_BYTES]; size_t cur; } step[UNDO_STEPS];
	size_t n;
	int typing;		/* characters typed in a row: a few of them are one step */
};

static char cut_text[EDIT_BYTES];	/* Ctrl-K, U, W: for Ctrl-Y, of all editors */
static const char *why = "";

const char *
edit_why(void)
{
	return tr(why);
}

void
edit_open(struct edit *e, int limit, unsigned flags)
{
	memset(e, 0, sizeof *e);
	e->limit = limit > 0 && limit < LIMIT_MAX ? limit : LIMIT_MAX;
	e->flags = flags;
}

void
edit_close(struct edit *e)
{
	if (e->undo)
		OPENSSL_cleanse(e->undo, sizeof *e->undo);
	free(e->undo);
	OPENSSL_cleanse(e, sizeof *e);
}

/* ---- undo ---- */

static void
remember(struct edit *e, bool typing)
{
	struct edit_undo *u = e->undo;

	if (e->flags & EDIT_SECRET)
		return;
	if (!u && !(u = e->undo = calloc(1, sizeof *u)))
		return;
	if (typing && u->n > 0 && u->typing > 0 && u->typing++ < TYPED_STEP)
		return;
	u->typing = typing;
	if (u->n == UNDO_STEPS)
		memmove(u->step, u->step + 1, --u->n * sizeof *u->step);
	memcpy(u->step[u->n].text, e->text, e->len + 1);
	u->step[u->n++].cur = e->cur;
}

static bool
undo(struct edit *e)
{
	struct edit_undo *u = e->undo;

	if (!u || u->n == 0)
		return false;
	u->n--;
	u->typing = 0;
	e->len = strlen(u->step[u->n].text);
	memcpy(e->text, u->step[u->n].text, e->len + 1);
	e->cur = u->step[u->n].cur;
	return true;
}

/* ---- putting in ---- */

static size_t
chars_left(const struct edit *e)
{
	size_t n = text_chars(e->text);

	return n < (size_t)e->limit ? (size_t)e->limit - n : 0;
}

/* Composes the cluster that ends at the cursor: é typed as e and a mark. */
static void
compose(struct edit *e)
{
	size_t from = width_previous(e->text, e->cur), n = e->cur - from;
	char cluster[64];

	if (n >= sizeof cluster)
		return;
	memcpy(cluster, e->text + from, n);
	cluster[n] = '\0';
	if (!text_compose(cluster, sizeof cluster) || strlen(cluster) > n)
		return;
	memmove(e->text + from + strlen(cluster), e->text + e->cur, e->len - e->cur + 1);
	memcpy(e->text + from, cluster, strlen(cluster));
	e->len -= n - strlen(cluster);
	e->cur = from + strlen(cluster);
}

static bool
insert(struct edit *e, uint32_t cp)
{
	char bytes[8];
	size_t n;
	bool mark = cp >= 0x300 && width_of(cp) == 0;

	n = text_put(cp, bytes);
	bytes[n] = '\0';
	if (e->flags & EDIT_NARROW)
		text_narrow(bytes);
	if (e->flags & EDIT_UPPER)
		text_upper(bytes);
	n = strlen(bytes);
	if ((e->flags & EDIT_SQUEEZE) && (strcmp(bytes, " ") == 0 || cp == 0x3000))
		return true;
	if (!text_may_stand(cp)) {
		why = N_("this character cannot be typed here");
		return false;
	}
	if ((e->flags & EDIT_DIGITS) && !(n == 1 && bytes[0] >= '0' && bytes[0] <= '9')) {
		why = N_("digits only");
		return false;
	}
	/* a mark may join its letter and take no room */
	if ((chars_left(e) == 0 && !mark) || e->len + n >= EDIT_BYTES) {
		why = N_("the field is full");
		return false;
	}
	memmove(e->text + e->cur + n, e->text + e->cur, e->len - e->cur + 1);
	memcpy(e->text + e->cur, bytes, n);
	e->cur += n;
	e->len += n;
	if (mark)
		compose(e);
	return true;
}

/* Characters of s that are not taken. */
static int
insert_all(struct edit *e, const char *s)
{
	uint32_t cp;
	size_t n;
	int lost = 0;

	for (; (n = text_next(s, &cp)) > 0; s += n)
		lost += !insert(e, cp);
	return lost + (*s != '\0');
}

void
edit_set(struct edit *e, const char *text)
{
	unsigned flags = e->flags;

	OPENSSL_cleanse(e->text, sizeof e->text);
	e->len = e->cur = e->left = 0;
	if (e->undo)
		e->undo->n = 0;
	/* what a value shows is right already: it is not narrowed again, digits with it */
	e->flags &= ~(unsigned)(EDIT_DIGITS | EDIT_SQUEEZE);
	insert_all(e, text);
	e->flags = flags;
}

void
edit_enter(struct edit *e)
{
	e->cur = e->len;
	if (e->undo)
		e->undo->typing = 0;
}

/* ---- taking out ---- */

static bool
remove_part(struct edit *e, size_t from, size_t to, bool keep)
{
	if (from >= to)
		return false;
	remember(e, false);
	if (keep && !(e->flags & EDIT_SECRET)) {
		memcpy(cut_text, e->text + from, to - from);
		cut_text[to - from] = '\0';
	}
	memmove(e->text + from, e->text + to, e->len - to + 1);
	e->len -= to - from;
	OPENSSL_cleanse(e->text + e->len, EDIT_BYTES - e->len);
	e->cur = from;
	return true;
}

/* Where the word before the cursor begins; Chinese has no blanks, so a sign ends one too. */
static size_t
word_before(const struct edit *e)
{
	size_t at = e->cur;

	while (at > 0 && e->text[at - 1] == ' ')
		at--;
	while (at > 0 && !strchr(" -_./@", e->text[at - 1]))
		at = width_previous(e->text, at);
	if (at == e->cur && at > 0)
		at = width_previous(e->text, at);
	return at;
}

/* ---- keys ---- */

static enum edit_answer
moved(struct edit *e, size_t to)
{
	e->cur = to;
	if (e->undo)
		e->undo->typing = 0;
	return EDIT_MOVED;
}

static enum edit_answer
changed(bool yes)
{
	return yes ? EDIT_CHANGED : EDIT_MOVED;
}

static enum edit_answer
paste(struct edit *e, const char *s)
{
	size_t before = e->len;

	while (*s == ' ')
		s++;
	remember(e, false);
	if (insert_all(e, s) > 0)
		return EDIT_REFUSED;
	return changed(e->len != before);
}

static enum edit_answer
type(struct edit *e, int key)
{
	size_t steps = e->undo ? e->undo->n : 0;

	if (key < 0x20 || key >= K_SPECIAL)
		return EDIT_IGNORED;
	remember(e, key != ' ');
	if (insert(e, (uint32_t)key))
		return EDIT_CHANGED;
	if (e->undo && e->undo->n > steps)
		e->undo->n--;
	return EDIT_REFUSED;
}

enum edit_answer
edit_key(struct edit *e, int key)
{
	switch (key) {
	case K_LEFT:
	case K_CTRL('B'):
		return moved(e, width_previous(e->text, e->cur));
	case K_RIGHT:
	case K_CTRL('F'):
		return moved(e, e->cur + width_next(e->text + e->cur, NULL));
	case K_HOME:
	case K_CTRL('A'):
		return moved(e, 0);
	case K_END:
	case K_CTRL('E'):
		return moved(e, e->len);
	case K_BACKSPACE:
		return changed(remove_part(e, width_previous(e->text, e->cur), e->cur, false));
	case K_DEL:
	case K_CTRL('D'):
		return changed(remove_part(e, e->cur, e->cur + width_next(e->text + e->cur, NULL), false));
	case K_CTRL('W'):
		return changed(remove_part(e, word_before(e), e->cur, true));
	case K_CTRL('U'):
		return changed(remove_part(e, 0, e->cur, true));
	case K_CTRL('K'):
		return changed(remove_part(e, e->cur, e->len, true));
	case K_CTRL('Y'):
		return paste(e, cut_text);
	case K_CTRL('Z'):
		return changed(undo(e));
	case K_PASTE:
		return paste(e, term_pasted());
	}
	return type(e, key);
}

/* ---- drawing ---- */

/* Scrolls so that the cursor's cell is inside w columns, with a third of them as context to its left. */
static void
scroll(struct edit *e, int w)
{
	int columns, cell, n;

	if (e->cur < e->left) {
		e->left = e->cur;
		for (n = 0; e->left > 0 && n < w / 3; n += columns) {
			e->left = width_previous(e->text, e->left);
			width_next(e->text + e->left, &columns);
		}
	}
	for (;;) {
		columns = 0;
		for (size_t i = e->left, k; i < e->cur; i += k) {
			k = width_next(e->text + i, &cell);
			columns += e->flags & EDIT_SECRET ? 1 : cell;
		}
		if (width_next(e->text + e->cur, &cell) == 0 || (e->flags & EDIT_SECRET))
			cell = 1;
		if (columns + cell <= w || e->left >= e->cur)
			return;
		e->left += width_next(e->text + e->left, NULL);
	}
}

static int
column_of(const struct edit *e, size_t at)
{
	int columns = 0, cell;

	for (size_t i = e->left, k; i < at && (k = width_next(e->text + i, &cell)) > 0; i += k)
		columns += e->flags & EDIT_SECRET ? 1 : cell;
	return columns;
}

void
edit_draw(struct edit *e, int y, int x, int w, bool here)
{
	enum ink ink = here ? INK_FIELD_HERE : INK_FIELD;
	char shown[EDIT_BYTES];
	size_t fit;
	int used;

	if (here)
		scroll(e, w);
	else
		e->left = 0;	/* a field that was left shows its beginning */
	fit = width_fit(e->text + e->left, w, &used);
	memcpy(shown, e->text + e->left, fit);
	shown[fit] = '\0';
	if (e->flags & EDIT_SECRET) {
		size_t n = text_chars(e->text + e->left);

		fit = n < (size_t)w ? n : (size_t)w;
		memset(shown, '*', fit);
		shown[fit] = '\0';
		fit = fit == n ? e->len - e->left : 0;
	}
	paint_cell(y, x, w, ink, shown);
	paint_text(y, x - 1, 1, INK_DIM, e->left > 0 ? "<" : "[");
	paint_text(y, x + w, 1, INK_DIM, e->left + fit < e->len ? ">" : "]");
	if (here)
		paint_cursor(y, x + column_of(e, e->cur));
	OPENSSL_cleanse(shown, sizeof shown);
}

void
edit_click(struct edit *e, int column)
{
	size_t at = e->left, n;
	int columns = 0, cell;

	while ((n = width_next(e->text + at, &cell)) > 0 && columns + cell <= column) {
		columns += cell;
		at += n;
	}
	e->cur = at;
}
