#include "ra/authority/authority.h"
#include "ra/authority/keys.h"

#include <stdio.h>
#include <string.h>

static const char *const kind_names[] = { "p256", "rsa" };
_Static_assert(sizeof kind_names / sizeof kind_names[0] == KEY_KIND_N, "a name for each kind of key");

static const struct limit {
	const char *path;
	int64_t min, max, dflt;
} limits[] = {
	{ "port", 1, 65535, 0 },
	{ "confirm_wait_s", 1, 86400, 300 },
	{ "max_years", 1, 20, 5 },
	{ "slack_hours", 0, 24 * 366, 48 },
	{ "crl_hours", 1, 24 * 31, 24 },
};

static bool
read_limits(struct config *c, int64_t out[], struct err *e)
{
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		const struct limit *l = &limits[i];

		if (!config_int_or(c, l->path, l->dflt, &out[i], e))
			return false;
		if (out[i] < l->min || out[i] > l->max)
			return config_error(c, l->path, e, "%lld is not within %lld to %lld", (long long)out[i],
			    (long long)l->min, (long long)l->max);
	}
	return true;
}

static bool
read_texts(struct config *c, const char *path, const char **out, int max, int *n, struct err *e)
{
	char at[96];
	int count = config_count(c, path);

	if (count > max)
		return config_error(c, path, e, "%d entries are more than %d", count, max);
	for (int i = 0; i < count; i++) {
		snprintf(at, sizeof at, "%s.[%d]", path, i);
		if (!config_text(c, at, &out[i], e))
			return false;
	}
	*n = count < 0 ? 0 : count;
	return true;
}

bool
settings_read(struct config *c, struct settings *s, struct err *e)
{
	int64_t v[sizeof limits / sizeof limits[0]];

	if (!config_text(c, "name", &s->name, e) || !config_text_or(c, "listen", "127.0.0.1", &s->listen, e)
	    || !config_text(c, "crl_url", &s->crl_url, e)
	    || !config_bool_or(c, "implicit_confirm", true, &s->implicit_confirm, e) || !read_limits(c, v, e)
	    || !read_texts(c, "ra_certs", s->ra_certs, RA_CERTS_MAX, &s->ra_certs_n, e))
		return false;
	if (s->ra_certs_n == 0)
		return config_error(c, "ra_certs", e, "name at least one certificate whose signature is accepted");
	s->port = (int)v[0];
	s->confirm_wait_s = v[1];
	s->max_years = (int)v[2];
	s->slack_hours = v[3];
	s->crl_hours = v[4];
	return true;
}

/* ---- profiles ---- */

static bool
add_fixed(struct profile *p, X509 *ca, int nid, const char *value)
{
	CONF *none = NCONF_new(NULL);	/* policies are not read without one, even an empty one */
	X509V3_CTX ctx;
	X509_EXTENSION *x;
	bool ok;

	X509V3_set_ctx(&ctx, ca, NULL, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, none);
	x = none ? X509V3_EXT_conf_nid(NULL, &ctx, nid, value) : NULL;
	ok = x && X509v3_add_ext(&p->fixed, x, -1);
	X509_EXTENSION_free(x);
	NCONF_free(none);
	return ok;
}

static bool
read_profile(struct config *c, const char *at, struct settings *s, struct profile *p, X509 *ca, struct err *e)
{
	static const struct { const char *name; int nid; } members[] = {
		{ "key_usage", NID_key_usage }, { "ext_key_usage", NID_ext_key_usage },
		{ "policies", NID_certificate_policies },
	};
	char path[128], url[1024];

	if (p->fixed)
		return config_error(c, at, e, "there is a profile for this kind of key already");
	if (!add_fixed(p, ca, NID_basic_constraints, "critical,CA:FALSE")
	    || !add_fixed(p, ca, NID_authority_key_identifier, "keyid:always")) {
		config_error(c, at, e, "the extensions cannot be made");
		return err_openssl(e);
	}
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		const char *value;

		snprintf(path, sizeof path, "%s.%s", at, members[i].name);
		if (!config_text(c, path, &value, e))
			return false;
		if (!add_fixed(p, ca, members[i].nid, value)) {
			config_error(c, path, e, "\"%s\" is not understood", value);
			return err_openssl(e);
		}
	}
	snprintf(url, sizeof url, "URI:%s", s->crl_url);
	if (!add_fixed(p, ca, NID_crl_distribution_points, url)) {
		config_error(c, "crl_url", e, "\"%s\" is not understood", s->crl_url);
		return err_openssl(e);
	}
	snprintf(path, sizeof path, "%s.extensions", at);
	return read_texts(c, path, p->allowed, ALLOWED_MAX, &p->allowed_n, e);
}

bool
profiles_read(struct config *c, struct settings *s, X509 *ca, struct err *e)
{
	for (int i = 0; i < config_count(c, "profiles"); i++) {
		char at[48], path[64];
		const char *kind;
		int k = 0;

		snprintf(at, sizeof at, "profiles.[%d]", i);
		snprintf(path, sizeof path, "%s.key", at);
		if (!config_text(c, path, &kind, e))
			return false;
		while (k < KEY_KIND_N && strcmp(kind, kind_names[k]) != 0)
			k++;
		if (k == KEY_KIND_N)
			return config_error(c, path, e, "\"%s\" is not known: write \"p256\" or \"rsa\"", kind);
		if (!read_profile(c, at, s, &s->profiles[k], ca, e))
			return false;
	}
	if (!s->profiles[KEYS_P256].fixed && !s->profiles[KEYS_RSA].fixed)
		return config_error(c, "profiles", e, "write at least one profile");
	return true;
}

void
settings_clear(struct settings *s)
{
	for (int i = 0; i < KEY_KIND_N; i++)
		sk_X509_EXTENSION_pop_free(s->profiles[i].fixed, X509_EXTENSION_free);
	memset(s, 0, sizeof *s);
}
