/*
 * Jobs: work that may wait, done by another thread. There is one thread per lane, and each has an office of its own
 * (struct office serves one thread), so the jobs of one lane run one after the other in the order they were started. A job
 * works as the member who started it: member and signing key go with the job, and leave the office after it.
 *
 * run() is called on the lane's thread and never touches a screen, curses or the loop's office. done() is called on the
 * loop's thread, unless the screen has closed meanwhile; drop() is always called last there and frees arg. A job that
 * writes is not torn: leaving the screen cancels only what asks job_cancelled(), and what was written stays written.
 */
#ifndef TUI_JOB_H
#define TUI_JOB_H

#include "ra/office.h"
#include "tui/screen.h"

enum job_lane {
	JOB_STORE,	/* writes to the store: short, they may queue at the turnstile */
	JOB_SLOW,	/* CA, token, printer: seconds to minutes */
	JOB_READ,	/* long reading: searches, histories, verification of the audit */
	JOB_LOOK,	/* what the screen waits for to be looked at: pictures, an application's history; behind nothing longer */
	JOB_LANES
};

struct job;		/* one that waits or runs; freed after done() and drop() */

struct job_plan {
	enum job_lane lane;
	const char *what;	/* N_(): said while it runs longer than a moment: "storing" */
	/* The screen waits for it: keys are kept until it is over (typing ahead is not lost), Esc gives up waiting where
	 * may_stop is set. A screen that shows progress itself and stays usable leaves this out. */
	bool wait, may_stop;
	bool (*run)(struct job *j, struct office *o, void *arg, struct err *e);
	void (*done)(struct screen *s, void *arg, bool ok, const struct err *e);	/* NULL: a refusal becomes a notice */
	void (*progress)(struct screen *s, void *arg);	/* job_progress was called; NULL allowed */
	void (*drop)(void *arg);	/* cleanses and frees; NULL: nothing to free */
};

/* Starts p (a static table) with arg for screen s. A job that cannot be started calls done() with the reason. */
struct job *job_start(struct screen *s, const struct job_plan *p, void *arg);
/* For run(): how far it is (of = 0: unknown), and a line in the clerk's language. */
void job_progress(struct job *j, int done, int of, const char *line);
bool job_cancelled(const struct job *j);
/* For the loop's thread: the last progress; the line lives until the next call. */
const char *job_told(const struct job *j, int *done, int *of);
/* Asks it to stop; done() comes all the same when it has. */
void job_cancel(struct job *j);
/* How many jobs wait or run, whatever became of their screens. */
int job_count(void);

/* For tui/console.c: offices are opened by the lanes on their first job, in this home; o is the loop's own. */
bool job_open(struct office *o, struct err *e) MUST_USE;
/* Lets started jobs end for at most wait_ms. false: some still run; the journal (ra resume) has what they leave when the
 * process ends, and it has to end by _exit, since they use its libraries. */
bool job_close(int wait_ms) MUST_USE;
/* For tui/screen.c. */
int job_fd(void);				/* readable when job_reap has something to do */
void job_reap(void);
void job_forget(struct screen *s);		/* the screen closes: cancelled, done() is not called */
const struct job *job_awaited(struct screen *s);	/* the job that s waits for, or NULL */
const struct job_plan *job_plan_of(const struct job *j);
int job_age_ms(const struct job *j);

#endif
