#include "db/keys.h"

#include "forms/text.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEAL_KEYS_MAX 16
#define IV_LEN 12
#define TAG_LEN 16

struct keys {
	int n;
	unsigned char id[SEAL_KEYS_MAX];
	unsigned char key[SEAL_KEYS_MAX][32];
	EVP_CIPHER *gcm;
	EVP_CIPHER_CTX *cipher;
	EVP_MAC *hmac;
	EVP_MAC_CTX *mac;
};

static bool
write_secret(const char *dir, const char *name, const char *text, struct err *e)
{
	char path[4200];
	size_t n = strlen(text);
	bool ok = false;
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_internal(e, "cannot make the key file %s: %s", path, strerror(errno));
	ok = write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
	if (close(fd) != 0 || !ok)
		return err_internal(e, "cannot write the key file %s: %s", path, strerror(errno));
	return true;
}

bool
keys_create(const char *dir, struct err *e)
{
	unsigned char raw[64];
	char hex[2][65], line[80];
	bool ok;

	if (RAND_bytes(raw, sizeof raw) != 1)
		return err_internal(e, "no random numbers") || err_openssl(e);
	text_hex(raw, 32, hex[0]);
	text_hex(raw + 32, 32, hex[1]);
	snprintf(line, sizeof line, "1 %s\n", hex[0]);
	ok = write_secret(dir, "seal.key", line, e);
	snprintf(line, sizeof line, "%s\n", hex[1]);
	ok = ok && write_secret(dir, "index.key", line, e);
	OPENSSL_cleanse(raw, sizeof raw);
	OPENSSL_cleanse(hex, sizeof hex);
	OPENSSL_cleanse(line, sizeof line);
	return ok;
}

static FILE *
open_secret(const char *dir, const char *name, struct err *e)
{
	char path[4200];
	struct stat st;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "re");
	if (!f) {
		err_internal(e, "the key file %s cannot be read (%s): without it sealed values cannot be opened;"
		    " put it back from the key backup", path, strerror(errno));
		return NULL;
	}
	if (fstat(fileno(f), &st) == 0 && (st.st_mode & 077) != 0) {
		err_internal(e, "the key file %s may be read by others: run chmod 600 on it", path);
		fclose(f);
		return NULL;
	}
	return f;
}

static bool
load_seal(struct keys *k, const char *dir, struct err *e)
{
	FILE *f = open_secret(dir, "seal.key", e);
	char line[128], hex[80];
	int id;
	bool ok = true;

	if (!f)
		return false;
	while (ok && fgets(line, sizeof line, f)) {
		ok = k->n < SEAL_KEYS_MAX && sscanf(line, "%d %79s", &id, hex) == 2 && id > 0 && id < 256
		    && text_unhex(hex, k->key[k->n], 32) == 32;
		if (ok)
			k->id[k->n++] = (unsigned char)id;
	}
	fclose(f);
	OPENSSL_cleanse(line, sizeof line);
	OPENSSL_cleanse(hex, sizeof hex);
	if (!ok || k->n == 0)
		return err_internal(e, "the key file %s/seal.key is damaged: put it back from the key backup", dir);
	return true;
}

static bool
load_index(struct keys *k, const char *dir, struct err *e)
{
	FILE *f = open_secret(dir, "index.key", e);
	char line[128] = "";
	unsigned char raw[32];
	OSSL_PARAM p[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char[]){ "SHA256" }, 0),
	    OSSL_PARAM_construct_end() };
	bool ok;

	if (!f)
		return false;
	ok = fgets(line, sizeof line, f) != NULL;
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	ok = ok && text_unhex(line, raw, sizeof raw) == 32;
	if (!ok)
		err_internal(e, "the key file %s/index.key is damaged: put it back from the key backup", dir);
	else if (EVP_MAC_init(k->mac, raw, sizeof raw, p) != 1)
		ok = err_internal(e, "the index key cannot be used") || err_openssl(e);
	OPENSSL_cleanse(line, sizeof line);
	OPENSSL_cleanse(raw, sizeof raw);
	return ok;
}

