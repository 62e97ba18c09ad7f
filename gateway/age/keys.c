/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/keys.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "age/bech32.h"
#include "age/keylist.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/secret.h"
#include "base/str.h"

static const char RECIPIENT[] = "age", IDENTITY[] = "AGE-SECRET-KEY-";

struct age_recipients *age_recipients_new(void)
{
	return str_alloc(sizeof(struct age_recipients));
}

struct age_identities *age_identities_new(void)
{
	return str_alloc(sizeof(struct age_identities));
}

void age_recipients_free(struct age_recipients *l)
{
	if (!l)
		return;
	secret_free(l->pass.p);
	free(l->points);
	free(l);
}

void age_recipients_free_p(struct age_recipients **l)
{
	age_recipients_free(*l);
	*l = NULL;
}

void age_identities_free(struct age_identities *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++)
		secret_free(l->keys[i]);
	secret_free(l->pass.p);
	free(l->keys);
	free(l);
}

void age_identities_free_p(struct age_identities **l)
{
	age_identities_free(*l);
	*l = NULL;
}

size_t age_recipients_count(const struct age_recipients *l)
{
	return l->n + (l->pass.p != NULL);
}

size_t age_identities_count(const struct age_identities *l)
{
	return l->n + (l->pass.p != NULL);
}

bool age_identities_post_quantum(const struct age_identities *l)
{
	return l->post_quantum;
}

/* Make room for one more item; past `most` GW_ELIMIT. */
static int grow(void **items, size_t size, size_t n, size_t *cap, size_t most, struct errinfo *ei)
{
	if (n == most)
		return err_set(ei, GW_ELIMIT, "more than %zu keys", most);
	if (n < *cap)
		return 0;
	size_t want = *cap ? *cap * 2 : 8;
	void *more = reallocarray(*items, want, size);
	if (!more)
		return err_set(ei, GW_ENOMEM, "out of memory for keys");
	*items = more;
	*cap = want;
	return 0;
}

/* Say why a text that did not read as a recipient is none. */
static int no_recipient(const char *text, struct errinfo *ei)
{
	if (str_starts(text, "age1pq1") || str_starts(text, "age1tagpq1"))
		return err_set(ei, GW_ESUPPORT, "post-quantum recipients are not in this build");
	if (str_starts(text, "ssh-"))
		return err_set(ei, GW_ESUPPORT, "SSH recipients are not in this build");
	if (strncasecmp(text, IDENTITY, 14) == 0)
		return err_set(ei, GW_EFORMAT,
		    "this is a secret key, not a recipient: give the age1… that belongs to it");
	if (str_starts(text, "age1") && strrchr(text, '1') != text + 3)
		return err_set(ei, GW_ESUPPORT, "plugin recipients are not in this build");
	if (strncasecmp(text, "age1", 4) == 0)
		return err_set(ei, GW_EFORMAT,
		    "damaged recipient: check that it was copied whole, in lower case");
	return err_set(ei, GW_EFORMAT, "not a recipient: expected age1 and 58 characters");
}

int age_recipients_add(struct age_recipients *l, const char *text, struct errinfo *ei)
{
	uint8_t point[KEY_BYTES];
	if (l->pass.p)
		return err_set(
		    ei, GW_EUSAGE, "a passphrase cannot be combined with other recipients");
	if (bech32_read(text, strlen(text), RECIPIENT, point) < 0)
		return no_recipient(text, ei);
	int r =
	    grow((void **)&l->points, sizeof *l->points, l->n, &l->cap, AGE_MOST_RECIPIENTS, ei);
	if (r < 0)
		return r;
	memcpy(l->points[l->n++], point, KEY_BYTES);
	return 0;
}

static int set_passphrase(struct passphrase *pass, const void *p, size_t n, struct errinfo *ei)
{
	if (n == 0)
		return err_set(ei, GW_EUSAGE, "the passphrase is empty");
	if (n > AGE_MOST_PASSPHRASE)
		return err_set(
		    ei, GW_EUSAGE, "the passphrase has more than %d bytes", AGE_MOST_PASSPHRASE);
	uint8_t *copy = secret_alloc(n);
	if (!copy)
		return err_set(ei, GW_ENOMEM, "no secret memory for the passphrase");
	memcpy(copy, p, n);
	secret_free(pass->p);
	pass->p = copy;
	pass->n = n;
	return 0;
}

