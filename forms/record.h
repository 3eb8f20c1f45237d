/*
 * The record that an application form fills: plain values with fixed arrays. The fields are written once, in
 * forms/record/ *.def; from these rows come the members here, the field table (forms/field.h) and the store's columns
 * (db/application.c). Texts are UTF-8 NFC and "" when not given; numbers and yes/no are RECORD_UNSET when not given.
 */
#ifndef FORMS_RECORD_H
#define FORMS_RECORD_H

#include "forms/text.h"

#define RECORD_UNSET (-1)
#define RECORD_NAME_MAX 24	/* bytes of a stored name with its NUL */
#define RECORD_USERS_MAX 50

/* rows: TEXT(member, max characters, zh, en, flags, check)  NUMBER(member, low, high, zh, en, flags, check)
 *       YESNO(member, zh, en, flags, check)                 CHOICE(member, names table, zh, en, flags, check) */
#define TEXT(m, max, zh, en, flags, check) char m[TEXT_BYTES(max)];
#define NUMBER(m, low, high, zh, en, flags, check) int m;
#define YESNO(m, zh, en, flags, check) int m;
#define CHOICE(m, names, zh, en, flags, check) char m[RECORD_NAME_MAX];
struct record_head {		/* the application itself; ids without a prefix */
#include "forms/record/head.def"
};
struct record_org {		/* applicant organisation */
#include "forms/record/org.def"
};
struct record_agent {		/* the employee who hands in the application */
#include "forms/record/agent.def"
};
struct record_recipient {	/* of the courier */
#include "forms/record/recipient.def"
};
struct record_seal {
#include "forms/record/seal.def"
};
struct record_user {		/* a further holder of a package */
#include "forms/record/user.def"
};
struct record_invoice {
#include "forms/record/invoice.def"
};
struct record_pay {		/* the payer's account */
#include "forms/record/pay.def"
};
#undef TEXT
#undef NUMBER
#undef YESNO
#undef CHOICE

struct record {
	struct record_head head;
	struct record_org org;
	struct record_agent agent;
	struct record_recipient recipient;
	struct record_seal seal;
	struct record_invoice invoice;
	struct record_pay pay;
	int users;			/* filled rows of user[] */
	struct record_user user[RECORD_USERS_MAX];
};

/* Everything "not given". */
void record_clear(struct record *r);

#endif
