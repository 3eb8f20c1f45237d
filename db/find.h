/*
 * Finding by what people have in hand: numbers or their beginning and end, sealed values by their keyed index, and
 * fragments of organisations' names through the grams. Each call adds to a list that has an end, and looks at a bounded
 * number of rows; which of them a typed text is worth is ra/find.c's to say.
 */
#ifndef DB_FIND_H
#define DB_FIND_H

#include "db/application.h"

#define FIND_MAX 200		/* hits of one list */
#define FIND_LOOK 3000		/* names that one search compares, at most */
#define FIND_TAIL 4		/* characters at the end of a number that are enough to find it */
#define FIND_TERMS 4		/* words of a name */

enum find_kind { FIND_APPLICATION, FIND_ORGANISATION, FIND_CERTIFICATE, FIND_TOKEN, FIND_KIND_N };
struct find_hit {
	enum find_kind kind;
	int64_t id;
	char key[80];			/* application: number; organisation: document number; else serial */
	char state[RECORD_NAME_MAX];	/* stored name; an organisation's is that of its newest certificate, "" without one */
	char name[TEXT_BYTES(64)];	/* the organisation's; "" for a token that serves none */
	char person[TEXT_BYTES(40)];		/* by whom it was found, the agent where it was not by a person */
	char agent[TEXT_BYTES(40)], scheme[RECORD_NAME_MAX], service[RECORD_NAME_MAX];	/* applications */
	int64_t at;			/* application: entered; certificate, and an organisation's newest one: ends; else 0 */
};
struct find_list {
	struct find_hit hit[FIND_MAX];
	size_t n;
	size_t max;			/* a call stops here; at most FIND_MAX */
	bool more;			/* a call had more than it could add */
};

/* Each adds what is not in the list yet. */

/* Numbers that begin with `head`, the newest first. */
bool find_number_head(struct db *db, const char *head, struct find_list *l, struct err *e) MUST_USE;
bool find_doc_head(struct db *db, const char *head, struct find_list *l, struct err *e) MUST_USE;
bool find_certificate_head(struct db *db, const char *head, struct find_list *l, struct err *e) MUST_USE;
bool find_token_head(struct db *db, const char *head, struct find_list *l, struct err *e) MUST_USE;
/* Those that end with `tail` (FIND_TAIL characters or more), the newest first. */
bool find_number_tail(struct db *db, const char *tail, struct find_list *l, struct err *e) MUST_USE;
bool find_doc_tail(struct db *db, const char *tail, struct find_list *l, struct err *e) MUST_USE;
bool find_certificate_tail(struct db *db, const char *tail, struct find_list *l, struct err *e) MUST_USE;
bool find_token_tail(struct db *db, const char *tail, struct find_list *l, struct err *e) MUST_USE;
/* Organisations that ever applied with a licence number that begins so. */
bool find_licence(struct db *db, const char *head, struct find_list *l, struct err *e) MUST_USE;

/* Applications by a sealed value, the newest first. */
enum find_sealed { FIND_AGENT_MOBILE, FIND_ORG_PHONE, FIND_AGENT_ID, FIND_LEGAL_REP_ID, FIND_USER_MOBILE, FIND_USER_ID };
bool find_sealed(struct db *db, struct keys *k, enum find_sealed column, const char *value, struct find_list *l, struct err *e) MUST_USE;

/* Applications of which a person with this name, or whose name or given name begins so, is the agent, a user or the legal
 * representative. Whole names first, the newest first. */
bool find_person(struct db *db, const char *name, struct find_list *l, struct err *e) MUST_USE;

/* State and end of an organisation's newest certificate, into a hit of it. */
bool find_newest_certificate(struct db *db, struct find_hit *h, struct err *e) MUST_USE;

/* Organisations whose folded name (text_fold) holds every one of the folded words; one of them has two characters or more. First
 * the names that begin with the first word, then the others, the newest first. */
bool find_name(struct db *db, char word[][TEXT_BYTES(64)], size_t words, struct find_list *l, struct err *e) MUST_USE;

#endif
