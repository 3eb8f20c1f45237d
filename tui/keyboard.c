#include "tui/keyboard.h"

#include "forms/text.h"
#include "tui/term.h"
#include "tui/width.h"

#include <curses.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Own codes for define_key. Above KEY_MAX + 400: terminfo's extended keys (kLFT5 …) are numbered from KEY_MAX on. */
enum { CODE_PASTE_ON = 0x3f00, CODE_PASTE_OFF, CODE_SYNC, CODE_PAD = 0x3f80 /* + what the key of the numeric pad says */ };

#define PASTE_MAX 65536
#define PASTE_SILENCE_MS 1000	/* a paste whose end was lost on the way ends after so long */
#define PIECE_MS 50		/* within which the rest of a sequence comes */

#define BACK_MAX 16

static int sync_seen;
static int back[BACK_MAX], back_n;	/* keys that were read already, the next one last */
static char pasted[PASTE_MAX + 8];
static size_t pasted_n;
static bool pasting, to_function;
static long last_pasted;
static struct mouse last_mouse;
static long last_press;

static long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- what terminals send ---- */

/* Keys that differ between PuTTY, Linux console, rxvt, screen and what terminfo says of TERM. */
static const struct { const char *sequence; int code; } foreign[] = {
	{ "\033[11~", KEY_F(1) }, { "\033[12~", KEY_F(2) }, { "\033[13~", KEY_F(3) }, { "\033[14~", KEY_F(4) },
	{ "\033[15~", KEY_F(5) }, { "\033OP", KEY_F(1) }, { "\033OQ", KEY_F(2) }, { "\033OR", KEY_F(3) },
	{ "\033OS", KEY_F(4) }, { "\033[[A", KEY_F(1) }, { "\033[[B", KEY_F(2) }, { "\033[[C", KEY_F(3) },
	{ "\033[[D", KEY_F(4) }, { "\033[[E", KEY_F(5) }, { "\033[17~", KEY_F(6) }, { "\033[18~", KEY_F(7) },
	{ "\033[19~", KEY_F(8) }, { "\033[20~", KEY_F(9) }, { "\033[21~", KEY_F(10) }, { "\033[23~", KEY_F(11) },
	{ "\033[24~", KEY_F(12) }, { "\033[1~", KEY_HOME }, { "\033[4~", KEY_END }, { "\033[7~", KEY_HOME },
	{ "\033[8~", KEY_END }, { "\033[H", KEY_HOME }, { "\033[F", KEY_END }, { "\033OH", KEY_HOME }, { "\033OF", KEY_END },
	{ "\033[A", KEY_UP }, { "\033[B", KEY_DOWN }, { "\033[C", KEY_RIGHT }, { "\033[D", KEY_LEFT }, { "\033OA", KEY_UP },
	{ "\033OB", KEY_DOWN }, { "\033OC", KEY_RIGHT }, { "\033OD", KEY_LEFT }, { "\033[3~", KEY_DC }, { "\033[2~", KEY_IC },
	{ "\033[5~", KEY_PPAGE }, { "\033[6~", KEY_NPAGE }, { "\033[Z", KEY_BTAB }, { "\033OM", KEY_ENTER },
	{ "\033OT", KEY_F(5) }, { "\033OU", KEY_F(6) }, { "\033OV", KEY_F(7) }, { "\033OW", KEY_F(8) }, { "\033OX", KEY_F(9) },
	{ "\033OY", KEY_F(10) }, { "\033OZ", KEY_F(11) }, { "\033O[", KEY_F(12) },
	/* the numeric pad where it stays in its application mode: a clerk types numbers on it */
	{ "\033Op", CODE_PAD + '0' }, { "\033Oq", CODE_PAD + '1' }, { "\033Or", CODE_PAD + '2' }, { "\033Os", CODE_PAD + '3' },
	{ "\033Ot", CODE_PAD + '4' }, { "\033Ou", CODE_PAD + '5' }, { "\033Ov", CODE_PAD + '6' }, { "\033Ow", CODE_PAD + '7' },
	{ "\033Ox", CODE_PAD + '8' }, { "\033Oy", CODE_PAD + '9' }, { "\033On", CODE_PAD + '.' }, { "\033Ok", CODE_PAD + '+' },
	{ "\033Ol", CODE_PAD + '+' }, { "\033Om", CODE_PAD + '-' }, { "\033Oj", CODE_PAD + '*' }, { "\033Oo", CODE_PAD + '/' },
	{ "\033[200~", CODE_PASTE_ON }, { "\033[201~", CODE_PASTE_OFF },
};

