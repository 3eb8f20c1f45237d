#include "tests/clerk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct term *
clerk_at_work(struct world *w, const char *login, int rows, int cols)
{
	char path[160], name[64], role[32], password[64];
	struct term *t = term_console(w->home, login, rows, cols);
	bool typed = false;
	FILE *f;

	snprintf(path, sizeof path, "%s/demo-logins", w->home);
	f = fopen(path, "re");
	while (f && !typed && fscanf(f, "%63s %31s %63s", name, role, password) == 3)
		if (strcmp(name, login) == 0) {
			term_type(t, password);
			typed = true;
		}
	if (f)
		fclose(f);
	if (!typed)
		abort();
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, "F10");
	return t;
}
