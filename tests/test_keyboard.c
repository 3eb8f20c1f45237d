/* Keys: what terminals of every kind send for them, whole, in pieces and without an end. */
#include "tests/term.h"
#include "tui/paint.h"
#include "tui/term.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const types[] = { "xterm-256color", "xterm", "screen", "screen-256color", "tmux-256color", "linux", "vt100",
	"vt220", "rxvt", "ansi" };
#define TYPES (sizeof types / sizeof *types)

/* ---- a program that shows the names of the keys it gets; this test starts itself as that ---- */

static void
hear_keys(char line[200])
{
	int key;

	while ((key = term_key()) >= 0) {
		size_t n = strlen(line);

		if (key == K_CTRL('L'))
			line[n = 0] = '\0';
		else if (key == K_PASTE)
			snprintf(line + n, 200 - n, "[%s] ", term_pasted());
		else if (key != K_NONE && key != K_SYNC)
			snprintf(line + n, 200 - n, "%s ", term_key_name(key));
	}
}

static int
key_program(void)
{
	char line[200] = "";
	struct err e;

	if (!term_open(&e)) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	for (;;) {
		hear_keys(line);
		term_resized();
		paint_begin();
		paint_text(0, 0, 80, INK_PLAIN, line);
		paint_end();
		term_shown();
		term_answer();
		if (term_wait(-1, -1) & WAIT_LOST || term_signal())
			return 0;
	}
}

static struct term *
key_terminal(const char *type, enum manner manner)
{
	static char self[4096];
	const char *argv[] = { self, "--keys", NULL };
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	struct term *t;

	assert_true(n > 0);
	term_as(type, manner);
	t = term_start(24, 80, argv);
	term_as("xterm-256color", TERM_USUAL);
	term_up(t);
	return t;
}

static void
sends(struct term *t, const char *type, const char *keys, const char *heard)
{
	term_type(t, "\f");
	term_type(t, keys);
	if (strcmp(term_row(t, 0), heard) != 0) {
		fprintf(stderr, "%s: ESC%s is not %s\n", type, keys + 1, heard);
		term_dump(t);
		fail();
	}
}

static void
whatever_terminal_sends_a_key_it_is_that_key_under_every_name(void **state)
{
	static const struct { const char *sends, *key; } keys[] = {
		/* xterm, VTE, tmux; PuTTY and rxvt; the Linux console; PuTTY as VT100+ */
		{ "\033OP", "F1" }, { "\033[11~", "F1" }, { "\033[[A", "F1" }, { "\033OQ", "F2" }, { "\033[12~", "F2" }, { "\033[[B", "F2" },
		{ "\033OR", "F3" }, { "\033[13~", "F3" }, { "\033[[C", "F3" }, { "\033OS", "F4" }, { "\033[14~", "F4" }, { "\033[[D", "F4" },
		{ "\033[15~", "F5" }, { "\033[[E", "F5" }, { "\033OT", "F5" }, { "\033[17~", "F6" }, { "\033OU", "F6" },
		{ "\033[18~", "F7" }, { "\033OV", "F7" }, { "\033[19~", "F8" }, { "\033OW", "F8" }, { "\033[20~", "F9" }, { "\033OX", "F9" },
		{ "\033[21~", "F10" }, { "\033OY", "F10" }, { "\033[23~", "F11" }, { "\033OZ", "F11" }, { "\033[24~", "F12" }, { "\033O[", "F12" },
		{ "\033[A", "Up" }, { "\033OA", "Up" }, { "\033[B", "Down" }, { "\033OB", "Down" }, { "\033[C", "Right" }, { "\033OC", "Right" },
		{ "\033[D", "Left" }, { "\033OD", "Left" }, { "\033[H", "Home" }, { "\033OH", "Home" }, { "\033[1~", "Home" }, { "\033[7~", "Home" },
		{ "\033[F", "End" }, { "\033OF", "End" }, { "\033[4~", "End" }, { "\033[8~", "End" }, { "\033[5~", "PgUp" }, { "\033[6~", "PgDn" },
		{ "\033[2~", "Ins" }, { "\033[3~", "Del" }, { "\033[Z", "Shift-Tab" }, { "\177", "Backspace" }, { "\b", "Backspace" },
		/* the numeric pad in its application mode */
		{ "\033Op\033Oq\033Or\033Os\033Ot", "0 1 2 3 4" }, { "\033Ou\033Ov\033Ow\033Ox\033Oy", "5 6 7 8 9" },
		{ "\033On\033Om\033Ok\033OM", ". - + Enter" }, { "\r", "Enter" }, { "\t", "Tab" }, { "\033", "Esc" }, { "\033l", "Alt-l" },
		/* what stands for function keys and leaves */
		{ "\0331\0332\0333\0334\0335\0336", "F1 F2 F3 F4 F5 F6" }, { "\0337\0338\0339\0330\033-\033=", "F7 F8 F9 F10 F11 F12" },
		{ "\a1\a2\a9\a0\a-\a=", "F1 F2 F9 F10 F11 F12" }, { "\ax", "x" }, { "\026\033v", "PgDn PgUp" },
		/* a quick hand or a slow line: Esc and the next key come at once */
		{ "\033\033[A", "Esc Up" }, { "\033\0332", "Esc F2" }, { "\033\033\0330", "Esc Esc F10" }, { "\033\a9", "Esc F9" },
		{ "\033\r", "Esc Enter" }, { "\033\344\270\255a", "Esc \344\270\255 a" }, { "\033\033", "Esc Esc" }, { "\033\033\033", "Esc Esc Esc" },
		/* what no table knows means nothing, and is not typed */
		{ "\033[24;3R\033[1;5R\033[7;2Rx", "x" },	/* an answer that comes late */
		{ "\033[1;5Qa", "a" }, { "\033[25~b", "b" }, { "\033[3;2~\033[?1;2cc", "c" }, { "\033[3$", "" },
		{ "\033[200~a\rb\033[201~z", "[a b] z" }, { "\033[200~\346\235\261\r\n\350\216\236\033[201~", "[\346\235\261\350\216\236]" },
	};

	(void)state;
	for (size_t i = 0; i < TYPES; i++) {
		struct term *t = key_terminal(types[i], TERM_USUAL);

		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
			sends(t, types[i], keys[k].sends, keys[k].key);
		kill(t->pid, SIGTERM);
		assert_true(term_ended(t, 5000));
		assert_true(term_given_back(t));
		term_free(t);
	}
}

static void
keys_in_pieces_and_a_paste_that_never_ends_come_whole(void **state)
{
	struct term *t = key_terminal("xterm", TERM_USUAL);

	(void)state;
	term_send(t, "\033[1;");
	usleep(20000);
	term_send(t, "7Qx");
	assert_true(term_awaits(t, "x", 2000));
	assert_string_equal(term_row(t, 0), "x");
	term_type(t, "\f\033[200~9144");
	assert_true(term_awaits(t, "[9144]", 4000));
	term_type(t, "5");
	assert_string_equal(term_row(t, 0), "[9144] 5");
	term_free(t);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_terminal_sends_a_key_it_is_that_key_under_every_name),
		cmocka_unit_test(keys_in_pieces_and_a_paste_that_never_ends_come_whole),
	};

	if (argc > 1 && strcmp(argv[1], "--keys") == 0)
		return key_program();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
