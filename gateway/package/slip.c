/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/slip.h"

#include <stdlib.h>

#include "base/str.h"
#include "sign/statement.h"

void slip_open_commit(const char *tag_manifest_hex, char out[HASH_HEX])
{
	uint8_t digest[HASH_BYTES];
	if (str_unhex(tag_manifest_hex, digest, sizeof digest) < 0)
		abort(); /* our own hex */
	hash_sha256_hex(digest, sizeof digest, out);
}

static json_t *moment(int64_t ms)
{
	char text[TIME_TEXT];
	time_text(ms, text);
	return json_string(text);
}

json_t *slip_members(const struct note *note, const struct slip_facts *facts)
{
	json_t *o = json_object(), *keys = json_array();
	char commit[HASH_HEX];
	slip_open_commit(facts->tag_manifest, commit);
	jx_set(o, "package", json_string(note->package));
	jx_set(o, "case", json_string(note->case_id));
	jx_set(o, "seq", json_integer(note->seq));
	if (note->supersedes[0])
		jx_set(o, "supersedes", json_string(note->supersedes));
	jx_set(o, "sender", json_string(note->sender.oin));
	jx_set(o, "recipient", json_string(note->recipient.oin));
	jx_set(o, "ciphertext", json_string(facts->sha256));
	jx_set(o, "bytes", json_integer((json_int_t)facts->bytes));
	for (size_t i = 0; i < note->n_keys; i++)
		jx_add(keys, json_string(note->keys[i]));
	jx_set(o, "keys", keys);
	jx_set(o, "policy", json_string(note->policy_sha256));
	jx_set(o, "catalogue", json_string(note->catalogue));
	jx_set(o, "registry", json_string(note->registry));
	jx_set(o, "contract", json_string(note->contract));
	jx_set(o, "sealed", moment(note->created));
	jx_set(o, "expires", moment(note->expires));
	jx_set(o, "open_commit", json_string(commit));
	return o;
}

int slip_sign(const struct note *note, const struct slip_facts *facts, const struct signer *signer,
    struct buf *json, struct buf *p7s, struct errinfo *ei)
{
	json_t *own GW_CLEANUP(jx_release) = slip_members(note, facts);
	return statement_sign(signer, "slip", note->recipient.oin, note->checkpoint, note->created,
	    own, json, p7s, ei);
}

static int differs(const char *name, struct errinfo *ei)
{
	return err_set(
	    ei, GW_EAUTH, "the slip beside the package does not belong to it: '%s' differs", name);
}

int slip_agrees(
    const json_t *body, const struct note *note, const struct slip_facts *facts, struct errinfo *ei)
{
	json_t *own GW_CLEANUP(jx_release) = slip_members(note, facts);
	const char *name;
	json_t *value;
	json_object_foreach (own, name, value)
		if (!json_equal(value, json_object_get(body, name)))
			return differs(name, ei);
	/* the one member that may be left out */
	return json_object_get(body, "supersedes") && !note->supersedes[0]
	    ? differs("supersedes", ei)
	    : 0;
}
