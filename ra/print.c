#include "ra/print.h"

#include "forms/config.h"
#include "forms/tr.h"
#include "printing/spool.h"
#include "ra/application.h"
#include "ra/facts.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- which papers there are ---- */

#define IN(state) (1u << APP_##state)
#define ANY_STATE ((1u << APP_STATE_N) - 1)
#define FOR(service) (1u << SERVICE_##service)
#define ANY_SERVICE ((1u << SERVICE_N) - 1)
/* services that put something into the holder's hands */
#define HANDING (ANY_SERVICE & ~(FOR(REVOKE) | FOR(REPORT_LOSS)))
#define ON_MEDIUM (HANDING & ~(FOR(ADD_SEAL) | FOR(ADD_APPLICATION)))

typedef bool (*has_fn)(struct office *o, const struct application *a);

static bool
has_seal(struct office *o, const struct application *a)
{
	(void)o;
	return a->record.seal.name[0] != '\0';
}

static bool
was_accepted(struct office *o, const struct application *a)
{
	(void)o;
	return a->accepted_at != 0;
}

static bool
is_collected(struct office *o, const struct application *a)
{
	(void)o;
	return strcmp(a->record.head.channel, "mail") != 0;
}

static bool
has_pin(struct office *o, const struct application *a)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	char pin[64] = "";
	struct err ignored;
	size_t n;

	if (!app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, &ignored))
		return false;
	for (size_t i = 0; i < n && !pin[0]; i++)
		if (item[i].state != ITEM_DROPPED && !app_item_pin(o->db, o->keys, item[i].id, pin, &ignored))
			return false;
	n = strlen(pin);
	OPENSSL_cleanse(pin, sizeof pin);
	return n > 0;
}

static const struct paper_row {
	enum paper paper;
	unsigned states, services;
	has_fn has;			/* NULL: nothing more is asked */
	enum act act;			/* what printing it is on the audit; ACT_PRINT becomes ACT_OPEN_ID where it opens numbers */
	const char *material;		/* of the scheme: as many copies are printed as it wants of this */
	const char *else_words;		/* N_(): why there is none */
} rows[] = {
	{ PAPER_APPLICATION, ANY_STATE, ANY_SERVICE, NULL, ACT_PRINT, "certificate_form", N_("there is none") },
	{ PAPER_SEAL_APPLICATION, ANY_STATE, ANY_SERVICE, has_seal, ACT_PRINT, "seal_form", N_("no seal is asked for") },
	{ PAPER_RECEIPT, ANY_STATE, ANY_SERVICE, was_accepted, ACT_PRINT, NULL, N_("it is not accepted yet") },
	{ PAPER_CORRECTION, IN(CORRECTION), ANY_SERVICE, NULL, ACT_PRINT, NULL, N_("no correction is open") },
	{ PAPER_REFUSAL, IN(REFUSED), ANY_SERVICE, NULL, ACT_PRINT, NULL, N_("it was not refused") },
	{ PAPER_PICKUP, IN(ISSUED), ON_MEDIUM, is_collected, ACT_PRINT, NULL, N_("nothing waits to be collected") },
	{ PAPER_PIN_LETTER, ANY_STATE, ANY_SERVICE, has_pin, ACT_OPEN_PIN, NULL,
	    N_("no initial PIN is here: it was handed over, or is not made yet") },
	{ PAPER_DELIVERY, IN(ISSUED) | IN(DELIVERED) | IN(CLOSED), HANDING, NULL, ACT_PRINT, NULL, N_("nothing is handed over") },
};
#define ROWS (sizeof rows / sizeof *rows)

static const struct paper_row *
row_of(enum paper paper)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].paper == paper)
			return &rows[i];
	return NULL;
}

static bool
row_open(struct office *o, const struct application *a, const struct paper_row *r)
{
	int service = name_index(service_names, a->record.head.service);

	return r->states & (1u << a->state) && service >= 0 && r->services & (1u << service) && (!r->has || r->has(o, a));
}

