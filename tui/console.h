/*
 * The console: a home with the terminal on it. Holds the loop's own office (reading only: every write goes through a
 * job), who works, the places of the menu, the idle lock, the scanner.
 *
 * To add a screen: tui/screens/NAME.c with a `const struct screen_ops screen_NAME`, its line in tui/screens/screens.h,
 * and a row in the table of places (tui/places.c) or of next steps (tui/screens/steps.c).
 */
#ifndef TUI_CONSOLE_H
#define TUI_CONSOLE_H

#include "ra/office.h"
#include "tui/job.h"
#include "tui/screen.h"

/* Runs the console on an open office until its user leaves; login: filled in already, NULL = none. It may end the process
 * itself where a job cannot be waited for. */
bool console_run(struct office *o, const char *login, struct err *e) MUST_USE;

/* The loop's office, with the member who works. Reading only. */
struct office *console_office(void);
bool console_logged_in(void);
/* Makes the member of a lane's office (after a login there) the console's, and opens the member's first screen. */
struct staff_pass;
void console_login(struct staff_pass *pass);
/* Takes the member out of every office and shows the login. */
void console_logout(void);
/* Over everything, until the password of the same member is typed, or another one logs in. */
void console_lock(void);
/* Opens the application's screen on top; says so when there is none. */
void console_application(const char *no);

/* A place of the menu (F10): who may do `act` sees it. */
struct place {
	enum act act;
	char key;			/* chooses it in the menu */
	const char *label, *help;	/* N_() */
	const struct screen_ops *ops;
};
extern const struct place places[];	/* ended by a row without ops; tui/places.c */

#endif
