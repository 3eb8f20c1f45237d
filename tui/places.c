/* The places of the menu (F10): a row per place. Who may do the act sees it. */
#include "tui/screens/screens.h"

const struct place places[] = {
	{ ACT_SHOW, 'w', N_("Work"), N_("what waits for me"), &screen_queue },
	{ ACT_APPLY, 'n', N_("New application"), N_("type a form"), &screen_new },
	{ 0, '\0', NULL, NULL, NULL }
};
