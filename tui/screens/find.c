/* F3: an application by its number. */
#include "ra/desk.h"
#include "tui/dialog.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>

static void
find_done(struct screen *dialog, struct form *f, void *arg)
{
	struct application *a = calloc(1, sizeof *a);
	char no[APP_NO_MAX];
	struct err e;

	(void)arg;
	snprintf(no, sizeof no, "%s", form_value(f, "no"));
	if (a && desk_load(console_office(), no, a, &e)) {
		dialog_done(dialog);
		console_application(no);
	} else {
		dialog_refuse(dialog, &e);
	}
	free(a);
}

static const struct form_row rows[] = {
	{ .id = "no", .en = N_("application number"), .limit = APP_NO_MAX - 1, .edit = EDIT_UPPER | EDIT_NARROW | EDIT_SQUEEZE,
	  .required = true },
};
static const struct dialog_form find_dialog = { .title = N_("Find"), .rows = rows, .n = 1, .done = find_done };

void
find_ask(void)
{
	dialog_form(&find_dialog, NULL, NULL);
}
