/*
 * The gateway that sends one-time codes, as a thread that behaves as it is told, and a world whose ra.conf names it, with a
 * holder's certificate to end.
 */
#ifndef TESTS_GATEWAY_H
#define TESTS_GATEWAY_H

#include "ra/code.h"
#include "tests/support.h"

#define REGISTERED "13800138000"	/* phone of the holder's record */
#define TYPED_NOW "13900139000"

enum mood { TAKES, SAYS_NO, STATUS_500, REDIRECTS, GARBAGE, SAYS_NOTHING, SILENT, FLOOD, HANGS_UP, KILLS_THE_CALLER };
struct gateway {
	int fd, port;
	enum mood mood;
	int calls;
	char got[8192];			/* the last request, whole */
	pid_t caller;			/* whom KILLS_THE_CALLER kills */
};
extern struct gateway gateway;
void gateway_start(void);
void gateway_stop(void);
/* The six digits that it got; lives until the next call. */
const char *gateway_code(void);

struct by_code {
	struct world *w;
	struct office *chen, *huang;
	char serial[64], org[80];	/* of the holder's certificate; credit code */
};
struct by_code gateway_world(void);
void gateway_world_end(struct by_code *b);
/* An accepted revocation of the holder's certificate, with further edits; the one before it is withdrawn. Lives until the next call. */
const char *gateway_revocation(struct by_code *b, const char *more);
/* What is sent, and whether the will is proven. */
struct code_state gateway_state(struct by_code *b, const char *no);
bool gateway_proven(struct by_code *b, const char *no);

#endif
