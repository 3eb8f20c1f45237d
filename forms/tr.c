#include "forms/tr.h"

#include "forms/embedded.h"

#include <stdint.h>
#include <string.h>

static _Atomic bool english = true;	/* the console switches while its workers word their errors */

void
tr_language(const char *code)
{
	english = !code || strcmp(code, "zh") != 0;
}

bool
tr_english(void)
{
	return english;
}

/* GNU .mo: magic, revision, count, offset of the originals, offset of the translations; each a table of (length, offset),
 * the originals in order of strcmp */
static uint32_t
word(const char *mo, size_t at)
{
	uint32_t v;

	memcpy(&v, mo + at, sizeof v);
	return v;
}

const char *
tr(const char *msg)
{
	return tr_in(english, msg);
}

const char *
tr_in(bool in_english, const char *msg)
{
	const char *mo = catalogues[0].text;
	uint32_t low = 0, high;

	if (in_english || !*msg)
		return msg;
	for (high = word(mo, 8); low < high;) {
		uint32_t mid = low + (high - low) / 2;
		int c = strcmp(msg, mo + word(mo, word(mo, 12) + mid * 8 + 4));

		if (c == 0)
			return mo + word(mo, word(mo, 16) + mid * 8 + 4);
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return msg;
}

const char *
tr_name(const struct name *table, int i)
{
	for (int k = 0; table[k].stored; k++)
		if (k == i)
			return english ? table[k].en : table[k].zh;
	return "";
}

const char *
tr_stored(const struct name *table, const char *stored)
{
	int i = name_index(table, stored);

	return i < 0 ? stored ? stored : "" : tr_name(table, i);
}
