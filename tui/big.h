/* Large letters and digits, five rows high and four columns each: what is read across a counter. */
#ifndef TUI_BIG_H
#define TUI_BIG_H

#include "tui/paint.h"

#define BIG_ROWS 5
int big_columns(const char *s);
/* Capital letters, digits and '-'; others are blank. Where it does not fit w it is written small. */
void big_draw(int y, int x, int w, enum ink ink, const char *s);

#endif
