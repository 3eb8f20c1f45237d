#include "ra/authority/make.h"

#include "forms/when.h"
#include "ra/authority/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT_YEARS 20
#define STAFF_YEARS 10		/* of the RA's and the responder's certificates */
#define RSA_BITS 2048
#define EKU_CMC_CA "1.3.6.1.5.5.7.3.27"	/* id-kp-cmcCA, RFC 6402 2.10 */
#define EKU_CMC_RA "1.3.6.1.5.5.7.3.28"	/* id-kp-cmcRA */

struct making {
	const struct make_request *r;
	char dir[3072];			/* beside the final folder, renamed at the end */
	char pass[PASS_SIZE];
	EVP_PKEY *key, *responder_key;
	X509 *cert, *responder, *ra;
	X509_REQ *csr;
	int64_t now;
};

static const char conf[] =
    "# The embedded CA. Read at start.\n"
    "name = \"%s\";\n"
    "listen = \"127.0.0.1\";\n"
    "port = %d;\n"
    "confirm_wait_s = 300;		# an unconfirmed certificate is revoked after this\n"
    "implicit_confirm = true;	# granted when asked for\n"
    "max_years = 5;			# longest validity of a certificate; of an update, counted from the old one's end\n"
    "slack_hours = 48;		# and what it may be longer\n"
    "crl_hours = 24;			# life of a CRL; a new one is made at half of it\n"
    "crl_url = \"http://127.0.0.1:%d/pkix/crl\";\n"
    "ra_certs = [ \"ra.crt\" ];	# only what these sign is accepted\n"
    "# What certificates carry, by kind of key. extensions: those a request may bring (identifying ones).\n"
    "# 2.999 is the arc for examples: a CA with a published policy writes its own OID.\n"
    "profiles = (\n"
    "	{\n"
    "		key = \"p256\";\n"
    "		key_usage = \"critical,digitalSignature,nonRepudiation\";\n"
    "		ext_key_usage = \"clientAuth,emailProtection\";\n"
    "		policies = \"2.999.1.1\";\n"
    "		extensions = [ \"1.2.156.10260.4.1.*\", \"1.2.156.10260.4.4\", \"1.2.86.11.7.*\" ];\n"
    "	},\n"
    "	{\n"
    "		key = \"rsa\";\n"
    "		key_usage = \"critical,digitalSignature,nonRepudiation,keyEncipherment\";\n"
    "		ext_key_usage = \"clientAuth,emailProtection\";\n"
    "		policies = \"2.999.1.1\";\n"
    "		extensions = [ \"1.2.156.10260.4.1.*\", \"1.2.156.10260.4.4\", \"1.2.86.11.7.*\" ];\n"
    "	}\n"
    ");\n";

static const char *
at(const struct making *m, const char *name, char out[4096])
{
	snprintf(out, 4096, "%s/%s", m->dir, name);
	return out;
}

static X509_NAME *
name_of(const char *cn, const char *more)
{
	char whole[256];
	X509_NAME *n = X509_NAME_new();

	snprintf(whole, sizeof whole, "%s%s", cn, more);
	if (n && X509_NAME_add_entry_by_txt(n, "C", MBSTRING_ASC, (const unsigned char *)"CN", -1, -1, 0)
	    && X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const unsigned char *)whole, -1, -1, 0))
		return n;
	X509_NAME_free(n);
	return NULL;
}

static EVP_PKEY *
key_make(enum key_kind kind)
{
	return kind == KEYS_RSA ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS)
	    : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

struct extension { int nid; const char *value; };

static bool
make_cert(struct making *m, const X509_NAME *subject, EVP_PKEY *pub, int years, const struct extension *x, X509 **out,
    struct err *e)
{
	X509_NAME *issuer = m->cert ? X509_get_subject_name(m->cert) : (X509_NAME *)(uintptr_t)subject;
	X509 *cert = cert_new(subject, issuer, pub, m->now, when_add_years(m->now, years));

