/*
 * A relay between the RA and a CA, a process of its own: it passes messages on to the real CA and back, and may lie: the
 * CA's answer changed and signed anew by the CA's own responder, so that all but one thing of it is right CMP; or it ends
 * TLS in front of the CA. One connection at a time.
 */
#ifndef TESTS_RELAY_H
#define TESTS_RELAY_H

#include <sys/types.h>

enum lie {
	LIE_NONE,
	LIE_TID,		/* another transactionID */
	LIE_NONCE,		/* another recipNonce */
	LIE_OLD,		/* the answer that the message before got */
	LIE_UNPROTECTED,	/* the right answer without its signature */
	LIE_UNPROTECTED_ERROR,	/* an error message that nobody signed */
	LIE_UNPROTECTED_REFUSAL,	/* a cp that refuses, unsigned */
	LIE_ERROR,		/* an error message, signed */
	LIE_REFUSAL,		/* a cp that refuses, signed */
	LIE_BUSY,		/* an error message, signed: systemUnavail */
	LIE_CA_TRUE,		/* the certificate may issue others */
	LIE_NAMESAKE,		/* the certificate is signed by a key that is not the CA's */
	LIE_NO_CERTIFICATE,	/* a cp that says accepted and holds none */
	LIE_CUT,		/* half of the answer, then the end */
	LIE_DROP,		/* a reset instead of the answer, after the CA has done its part */
	LIE_SILENT,		/* nothing, for long */
	LIE_DRIP,		/* an octet now and then */
	LIE_HUGE,		/* an answer without end */
	LIE_N
};

struct relay_plan {		/* file names; NULL where not needed */
	const char *upstream;	/* the CA's url, http://127.0.0.1:PORT/… */
	enum lie lie;
	int at;			/* which CMP message is lied to, from 1; later ones pass */
	const char *responder_key, *ca_key, *other_key;	/* PEM without a passphrase */
	const char *crl;		/* DER, given out in place of the CA's list; a file that is not there: 404 */
	const char *tls_cert, *tls_key, *tls_client_ca;	/* with TLS: own certificate, and who may sign the client's */
};

/* Starts it; the process id. *port: where it listens, on 127.0.0.1. */
pid_t relay_start(const struct relay_plan *p, int *port);
void relay_stop(pid_t pid);
/* Waits until some program listens on the port; aborts after ten seconds. Nothing is sent to it. */
void wait_for_listener(int port);

#endif