void
keyboard_open(bool testing, const char *early, size_t early_n)
{
	/* a test's machine may be so busy that a sequence comes in two pieces; its lone Esc is followed by a barrier */
	set_escdelay(testing ? 2000 : PIECE_MS);
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		define_key(foreign[i].sequence, foreign[i].code);
	if (testing)
		define_key("\033[777~", CODE_SYNC);
	while (early_n > 0)
		ungetch((unsigned char)early[--early_n]);
	mouseinterval(0);
}

void
keyboard_mouse(bool on)
{
	mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

/* ---- what they mean ---- */

static const struct { wint_t code; int key; } plain_codes[] = {
	{ KEY_UP, K_UP }, { KEY_DOWN, K_DOWN }, { KEY_LEFT, K_LEFT }, { KEY_RIGHT, K_RIGHT }, { KEY_HOME, K_HOME },
	{ KEY_END, K_END }, { KEY_PPAGE, K_PGUP }, { KEY_NPAGE, K_PGDN }, { KEY_IC, K_INS }, { KEY_DC, K_DEL },
	{ KEY_BACKSPACE, K_BACKSPACE }, { KEY_BTAB, K_BACKTAB }, { KEY_ENTER, K_ENTER }, { KEY_A1, K_HOME }, { KEY_A3, K_PGUP },
	{ KEY_C1, K_END }, { KEY_C3, K_PGDN },
};

static int
mouse_key(void)
{
	MEVENT ev;
	long now = now_ms();

	if (getmouse(&ev) != OK)
		return K_NONE;
	if (ev.bstate & BUTTON1_PRESSED)
		last_mouse.what = now - last_press < 400 && last_mouse.y == ev.y && last_mouse.x == ev.x ? MOUSE_DOUBLE : MOUSE_PRESS;
	else if (ev.bstate & BUTTON4_PRESSED)
		last_mouse.what = MOUSE_WHEEL_UP;
	else if (ev.bstate & BUTTON5_PRESSED)
		last_mouse.what = MOUSE_WHEEL_DOWN;
	else
		return K_NONE;
	last_press = last_mouse.what == MOUSE_PRESS ? now : 0;
	last_mouse.y = ev.y;
	last_mouse.x = ev.x;
	return K_MOUSE;
}

static int
paste_end(void)
{
	pasting = false;
	pasted[pasted_n] = '\0';
	return K_PASTE;
}

static int
special(wint_t c)
{
	switch (c) {
	case CODE_SYNC:
		sync_seen++;
		return K_SYNC;
	case CODE_PASTE_ON:
		pasting = true;
		pasted_n = 0;
		last_pasted = now_ms();
		return K_NONE;
	case CODE_PASTE_OFF:
		return pasting ? paste_end() : K_NONE;
	case KEY_MOUSE:
		return mouse_key();
	}
	if (pasting)
		return K_NONE;
	if (c >= KEY_F(1) && c <= KEY_F(12))
		return K_F((int)(c - KEY_F0));
	if (c > CODE_PAD && c < CODE_PAD + 0x7F)
		return (int)c - CODE_PAD;
	for (size_t i = 0; i < sizeof plain_codes / sizeof *plain_codes; i++)
		if (plain_codes[i].code == c)
			return plain_codes[i].key;
	return K_NONE;		/* KEY_RESIZE, keys with Shift or Ctrl that terminals send differently */
}

/* A line break or tab becomes one blank, and none between Chinese characters: a name that was broken over two lines. */
static void
paste_take(wint_t c)
{
	static bool broken;
	static wint_t last;

	last_pasted = now_ms();
	if (pasted_n == 0)
		broken = false;
	if (c == '\r' || c == '\n' || c == '\t') {
		broken = pasted_n > 0;
		return;
	}
	if (pasted_n >= PASTE_MAX - 4 || c < 0x20 || c == 0x7F)
		return;
	if (broken && c != ' ' && last != ' ' && !(width_of((uint32_t)last) == 2 && width_of((uint32_t)c) == 2))
		pasted[pasted_n++] = ' ';
	broken = false;
	last = c;
	pasted_n += text_put((uint32_t)c, pasted + pasted_n);
}

/* The next character of a sequence that has begun: its packet may be on the way. */
static int
next_piece(wint_t *c)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	int rc = get_wch(c);

	return rc == ERR && poll(&p, 1, PIECE_MS) > 0 ? get_wch(c) : rc;
}

static void
give_back(int key)
{
	if (key != K_NONE && back_n < BACK_MAX)
		back[back_n++] = key;
}

