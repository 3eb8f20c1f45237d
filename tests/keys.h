/* What a keyboard, a mouse, a scanner, a broken line or a cat on the desk may send: random keys for tests/test_random.c. */
#ifndef TESTS_KEYS_H
#define TESTS_KEYS_H

#include "tests/term.h"

#include <stdint.h>

void keys_seed(uint64_t seed);
uint32_t keys_chance(uint32_t n);		/* 0 … n - 1 */
/* A number or name that the store holds: it is typed now and then. At least one has to be known. */
void keys_know(const char *word);
/* Sends something, weighted so that screens and dialogs are entered, filled in and passed; waits for nothing. */
void keys_any(struct term *t);
/* What the row of the cursor asks for, and on to the next one. */
void keys_fitting(struct term *t);
/* Nothing that types, moves about in or deletes text: where the path of a file is asked for. */
void keys_harmless(struct term *t);
/* The last things that were sent, to stderr. */
void keys_tell(void);

#endif
