/*
 * A scheme: fees, materials, fields, wording and rules of one service project, as data (forms/schemes/ *.cfg).
 * scheme_parse reads and checks a whole file; the result is read-only and owns all its texts.
 */
#ifndef FORMS_SCHEME_H
#define FORMS_SCHEME_H

#include "forms/field.h"
#include <stdint.h>

#define SCHEME_LINES_MAX 8
#define SCHEME_FEE_UNSET (-1)

enum fee_per { FEE_PER_YEAR, FEE_PER_PIECE };
struct scheme_fee {
	enum service service;
	enum fee_object object;
	int64_t unit_fen;	/* SCHEME_FEE_UNSET: published without an amount; no application is taken */
	enum fee_per per;
};
struct scheme_fees {		/* one fee table; the tables of a scheme stand in ascending order of their day */
	struct day effective;
	const struct scheme_fee *fee;
	size_t n;
};

struct scheme_material {
	const char *code;	/* "certificate_form" */
	const char *zh, *en;
	int copies;		/* wanted */
	bool original;		/* shown, not kept */
	bool only_with_seal;
	unsigned points;	/* bits 1 << enum material_point that are to be checked */
	const char *const *proves; size_t proves_n;	/* fields that it is compared with: ids */
};
enum scheme_when { WHEN_ANY, WHEN_IN_TIME, WHEN_EXPIRED };	/* a renewal before or after the old certificate's end */
struct scheme_materials {	/* one list per services × channels; those that fit an application come together */
	unsigned services;	/* bits 1 << enum service */
	unsigned channels;	/* bits 1 << enum channel */
	enum scheme_when when;
	const char *way;	/* only where the will is proven so (struct scheme_way); NULL: any */
	unsigned seals;		/* only with a seal of these types: bits of seal_type_names; 0 = any, and without one */
	const struct scheme_material *material;
	size_t n;
};

struct scheme_asks {		/* which fields a service's form asks */
	unsigned services;
	unsigned channels;
	enum scheme_when when;
	const char *const *required; size_t required_n;		/* ids; "a|b" = at least one of them; "user" = at least one */
	const char *const *optional; size_t optional_n;
	const char *const *with_seal; size_t with_seal_n;	/* required when seal.name is filled; else not asked */
	const char *const *each_user; size_t each_user_n;	/* required of every further user: "name" "id_no" */
};

struct scheme_way {		/* how an organisation proves its will where it is not here: field auth_way */
	const char *id;
	const char *zh;
	const char *region;	/* only for organisations whose org.region begins so; NULL: all */
	const char *const *needs; size_t needs_n;	/* further fields that it requires */
};
struct scheme_package {		/* an organisation's certificate with the personal ones of so many users: field package */
	const char *id;
	const char *zh;
	int users;
};

struct scheme_name_part {	/* a row of the certificate's subject, in order */
	const char *type;	/* OpenSSL short name or dotted OID: C O CN organizationIdentifier */
	const char *text;	/* constant, or NULL and then */
	const char *field;	/* field id; left out when the field is empty */
};
struct scheme_extension {	/* an identifying extension that the RA asks for */
	const char *oid;
	const char *field;	/* value, DER UTF8String or PrintableString */
	bool printable;
};
struct scheme_ca {
	const char *id;		/* names a row of ra.conf's cas */
	const char *zh;
	const char *key;	/* "p256" or "rsa2048": key pair on the token */
	const struct scheme_name_part *subject; size_t subject_n;
	const struct scheme_name_part *personal; size_t personal_n;	/* of a user's certificate; its own fields are "user.N.name" */
	const struct scheme_extension *extension; size_t extension_n;
	const char *account_holder, *account_bank, *account_no;	/* receiving account */
};

struct scheme_pin {
	const char *initial;	/* published initial PIN; NULL: random digits */
	int length;		/* of a random one */
	int min, max;		/* characters the holder may choose */
	int tries;		/* wrong ones before the token locks, at most 10 (GM/T 0027) */
	bool must_change;
};
struct scheme_text {		/* notices, declarations, contacts: key and words */
	const char *key;	/* "notice.1", "declaration.1", "seal_notes.1", "contact.address", "told.1" */
	const char *zh;
};

