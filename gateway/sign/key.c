/* SPDX-License-Identifier: EUPL-1.2 */
#include "sign/key.h"

#include <pthread.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/file.h"
#include "base/str.h"
#include "sign/cert.h"

enum { KEY_FILE_MAX = 64 * 1024, LOCKED_BYTES = 256 * 1024, LOCKED_LEAST = 32, RSA_LEAST = 2048 };

static pthread_once_t memory_once = PTHREAD_ONCE_INIT;
static bool memory_locked;

static void lock_memory(void)
{
	memory_locked = CRYPTO_secure_malloc_initialized() ||
	    CRYPTO_secure_malloc_init(LOCKED_BYTES, LOCKED_LEAST) == 1;
}

int key_memory(struct errinfo *ei)
{
	(void)pthread_once(&memory_once, lock_memory);
	if (memory_locked)
		return 0;
	return err_set(ei, GW_EFAIL,
	    "cannot lock memory for a private key: raise the limit (ulimit -l, or LimitMEMLOCK= in the unit)");
}

int key_check(EVP_PKEY *key, const char *where, struct errinfo *ei)
{
	char group[32] = "";
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		if (EVP_PKEY_get_bits(key) >= RSA_LEAST)
			return 0;
		return err_set(
		    ei, GW_EFORMAT, "%s: an RSA key needs at least %d bits", where, RSA_LEAST);
	case EVP_PKEY_EC:
		if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1 &&
		    (str_eq(group, SN_X9_62_prime256v1) || str_eq(group, SN_secp384r1) ||
			str_eq(group, SN_secp521r1)))
			return 0;
		ERR_clear_error();
		return err_set(ei, GW_EFORMAT, "%s: use the curve P-256, P-384 or P-521", where);
	default:
		return err_set(ei, GW_EFORMAT, "%s: is neither an EC nor an RSA key", where);
	}
}

/* Never ask a person: a key with a passphrase cannot be used here. */
static int no_passphrase(char *out, int size, int writing, void *asked)
{
	(void)out, (void)size, (void)writing;
	*(bool *)asked = true;
	return -1;
}

int key_read_pem(const char *path, EVP_PKEY **ret_key, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(KEY_FILE_MAX);
	int r;
	if ((r = key_memory(ei)) < 0 || (r = file_read_secret(path, KEY_FILE_MAX, &b, ei)) < 0)
		return r;
	bool asked = false;
	BIO *bio = BIO_new_mem_buf(b.data ? b.data : "", (int)b.len);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &asked) : NULL;
	BIO_free(bio);
	ERR_clear_error();
	if (!key && asked)
		return err_set(ei, GW_EFORMAT,
		    "%s: has a passphrase, which nobody can type here: protect the file instead",
		    path);
	if (!key)
		return err_set(ei, GW_EFORMAT, "%s: holds no private key in PEM", path);
	if ((r = key_check(key, path, ei)) < 0) {
		EVP_PKEY_free(key);
		return r;
	}
	*ret_key = key;
	return 0;
}
