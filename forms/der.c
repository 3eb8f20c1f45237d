#include "forms/der.h"

#include <openssl/asn1.h>
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
