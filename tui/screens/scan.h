/* Inside the screen of a scan: scan.c has the screen, scan_out.c the ways out of it, to another program and to a file. */
#ifndef TUI_SCREENS_SCAN_H
#define TUI_SCREENS_SCAN_H

#include "tui/look.h"
#include "tui/screens/application.h"
#include "tui/viewer.h"

struct scanned {
	struct screen s;
	struct application *a;
	const struct scheme *scheme;
	struct app_material material[MATERIALS_MAX];
	size_t n;
	char code[48];			/* which one is shown */
	struct look look;
	struct err failed;		/* why there is no picture; code 0: there is, or it comes */
	struct pane facts;
	bool alone;			/* the picture without the facts */
	bool open;			/* numbers whole: opened on purpose */
	bool going;			/* passed by key: the next one follows when that is stored */
	struct viewer viewer;
};

/* Actions of the screen. */
void scan_lend(struct screen *s);		/* to the program that ra.conf names */
bool scan_has_viewer(struct screen *s);
void scan_export_ask(struct screen *s);

#endif
