/* Text at the counter by itself: its width, the line editor, the scanner. None of them needs a terminal to be tested: they are
 * drawn nowhere here. */
#include "db/application.h"
#include "tui/entry.h"
#include "tui/scanner.h"
#include "tui/term.h"
#include "tui/width.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* ---- width ---- */

static void
han_is_two_columns_wide_beyond_the_basic_plane_too(void **state)
{
	static const struct { uint32_t cp; int columns; } cases[] = {
		{ 'a', 1 }, { 0x4E00, 2 }, { 0x20000, 2 }, { 0x31350, 2 }, { 0x3002, 2 }, { 0xFF08, 2 }, { 0x301, 0 }, { 0xE9, 1 },
		{ 0xB7, 1 }, { 0x2500, 1 },
		/* drawn as '?': control, invisible, turning */
		{ 7, 1 }, { 0x200B, 1 }, { 0x202E, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(width_of(cases[i].cp), cases[i].columns);
	/* curses measures with the same function */
	assert_int_equal(wcwidth((wchar_t)0x31350), 2);
	assert_int_equal(wcwidth((wchar_t)7), -1);
	width_ambiguous(true);
	assert_int_equal(width_of(0xB7), 2);
	assert_int_equal(width_of(0x2500), 2);
	assert_int_equal(width_of(0x301), 0);
	width_ambiguous(false);
}

static void
a_cluster_is_a_letter_with_its_marks(void **state)
{
	int w;

	(void)state;
	assert_int_equal(width_next("e\xCC\x81\xE4\xB8\xAD", &w), 3);
	assert_int_equal(w, 1);
	assert_int_equal(width_previous("\xE4\xB8\xAD" "e\xCC\x81", 6), 3);
	assert_int_equal(width_next("\xFF" "a", &w), 1);	/* a broken byte */
	assert_int_equal(w, 1);
	assert_int_equal(width_columns("中a国"), 5);
	assert_int_equal(width_fit("中国人", 5, &w), 6);
	assert_int_equal(w, 4);
}

static void
lines_break_between_words_and_never_before_a_full_stop(void **state)
{
	(void)state;
	assert_int_equal(width_line("one two three", 8), 8);
	assert_int_equal(width_line("unbreakable", 4), 4);
	assert_int_equal(width_line("材料齐全。请", 8), 9);	/* 全。 stay together */
	assert_int_equal(width_line("第一行\n第二行", 40), 9);
	assert_int_equal(width_line("中", 1), 3);		/* at least one */
}

/* ---- line editor ---- */

static void
type(struct edit *e, const char *s)
{
	uint32_t cp;
	size_t n;

	for (; (n = text_next(s, &cp)) > 0; s += n)
		edit_key(e, (int)cp);
}

static void
backspace_takes_a_whole_character_and_the_limit_counts_characters(void **state)
{
	struct edit e;

	(void)state;
	edit_open(&e, 4, 0);
	type(&e, "内蒙古自治区");
	assert_string_equal(e.text, "内蒙古自");
	assert_int_equal(edit_key(&e, 0x6CBB), EDIT_REFUSED);
	assert_int_equal(edit_key(&e, K_BACKSPACE), EDIT_CHANGED);
	assert_string_equal(e.text, "内蒙古");
	edit_key(&e, K_HOME);
	edit_key(&e, K_RIGHT);
	assert_int_equal(edit_key(&e, 'a'), EDIT_CHANGED);
	assert_string_equal(e.text, "内a蒙古");
	assert_int_equal(edit_key(&e, K_DEL), EDIT_CHANGED);
	assert_string_equal(e.text, "内a古");
	edit_close(&e);
}

static void
flags_shape_what_is_typed(void **state)
{
	static const struct { unsigned flags; const char *typed, *text; } cases[] = {
		{ EDIT_NARROW | EDIT_UPPER, "ａb１", "AB1" }, { EDIT_DIGITS | EDIT_NARROW, "１a2", "12" },
		{ EDIT_SQUEEZE | EDIT_NARROW, "138 0013　8000", "13800138000" }, { EDIT_NARROW, "a@b。com", "a@b.com" },
		{ 0, "e\xCC\x81", "\xC3\xA9" },		/* NFC while it is typed */
		{ 0, "𠮷田", "𠮷田" }, { 0, "a\xC2\x85" "b", "ab" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct edit e;

		edit_open(&e, 20, cases[i].flags);
		type(&e, cases[i].typed);
		assert_string_equal(e.text, cases[i].text);
		edit_close(&e);
	}
}

static void
a_mark_joins_the_last_letter_of_a_full_field(void **state)
{
	struct edit e;

	(void)state;
	edit_open(&e, 2, 0);
	type(&e, "xe");
	assert_int_equal(edit_key(&e, 0x301), EDIT_CHANGED);
	assert_string_equal(e.text, "x\xC3\xA9");
	edit_close(&e);
}

static void
cut_put_back_undo(void **state)
{
	struct edit e;

	(void)state;
	edit_open(&e, 0, 0);
	type(&e, "name@example.com");
	edit_key(&e, K_CTRL('W'));
	assert_string_equal(e.text, "name@example.");
	edit_key(&e, K_CTRL('U'));
	assert_string_equal(e.text, "");
	edit_key(&e, K_CTRL('Y'));
	assert_string_equal(e.text, "name@example.");
	edit_key(&e, K_CTRL('Z'));
	edit_key(&e, K_CTRL('Z'));
	assert_string_equal(e.text, "name@example.");
	edit_key(&e, K_CTRL('Z'));
	assert_string_equal(e.text, "name@example.com");
	edit_key(&e, K_HOME);
	edit_key(&e, K_CTRL('K'));
	assert_string_equal(e.text, "");
	edit_close(&e);
}

static void
a_secret_is_neither_cut_nor_kept(void **state)
{
	struct edit open, secret;

	(void)state;
	edit_open(&open, 0, 0);
	edit_open(&secret, 0, EDIT_SECRET);
	type(&open, "seen");
	edit_key(&open, K_CTRL('U'));
	type(&secret, "hidden");
	edit_key(&secret, K_CTRL('U'));
	assert_string_equal(secret.text, "");
	edit_key(&secret, K_CTRL('Z'));
	assert_string_equal(secret.text, "");
	edit_key(&open, K_CTRL('Y'));
	assert_string_equal(open.text, "seen");
	edit_close(&secret);
	edit_close(&open);
}

/* ---- scanner ---- */

static char went[256], number[64];
static bool number_known, sets_off_d;

static void
take(int key)
{
	size_t n = strlen(went);

	snprintf(went + n, sizeof went - n, "%s", key == K_ENTER ? "!" : key == K_BACKSPACE ? "<" : (char[]){ (char)key, '\0' });
}

static bool
sets_off(int key)
{
	return sets_off_d && key == 'D';
}

static bool
scanned(const char *no, bool first_was_taken)
{
	if (!number_known)
		return false;
	snprintf(number, sizeof number, "%s%s", first_was_taken ? "taken " : "", no);
	return true;
}

static void
feed(const char *s, int64_t from, int gap)
{
	for (int i = 0; s[i]; i++)
		scanner_take(s[i] == '!' ? K_ENTER : s[i], from + i * gap, take, sets_off, scanned);
}

static void
wipe(bool known, bool off)
{
	went[0] = number[0] = '\0';
	number_known = known;
	sets_off_d = off;
}

static void
a_number_typed_fast_is_scanned_a_number_typed_by_hand_is_typed(void **state)
{
	char no[APP_NO_MAX] = "DG01251126000010", line[APP_NO_MAX + 2], low[APP_NO_MAX + 2];

	(void)state;
	for (char c = '0'; !app_no_valid(no) && c <= '9'; c++)
		no[15] = c;
	assert_true(app_no_valid(no));
	snprintf(line, sizeof line, "%s!", no);
	wipe(true, false);
	feed(line, 1000, 4);
	assert_string_equal(number + strlen("taken "), no);
	assert_string_equal(went, "D");		/* went through at once, and is taken back */
	wipe(true, true);
	feed(line, 2000, 4);
	assert_string_equal(number, no);	/* 'D' is a key of the screen: it was held */
	assert_string_equal(went, "");
	wipe(true, false);
	snprintf(low, sizeof low, "%s", line);
	low[0] = 'd';
	feed(low, 3000, 4);
	assert_string_equal(number + strlen("taken "), no);
	wipe(true, false);
	feed(line, 4000, 90);
	assert_string_equal(number, "");
	assert_string_equal(went, line);
	wipe(false, false);
	feed(line, 9000, 4);
	assert_string_equal(went, line);	/* not known here: it was typing */
}

static void
what_is_held_goes_through_when_nothing_follows(void **state)
{
	(void)state;
	wipe(true, false);
	feed("abc", 1000, 3);
	assert_string_equal(went, "a");
	assert_true(scanner_holds());
	assert_int_equal(scanner_due(), 1006 + SCAN_GAP_MS);
	scanner_flush(take);
	assert_string_equal(went, "abc");
	assert_false(scanner_holds());
	wipe(true, false);
	feed("44190019900101123X!", 2000, 3);	/* an ID card reader: no application number */
	assert_string_equal(went, "44190019900101123X!");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(han_is_two_columns_wide_beyond_the_basic_plane_too),
		cmocka_unit_test(a_cluster_is_a_letter_with_its_marks),
		cmocka_unit_test(lines_break_between_words_and_never_before_a_full_stop),
		cmocka_unit_test(backspace_takes_a_whole_character_and_the_limit_counts_characters),
		cmocka_unit_test(flags_shape_what_is_typed),
		cmocka_unit_test(a_mark_joins_the_last_letter_of_a_full_field),
		cmocka_unit_test(cut_put_back_undo),
		cmocka_unit_test(a_secret_is_neither_cut_nor_kept),
		cmocka_unit_test(a_number_typed_fast_is_scanned_a_number_typed_by_hand_is_typed),
		cmocka_unit_test(what_is_held_goes_through_when_nothing_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
