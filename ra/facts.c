#include "ra/facts.h"

#include "db/certificate.h"
#include "db/history.h"
#include "db/scan.h"
#include "db/stock.h"
#include "printing/picture.h"
#include "ra/old.h"
#include "ra/rules.h"

#include <math.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX (RECORD_USERS_MAX + 1)
#define MATERIALS_MAX 64
#define PAYMENTS_MAX 64

struct print_facts {
	struct facts facts;
	struct application app;
	struct record before;
	struct member clerk, reviewer, hander;
	struct app_material material[MATERIALS_MAX];
	struct history_payment payment[PAYMENTS_MAX];
	struct { char certificate[64], token[17], pin[64], kind[16]; } item[ITEMS_MAX];
	unsigned char *imprint;
	size_t imprint_n;
};

/* ---- who and what ---- */

static bool
member_name(struct office *o, int64_t id, struct member *m, const char **name, struct err *e)
{
	bool found;

	*name = "";
	if (id == 0)
		return true;
	if (!staff_load(o->db, id, m, &found, e))
		return false;
	*name = found ? m->name : "";
	return true;
}

static bool
read_people(struct office *o, struct print_facts *p, struct err *e)
{
	struct facts *f = &p->facts;

	f->point_name = o->point_name;
	f->point_address = o->point_address;
	return member_name(o, p->app.accepted_by, &p->clerk, &f->clerk, e)
	    && member_name(o, p->app.reviewed_by, &p->reviewer, &f->reviewer, e)
	    && member_name(o, p->app.delivered_by, &p->hander, &f->hander, e);
}

static void
read_head(struct print_facts *p)
{
	const struct application *a = &p->app;
	struct facts *f = &p->facts;

	f->record = &a->record;
	f->no = a->no;
	f->entered_at = a->entered_at;
	f->accepted_at = a->accepted_at;
	f->reviewed_at = a->reviewed_at;
	f->delivered_at = a->delivered_at;
	f->changed_at = a->changed_at;
	f->reason = a->why;
	f->delivered_to = a->delivered_to;
	f->due_fen = a->due_fen;
	f->paid_fen = a->paid_fen;
	f->money = rules_money(a);
}

/* A change shows what it changes beside what was. */
static bool
read_before(struct office *o, struct print_facts *p, struct err *e)
{
	bool has = false;

	if (strcmp(p->app.record.head.service, "change") != 0)
		return true;
	if (!old_base(o, &p->app, &p->before, &has, e))
		return false;
	p->facts.before = has ? &p->before : NULL;
	return true;
}

/* ---- lists ---- */

