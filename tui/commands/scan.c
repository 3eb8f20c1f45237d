/* scan: the picture of a material, out of the sealed store into a file. */
#include "ra/scan.h"
#include "tui/command.h"

#include <string.h>

static bool
run_scan(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	const char *file = args_option(a, "out");

	(void)problems;
	if (a->n == 4 && strcmp(a->at[2], "-o") == 0 && !file)
		file = a->at[3];
	else if (a->n != 2 || !file)
		return err_usage(e, "usage: ra scan %s", command_scan.usage);
	return scan_export(o, a->at[0], a->at[1], file, args_option(a, "force") != NULL, e);
}
const struct command command_scan = { "scan", "NO CODE -o FILE.jpg [--force]", "out= force",
	N_("write the scan of a material to a file (audited)"), NEEDS_LOGIN, 2, 4, run_scan };