static int
plain(wint_t c)
{
	if (c == '\n')
		return K_ENTER;
	if (c == 8 || c == 0x7F)
		return K_BACKSPACE;
	return c > 0 && c <= 0x10FFFF ? (int)c : K_NONE;
}

/* Behind an Esc: nothing more = the key, and so it is before another key, which comes after it; a sequence that no table knows
 * is read to its end and means nothing. */
static int
escape(void)
{
	wint_t c;
	int rc = get_wch(&c);

	if (rc == ERR)
		return K_ESC;
	if (rc == OK && c > ' ' && c < 0x7F && c != '[' && c != 'O')
		return K_ALT((int)c);
	if (rc == KEY_CODE_YES || (c != '[' && c != 'O')) {
		give_back(rc == KEY_CODE_YES ? special(c) : c == K_ESC ? escape() : plain(c));
		return K_ESC;
	}
	/* CSI: parameters up to a final byte (ECMA-48, 5.4); rxvt ends some with $, behind which another key may begin */
	while ((rc = next_piece(&c)) == OK && !(c >= 0x40 && c <= 0x7E) && c != K_ESC)
		;
	if (rc == KEY_CODE_YES)
		return special(c);
	return rc == OK && c == K_ESC ? escape() : K_NONE;
}

static int
character(wint_t c)
{
	return c == K_ESC ? escape() : plain(c);
}

/* Function keys that the terminal keeps for itself or does not have: Alt and the keys of the digits' row, or Ctrl-G before
 * them. Ctrl-V and Alt-v leaf where there is no PgDn. */
static int
stand_in(int key)
{
	static const char row[] = "1234567890-=";
	bool prefixed = to_function;
	const char *at = NULL;

	to_function = key == K_CTRL('G');
	if (to_function)
		return K_NONE;
	if (key > ' ' && key < 0x7F && prefixed)
		at = strchr(row, key);
	else if (key > K_ALT(' ') && key < K_ALT(0x7F))
		at = strchr(row, key & 0x7F);
	if (at)
		return K_F(1 + (int)(at - row));
	return key == K_CTRL('V') ? K_PGDN : key == K_ALT('v') ? K_PGUP : key;
}

static int
read_key(void)
{
	wint_t c;
	int rc = get_wch(&c);

	if (rc == ERR && pasting && now_ms() - last_pasted >= PASTE_SILENCE_MS)
		return paste_end();
	if (rc == ERR)
		return -1;
	if (rc == KEY_CODE_YES)
		return special(c);
	if (pasting) {
		paste_take(c);
		return K_NONE;
	}
	return character(c);
}

int
term_key(void)
{
	int key = back_n > 0 ? back[--back_n] : read_key();

	/* a barrier stands between no two keys */
	return key < 0 || key == K_SYNC || key == K_NONE ? key : stand_in(key);
}

bool
keyboard_wait(int *ms)
{
	if (pasting && (*ms < 0 || *ms > PASTE_SILENCE_MS))
		*ms = PASTE_SILENCE_MS;
	return back_n > 0;
}

int
keyboard_barriers(void)
{
	int seen = sync_seen;

	sync_seen = 0;
	return seen;
}

void
term_push(int key)
{
	give_back(key);
}

const char *
term_pasted(void)
{
	return pasted;
}

struct mouse
term_mouse(void)
{
	return last_mouse;
}

const char *
term_key_name(int key)
{
	static const struct { int key; const char *name; } names[] = {
		{ K_TAB, "Tab" }, { K_ENTER, "Enter" }, { K_ESC, "Esc" }, { K_UP, "Up" }, { K_DOWN, "Down" }, { K_LEFT, "Left" },
		{ K_RIGHT, "Right" }, { K_HOME, "Home" }, { K_END, "End" }, { K_PGUP, "PgUp" }, { K_PGDN, "PgDn" }, { K_INS, "Ins" },
		{ K_DEL, "Del" }, { K_BACKSPACE, "Backspace" }, { K_BACKTAB, "Shift-Tab" }, { ' ', "Space" },
	};
	static char ring[8][16];
	static unsigned turn;
	char *out = ring[turn++ & 7];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].key == key)
			return names[i].name;
	if (key > K_F0)
		snprintf(out, sizeof ring[0], key & 0x400000 ? "Alt-%c" : "F%d", key & 0x400000 ? key & 0x7F : key - K_F0);
	else if (key < 0x20)
		snprintf(out, sizeof ring[0], "Ctrl-%c", key + '@');
	else
		out[text_put((uint32_t)key, out)] = '\0';
	return out;
}
