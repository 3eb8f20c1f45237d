/* How wide the columns of a list are: as its source says, changed where that spares a cut. */
#ifndef TUI_COLUMNS_H
#define TUI_COLUMNS_H

#include "tui/list.h"

/* For a list that is drawn w columns wide, with the page that it shows; 0: not shown. */
void columns_of(const struct list *l, int w, int out[LIST_CELLS]);

#endif
