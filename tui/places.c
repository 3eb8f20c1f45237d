/* The places of the menu (F10): a row per place. Who may do the act sees it. */
#include "tui/screens/screens.h"

const struct place places[] = {
	{ ACT_SHOW, 'w', N_("Work"), N_("what waits for me"), &screen_queue },
	{ ACT_APPLY, 'n', N_("New application"), N_("type a form"), &screen_new },
	{ ACT_SHOW, 'c', N_("Certificates"), N_("by state, what ends soon, compare with the CA"), &screen_certificates },
	{ ACT_SHOW, 't', N_("Token stock"), N_("by state, add, move; what is plugged in"), &screen_tokens },
	{ ACT_SHOW, 's', N_("Staff"), N_("members and their rights"), &screen_staff },
	{ ACT_AUDIT_READ, 'a', N_("Audit"), N_("who did what and when; verify, mark"), &screen_audit },
	{ 0, '\0', NULL, NULL, NULL }
};
