/* The papers' tables and their laying, for the print room and its tests. */
#ifndef PRINTING_PAPERS_H
#define PRINTING_PAPERS_H

#include "printing/page.h"

const struct page *paper_page(enum paper paper);
/* All copies onto the sheet; failures stick there. */
void paper_lay(struct sheet *s, enum paper paper, const struct facts *f, int copies, const struct picture *imprint);

#endif
