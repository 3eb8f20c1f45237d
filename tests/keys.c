#include "tests/keys.h"

#include "forms/idnumber.h"
#include "forms/text.h"
#include "tui/width.h"

#include <stdio.h>
#include <string.h>

#define KNOWN_MAX 120
#define SAID_MAX 40

static struct term *t;			/* of the call */
static uint64_t state;
static char known[KNOWN_MAX][64];	/* numbers and names of what the store holds */
static uint32_t known_n;
static char said[SAID_MAX][160];	/* the last things sent */
static unsigned said_n;

/* ---- chance ---- */

void
keys_seed(uint64_t seed)
{
	state = seed * 0x9E3779B97F4A7C15u + 1;
}

uint32_t
keys_chance(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 33) % n;
}

#define ONE_OF(a) ((a)[keys_chance(sizeof(a) / sizeof *(a))])

/* ---- what is sent ---- */

void
keys_know(const char *word)
{
	if (known_n < KNOWN_MAX)
		snprintf(known[known_n++], sizeof known[0], "%s", word);
}

static void
note_said(const char *s)
{
	char *out = said[said_n++ % SAID_MAX];
	size_t n = 0;

	for (; *s && n + 8 < sizeof said[0]; s++)
		n += (size_t)snprintf(out + n, 8, *s > ' ' && *s < 0x7F ? "%c" : "\\x%02x", (unsigned char)*s);
	snprintf(out + n, 4, "%s", *s ? "..." : "");
}

static void
say(const char *s)
{
	note_said(s);
	term_send(t, s);
}

static void
say_cp(uint32_t cp)
{
	char bytes[8];

	bytes[text_put(cp, bytes)] = '\0';
	say(bytes);
}

static void
enter(void)
{
	say("\r");
}

static void
escape(void)
{
	say("\033");
}

static void
move_about(void)
{
	static const char *const keys[] = { "\033[A", "\033[B", "\033[B", "\033[C", "\033[D", "\033[H", "\033[F", "\033[5~", "\033[6~",
		"\033OA", "\033OB" };

	say(ONE_OF(keys));
}

static void
tab(void)
{
	say(keys_chance(4) ? "\t" : "\033[Z");
}

/* The keys that lead on more often than those that lead away. */
static void
function_key(void)
{
	static const char *const keys[] = { "\033OP", "\033OQ", "\033OQ", "\033OQ", "\033OR", "\033OS", "\033OS", "\033OS", "\033[15~",
		"\033[17~", "\033[17~", "\033[17~", "\033[18~", "\033[18~", "\033[19~", "\033[20~", "\033[21~", "\033[23~", "\033[24~" };

	say(ONE_OF(keys));
}

static void
menu(void)
{
	static const char letters[] = "wnctsapldnctsa";

	say("\033[21~");
	say((char[]){ letters[keys_chance(sizeof letters - 1)], '\0' });
}

static void
letter(void)
{
	say((char[]){ (char)(' ' + keys_chance(95)), '\0' });
}

static void
small_answer(void)
{
	static const char *const answers[] = { "y", "n", " ", "+", "1", "2", "0" };

	say(ONE_OF(answers));
}

static void
control(void)
{
	say((char[]){ (char)(1 + keys_chance(26)), '\0' });
}

static void
alt(void)
{
	say((char[]){ 27, keys_chance(3) ? (char)('a' + keys_chance(26)) : 'l', '\0' });
}

static void
mouse(void)
{
	static const int buttons[] = { 0, 0, 0, 1, 2, 64, 65, 32, 35, 68 };
	int row = keys_chance(3) ? (int)keys_chance((uint32_t)t->rows) + 1 : t->rows, column = (int)keys_chance((uint32_t)t->cols + 2);
	char s[80];

	snprintf(s, sizeof s, "\033[<%d;%d;%d%c", ONE_OF(buttons), column, row, keys_chance(8) ? 'M' : 'm');
	say(s);
}

