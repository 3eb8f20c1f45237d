/*
 * Inside the application's screen: what its tabs share. A tab is one file with one struct tab; steps.c and the screens of
 * single steps see the application through screens.h only.
 */
#ifndef TUI_SCREENS_APPLICATION_H
#define TUI_SCREENS_APPLICATION_H

#include "db/application.h"
#include "tui/list.h"
#include "tui/screens/screens.h"
#include "tui/pane.h"

#define MATERIALS_MAX 64

struct history_act;
struct dossier {
	struct screen s;
	struct application *a;
	const struct scheme *scheme;	/* borrowed from the office */
	struct app_material material[MATERIALS_MAX];
	size_t materials;
	int tab, place[8];		/* shown one; where the tabs were drawn */
	bool open;			/* numbers are shown whole: opened on purpose, on the audit, until the screen is left */
	struct pane pane;		/* of the tabs that are read */
	struct history_act *acts; size_t acts_n;	/* its history as it was read last */
	struct list list;		/* of the materials */
	char decided[48];		/* code of the material that was passed or missed last, "" once the selection was moved */
};

struct tab {
	const char *title;		/* N_() */
	/* Builds d->pane; NULL where draw() does all. */
	bool (*build)(struct dossier *d, struct err *e);
	void (*draw)(struct dossier *d, struct area a);	/* NULL: the pane */
	bool (*key)(struct dossier *d, int key);	/* NULL: the pane's */
};
enum { TAB_FORM, TAB_MATERIALS, TAB_MONEY, TAB_ITEMS, TAB_HISTORY, TABS };
extern const struct tab tab_form, tab_materials, tab_money, tab_items, tab_history;

/* What a record is read with: open = numbers whole. */
struct reading { const struct application *a; const struct scheme *scheme; bool open; };
/* Why it was sent back, refused or withdrawn; nothing where no reason is known. */
void pane_why(struct pane *p, const struct application *a);
/* The whole record in sections, as the form's tab and the reviewer see it. */
void pane_record(struct pane *p, const struct reading *r);

/* Reads the application and the tab that is shown anew; a failure becomes a notice. */
void dossier_refresh(struct dossier *d);
/* To the tab where the work is: the checklist, while it is checked. */
void dossier_to_work(struct dossier *d);
/* After a job that changed it: reads anew, or says what was refused. For job_plan.done of jobs whose screen is the dossier. */
void dossier_done(struct screen *s, void *arg, bool ok, const struct err *e);
/* May the member do this act in this state, as far as the role goes? For actions' usable(). */
bool dossier_may(struct screen *s, enum act act);
/* onward.c: its certificate's screen (with several the chosen one's); a service on that, where this one is closed, false: there is none
 * to begin; the whole history of its organisation. */
void onward_certificate(struct screen *app);
bool onward_service(struct screen *app);
void onward_organisation(struct screen *app);
bool onward_has_organisation(struct screen *app);
/* The materials tab. */
void materials_open(struct dossier *d);
void materials_pass(struct screen *s);
void materials_fail(struct screen *s);
void materials_missing(struct screen *s);
void materials_more(struct screen *s);		/* copies, shelf, scan */
void materials_undo(struct screen *s);		/* a wrong key: pending again */
void materials_look(struct screen *s);		/* its scan */
bool materials_can(struct screen *s);		/* the tab is shown and the checklist open to this member */
bool materials_can_undo(struct screen *s);
bool materials_can_look(struct screen *s);

/* A material of an application, with its name as shown; for checks from the tab, or beside its picture. */
struct dossier_material { const struct application *a; const struct app_material *m; const char *name; };
/* Is the checklist open to this member; may this check be taken back? */
bool check_open(const struct application *a);
bool check_back_open(const struct application *a, const struct app_material *m);
/* A job that stores an outcome without more words (pending: taken back); s is told by back(). */
void check_start(struct screen *s, const struct dossier_material *d, enum material_outcome outcome);
void check_fail_ask(const struct dossier_material *d);		/* asks in which points, and why */
void check_more_ask(const struct dossier_material *d);		/* copies, shelf, scan */
/* The opening of an application's numbers on the audit; run() of a job whose arg is a number. */
bool numbers_run(struct job *j, struct office *o, void *arg, struct err *e);

#endif
