/*
 * Dialogs: small screens over another one. None of them loops: the answer comes to a function, with the screen below.
 */
#ifndef TUI_DIALOG_H
#define TUI_DIALOG_H

#include "tui/form.h"
#include "tui/screen.h"

/* A question; Enter or y says yes and calls yes(), n or Esc says no and calls nothing. The text is in the clerk's language. */
void dialog_confirm(const char *question, void (*yes)(struct screen *below, void *arg), void *arg);
/* A text that scrolls: a notice in full, a history, an explanation. Any of Enter, Esc, F2 closes it. Copied. */
void dialog_text(const char *title, const char *text);

struct dialog_option { const char *label; const char *more; char key; };	/* shown words; behind them, dimmed, or NULL; 0 = 1, 2, 3 … */
/* A list to choose from, `here` selected; chosen(below, arg, i). Options are copied. Digits and first letters choose at once. */
void dialog_choose(const char *title, const struct dialog_option *options, int n, int here,
    void (*chosen)(struct screen *below, void *arg, int i), void *arg);

struct dialog_form {
	const char *title;		/* N_() */
	const char *note;		/* over the rows: N_(), or in the clerk's language, or NULL; copied */
	const struct form_row *rows; size_t n;
	const struct form_calls *calls;	/* NULL: nothing to check; called with arg */
	/* F2, or Enter on the last row, when form_check passed. Starts a job for `dialog` or acts at once; closes it by
	 * dialog_done, shows a refusal at its field by dialog_refuse. */
	void (*done)(struct screen *dialog, struct form *f, void *arg);
	void (*drop)(void *arg);	/* frees arg when the dialog closes; NULL: nothing to free */
	void (*refused)(void);		/* Esc: what happens instead of closing; NULL: it closes */
};
/* A few fields in a frame. d is a static table apart from note, which may be NULL in it and given here. */
struct screen *dialog_form(const struct dialog_form *d, const char *note, void *arg);
struct form *dialog_form_of(struct screen *dialog);
/* Texts that a field may be filled with: shown under the fields, taken by Down and Up from it, then changed as needed. Copied. */
#define DIALOG_OFFERS 6
void dialog_offer(struct screen *dialog, const char *id, const char *const *texts, size_t n);
void *dialog_arg(struct screen *dialog);
void dialog_refuse(struct screen *dialog, const struct err *e);
/* Closes it; the screen below gets back(). */
void dialog_done(struct screen *dialog);

/* For the dialogs themselves: a copy of a text, "" of NULL; two texts change places. */
char *dialog_copy(const char *s);
void dialog_swap(char **a, char **b);

#endif
