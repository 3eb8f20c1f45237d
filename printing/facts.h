/* The ids that page tables may ask for, over struct facts: fields of the record by their own ids, and the facts below. */
#ifndef PRINTING_FACTS_H
#define PRINTING_FACTS_H

#include "printing/page.h"

/* struct page_source over facts. Shown in Chinese, as all pages are.
 * FIELD · stored.FIELD as the store has it · masked.FIELD · text.KEY of the scheme · text.PREFIX.* all of them, numbered. */
void facts_text(const void *facts, const char *id, int index, char *out, size_t outsz);
size_t facts_count(const void *facts, enum page_list list);
/* Is there such an id, in rows over this list? */
bool facts_known(const char *id, enum page_list list);

#endif