/* Is it as wide for libvterm as for the console? Terminals do not agree on young signs, and nobody can draw for all of them. */
static bool
agreed(uint32_t cp)
{
	static VTerm *scratch;
	char bytes[8];
	VTermPos at;

	if (!scratch) {
		scratch = vterm_new(2, 8);
		vterm_set_utf8(scratch, 1);
		vterm_screen_reset(vterm_obtain_screen(scratch), 1);
	}
	vterm_input_write(scratch, "\r\033Ka", 4);
	vterm_input_write(scratch, bytes, text_put(cp, bytes));
	vterm_state_get_cursorpos(vterm_obtain_state(scratch), &at);
	return !text_may_stand(cp) || at.col == 1 + width_of(cp);
}

/* A character of many kinds: Chinese ones, beyond the BMP, marks, joiners, wide signs, right-to-left, private, none at all. */
static uint32_t
any_character(void)
{
	static const struct { uint32_t low, high; } kinds[] = { { 0x20, 0x7E }, { 0x20, 0x7E }, { 0x4E00, 0x9FA5 }, { 0x4E00, 0x9FA5 },
		{ 0x4E00, 0x9FA5 }, { 0xFF01, 0xFF5E }, { 0x3000, 0x3020 }, { 0x20000, 0x2A6D6 }, { 0x300, 0x36F }, { 0xA0, 0x24F },
		{ 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x1F300, 0x1F64F }, { 0xFE00, 0xFE0F }, { 0x5D0, 0x5EA }, { 0x1100, 0x11FF },
		{ 0xAC00, 0xD7A3 }, { 0xE000, 0xE010 }, { 0xFFF9, 0xFFFF }, { 0x80, 0x9F }, { 0x2500, 0x25FF }, { 0x10FFF0, 0x10FFFF } };
	uint32_t k = keys_chance(sizeof kinds / sizeof *kinds), cp = kinds[k].low + keys_chance(kinds[k].high - kinds[k].low + 1);

	return agreed(cp) ? cp : any_character();
}

static void
some_text(void)
{
	for (uint32_t n = 1 + keys_chance(12); n > 0; n--)
		say_cp(any_character());
}

static void
paste(void)
{
	static const char *const breaks[] = { "\n", "\r\n", "\t", " ", "\033[A", "\x01", "\xFF" };

	say("\033[200~");
	for (uint32_t n = keys_chance(50) ? keys_chance(30) : 3000; n > 0; n--) {
		if (keys_chance(8) == 0)
			term_send(t, ONE_OF(breaks));
		else
			say_cp(any_character());
	}
	say(keys_chance(30) ? "\033[201~" : "\033[201");
	say("\033[201~");
}

static void
something_known(void)
{
	if (keys_chance(2))
		say("\033OR");		/* F3 */
	say(known[keys_chance(known_n)]);
	if (keys_chance(4))
		enter();
}

static void
scanned(void)
{
	char line[80];

	snprintf(line, sizeof line, "%s\r", known[keys_chance(known_n)]);
	say(line);
}

/* What the row of the cursor asks for, so that forms and dialogs are passed as well. */
static void
fitting_value(void)
{
	static const struct { const char *zh, *en, *value; } rows[] = { { "类型", "type", "1" }, { "单位性质", "nature", "1" },
		{ "agent's document", "document", "1" }, { "须知", "notes", "y" }, { "手机", "mobile", "13800138000" }, { "邮", "mail", "liu@example.com" },
		{ "电话", "phone", "0769-22380830" }, { "身份证", "ID number", "11010519491231002X" }, { "证件号", "number", "11010519491231002X" },
		{ "年", "years", "2" }, { "金额", "amount", "400.00" }, { "份", "copies", "1" }, { "直径", "diameter", "42" },
		{ "介质数", "how many", "1" }, { "序列号", "serial", "" }, { "账号", "login", "" },
		{ "密码", "password", "" } };
	const char *row = term_row(t, t->cursor.row), *value = strchr(row, '*') ? "东莞市松湖精密制造有限公司" : "";
	char code[32];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strstr(row, rows[i].zh) || strstr(row, rows[i].en)) {
			value = rows[i].value;
			break;
		}
	if (strstr(row, "信用代码") || strstr(row, "credit code")) {
		snprintf(code, sizeof code, "91441900%08d", (int)keys_chance(90000000));
		code[16] = id_org_code_check(code + 8);
		code[17] = id_credit_code_check(code);
		code[18] = '\0';
		value = code;
	}
	say("\x05\x15");
	say(value);
	say("\t");
}

