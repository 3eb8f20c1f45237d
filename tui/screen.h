/*
 * The loop and its screens. One thread draws and takes keys; what may wait (network, token, printer, a write to the
 * store) goes through a job (tui/job.h) and comes back as one more event. After every event the stack of screens is drawn
 * once, from the bottom up.
 *
 * A screen is a struct of its own that begins with a struct screen, and a table of what it does. Its actions are one
 * table that gives the keys, the key bar, the help page (F1) and what a click does: there is no other place for a key.
 * Keys that no action takes go to ops->key (the widgets: form_key, list_key, edit_key).
 *
 *	struct shelf { struct screen s; struct list list; };
 *	static void shelf_draw(struct screen *s, struct area a) { list_draw(&((struct shelf *)s)->list, a); }
 *	static bool shelf_key(struct screen *s, int k) { return list_key(&((struct shelf *)s)->list, k); }
 *	static const struct action shelf_actions[] = {
 *		{ K_ENTER, N_("open"), N_("open the selected line"), shelf_enter, NULL },
 *		{ 0 }
 *	};
 *	const struct screen_ops screen_shelf = { .title = N_("Shelf"), .size = sizeof(struct shelf), .actions = shelf_actions,
 *	    .open = shelf_open, .draw = shelf_draw, .key = shelf_key };
 *
 * Keys that mean the same everywhere: F1 help, F2 done/save, F3 find, F4 what comes next (menu of steps), F5 refresh,
 * F6 next tab, F9 lock, F10 menu, Esc back (asks or keeps what was typed, never loses it), Ctrl-L draw anew,
 * Alt-l language. Screens leave F1, F3, F9, F10, Ctrl-L and Alt-l alone.
 */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "forms/tr.h"
#include "tui/paint.h"
#include "tui/term.h"

struct screen;

struct action {
	int key;			/* K_… or a character; 0 ends the table */
	const char *label;		/* N_(), for the key bar; "" keeps it out of the bar (the help has it) */
	const char *help;		/* N_(), one line for the help page */
	void (*run)(struct screen *s);
	bool (*usable)(struct screen *s);	/* NULL: always. Not usable: neither in the bar nor in the help, the key does nothing */
};

struct screen_ops {
	const char *title;		/* N_(); shown in the top line and over the help */
	size_t size;			/* of the screen's own struct */
	const struct action *actions;	/* ended by { 0 }; NULL: none */
	bool overlay;			/* the screen below stays visible around it */
	bool sealed;			/* login and lock: no scanner, no global keys but language and redraw */
	/* The memory is zeroed. false: the screen is not opened; say why by notice(). */
	bool (*open)(struct screen *s, void *arg);
	void (*draw)(struct screen *s, struct area a);
	/* A key that no action took, K_PASTE and K_MOUSE among them; true: consumed. NULL allowed, as all below. */
	bool (*key)(struct screen *s, int key);
	/* About once a second while it is on top: refresh what others may have changed. */
	void (*tick)(struct screen *s);
	/* It is on top again: read again what is shown. */
	void (*back)(struct screen *s);
	/* The language is another, perhaps with overlays above it: words that are kept are made anew. NULL: back() does that. */
	void (*words)(struct screen *s);
	/* Esc without an action for it: may it close? Ask by a dialog and answer false. NULL: yes. */
	bool (*leave)(struct screen *s);
	/* All screens are about to close (quit, log out): puts away what is typed; false: it cannot be, as a notice says. */
	bool (*keep)(struct screen *s);
	/* Frees what it holds, cleanses secrets; its jobs are cancelled and forgotten before. */
	void (*close)(struct screen *s);
};
/* What opened an overlay at once: an action of the screen below it, or a choice in a dialog that stood there before. */
struct opener {
	void (*run)(struct screen *below);
	void (*chosen)(struct screen *below, void *arg, int i);
	void *arg;
	int i;
};
struct screen {
	const struct screen_ops *ops;
	struct screen *below;
	struct opener opener;		/* both functions NULL: a job's end did, or another way */
};

/* Opens a screen on top; NULL when its open() refused. arg is only looked at by open(). */
struct screen *screen_push(const struct screen_ops *ops, void *arg);
/* Closes the topmost screen. The last one ends the loop. */
void screen_pop(void);
/* Closes everything above s; s is on top then. */
void screen_pop_to(struct screen *s);
/* Closes everything and opens this one: login, after a login. */
void screen_restart(const struct screen_ops *ops, void *arg);
struct screen *screen_top(void);
/* The topmost screen reads again what it shows. */
void screen_again(void);
/* The other language, for all that is shown. */
void screen_language(void);
/* Runs it: overlays that it opens over `below` know it as theirs. */
void screen_opens(const struct opener *o, struct screen *below);
/* Opens the overlay s a second time, unseen, as it was opened the first time: take() moves the words of the twin, which are
 * in the language of now, into s. No job starts meanwhile; nothing happens where nobody knows what opened s. */
void screen_twin(struct screen *s, void (*take)(struct screen *s, struct screen *twin));
bool screen_is_twin(void);
/* Esc: asks leave() and closes. For tables that want Esc in their bar. */
void screen_back(struct screen *s);
/* Ends the loop after this event, without asking. */
void screen_quit(void);
/* Asks every open screen's keep(), from the top: before all of them are closed. */
bool screen_keeps(void);
/* A sealed screen (the lock) stands over it: what its jobs have to say waits until that one is gone. */
bool screen_under_seal(const struct screen *s);

/* One line over the key bar that stays until the next key; the second of two in one event wins, a bad one over a good one. */
enum tone { TONE_INFO, TONE_GOOD, TONE_WARN, TONE_BAD };
void notice(enum tone tone, const char *fmt, ...) PRINTF(2, 3);	/* fmt goes through tr() */
/* What went wrong, as it is worded in e. */
void notice_err(const struct err *e);
/* From draw(): a hint in the same place while there is no notice. */
void hint(const char *fmt, ...) PRINTF(1, 2);			/* fmt goes through tr() */

/* What every screen has besides its own actions: F3, F9, F10 … Set once by the console. */
void screen_common(const struct action *actions);
/* What stands at the right of the top line (who, role, point); called for each frame. */
void screen_status(void (*fn)(char *out, size_t outsz));
/* A scanner typed an application number (fast, ended by Enter): opens it when it is known, else it was typing like any
 * other. Not called while a sealed screen is on top. */
void screen_on_scan(bool (*known)(const char *no), void (*opens)(const char *no));
/* After so many seconds without a key fn() is called, once; 0 = never. */
void screen_on_idle(int seconds, void (*fn)(void));

enum loop_end { LOOP_QUIT, LOOP_LOST, LOOP_SIGNAL };	/* LOST: the terminal is gone */
/* Runs until the last screen closes. The terminal is open. */
enum loop_end screen_run(const struct screen_ops *first, void *arg);

#endif
