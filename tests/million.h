/*
 * A hall after ten years: fills the store of a fresh demo home with applications, so that lists, searches and the console
 * are tried at the size they are made for. The rows are what the program itself would have written (sealed values, keyed
 * indexes, grams, numbers with check digits, fee lines, payments, items, certificates), but for the audit: nothing signs a
 * million rows, so `ra audit verify` calls them orphans. The open ones can be worked on.
 */
#ifndef TESTS_MILLION_H
#define TESTS_MILLION_H

#include "tests/support.h"

#define MILLION_OPEN 2000	/* the newest ones are open, in all states (fewer when there are fewer in all) */
#define MILLION_AGAIN 20	/* each of so many organisations has MILLION_CASES applications; else one each */
#define MILLION_CASES 40
#define MILLION_TOKENS 100000	/* tokens in the ledger at most: of the newest certificates */
#define MILLION_PAPERS 50000	/* checklists are kept for so many of the newest */

/* n applications (1,000,000 take about a minute) in the home of w, which nothing else may have open. Aborts with words. */
void million_fill(struct world *w, int n);
/* What the row i (1 … n) holds, for looking it up again: the same on every run. */
void million_name(int i, char *out, size_t outsz);
void million_agent(int i, char *out, size_t outsz);
void million_credit_code(int i, char out[19]);
void million_mobile(int i, char out[12]);
void million_id_no(int i, char out[19]);
void million_phone(int i, char out[16]);	/* with its area code and a hyphen */
/* Of the certificate of row i, where it has one. */
void million_serial(int i, char out[25]);

#endif
