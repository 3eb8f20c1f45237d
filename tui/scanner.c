#include "tui/scanner.h"

#include "db/application.h"
#include "tui/term.h"

#include <stddef.h>

static struct {
	char text[APP_NO_MAX];	/* so far, in capitals */
	int key[APP_NO_MAX];	/* as typed */
	size_t n;
	size_t given;		/* of them that went through: 0 or 1 */
	int64_t last_ms;
} burst;

static bool
belongs(int key)
{
	return (key >= '0' && key <= '9') || (key >= 'A' && key <= 'Z') || (key >= 'a' && key <= 'z');
}

bool
scanner_holds(void)
{
	return burst.n > burst.given;
}

int64_t
scanner_due(void)
{
	return burst.last_ms + SCAN_GAP_MS;
}

void
scanner_flush(void (*take)(int key))
{
	size_t from = burst.given, n = burst.n;
	int key[APP_NO_MAX];

	/* take() may lead back here */
	for (size_t i = from; i < n; i++)
		key[i] = burst.key[i];
	burst.n = burst.given = 0;
	for (size_t i = from; i < n; i++)
		take(key[i]);
}

static void
begin(int key, int64_t now, void (*take)(int key), bool (*sets_off)(int key))
{
	burst.n = 0;
	burst.key[0] = key;
	burst.text[0] = (char)(key >= 'a' ? key - 'a' + 'A' : key);
	burst.last_ms = now;
	burst.n = 1;
	burst.given = sets_off(key) ? 0 : 1;
	if (burst.given)
		take(key);
}

static bool
is_number(void)
{
	burst.text[burst.n] = '\0';
	return burst.n > 12 && app_no_valid(burst.text);
}

void
scanner_take(int key, int64_t now, void (*take)(int key), bool (*sets_off)(int key),
    bool (*scanned)(const char *no, bool first_was_taken))
{
	bool at_once = burst.n > 0 && now - burst.last_ms <= SCAN_GAP_MS;

	if (belongs(key) && at_once && burst.n < APP_NO_MAX - 1) {
		burst.text[burst.n] = (char)(key >= 'a' ? key - 'a' + 'A' : key);
		burst.key[burst.n++] = key;
		burst.last_ms = now;
		return;
	}
	if (key == K_ENTER && at_once && is_number() && scanned(burst.text, burst.given == 1)) {
		burst.n = burst.given = 0;
		return;
	}
	if (key == K_NONE)
		return;
	scanner_flush(take);
	if (belongs(key))
		begin(key, now, take, sets_off);
	else
		take(key);
}
