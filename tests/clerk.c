#include "tests/clerk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
clerk_password(struct world *w, const char *login)
{
	static char password[64];
	char path[160], name[64], role[32];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof path, "%s/demo-logins", w->home);
	f = fopen(path, "re");
	while (f && !found && fscanf(f, "%63s %31s %63s", name, role, password) == 3)
		found = strcmp(name, login) == 0;
	if (f)
		fclose(f);
	if (!found) {
		fprintf(stderr, "no login %s\n", login);
		abort();
	}
	return password;
}

struct term *
clerk_at_work(struct world *w, const char *login, int rows, int cols)
{
	struct term *t = term_console(w->home, login, rows, cols);

	term_type(t, clerk_password(w, login));
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, "F10");
	return t;
}

void
clerk_takes(struct term *t, const char *tray)
{
	int row, col;

	term_see(t, tray);
	if (term_shows(t, tray, &row, &col))
		term_click(t, row, col);
	term_press(t, VTERM_KEY_ENTER);
}
