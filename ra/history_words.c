/* What the details of audit rows say, in the process's language; declared in ra/history.h. */
#include "ra/history.h"

#include "forms/money.h"
#include "forms/tr.h"
#include "printing/paper.h"
#include "ra/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The audit keeps short machine words, in one language, for good. This table knows their forms: '*' is one word, '~' the
 * rest of the line; {1} {2} {3} in what is shown are those words, each turned by its slot. */
enum slot { AS_IS, SCHEME, MATERIAL, YUAN, CRL_REASON_OF, SERVICE, CHANNEL, STATE, METHOD, OUTCOME, TOKEN_STATE_OF, CERT_STATE_OF,
	REASON, ROLE, PAPER, PRINT_STATE, SAID };	/* SAID: words of the program's own, or a person's, which are shown as they are */
static const struct name *const lists[] = {
	[SERVICE] = service_names, [CHANNEL] = channel_names, [STATE] = app_state_names, [METHOD] = pay_method_names,
	[OUTCOME] = material_outcome_names, [TOKEN_STATE_OF] = token_state_names, [CERT_STATE_OF] = cert_state_names,
	[REASON] = reason_names, [ROLE] = role_names, [PAPER] = paper_names, [PRINT_STATE] = print_state_names,
};
#define SLOTS_MAX 3
static const struct phrase {
	enum act act;			/* ACT_N: any */
	const char *stored;
	enum slot slot[SLOTS_MAX];
	const char *shown;		/* N_() */
} phrases[] = {
	{ ACT_APPLY, "* * *", { SCHEME, SERVICE, CHANNEL }, N_("{1}, {2}, {3}") },
	{ ACT_EDIT, "* fields given; checks void", { AS_IS }, N_("{1} fields given; checks and review are void") },
	{ ACT_ACCEPT, "scheme version *", { AS_IS }, N_("by version {1} of the scheme") },
	{ ACT_MATERIAL, "* *", { MATERIAL, OUTCOME }, N_("{1}: {2}") },
	{ ACT_PAY, "* * fen", { METHOD, YUAN }, N_("{1} {2} yuan") },
	{ ACT_DELIVER, "agent's ID agrees", { AS_IS }, N_("the agent's ID agrees") },
	{ ACT_OPEN_ID, "edit", { AS_IS }, N_("to change the form") },
	{ ACT_OPEN_ID, "console", { AS_IS }, N_("on the screen") },
	{ ACT_OPEN_ID, "*", { SERVICE }, N_("{1}") },
	{ ACT_OPEN_SCAN, "* *", { MATERIAL, AS_IS }, N_("{1}") },
	{ ACT_OPEN_SCAN, "* * to a file", { MATERIAL, AS_IS }, N_("{1}, to a file") },
	{ ACT_OPEN_SCAN, "* * in the viewer", { MATERIAL, AS_IS }, N_("{1}, in the viewer") },
	{ ACT_OPEN_PIN, "PIN letter", { AS_IS }, N_("PIN letter") },
	{ ACT_CODE, "sending * of *", { AS_IS, AS_IS }, N_("sending {1} of {2}") },
	{ ACT_CODE_VOID, "expired", { AS_IS }, N_("it had expired") },
	{ ACT_CODE_VOID, "not sent by the gateway", { AS_IS }, N_("the gateway did not send it") },
	{ ACT_CODE_WRONG, "wrong code, * of *", { AS_IS, AS_IS }, N_("wrong code, try {1} of {2}") },
	{ ACT_PROVEN, "code *", { AS_IS }, N_("by code {1}") },
	{ ACT_EMERGENCY, "certificate * *", { AS_IS, REASON }, N_("certificate {1}: {2}") },
	{ ACT_N, "certificate * reason *", { AS_IS, CRL_REASON_OF }, N_("certificate {1}: {2}") },
	{ ACT_ADOPT, "*: ~", { CERT_STATE_OF, AS_IS }, N_("{1}: {2}") },
	{ ACT_TOKEN_MOVE, "*", { TOKEN_STATE_OF }, N_("{1}") },
	{ ACT_TOKEN_ADD, "blank", { TOKEN_STATE_OF }, N_("blank") },
	{ ACT_FIND_ID, "by identity number", { AS_IS }, N_("by identity number") },
	{ ACT_SCHEME_LOAD, "version *", { AS_IS }, N_("version {1}") },
	{ ACT_STAFF_ADD, "role *", { ROLE }, N_("role: {1}") },
	{ ACT_STAFF_ON, "enabled", { AS_IS }, N_("enabled") },
	{ ACT_STAFF_OFF, "disabled", { AS_IS }, N_("disabled") },
	{ ACT_STAFF_RESET, "new key", { AS_IS }, N_("new key") },
	{ ACT_STAFF_PASSWD, "own password", { AS_IS }, N_("own password") },
	{ ACT_STAFF_PASSWD, "right password after wrong ones", { AS_IS }, N_("the right password after wrong ones") },
	{ ACT_PRINTED, "paper * *", { PAPER, PRINT_STATE }, N_("{1}: {2}") },
	{ ACT_N, "paper * * copies", { PAPER, AS_IS }, N_("{1}, {2} copies") },
	{ ACT_N, "paper * * copies: ~", { PAPER, AS_IS, AS_IS }, N_("{1}, {2} copies: {3}") },
	{ ACT_AUDIT_MARK, "rows up to *", { AS_IS }, N_("rows up to {1}") },
	{ ACT_INIT, "demo", { AS_IS }, N_("demo home") },
	{ ACT_INIT, "new home", { AS_IS }, N_("new home") },
	{ ACT_MIGRATE, "* migrations", { AS_IS }, N_("{1} migrations") },
	{ ACT_N, "wrong password", { AS_IS }, N_("wrong password") },
	{ ACT_N, "* to *", { STATE, STATE }, N_("from {1} to {2}") },
	{ ACT_BRING, "certificate * of *", { AS_IS, AS_IS }, N_("certificate {1} of {2}") },
	{ ACT_N, "certificate *", { AS_IS }, N_("certificate {1}") },
	{ ACT_N, "certificate *: ~", { AS_IS, AS_IS }, N_("certificate {1}: {2}") },
	{ ACT_N, "item * token *", { AS_IS, AS_IS }, N_("item {1}, token {2}") },
	{ ACT_N, "item * token *, new initial PIN", { AS_IS, AS_IS }, N_("item {1}, token {2}, new initial PIN") },
	{ ACT_CLEARED, "token * for *", { AS_IS, AS_IS }, N_("from token {1}, for {2}") },
	{ ACT_UNLOCKED, "item *, PIN to be changed at first use", { AS_IS }, N_("item {1}, PIN to be changed at first use") },
	{ ACT_RECORDED, "*", { SERVICE }, N_("{1}") },
	{ ACT_N, "item * at *", { AS_IS, AS_IS }, N_("item {1}, at the CA {2}") },
	{ ACT_N, "item * without its token: ~", { AS_IS, SAID }, N_("item {1}, without its token: {2}") },
	{ ACT_N, "item *: ~", { AS_IS, AS_IS }, N_("item {1}: {2}") },
	{ ACT_N, "try * without an answer", { AS_IS }, N_("try {1}, no answer") },
	{ ACT_N, "refused: ~", { AS_IS }, N_("refused: {1}") },
	{ ACT_N, "reason * for *", { CRL_REASON_OF, AS_IS }, N_("reason: {1}, for {2}") },
	{ ACT_N, "reason *", { CRL_REASON_OF }, N_("reason: {1}") },
};

