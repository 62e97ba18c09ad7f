/* SPDX-License-Identifier: EUPL-1.2 */
/* acceptance_make: an acceptance by the one who gives it, from bytes to files. */
#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "registry/acceptance.h"
#include "registry/inside.h"

static void digest(const struct buf *b, char out[HASH_HEX])
{
	hash_sha256_hex(b->data ? b->data : "", b->len, out);
}

static void set_digest(json_t *j, const char *name, const struct buf *b)
{
	char hex[HASH_HEX];
	digest(b, hex);
	jx_set(j, name, json_string(hex));
}

/* What is not there is left out: the digest of nothing could be that of an empty file. */
static bool there(const struct buf *b)
{
	return b && b->len;
}

json_t *acceptance_members(const struct acceptance_terms *t)
{
	char until[DATE_TEXT];
	json_t *j = json_object(), *senders = json_array();
	date_text(t->until, until);
	for (size_t i = 0; i < t->senders_n; i++)
		jx_add(senders, json_string(t->senders[i]));
	jx_set(j, "controller", json_string(t->controller));
	jx_set(j, "senders", senders);
	jx_set(j, "contract", json_string(t->contract));
	jx_set(j, "policy_id", json_string(t->policy));
	jx_set(j, "policy_version", json_integer(t->version));
	set_digest(j, "policy", t->policy_bytes);
	jx_set(j, "meaning", json_string(t->meaning));
	set_digest(j, "catalogue", t->catalogue_bytes);
	if (there(t->baseline_bytes))
		set_digest(j, "baseline", t->baseline_bytes);
	if (there(t->mapping_bytes))
		set_digest(j, "mapping", t->mapping_bytes);
	jx_set(j, "until", json_string(until));
	return j;
}

static int put_blob(const char *dir, const char *what, const struct buf *b, struct errinfo *ei)
{
	char hex[HASH_HEX];
	if (!there(b))
		return 0;
	digest(b, hex);
	char *name GW_CLEANUP(str_free_p) = str_printf("%s-%s.yaml", what, hex);
	return store_put(dir, name, b, ei);
}

int acceptance_store(const char *registry_dir, const struct acceptance_terms *t,
    const struct buf *json, const struct buf *p7s, struct errinfo *ei)
{
	char policy[HASH_HEX];
	digest(t->policy_bytes, policy);
	char *dir GW_CLEANUP(str_free_p) = str_printf("%s/acceptances/%s", registry_dir, policy);
	int r = file_mkdirs(dir, 0700, ei);
	if (r == 0)
		r = store_put(dir, "policy.yaml", t->policy_bytes, ei);
	if (r == 0)
		r = put_blob(dir, "catalogue", t->catalogue_bytes, ei);
	if (r == 0)
		r = put_blob(dir, "baseline", t->baseline_bytes, ei);
	if (r == 0)
		r = put_blob(dir, "mapping", t->mapping_bytes, ei);
	return r == 0 ? store_statement(dir, json, p7s, ei) : r;
}

int acceptance_revoke(const char *registry_dir, const char *policy_sha256, const struct buf *json,
    const struct buf *p7s, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) =
	    str_printf("%s/acceptances/%s", registry_dir, policy_sha256);
	return store_statement(dir, json, p7s, ei);
}
