/* The screens by name, with what screen_push wants as their argument. */
#ifndef TUI_SCREENS_SCREENS_H
#define TUI_SCREENS_SCREENS_H

#include "db/application.h"
#include "db/reason.h"
#include "tui/console.h"

extern const struct screen_ops screen_login;		/* const char *login, or NULL */
extern const struct screen_ops screen_lock;		/* NULL */
extern const struct screen_ops screen_queue;		/* NULL: what waits for this member */
extern const struct screen_ops screen_new;		/* NULL: asks scheme, service and channel */
extern const struct screen_ops screen_application;	/* const char *no */
extern const struct screen_ops screen_review;		/* const char *no: the second person's look, and decision */
extern const struct screen_ops screen_carry;		/* const char *no: made, unlocked, revoked, one after the other */
extern const struct screen_ops screen_print;		/* const char *no: its papers */
extern const struct screen_ops screen_audit;		/* NULL: the log of this service point */
extern const struct screen_ops screen_number;		/* const char *no: it was just accepted */

extern const struct screen_ops screen_certificates;	/* NULL: all, in shelves by state */
extern const struct screen_ops screen_certificate;	/* const char *serial */
extern const struct screen_ops screen_reconcile;	/* NULL: compares the store with the CAs' lists */
extern const struct screen_ops screen_tokens;		/* NULL: the stock, and what is plugged in */
extern const struct screen_ops screen_token;		/* const char *serial */
extern const struct screen_ops screen_staff;		/* NULL: members and rights */

/* The scan of an application's material on top, the first one that has one with code NULL. */
void scan_look(const char *no, const char *code);

extern const struct screen_ops screen_find;		/* NULL: anything by what is in hand */
extern const struct screen_ops screen_organisation;	/* const int64_t *id: all that an organisation asked for and got */

/* Opens an organisation's whole history on top. */
void console_organisation(int64_t id);
/* Asks which service is wanted on a certificate, and opens its form, filled from the holder's record. LIFT: the one that ends a
 * hold, where the scheme has one. */
enum service_wish { WISH_ANY, WISH_LIFT };
void service_begin(enum service_wish wish, const char *old_serial);
/* Open the screen of one certificate, of one token, on top; say so when there is none. */
void console_certificate(const char *serial);
void console_token(const char *serial);
/* Ask how many soft tokens are to be made; the factory SO PIN of one that is plugged in. The screen below is told by back(). */
void token_add_soft_ask(void);
void token_add_ask(const char *serial);
/* Asks where to a token of the stock is moved, and why; the screen below is told by back(). */
struct stock_row;
void token_move_ask(const struct stock_row *row);

/* Asks for a new password; old: the present one, which was just typed, or NULL: asked as well. done: told when it is changed. */
void password_ask(const char *old);
/* A one-time code is sent to the holder and told back (a step of next_steps). */
void prove_will(struct screen *app, const struct application *a);
/* Another authority's certificate, read from the holder's token or a file (a step of next_steps). */
void bring_it(struct screen *app, const struct application *a);
/* The form of an application, to be changed (a step of next_steps). */
void edit_application(struct screen *app, const struct application *a);
/* A step without a form, as a job; one that asks for its reason first. Screen s is told by back(). */
void step_start(struct screen *s, const struct application *a, enum act act);
struct screen *step_ask(const struct application *a, enum act act);
/* What is wrong with the materials that the application's screen shows, in at most `limit` characters; "" = nothing. */
void materials_wrong(const struct screen *app, size_t limit, char *out, size_t outsz);
/* Offers the usual reasons for the field "reason" of a dialog. */
void reasons_offer(struct screen *dialog, enum reason_kind kind, const char *of);
/* The next application in one of the states (bits) that is not of this member's hands: behind id `after`, else from the first. */
bool waiting_next(unsigned states, int64_t after, char no[APP_NO_MAX]);
void review_it(struct screen *app, const struct application *a);
/* The plugged-in tokens, blank or in use, as a list to choose from. */
void plugged_ask(struct screen *s, bool blank, void (*chosen)(struct screen *below, const char *serial));
/* Asks for the reason of an emergency revocation of this certificate, holds it, and opens its application. */
void emergency_ask(const char *serial);
/* Asks whether this token was handed in; yes: its keys are destroyed as a job, and the screen below is told by back(). */
void handin_ask(const char *serial);
/* `ra resume` as a job; screen s is told by back(). */
void resume_all(struct screen *s);
void carry_it(struct screen *app, const struct application *a);
/* Hand-over at the counter and by courier (steps of next_steps). */
void deliver_it(struct screen *app, const struct application *a);
void send_it(struct screen *app, const struct application *a);
/* A payment for it (a step of next_steps, and F7 in its screen). */
void pay_application(struct screen *app, const struct application *a);
/* Opens an unfinished form (an id of ra/draft.h) where it was left. */
void new_resume(const char *draft);
/* The search for everything, on top. */
void find_ask(void);
void find_for(const char *text);		/* with this typed and entered already */

/* What can be done to an application now (F4 in its screen): workflow_next says which, this table how. */
struct next_step {
	enum act act;
	char key;			/* chooses it in the list */
	const char *label;		/* N_() */
	/* app is the application's screen (on top), a what it shows. When the step is over the screen is told by back(). */
	void (*run)(struct screen *app, const struct application *a);
};
extern const struct next_step next_steps[];	/* ended by a row without run; tui/screens/steps.c */

#endif