struct scheme {
	const char *id;
	const char *zh, *en;
	struct day effective;		/* of this file */
	unsigned services;		/* offered: bits 1 << enum service */
	unsigned channels[SERVICE_N];	/* offered per service: bits 1 << enum channel */
	unsigned after_expiry[SERVICE_N];	/* those of them that a renewal after expiry may take */
	unsigned by_code[SERVICE_N];	/* those by which the holder's will is proven by a one-time code */
	unsigned methods[CHANNEL_N];	/* bits 1 << enum pay_method per channel */
	int term_min, term_max;		/* years */
	int certificates_max;		/* pieces per application */
	bool one_per_org;		/* one valid certificate per organisation */
	bool one_per_centre;		/* the same over all schemes of the CA */
	bool gate_at_delivery;		/* materials and money gate handing over instead of producing */
	int promise_days;		/* working days; 0 not promised */
	int activation_hours;		/* usable so long after hand-over */
	int renewal_window_days;	/* 0 = any time */
	/* days after which an open application lapses: one that was entered and not accepted, one whose correction is not answered,
	 * one that is not paid since its acceptance; 0: never */
	int lapse_draft_days, lapse_correction_days, lapse_unpaid_days;
	bool renew_same_key;		/* a renewal may keep the key pair (the CSR's key is the old one) */
	bool renew_together;		/* an organisation's certificate and its administrator's are renewed as one; other users' never */
	bool suspension;		/* suspend and resume are offered */
	bool invoice_remark;		/* an invoice to another title than the organisation's needs a remark */
	bool one_per_seal;		/* a further certificate only for a further seal */
	const char *application;	/* application area that the certificates are enabled for; NULL none */
	const char *application_marker;	/* OID of the extension that marks it; NULL: recorded here only */
	const char *remark;		/* fixed transfer phrase, NULL = a code per order */
	struct scheme_pin pin;
	const struct scheme_ca *ca; size_t ca_n;
	const struct scheme_way *way; size_t ways_n;
	const struct scheme_package *package; size_t packages_n;
	const struct scheme_fees *fees; size_t fees_n;
	const struct scheme_materials *materials; size_t materials_n;
	const struct scheme_asks *asks; size_t asks_n;
	const struct scheme_text *text; size_t text_n;
	void *store;			/* the owner of everything above */
};

/* Parses and checks. name stands in messages. Problems are "name:line: key: what is wrong and how to mend it". */
bool scheme_parse(const char *name, const char *text, struct scheme **out, struct err_list *problems) MUST_USE;
void scheme_free(struct scheme *s);

/* Does the scheme take this service by this channel (NULL: any)? Refused at `service` or `channel`. */
bool scheme_offers(const struct scheme *s, const char *service, const char *channel, struct err *e) MUST_USE;
const struct scheme_ca *scheme_ca(const struct scheme *s, const char *id);	/* NULL id: the first */
/* late: a renewal after expiry. */
const struct scheme_asks *scheme_asks(const struct scheme *s, const struct record *r, bool late);
const struct scheme_way *scheme_way(const struct scheme *s, const char *id);		/* NULL when absent */
const struct scheme_package *scheme_package(const struct scheme *s, const char *id);	/* NULL when absent */
/* The i-th of what a list of the scheme's own allows in a field (ca, package, auth_way), by its Chinese name; false: no more. */
bool scheme_name_at(const struct scheme *s, const char *field, size_t i, struct name *out);
const char *scheme_text(const struct scheme *s, const char *key);		/* NULL when absent */

struct fee_line {
	enum fee_object object;
	int64_t unit_fen;
	int pieces, years;	/* years 1 where the line is per piece */
	int64_t amount_fen;	/* unit × pieces × years */
};
/* Are the amounts of a service set in the table valid on `day`? Refused when one is not: no application is taken then. */
bool scheme_fee_set(const struct scheme *s, const char *service, struct day day, struct err *e) MUST_USE;
/* The lines of one application by the table valid on `day`; n <= SCHEME_LINES_MAX. Refuses an unset amount and a day before the first table. */
bool scheme_fee(const struct scheme *s, const struct record *r, struct day day, struct fee_line lines[SCHEME_LINES_MAX], size_t *n, struct err *e) MUST_USE;
/* The materials this application has to bring, into out[max]; returns how many. late: a renewal after expiry. */
size_t scheme_materials(const struct scheme *s, const struct record *r, bool late, const struct scheme_material **out, size_t max);

#endif
