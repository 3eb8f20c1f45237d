#include "forms/der.h"

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <string.h>

#define EXTRA_CERTS 1		/* [1] in PKIMessage */

size_t
der_strip_extra_certs(unsigned char *der, size_t n)
{
	const unsigned char *p = der, *end, *at;
	unsigned char head[8], *h = head;
	long len;
	int tag, class, r = ASN1_get_object(&p, &len, &tag, &class, (long)n);

	/* definite lengths only; anything odd is left for the parser to refuse */
	if ((r & 0x81) != 0 || tag != V_ASN1_SEQUENCE || p + len != der + n)
		return n;
	end = p + len;
	for (at = p; at < end;) {
		const unsigned char *begin = at;

		r = ASN1_get_object(&at, &len, &tag, &class, end - at);
		if ((r & 0x81) != 0)
			return n;
		at += len;
		if (class == V_ASN1_CONTEXT_SPECIFIC && tag == EXTRA_CERTS && begin != p && at == end) {
			int keep = (int)(begin - p);
			size_t size;

			ASN1_put_object(&h, 1, keep, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
			size = (size_t)(h - head);
			memmove(der + size, p, (size_t)keep);
			memcpy(der, head, size);
			return size + (size_t)keep;
		}
	}
	return n;
}

static OSSL_LIB_CTX *without;		/* a library context with no algorithms; lives as long as the program */

static void
make_without(void)
{
	without = OSSL_LIB_CTX_new();
	/* the null provider keeps the context from loading the default one by itself */
	if (without && !OSSL_PROVIDER_load(without, "null")) {
		OSSL_LIB_CTX_free(without);
		without = NULL;
	}
}

OSSL_LIB_CTX *
der_keys_later_begin(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_without);
	ERR_set_mark();
	return without ? OSSL_LIB_CTX_set0_default(without) : NULL;
}

void
der_keys_later_end(OSSL_LIB_CTX *was)
{
	if (was)
		OSSL_LIB_CTX_set0_default(was);
	ERR_pop_to_mark();
}
