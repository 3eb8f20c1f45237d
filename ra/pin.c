#include "ra/pin.h"

#include <openssl/rand.h>
#include <stdio.h>

bool
pin_random(char *out, size_t n, struct err *e)
{
	unsigned char b;

	for (size_t i = 0; i < n;) {
		if (RAND_bytes(&b, 1) != 1)
			return err_internal(e, "no random numbers") || err_openssl(e);
		if (b < 250)		/* 250 = 25 × 10: every digit alike */
			out[i++] = (char)('0' + b % 10);
	}
	out[n] = '\0';
	return true;
}

bool
pin_initial(const struct scheme *s, char out[PIN_MAX], struct err *e)
{
	if (!s->pin.initial)
		return pin_random(out, (size_t)s->pin.length, e);
	snprintf(out, PIN_MAX, "%s", s->pin.initial);
	return true;
}