int age_recipients_set_passphrase(
    struct age_recipients *l, const void *p, size_t n, unsigned work_factor, struct errinfo *ei)
{
	if (age_recipients_count(l))
		return err_set(
		    ei, GW_EUSAGE, "a passphrase cannot be combined with other recipients");
	if (work_factor < 1 || work_factor > 30)
		return err_set(ei, GW_EUSAGE, "the work factor is a number from 1 to 30");
	l->pass.work_factor = work_factor;
	return set_passphrase(&l->pass, p, n, ei);
}

int age_identities_set_passphrase(
    struct age_identities *l, const void *p, size_t n, struct errinfo *ei)
{
	return set_passphrase(&l->pass, p, n, ei);
}

/* Append the key with that scalar; its point is worked out. */
static int add_scalar(struct age_identities *l, const uint8_t *scalar, struct errinfo *ei)
{
	int r = grow((void **)&l->keys, sizeof(void *), l->n, &l->cap, AGE_MOST_IDENTITIES, ei);
	if (r < 0)
		return r;
	struct identity *id = secret_alloc(sizeof *id);
	if (!id)
		return err_set(ei, GW_ENOMEM, "no secret memory for a key");
	memcpy(id->scalar, scalar, KEY_BYTES);
	if (crypto_scalarmult_base(id->point, id->scalar) != 0) {
		secret_free(id);
		return err_set(ei, GW_EFORMAT, "unusable secret key");
	}
	l->keys[l->n++] = id;
	return 0;
}

/* True when the n characters at s begin with prefix. */
static bool begins(const char *s, size_t n, const char *prefix)
{
	size_t k = strlen(prefix);
	return n >= k && strncmp(s, prefix, k) == 0;
}

int age_identities_add(struct age_identities *l, const char *text, size_t n, struct errinfo *ei)
{
	if (begins(text, n, "AGE-SECRET-KEY-PQ-1")) {
		l->post_quantum = true;
		return 0;
	}
	if (begins(text, n, "AGE-PLUGIN-"))
		return err_set(ei, GW_ESUPPORT, "plugin identities are not in this build");
	if (begins(text, n, "-----BEGIN OPENSSH"))
		return err_set(ei, GW_ESUPPORT, "SSH identities are not in this build");
	if (begins(text, n, "age-encryption.org/") || begins(text, n, "-----BEGIN AGE"))
		return err_set(ei, GW_ESUPPORT,
		    "the identity file is itself encrypted: give it decrypted, as -i <(handover age decrypt --passphrase-fd 3 FILE 3<PASSPHRASE)");
	uint8_t *scalar GW_CLEANUP(secret_free_p) = secret_alloc(KEY_BYTES);
	if (!scalar)
		return err_set(ei, GW_ENOMEM, "no secret memory for a key");
	if (bech32_read(text, n, IDENTITY, scalar) < 0)
		return err_set(ei, GW_EFORMAT,
		    begins(text, n, "age1")
			? "this is a recipient, not a secret key"
			: "not a secret key: expected AGE-SECRET-KEY-1 and 58 characters");
	return add_scalar(l, scalar, ei);
}

void age_identities_recipient(
    const struct age_identities *l, size_t i, char ret_recipient[AGE_RECIPIENT_TEXT])
{
	bech32_write(RECIPIENT, l->keys[i]->point, ret_recipient);
}

int age_identity_generate(
    char ret_recipient[AGE_RECIPIENT_TEXT], struct buf *ret_file, struct errinfo *ei)
{
	char when[TIME_TEXT], recipient[AGE_RECIPIENT_TEXT];
	size_t before = ret_file->len;
	struct identity *id GW_CLEANUP(secret_free_p) = secret_alloc(sizeof *id);
	char *text GW_CLEANUP(secret_free_p) = secret_alloc(AGE_IDENTITY_TEXT);
	if (!id || !text)
		return err_set(ei, GW_ENOMEM, "no secret memory for a key");
	randombytes_buf(id->scalar, KEY_BYTES);
	if (crypto_scalarmult_base(id->point, id->scalar) != 0)
		return err_set(ei, GW_EFAIL, "no key could be made");
	bech32_write(RECIPIENT, id->point, recipient);
	bech32_write(IDENTITY, id->scalar, text);
	time_text(clock_now(), when);
	int r = buf_addf(ret_file, "# created: %s\n# public key: %s\n", when, recipient);
	if (r == 0)
		r = buf_addf(ret_file, "%s\n", text);
	if (r < 0) {
		ret_file->len = before;
		return err_set(ei, r, "no room for the new key");
	}
	memcpy(ret_recipient, recipient, AGE_RECIPIENT_TEXT);
	return 0;
}