bool
keys_load(const char *dir, struct keys **out, struct err *e)
{
	struct keys *k = OPENSSL_zalloc(sizeof *k);

	if (!k)
		return err_internal(e, "out of memory");
	k->gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	k->cipher = EVP_CIPHER_CTX_new();
	k->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	k->mac = k->hmac ? EVP_MAC_CTX_new(k->hmac) : NULL;
	if (!k->gcm || !k->cipher || !k->mac) {
		err_internal(e, "the cipher cannot be used");
		err_openssl(e);
		keys_free(k);
		return false;
	}
	if (!load_seal(k, dir, e) || !load_index(k, dir, e)) {
		keys_free(k);
		return false;
	}
	*out = k;
	return true;
}

void
keys_free(struct keys *k)
{
	if (!k)
		return;
	EVP_CIPHER_CTX_free(k->cipher);
	EVP_CIPHER_free(k->gcm);
	EVP_MAC_CTX_free(k->mac);
	EVP_MAC_free(k->hmac);
	OPENSSL_clear_free(k, sizeof *k);
}

bool
keys_seal(struct keys *k, const char *place, const void *in, size_t n, unsigned char *out, struct err *e)
{
	int l, i = k->n - 1;
	unsigned char *body = out + 1 + IV_LEN;

	out[0] = k->id[i];
	if (RAND_bytes(out + 1, IV_LEN) != 1
	    || EVP_EncryptInit_ex2(k->cipher, k->gcm, k->key[i], out + 1, NULL) != 1
	    || EVP_EncryptUpdate(k->cipher, NULL, &l, (const unsigned char *)place, (int)strlen(place)) != 1
	    || EVP_EncryptUpdate(k->cipher, body, &l, in, (int)n) != 1
	    || EVP_EncryptFinal_ex(k->cipher, body + l, &l) != 1
	    || EVP_CIPHER_CTX_ctrl(k->cipher, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, body + n) != 1)
		return err_internal(e, "a value could not be sealed") || err_openssl(e);
	return true;
}

bool
keys_open(struct keys *k, const char *place, const unsigned char *in, size_t n, void *out, struct err *e)
{
	size_t m = n - SEAL_EXTRA;
	unsigned char tag[TAG_LEN], *o = out;
	int i, l;

	if (n < SEAL_EXTRA)
		return err_internal(e, "the sealed value at %s is damaged", place);
	for (i = 0; i < k->n && k->id[i] != in[0]; i++)
		;
	if (i == k->n)
		return err_internal(e, "the value at %s was sealed with key %d, which is not in keys/seal.key", place, in[0]);
	memcpy(tag, in + n - TAG_LEN, TAG_LEN);
	if (EVP_DecryptInit_ex2(k->cipher, k->gcm, k->key[i], in + 1, NULL) != 1
	    || EVP_DecryptUpdate(k->cipher, NULL, &l, (const unsigned char *)place, (int)strlen(place)) != 1
	    || EVP_DecryptUpdate(k->cipher, o, &l, in + 1 + IV_LEN, (int)m) != 1
	    || EVP_CIPHER_CTX_ctrl(k->cipher, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, tag) != 1
	    || EVP_DecryptFinal_ex(k->cipher, o + l, &l) != 1) {
		OPENSSL_cleanse(out, m);
		return err_internal(e, "the sealed value at %s does not open: it was changed or belongs elsewhere", place);
	}
	return true;
}

bool
keys_index(struct keys *k, const char *column, const char *value, unsigned char out[INDEX_LEN], struct err *e)
{
	size_t l;

	if (EVP_MAC_init(k->mac, NULL, 0, NULL) != 1
	    || EVP_MAC_update(k->mac, (const unsigned char *)column, strlen(column) + 1) != 1
	    || EVP_MAC_update(k->mac, (const unsigned char *)value, strlen(value)) != 1
	    || EVP_MAC_final(k->mac, out, &l, INDEX_LEN) != 1)
		return err_internal(e, "the index of a sealed value could not be made") || err_openssl(e);
	return true;
}
