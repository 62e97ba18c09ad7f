/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/acceptance.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "registry/inside.h"
#include "registry/text.h"

/* The bytes that hash to sha256, from the file in that folder of the registry. */
static int read_bytes(const struct registry *r, const char *folder, const char *file,
    const char *sha256, struct buf *out, struct errinfo *ei)
{
	char *name GW_CLEANUP(str_free_p) = file_join(folder, file);
	char real[HASH_HEX];
	*out = (struct buf)BUF_INIT(REGISTRY_FILE_MAX);
	int code = registry_file(r, name, REGISTRY_FILE_MAX, out, ei);
	if (code < 0)
		return code;
	hash_sha256_hex(out->data ? out->data : "", out->len, real);
	if (!str_eq(real, sha256))
		return err_set(
		    ei, GW_EAUTH, "'%s' is not what its name says: it was changed", name);
	return 0;
}

static int read_blob(const struct registry *r, const char *folder, const char *what,
    const char *sha256, struct buf *out, struct errinfo *ei)
{
	char *file GW_CLEANUP(str_free_p) = str_printf("%s-%s.yaml", what, sha256);
	if (!*sha256) {
		*out = (struct buf)BUF_INIT(0);
		return 0;
	}
	return read_bytes(r, folder, file, sha256, out, ei);
}

static int read_all_bytes(
    const struct registry *r, const char *folder, struct acceptance *a, struct errinfo *ei)
{
	int e = str_eq(file_base(folder), a->policy_sha256)
	    ? 0
	    : err_set(ei, GW_EAUTH, "it lies in the folder of another policy");
	if (e == 0)
		e = read_bytes(r, folder, "policy.yaml", a->policy_sha256, &a->policy_bytes, ei);
	if (e == 0)
		e = read_blob(r, folder, "catalogue", a->catalogue_sha256, &a->catalogue_bytes, ei);
	if (e == 0)
		e = read_blob(r, folder, "baseline", a->baseline_sha256, &a->baseline_bytes, ei);
	return e == 0 ? read_blob(r, folder, "mapping", a->mapping_sha256, &a->mapping_bytes, ei)
		      : e;
}

static void read_senders(const json_t *list, struct acceptance *a)
{
	size_t i;
	json_t *v;
	a->senders = str_alloc((json_array_size(list) + 1) * sizeof *a->senders);
	json_array_foreach (list, i, v) {
		text_copy(a->senders[a->senders_n++], OIN_TEXT, json_string_value(v));
	}
}

static void add_acceptance(struct registry *r, const char *folder, struct stored *s)
{
	struct acceptance *more = reallocarray(r->acceptances, r->acceptances_n + 1, sizeof *more);
	struct errinfo why = ERRINFO_INIT;
	json_int_t version = 0;
	if (!more)
		abort();
	r->acceptances = more;
	struct acceptance *a = &r->acceptances[r->acceptances_n++];
	*a = (struct acceptance){.at = s->at, .code = s->code, .why = s->why};
	s->why = NULL;
	const json_t *b = s->body;
	text_copy(a->sha256, sizeof a->sha256, s->sha256);
	text_copy(a->id, sizeof a->id, jx_str(b, "id"));
	text_copy(a->recipient, sizeof a->recipient, jx_str(b, "by"));
	text_copy(a->controller, sizeof a->controller, jx_str(b, "controller"));
	read_senders(json_object_get(b, "senders"), a);
	a->contract = str_dup(jx_str(b, "contract"));
	a->policy = str_dup(jx_str(b, "policy_id"));
	if (jx_int(b, "policy_version", 0, INT32_MAX, &version) < 0)
		set_aside(&a->code, &a->why, GW_EFORMAT, "its policy version is out of range");
	a->version = (int)version;
	text_copy(a->policy_sha256, sizeof a->policy_sha256, jx_str(b, "policy"));
	text_copy(a->meaning, sizeof a->meaning, jx_str(b, "meaning"));
	text_copy(a->catalogue_sha256, sizeof a->catalogue_sha256, jx_str(b, "catalogue"));
	text_copy(a->baseline_sha256, sizeof a->baseline_sha256, jx_str(b, "baseline"));
	text_copy(a->mapping_sha256, sizeof a->mapping_sha256, jx_str(b, "mapping"));
	if (date_parse(jx_str(b, "until"), &a->until) < 0)
		set_aside(&a->code, &a->why, GW_EFORMAT, "its date is wrong");
	if (read_all_bytes(r, folder, a, &why) < 0)
		set_aside(&a->code, &a->why, GW_EAUTH, why.msg);
}

static int read_one(struct registry *r, const char *name, struct errinfo *ei)
{
	struct stored s GW_CLEANUP(stored_release) = {0};
	char *folder GW_CLEANUP(str_free_p) = str_dupn(name, (size_t)(file_base(name) - name) - 1);
	int code = stored_read(r, name, &s, ei);
	if (code < 0)
		return code;
	if (str_eq(s.kind, "acceptance"))
		add_acceptance(r, folder, &s);
	else if (str_eq(s.kind, "acceptance_revoked"))
		add_revocation(r, name, &s);
	else
		return err_set(ei, GW_EFORMAT,
		    "registry/%s: a statement of kind %s does not belong in acceptances/", name,
		    s.kind);
	return 0;
}