/* What the printing is on the audit: numbers or PINs that come out are opened by it. */
static enum act
act_of(const struct paper_row *r)
{
	return r->act == ACT_PRINT && paper_opens(r->paper) ? ACT_OPEN_ID : r->act;
}

static bool
may_print(struct office *o, const struct paper_row *r, struct err *e)
{
	return office_may(o, ACT_PRINT, e) && office_may(o, act_of(r), e);
}

size_t
print_papers(struct office *o, const struct application *a, enum paper out[PAPER_N])
{
	struct err ignored;
	size_t n = 0;

	for (size_t i = 0; i < ROWS; i++)
		if (may_print(o, &rows[i], &ignored) && row_open(o, a, &rows[i]))
			out[n++] = rows[i].paper;
	return n;
}

/* ---- the page ---- */

static int
copies_wanted(const struct paper_row *r, const struct facts *f)
{
	const struct scheme_material *m[64];
	size_t n = r->material ? scheme_materials(f->scheme, f->record, false, m, 64) : 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(m[i]->code, r->material) == 0 && m[i]->copies <= PAPER_COPIES_MAX)
			return m[i]->copies;
	return 1;
}

static bool
set_page(struct office *o, const struct application *a, const struct paper_row *r, struct printjob *j, unsigned char **pdf,
    size_t *n, struct err *e)
{
	struct print_facts *f = NULL;
	struct press *press;
	bool ok = office_press(o, &press, e) && facts_read(o, a, r->paper, &f, e);

	if (ok) {
		if (j->copies == 0)
			j->copies = copies_wanted(r, facts_of(f));
		ok = paper_set(press, r->paper, facts_of(f), j->copies, pdf, n, e);
	}
	facts_free(f);
	return ok;
}

/* ---- the row ---- */

static bool
reprint_good(struct office *o, const struct paper_row *r, const struct printjob *j, struct err *e)
{
	int before;

	if (r->act != ACT_OPEN_PIN)
		return true;
	if (!printjob_printed(o->db, j->application, j->paper, &before, e))
		return false;
	return before == 0 || j->why[0]
	    || err_field(e, "reason", "this PIN letter was printed before: say why it is printed again");
}

/* The job and what it discloses are durable before anything leaves. */
static bool
begin_job(struct office *o, const struct application *a, const struct paper_row *r, struct printjob *j, struct err *e)
{
	char object[64];

	application_object(a, object);
	if (!office_begin(o, e))
		return false;
	if (reprint_good(o, r, j, e) && printjob_insert(o->db, j, e))
		return office_commit(o, act_of(r), object, e, "paper %s %d copies%s%.150s", j->paper, j->copies, j->why[0] ? ": " : "",
		    j->why);
	office_rollback(o);
	return false;
}

static bool
end_job(struct office *o, const struct application *a, struct printjob *j, struct err *e)
{
	char object[64];

	application_object(a, object);
	j->ended_at = when_now();
	if (!office_begin(o, e))
		return false;
	if (printjob_store(o->db, j, e))
		return office_commit(o, ACT_PRINTED, object, e, "paper %s %s", j->paper, print_state_names[j->state].stored);
	office_rollback(o);
	return false;
}

/* ---- the way out ---- */

static bool
keep(struct office *o, const struct application *a, struct printjob *j, const void *pdf, size_t n, struct err *e)
{
	char path[PATH_MAX_RA], name[96];

	office_path(o, "print", path);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return err_internal(e, "the folder %s cannot be made: %s", path, strerror(errno));
	snprintf(name, sizeof name, "print/%s-%s-%lld.pdf", a->no, j->paper, (long long)j->id);
	office_path(o, name, path);
	if (strlen(path) >= sizeof j->target)
		return err_internal(e, "the path of the home is too long");
	if (!spool_file(path, pdf, n, e))
		return false;
	snprintf(j->target, sizeof j->target, "%.511s", path);
	j->state = PRINT_KEPT;
	return true;
}

/* Sends the page; j gets its fate. false with e where it did not come where it should. */
static bool
send_page(struct office *o, const struct application *a, const struct paper_row *r, const struct print_order *order,
    struct printjob *j, const void *pdf, size_t n, struct err *e)
{
	char title[64];
	struct err told;