enum act
history_act_of(const char *stored)
{
	int i = 0;

	while (i < ACT_N && strcmp(acts[i].stored, stored) != 0)
		i++;
	return (enum act)i;
}

/* Does the detail have the form? Then word[] gets what stands for '*' and '~'. */
static bool
fits(const char *form, const char *detail, char word[SLOTS_MAX][256])
{
	int n = 0;

	for (; *form; form++) {
		size_t len;

		if (*form != '*' && *form != '~') {
			if (*detail++ != *form)
				return false;
			continue;
		}
		len = *form == '~' ? strlen(detail) : strcspn(detail, (const char[]){ ' ', form[1], '\0' });
		if (len == 0)
			return false;
		snprintf(word[n++], 256, "%.*s", (int)len, detail);
		detail += len;
	}
	return *detail == '\0';
}

static const char *
scheme_word(const struct scheme *s, const char *id)
{
	if (!s || strcmp(s->id, id) != 0)
		return id;
	return tr_english() ? s->en : s->zh;
}

/* A word as shown; one that is of no list stays as it is. */
static void
turn(const struct scheme *s, const struct application *a, enum slot slot, char word[256])
{
	const char *shown = word;
	char yuan[32];
	long reason;

	if (slot == SCHEME) {
		shown = scheme_word(s, word);
	} else if (slot == MATERIAL) {
		shown = s && a ? rules_material_name(s, a, word) : word;
	} else if (slot == YUAN) {
		money_grouped(strtoll(word, NULL, 10), yuan, sizeof yuan);
		shown = yuan;
	} else if (slot == CRL_REASON_OF) {
		reason = strtol(word, NULL, 10);
		shown = reason >= 0 && reason < CRL_REASON_N ? tr_name(crl_reason_names, (int)reason) : word;
	} else if (slot == SAID) {
		shown = tr(word);
	} else if (slot != AS_IS) {
		shown = tr_stored(lists[slot], word);
	}
	if (shown != word)
		snprintf(word, 256, "%s", shown);
}

/* Puts the words into the places {1} {2} {3} of a message. */
static void
expand(const char *message, char word[SLOTS_MAX][256], char *out, size_t outsz)
{
	size_t n = 0;

	for (const char *m = message; *m && n + 1 < outsz; m++)
		if (m[0] == '{' && m[1] >= '1' && m[1] <= '0' + SLOTS_MAX && m[2] == '}') {
			n += (size_t)snprintf(out + n, outsz - n, "%s", word[m[1] - '1']);
			m += 2;
		} else {
			out[n++] = *m;
		}
	out[n < outsz ? n : outsz - 1] = '\0';
}

bool
history_of_scheme(enum act act)
{
	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
		for (int k = 0; k < SLOTS_MAX; k++)
			if (phrases[i].act == act && (phrases[i].slot[k] == SCHEME || phrases[i].slot[k] == MATERIAL))
				return true;
	return false;
}

void
history_words(const struct scheme *s, const struct application *a, enum act act, const char *detail, char *out, size_t outsz)
{
	char word[SLOTS_MAX][256] = { "", "", "" };

	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
		const struct phrase *p = &phrases[i];

		if ((p->act != ACT_N && p->act != act) || !fits(p->stored, detail, word))
			continue;
		for (int k = 0; k < SLOTS_MAX; k++)
			turn(s, a, p->slot[k], word[k]);
		expand(tr(p->shown), word, out, outsz);
		return;
	}
	snprintf(out, outsz, "%s", detail);
}