	for (; cert && x->value; x++)
		if (!cert_add_ext(cert, m->cert ? m->cert : cert, x->nid, x->value)) {
			X509_free(cert);
			cert = NULL;
			break;
		}
	if (!cert) {
		err_internal(e, "a certificate cannot be made");
		return err_openssl(e);
	}
	if (!cert_sign(cert, m->key, e)) {
		X509_free(cert);
		return false;
	}
	*out = cert;
	return true;
}

static bool
make_root(struct making *m, struct err *e)
{
	static const struct extension root[] = {
		{ NID_basic_constraints, "critical,CA:TRUE" },
		{ NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature" },
		{ NID_subject_key_identifier, "hash" }, { 0, NULL },
	};
	X509_NAME *name = name_of(m->r->name, "");
	bool ok;

	m->key = key_make(m->r->key);
	if (!name || !m->key) {
		X509_NAME_free(name);
		err_refuse(e, "the CA's name or key cannot be made: the name has 1 to 60 characters");
		return err_openssl(e);
	}
	ok = make_cert(m, name, m->key, ROOT_YEARS, root, &m->cert, e);
	X509_NAME_free(name);
	return ok;
}

#define STAFF(eku) { \
	{ NID_basic_constraints, "critical,CA:FALSE" }, { NID_key_usage, "critical,digitalSignature" }, \
	{ NID_ext_key_usage, eku }, { NID_subject_key_identifier, "hash" }, \
	{ NID_authority_key_identifier, "keyid:always" }, { 0, NULL }, \
}

static bool
make_responder(struct making *m, struct err *e)
{
	static const struct extension staff[] = STAFF(EKU_CMC_CA);
	X509_NAME *name = name_of(m->r->name, " CMP");
	bool ok;

	m->responder_key = key_make(KEYS_P256);
	if (!name || !m->responder_key) {
		X509_NAME_free(name);
		err_internal(e, "the responder's name or key cannot be made");
		return err_openssl(e);
	}
	ok = make_cert(m, name, m->responder_key, STAFF_YEARS, staff, &m->responder, e);
	X509_NAME_free(name);
	return ok;
}

static bool
make_ra(struct making *m, struct err *e)
{
	static const struct extension staff[] = STAFF(EKU_CMC_RA);
	BIO *b = BIO_new_file(m->r->ra_csr, "r");
	enum key_kind kind;
	EVP_PKEY *pub = NULL;
	bool ok = false;

	m->csr = b ? PEM_read_bio_X509_REQ(b, NULL, NULL, NULL) : NULL;
	BIO_free(b);
	if (!m->csr) {
		err_refuse(e, "cannot read a certificate request from %s: it has to be a PEM file", m->r->ra_csr);
		return err_openssl(e);
	}
	if (!key_accept(X509_REQ_get_X509_PUBKEY(m->csr), &kind, &pub, e)
	    || !subject_accept(X509_REQ_get_subject_name(m->csr), e))
		goto out;
	if (X509_REQ_verify(m->csr, pub) != 1) {
		err_refuse(e, "the signature of the request %s is wrong", m->r->ra_csr);
		err_openssl(e);
		goto out;
	}
	/* the sender's name in CMP says who speaks: it must not be the CA's or its responder's */
	if (X509_NAME_cmp(X509_REQ_get_subject_name(m->csr), X509_get_subject_name(m->cert)) == 0
	    || X509_NAME_cmp(X509_REQ_get_subject_name(m->csr), X509_get_subject_name(m->responder)) == 0) {
		err_refuse(e, "the request %s has the CA's own name", m->r->ra_csr);
		goto out;
	}
	ok = make_cert(m, X509_REQ_get_subject_name(m->csr), pub, STAFF_YEARS, staff, &m->ra, e);
out:
	EVP_PKEY_free(pub);
	return ok;
}

