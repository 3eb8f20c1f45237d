/* The screens by name, with what screen_push wants as their argument. */
#ifndef TUI_SCREENS_SCREENS_H
#define TUI_SCREENS_SCREENS_H

#include "db/application.h"
#include "tui/console.h"

extern const struct screen_ops screen_login;		/* const char *login, or NULL */
extern const struct screen_ops screen_lock;		/* NULL */
extern const struct screen_ops screen_queue;		/* NULL: what waits for this member */
extern const struct screen_ops screen_new;		/* NULL: asks scheme, service and channel */
extern const struct screen_ops screen_application;	/* const char *no */

/* What can be done to an application now (F4 in its screen): workflow_next says which, this table how. */
struct next_step {
	enum act act;
	char key;			/* chooses it in the list */
	/* app is the application's screen (on top), a what it shows. When the step is over the screen is told by back(). */
	void (*run)(struct screen *app, const struct application *a);
};
extern const struct next_step next_steps[];	/* ended by a row without run; tui/screens/steps.c */

#endif