static bool
read_materials(struct office *o, struct print_facts *p, struct err *e)
{
	const struct scheme_material *m[MATERIALS_MAX];
	size_t n, known = scheme_materials(p->facts.scheme, &p->app.record, p->app.late, m, MATERIALS_MAX);

	if (!app_materials(o->db, p->app.id, p->material, MATERIALS_MAX, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct app_material *x = &p->material[i];
		const char *name = x->code;

		for (size_t k = 0; k < known; k++)
			name = strcmp(m[k]->code, x->code) == 0 ? m[k]->zh : name;	/* pages are Chinese */
		p->facts.material[i] = (struct fact_material){ name, x->wanted, x->copies, x->outcome, x->reason };
	}
	p->facts.materials = n;
	return true;
}

static bool
read_money(struct office *o, struct print_facts *p, struct err *e)
{
	struct facts *f = &p->facts;
	size_t n;

	if (!app_fee_load(o->db, p->app.id, f->fee, &f->fees, e)
	    || !history_payments_of(o->db, p->app.id, p->payment, PAYMENTS_MAX, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		int method = name_index(pay_method_names, p->payment[i].method);

		f->payment[i] = (struct fact_payment){ method < 0 ? PAY_CASH : (enum pay_method)method, p->payment[i].amount_fen,
		    p->payment[i].reference, p->payment[i].at };
	}
	f->payments = n;
	return true;
}

static bool
read_item(struct office *o, struct print_facts *p, const struct app_item *x, bool pins, struct err *e)
{
	size_t at = p->facts.items;
	struct fact_item *f = &p->facts.item[at];
	int64_t id = x->certificate != 0 ? x->certificate : x->old;
	struct certificate c;
	struct stock t;
	bool cert = false, token = false;

	if (id != 0 && !cert_load(o->db, id, &c, &cert, e))
		return false;
	if (x->token != 0 && !stock_load(o->db, x->token, &t, &token, e))
		return false;
	if (pins && !app_item_pin(o->db, o->keys, x->id, p->item[at].pin, e))
		return false;
	if (pins && !p->item[at].pin[0])
		return true;		/* nothing to be told of this one */
	snprintf(p->item[at].kind, sizeof p->item[at].kind, "%s", x->kind);
	snprintf(p->item[at].certificate, sizeof p->item[at].certificate, "%s", cert ? c.serial : "");
	/* what is added to a certificate takes no token: the one that the certificate lies on is in the holder's hands */
	snprintf(p->item[at].token, sizeof p->item[at].token, "%.16s", token ? t.serial : cert ? c.token : "");
	*f = (struct fact_item){ p->item[at].kind, p->item[at].certificate, p->item[at].token, cert ? c.not_before : 0,
	    cert ? c.not_after : 0, pins ? p->item[at].pin : NULL };
	if (x->certificate != 0 && cert && c.stored_at > p->facts.made_at)
		p->facts.made_at = c.stored_at;
	p->facts.items++;
	return true;
}

static bool
read_items(struct office *o, struct print_facts *p, bool pins, struct err *e)
{
	struct app_item item[ITEMS_MAX];
	size_t n;

	if (!app_items(o->db, p->app.id, item, ITEMS_MAX, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (item[i].state != ITEM_DROPPED && !read_item(o, p, &item[i], pins, e))
			return false;
	if (p->facts.made_at == 0)
		p->facts.made_at = p->app.changed_at;	/* a token that was unlocked: nothing was stored but its state */
	return true;
}

/* ---- the imprint ---- */

#define SHEET_RATIO 1.4142f	/* ISO 216 */

/* The scan of the whole stamped form is no imprint: it has the shape of the sheet. */
static bool
whole_sheet(const unsigned char *jpeg, size_t n)
{
	unsigned w = 0, h = 0;
	struct err ignored;
	float ratio;

	if (!picture_size("imprint", jpeg, n, &w, &h, &ignored))
		return false;		/* what is wrong with it is told when it is set */
	ratio = w > h ? (float)w / (float)h : (float)h / (float)w;
	return fabsf(ratio - SHEET_RATIO) < 0.05f;
}

static bool
read_imprint(struct office *o, struct print_facts *p, struct err *e)
{
	char dir[PATH_MAX_RA];
	const char *digest = "";

	for (size_t i = 0; i < p->facts.materials; i++)
		if (strcmp(p->material[i].code, "seal_imprint") == 0
		    || (strcmp(p->material[i].code, "seal_form") == 0 && !digest[0]))
			digest = p->material[i].scan;
	if (!digest[0])
		return true;
	office_path(o, "scans", dir);
	if (!scan_load(o->keys, dir, digest, &p->imprint, &p->imprint_n, e))
		return false;
	if (!whole_sheet(p->imprint, p->imprint_n)) {
		p->facts.imprint = p->imprint;
		p->facts.imprint_n = p->imprint_n;
	}
	return true;
}

/* ---- the door ---- */

bool
facts_read(struct office *o, const struct application *a, enum paper paper, struct print_facts **out, struct err *e)
{
	struct print_facts *p = calloc(1, sizeof *p);

	if (!p)
		return err_internal(e, "out of memory");
	p->app = *a;
	read_head(p);
	if (!rules_scheme(o, a, &p->facts.scheme, e) || !read_people(o, p, e) || !read_before(o, p, e)
	    || !read_materials(o, p, e) || !read_money(o, p, e) || !read_items(o, p, paper == PAPER_PIN_LETTER, e)
	    || !history_turned_at(o->db, a->id, &p->facts.turned_at, e) || (paper == PAPER_SEAL_APPLICATION && !read_imprint(o, p, e))) {
		facts_free(p);
		return false;
	}
	*out = p;
	return true;
}

const struct facts *
facts_of(const struct print_facts *p)
{
	return &p->facts;
}

void
facts_free(struct print_facts *p)
{
	if (!p)
		return;
	free(p->imprint);
	OPENSSL_clear_free(p, sizeof *p);
}