static bool is_revoked(const struct registry *r, const struct acceptance *a)
{
	for (size_t i = 0; i < r->revoked_n; i++)
		if (str_eq(r->revoked[i].target, a->sha256) &&
		    str_eq(r->revoked[i].by, a->recipient))
			return true;
	return false;
}

int registry_load_acceptances(struct registry *r, struct errinfo *ei)
{
	const char *name;
	for (size_t at = 0; (name = registry_file_next(r, "acceptances/", true, ".json", &at));) {
		int code = read_one(r, name, ei);
		if (code < 0)
			return code;
	}
	for (size_t i = 0; i < r->acceptances_n; i++)
		r->acceptances[i].revoked = is_revoked(r, &r->acceptances[i]);
	return 0;
}

void registry_release_acceptances(struct registry *r)
{
	for (size_t i = 0; i < r->acceptances_n; i++) {
		struct acceptance *a = &r->acceptances[i];
		free(a->senders);
		free(a->contract);
		free(a->policy);
		free(a->why);
		buf_release(&a->policy_bytes);
		buf_release(&a->catalogue_bytes);
		buf_release(&a->baseline_bytes);
		buf_release(&a->mapping_bytes);
	}
	free(r->acceptances);
	r->acceptances = NULL;
	r->acceptances_n = 0;
}

static bool names_sender(const struct acceptance *a, const char *oin)
{
	for (size_t i = 0; i < a->senders_n; i++)
		if (str_eq(a->senders[i], oin))
			return true;
	return false;
}

/* What keeps an acceptance by the right recipient of the right policy bytes from holding. */
enum near {
	NEAR_NONE,
	NEAR_SENDER,
	NEAR_CONTRACT,
	NEAR_CONTROLLER,
	NEAR_CATALOGUE,
	NEAR_BASELINE,
	NEAR_MAPPING,
	NEAR_EXPIRED,
	NEAR_REVOKED,
	NEAR_BAD
};

static enum near compare(
    const struct acceptance *a, const struct acceptance_query *q, struct date day, bool *ret_holds)
{
	*ret_holds = false;
	if (!str_eq(a->recipient, q->recipient) || !str_eq(a->policy_sha256, q->policy_sha256))
		return NEAR_NONE;
	if (!names_sender(a, q->sender))
		return NEAR_SENDER;
	if (!str_eq(a->contract, q->contract))
		return NEAR_CONTRACT;
	if (q->controller && !str_eq(a->controller, q->controller))
		return NEAR_CONTROLLER;
	if (!str_eq(a->catalogue_sha256, q->catalogue_sha256))
		return NEAR_CATALOGUE;
	if (!str_eq(a->baseline_sha256, q->baseline_sha256))
		return NEAR_BASELINE;
	if (!str_eq(a->mapping_sha256, q->mapping_sha256))
		return NEAR_MAPPING;
	if (date_cmp(day, a->until) > 0)
		return NEAR_EXPIRED;
	if (a->revoked)
		return NEAR_REVOKED;
	*ret_holds = a->code == 0;
	return NEAR_BAD;
}

int registry_acceptance(const struct registry *r, const struct acceptance_query *q, struct date day,
    const struct acceptance **ret, struct errinfo *ei)
{
	static const char *const reasons[] = {"", " from this sender", " for this contract",
	    " for the controller of this contract",
	    " with the sender's catalogue of fields: give the recipient that file too",
	    " under the sender's baseline: --baseline FILE takes it, --no-baseline that there is none",
	    " with the sender's ladder map: --mapping FILE takes it",
	    " any longer: the acceptance has expired", " any longer: the acceptance was revoked",
	    ""};
	enum near best = NEAR_NONE;
	const struct acceptance *bad = NULL;
	for (size_t i = 0; i < r->acceptances_n; i++) {
		bool holds;
		enum near n = compare(&r->acceptances[i], q, day, &holds);
		if (holds) {
			*ret = &r->acceptances[i];
			return 0;
		}
		if (n > best)
			best = n;
		if (n == NEAR_BAD)
			bad = &r->acceptances[i];
	}
	if (bad)
		return err_set(ei, GW_EAUTH, "the acceptance of %.20s does not count: %s",
		    q->recipient, bad->why);
	return err_set(ei, GW_EREFUSED,
	    "the policy is not accepted by %.20s%s (handover policy accept, then organisation "
	    "import)",
	    q->recipient, reasons[best]);
}

const struct acceptance *registry_acceptance_next(const struct registry *r, const char *recipient,
    const char *sender, const char *contract, const char *policy_id, struct date day, size_t *at)
{
	while (*at < r->acceptances_n) {
		const struct acceptance *a = &r->acceptances[(*at)++];
		if (a->code == 0 && !a->revoked && date_cmp(day, a->until) <= 0 &&
		    str_eq(a->recipient, recipient) && str_eq(a->contract, contract) &&
		    str_eq(a->policy, policy_id) && names_sender(a, sender))
			return a;
	}
	return NULL;
}

size_t registry_acceptance_count(const struct registry *r)
{
	return r->acceptances_n;
}

const struct acceptance *registry_acceptance_at(const struct registry *r, size_t i)
{
	return i < r->acceptances_n ? &r->acceptances[i] : NULL;
}
