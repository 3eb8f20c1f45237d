/* fill HOME [N]: N applications (1,000,000) in a fresh demo home (`ra --home HOME init --demo`), to look at by hand. */
#include "tests/million.h"

#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	struct world *w = calloc(1, sizeof *w);

	if (!w || argc < 2) {
		fputs("usage: fill HOME [N]\n", stderr);
		return 2;
	}
	snprintf(w->home, sizeof w->home, "%s", argv[1]);
	million_fill(w, argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1000000);
	free(w);
	return 0;
}
