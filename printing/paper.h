/*
 * The papers: every page that the hall prints, set from forms/ values alone. ra/ fills `struct facts`, the press sets it.
 * Pages are tables of rows and cells over field ids (printing/papers/ *.def): a new form needs no new drawing code. The
 * same facts give the same bytes.
 */
#ifndef PRINTING_PAPER_H
#define PRINTING_PAPER_H

#include "forms/names.h"
#include "forms/record.h"
#include "forms/scheme.h"

/*         enum               stored              Chinese                 English */
#define PAPERS(X) \
	X(PAPER_APPLICATION,      "application",      "机构数字证书申请表",   "certificate application form") \
	X(PAPER_SEAL_APPLICATION, "seal-application", "电子印章申请表",       "seal application form") \
	X(PAPER_RECEIPT,          "receipt",          "受理回执",             "receipt") \
	X(PAPER_CORRECTION,       "correction",       "补正通知书",           "correction notice") \
	X(PAPER_REFUSAL,          "refusal",          "不予受理通知书",       "refusal notice") \
	X(PAPER_PICKUP,           "pickup",           "领证通知单",           "pick-up slip") \
	X(PAPER_PIN_LETTER,       "pin-letter",       "密码信封",             "PIN letter") \
	X(PAPER_DELIVERY,         "delivery",         "证书交付回执",         "delivery receipt")
#define PAPER_ENUM(e, s, zh, en) e,
enum paper { PAPERS(PAPER_ENUM) PAPER_N };
extern const struct name paper_names[];

struct fact_material { const char *name; int wanted, brought; enum material_outcome outcome; const char *reason; };
struct fact_payment { enum pay_method method; int64_t fen; const char *reference; int64_t at; };
struct fact_item { const char *kind, *certificate, *token; int64_t not_before, not_after; const char *pin; };

/* What may stand on a page. Texts are borrowed and "" when not known; times are 0 when not yet. */
struct facts {
	const struct record *record;
	const struct record *before;			/* the holder's record until now; NULL: none, or the same */
	const struct scheme *scheme;
	const char *no;
	/* changed_at: the record's last change; turned_at: the newest reason was given; made_at: what is handed over was made. A page
	 * tells no other time, not even that of its printing, and not who prints it: the same record gives the same file. */
	int64_t entered_at, accepted_at, reviewed_at, delivered_at, changed_at, turned_at, made_at;
	const char *clerk, *reviewer, *hander;	/* names of members: accepted, reviewed, handed over */
	const char *point_name, *point_address;
	const char *reason;				/* why it is corrected or refused */
	const char *delivered_to;
	int64_t due_fen, paid_fen;
	enum money_state money;
	struct fee_line fee[SCHEME_LINES_MAX]; size_t fees;
	struct fact_material material[64]; size_t materials;
	struct fact_payment payment[64]; size_t payments;
	struct fact_item item[RECORD_USERS_MAX + 1]; size_t items;
	const unsigned char *imprint; size_t imprint_n;	/* JPEG of the seal's imprint, NULL: an empty box */
};

/* The open fonts. Read-only after opening: threads may share one. */
struct press;
/* A missing font is told with the Debian package that brings it. */
bool press_open(struct press **out, struct err *e) MUST_USE;
void press_close(struct press *p);
/* Can s be printed whole? A refusal at `field` names the character. */
bool press_printable(const struct press *p, const char *field, const char *s, struct err *e) MUST_USE;
/* Does the paper show numbers that are masked on the screen? Then its printing is noted on the audit as their opening. */
bool paper_opens(enum paper paper);
#define PAPER_COPIES_MAX 5
/* One PDF with `copies` labelled copies (第一联 …) into malloc'ed *pdf. Refuses what does not fit, never cuts. */
bool paper_set(const struct press *p, enum paper paper, const struct facts *f, int copies, unsigned char **pdf, size_t *n,
    struct err *e) MUST_USE;

#endif
