/* PINs of tokens: random digits, and the one that a holder begins with. Cleanse them after use. */
#ifndef RA_PIN_H
#define RA_PIN_H

#include "forms/scheme.h"

#define PIN_SO_LEN 16		/* digits of a token's own SO PIN */
#define PIN_MAX 64		/* bytes of a user PIN with its NUL */

/* n random digits and a NUL. */
bool pin_random(char *out, size_t n, struct err *e) MUST_USE;
/* The holder's initial PIN: published by the scheme, or random digits that are printed once. */
bool pin_initial(const struct scheme *s, char out[PIN_MAX], struct err *e) MUST_USE;

#endif
