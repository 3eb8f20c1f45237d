#include "tui/big.h"

#include <string.h>

/* Three columns by five rows, a row per octal digit from the top: 0757… */
static const struct { char c; unsigned rows; } glyphs[] = {
	{ '0', 075557 }, { '1', 026227 }, { '2', 071747 }, { '3', 071717 }, { '4', 055711 }, { '5', 074717 }, { '6', 074757 },
	{ '7', 071122 }, { '8', 075757 }, { '9', 075717 }, { 'A', 025755 }, { 'B', 065656 }, { 'C', 034443 }, { 'D', 065556 },
	{ 'E', 074647 }, { 'F', 074644 }, { 'G', 034553 }, { 'H', 055755 }, { 'I', 072227 }, { 'J', 011152 }, { 'K', 055655 },
	{ 'L', 044447 }, { 'M', 057755 }, { 'N', 065555 }, { 'O', 025552 }, { 'P', 065644 }, { 'Q', 025563 }, { 'R', 065655 },
	{ 'S', 034216 }, { 'T', 072222 }, { 'U', 055557 }, { 'V', 055552 }, { 'W', 055775 }, { 'X', 055255 }, { 'Y', 055222 },
	{ 'Z', 071247 }, { '-', 000700 },
};

static unsigned
rows_of(char c)
{
	for (size_t i = 0; i < sizeof glyphs / sizeof *glyphs; i++)
		if (glyphs[i].c == c)
			return glyphs[i].rows;
	return 0;
}

int
big_columns(const char *s)
{
	return (int)strlen(s) * 4 - 1;
}

void
big_draw(int y, int x, int w, enum ink ink, const char *s)
{
	if (big_columns(s) > w) {
		paint_text(y + BIG_ROWS / 2, x, w, INK_STRONG, s);
		return;
	}
	for (int i = 0; s[i]; i++)
		for (int r = 0; r < BIG_ROWS; r++)
			for (int c = 0; c < 3; c++)
				if (rows_of(s[i]) >> (3 * (BIG_ROWS - 1 - r)) & (4u >> c))
					paint_text(y + r, x + i * 4 + c, 1, ink, " ");
}