	if (!order->file && !j->target[0])
		return keep(o, a, j, pdf, n, e);
	snprintf(title, sizeof title, "%s %s", a->no, j->paper);
	if (order->file ? spool_file(order->file, pdf, n, e) : spool_queue(j->target, title, pdf, n, e)) {
		j->state = PRINT_DONE;
		return true;
	}
	j->state = PRINT_FAILED;
	snprintf(j->error, sizeof j->error, "%s", e->text);
	if (order->file || e->code != FAULT_LATER)
		return false;
	if (r->act == ACT_OPEN_PIN)
		return err_later(e, "%.250s; the PIN letter is not kept as a file: print it again when the printer is back", j->error);
	if (!keep(o, a, j, pdf, n, &told))
		return false;
	return err_later(e, "%.200s; the page is kept as %.180s", j->error, j->target);
}

static bool
order_good(struct office *o, const struct paper_row *r, const struct print_order *order, struct printjob *j, struct err *e)
{
	const char *queue = order->printer;

	if (order->copies < 0 || order->copies > PAPER_COPIES_MAX)
		return err_field(e, "copies", "1 to %d copies, not %d", PAPER_COPIES_MAX, order->copies);
	if (order->reason && !text_clean("reason", order->reason, strlen(order->reason), 120, j->why, sizeof j->why, e))
		return false;
	snprintf(j->paper, sizeof j->paper, "%s", paper_names[r->paper].stored);
	j->copies = order->copies;
	if (order->file) {
		if (!order->file[0] || strlen(order->file) >= sizeof j->target)
			return err_field(e, "file", "name the file");
		snprintf(j->target, sizeof j->target, "%s", order->file);
		return true;
	}
	if (!queue && !config_text_or(o->conf, "printer", "", &queue, e))
		return false;
	if (queue[0] && !spool_queue_good(queue, e))
		return false;
	if (!queue[0] && r->act == ACT_OPEN_PIN)
		return err_field(e, "printer", "a PIN letter is not kept as a file: name the queue of a printer");
	snprintf(j->target, sizeof j->target, "%s", queue);
	return true;
}

static bool
print_set(struct office *o, const struct application *a, const struct paper_row *r, const struct print_order *order,
    struct printjob *j, const unsigned char *pdf, size_t n, struct err *e)
{
	struct err told;
	bool sent;

	j->application = a->id;
	j->staff = o->me.id;
	j->made_at = when_now();
	j->state = PRINT_QUEUED;
	if (!begin_job(o, a, r, j, e))
		return false;
	sent = send_page(o, a, r, order, j, pdf, n, e);
	/* where the fate cannot be stored the row stays queued: it says that nobody knows */
	return end_job(o, a, j, sent ? e : &told) && sent;
}

bool
print_paper(struct office *o, const char *no, const struct print_order *order, struct printjob *job, struct err *e)
{
	const struct paper_row *r = row_of(order->paper);
	struct application *a = calloc(1, sizeof *a);
	unsigned char *pdf = NULL;
	size_t n = 0;
	bool ok;

	memset(job, 0, sizeof *job);
	if (!a)
		return err_internal(e, "out of memory");
	ok = may_print(o, r, e) && application_load(o, no, a, e) && order_good(o, r, order, job, e);
	if (ok && !row_open(o, a, r))
		ok = err_field(e, "page", "%s has no %s: %s", a->no, tr_name(paper_names, (int)r->paper), tr(r->else_words));
	ok = ok && set_page(o, a, r, job, &pdf, &n, e) && print_set(o, a, r, order, job, pdf, n, e);
	if (pdf)
		OPENSSL_cleanse(pdf, n);
	free(pdf);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

bool
print_jobs(struct office *o, const struct application *a, struct printjob *job, size_t max, size_t *n, struct err *e)
{
	return office_may(o, ACT_SHOW, e) && printjob_list(o->db, a->id, job, max, n, e);
}