static void
resize(void)
{
	static const int sizes[][2] = { { 22, 80 }, { 24, 80 }, { 24, 80 }, { 24, 80 }, { 40, 120 }, { 60, 200 }, { 23, 81 }, { 21, 79 }, { 10, 30 },
		{ 3, 7 }, { 1, 1 }, { 2, 200 }, { 60, 2 } };
	uint32_t k = keys_chance(sizeof sizes / sizeof *sizes + 2);
	int rows = k < sizeof sizes / sizeof *sizes ? sizes[k][0] : (int)(1 + keys_chance(60));
	int cols = k < sizeof sizes / sizeof *sizes ? sizes[k][1] : (int)(1 + keys_chance(200));
	char what[40];

	snprintf(what, sizeof what, "<%dx%d>", cols, rows);
	note_said(what);
	term_size(t, rows, cols);
}

static void
broken_bytes(void)
{
	static const char *const broken[] = { "\xE4\xB8", "\xE4", "\xFF", "\xFE\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF5\x90\x80\x80", "\x80",
		"\xF0\xA0\x80", "\xE4\xB8\xE4\xB8\xAD", "\303A", "\xF8\x88\x80\x80\x80", "\xBF\xBF\xBF\xBF" };

	say(ONE_OF(broken));
}

static void
broken_sequence(void)
{
	static const char *const broken[] = { "\033[", "\033O", "\033[1;", "\033[99999999999999~", "\033[1;5A", "\033[<0;999;999M",
		"\033[<0;0;0M", "\033[<;M", "\033[<-1;-1;-1M", "\033[M   ", "\033[M\xFF\xFF\xFF", "\033[201~", "\033]0;x\a", "\033P1$r\033\\",
		"\033[?1;2c", "\033[24;80R", "\033[I", "\033[O", "\033[200~\033[200~\033[201~", "\033\033\033", "\033[[", "\033[[Z", "\033[3;",
		"\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18m", "\033\xE4\xB8\xAD", "\033[\xE4\xB8\xAD", "\033N", "\033\x01" };

	say(ONE_OF(broken));
}

static void burst(void);

static const struct event { int weight; void (*send)(void); } event_table[] = {
	{ 18, enter }, { 12, move_about }, { 6, tab }, { 12, function_key }, { 4, menu }, { 6, escape }, { 5, letter }, { 5, small_answer },
	{ 3, control }, { 2, alt }, { 6, mouse }, { 4, some_text }, { 2, paste }, { 5, something_known }, { 2, scanned },
	{ 8, fitting_value }, { 1, resize }, { 1, broken_bytes }, { 1, broken_sequence }, { 1, burst },
};

void
keys_any(struct term *term)
{
	int all = 0, k;

	t = term;
	for (size_t i = 0; i < sizeof event_table / sizeof *event_table; i++)
		all += event_table[i].weight;
	k = (int)keys_chance((uint32_t)all);
	for (const struct event *e = event_table;; e++)
		if ((k -= e->weight) < 0) {
			e->send();
			return;
		}
}

void
keys_fitting(struct term *term)
{
	t = term;
	fitting_value();
}

void
keys_harmless(struct term *term)
{
	static void (*const sends[])(void) = { enter, escape, escape, tab, function_key, alt, resize };

	t = term;
	ONE_OF(sends)();
}

static void
leading_key(void)
{
	static const char *const keys[] = { "\033OQ", "\033OR", "\033OS", "\033[15~", "\033[17~", "\033[18~", "\033[19~", "\033[21~" };

	say(ONE_OF(keys));
}

/* Typed ahead: nobody waits for the screen. Few at a time: once the console is locked each Enter is a wrong password. */
static void
burst(void)
{
	static void (*const sends[])(void) = { enter, enter, move_about, tab, leading_key, escape, small_answer, scanned };

	for (uint32_t n = 2 + keys_chance(6); n > 0; n--)
		ONE_OF(sends)();
}

void
keys_tell(void)
{
	for (unsigned i = said_n > SAID_MAX ? said_n - SAID_MAX : 0; i < said_n; i++)
		fprintf(stderr, " %s", said[i % SAID_MAX]);
	fputc('\n', stderr);
}
