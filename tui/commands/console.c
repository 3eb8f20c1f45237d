/* console: the terminal program. */
#include "tui/command.h"
#include "tui/console.h"

static bool
run_console(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	(void)a;
	(void)problems;
	return console_run(o, session.login, e);
}
const struct command command_console = { "console", "", "", N_("work on the terminal"), NEEDS_TERMINAL, 0, 0, run_console };