static bool
store_one(struct db *db, X509 *cert, enum authority_purpose purpose, int64_t now, struct err *e)
{
	struct authority_cert c = { .purpose = purpose, .state = CERT_VALID, .issued_at = now, .reason = -1 };
	bool ok = row_of(cert, &c, e) && authority_add(db, &c, e);

	authority_cert_clear(&c);
	return ok;
}

static bool
make_store(struct making *m, struct err *e)
{
	struct db *db = NULL;
	bool ok;

	if (!authority_create(m->dir, &db, e))
		return false;
	ok = db_begin(db, e) && store_one(db, m->responder, FOR_RESPONDER, m->now, e)
	    && store_one(db, m->ra, FOR_RA, m->now, e) && db_commit(db, e);
	db_close(db);
	return ok;
}

static bool
make_files(struct making *m, struct err *e)
{
	char path[4096], text[sizeof conf + 512];
	int n = snprintf(text, sizeof text, conf, m->r->name, m->r->port, m->r->port);

	return pass_make(at(m, "ca.pass", path), m->pass, e) && key_put(at(m, "ca.key", path), m->key, m->pass, e)
	    && key_put(at(m, "rsp.key", path), m->responder_key, m->pass, e)
	    && cert_put(at(m, "ca.crt", path), m->cert, e) && cert_put(at(m, "rsp.crt", path), m->responder, e)
	    && cert_put(at(m, "ra.crt", path), m->ra, e)
	    && file_put(at(m, "ca.conf", path), 0600, text, (size_t)n, e) && make_store(m, e);
}

/* ---- whole or not at all ---- */

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static bool
sync_dir(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok || err_later(e, "cannot write the folder %s: %s", path, strerror(errno));
}

static bool
check_request(const struct make_request *r, struct err *e)
{
	struct stat st;

	if (lstat(r->dir, &st) == 0)
		return err_refuse(e, "%s is there already: name a new folder", r->dir);
	if (lstat(r->ra_cert, &st) == 0)
		return err_refuse(e, "%s is there already: name a new file for the RA's certificate", r->ra_cert);
	if (r->name[0] == '\0' || strpbrk(r->name, "\"\\\n\r\t"))
		return err_refuse(e, "the CA's name is empty or holds a quote, a backslash or a control character");
	if (strlen(r->dir) + 16 > sizeof ((struct making *)0)->dir)
		return err_refuse(e, "the path %s is too long", r->dir);
	return true;
}

bool
make_ca(const struct make_request *r, struct err *e)
{
	struct making m = { .r = r, .now = when_now() };
	size_t n = strlen(r->dir);
	bool ok = false;

	if (!check_request(r, e))
		return false;
	while (n > 1 && r->dir[n - 1] == '/')
		n--;
	snprintf(m.dir, sizeof m.dir, "%.*s.new", (int)n, r->dir);
	if (mkdir(m.dir, 0700) != 0)
		return err_refuse(e, "cannot make the folder %s: %s", m.dir, strerror(errno));
	if (!make_root(&m, e) || !make_responder(&m, e) || !make_ra(&m, e) || !make_files(&m, e) || !sync_dir(m.dir, e)
	    || !cert_put(r->ra_cert, m.ra, e))
		goto out;
	ok = renameat2(AT_FDCWD, m.dir, AT_FDCWD, r->dir, RENAME_NOREPLACE) == 0;
	if (!ok) {
		err_refuse(e, "cannot make the folder %s: %s", r->dir, strerror(errno));
		unlink(r->ra_cert);
	}
out:
	if (!ok)
		nftw(m.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	OPENSSL_cleanse(m.pass, sizeof m.pass);
	EVP_PKEY_free(m.key);
	EVP_PKEY_free(m.responder_key);
	X509_free(m.cert);
	X509_free(m.responder);
	X509_free(m.ra);
	X509_REQ_free(m.csr);
	return ok;
}
