/* SPDX-License-Identifier: EUPL-1.2 */
/* What the registry says, to those whom it concerns; and the description of the interface. */
#include <string.h>

#include "api/op.h"
#include "base/str.h"
#include "sign/cades.h"
#include "sign/statement.h"

extern const char openapi_data[];
extern const unsigned openapi_data_bytes;

int op_openapi(struct op *op)
{
	int r = op_text(op, 200, "application/json", openapi_data, openapi_data_bytes);
	return r < 0 ? r : op_field(op, "Access-Control-Allow-Origin", "*");
}

/* ---- organisations ---- */

/* One key statement with its bytes, as a relay would pass it on. */
static int add_key(struct op *op, const struct key_statement *k, json_t *keys)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX * 2);
	int r = registry_key_text(op->registry, k, &json, &p7s, &op->ei);
	if (r == 0 && str_b64(&b64, p7s.data ? p7s.data : "", p7s.len) < 0)
		r = err_set(&op->ei, GW_ENOMEM, "out of memory");
	if (r < 0) /* it was there when the registry was read */
		return err_prefix(&op->ei, GW_EIO, "a key statement");
	json_t *o = json_object();
	jx_set(o, "statement", jx_text(json.data));
	jx_set(o, "signature", json_string(b64.data ? b64.data : ""));
	jx_add(keys, o);
	return 0;
}

/* The statements that count: a revoked or superseded one still says which packages it opens, so
 * only what does not verify stays away. */
static int organisation(struct op *op, const struct organisation *o, json_t **ret)
{
	json_t *j GW_CLEANUP(jx_release) = organisation_json(o), *keys = json_array();
	jx_set(j, "keys", keys);
	const struct key_statement *k;
	for (size_t at = 0; (k = registry_key_next(op->registry, o->oin, &at));) {
		int r = k->code < 0 || !k->named || k->revoked ? 0 : add_key(op, k, keys);
		if (r < 0)
			return r;
	}
	*ret = json_incref(j);
	return 0;
}

int op_organisations(struct op *op)
{
	const struct organisations *all = registry_organisations(op->registry);
	struct op_list list GW_CLEANUP(op_list_release) = {0};
	for (size_t i = 0; i < all->n; i++) {
		json_t *item = NULL;
		int r = organisation(op, all->list[i], &item);
		if (r < 0)
			return r;
		op_list_add(&list, all->list[i]->oin, item);
	}
	return op_list_answer(op, &list);
}

int op_organisation(struct op *op)
{
	const struct organisation *o = registry_organisation(op->registry, op_param(op, 0));
	json_t *j = NULL;
	if (!o)
		return err_set(&op->ei, GW_ENOENT, "the registry knows no such organisation");
	int r = organisation(op, o, &j);
	return r < 0 ? r : op_json(op, 200, j);
}

/* ---- contracts ---- */

static json_t *day(struct date d)
{
	char text[DATE_TEXT];
	date_text(d, text);
	return json_string(text);
}

static void set_period(json_t *o, const char *name, const struct period *p)
{
	json_t *j;
	if (!p->given)
		return;
	j = json_object();
	jx_set(j, "from", day(p->from));
	jx_set(j, "until", day(p->until));
	jx_set(o, name, j);
}

static json_t *contract(const struct op *op, const struct contract *c)
{
	json_t *o = json_object(), *programmes = json_array();
	jx_set(o, "id", json_string(c->id));
	jx_set(o, "controller", json_string(c->controller));
	jx_set(o, "provider", json_string(c->provider));
	jx_set(o, "segment", json_string(c->segment));
	for (unsigned bit = 1; bit <= c->programmes; bit <<= 1)
		if (c->programmes & bit)
			jx_add(programmes, json_string(programme_name((enum programme)bit)));
	jx_set(o, "programmes", programmes);
	jx_set(o, "from", day(c->from));
	jx_set(o, "until", day(c->until));
	if (c->run_off_until.year)
		jx_set(o, "run_off_until", day(c->run_off_until));
	set_period(o, "processor", &c->processor);
	set_period(o, "mandate", &c->mandate);
	jx_set(o, "status",
	    json_string(contract_status_name(contract_status_on(c, date_of(op->now)))));
	return o;
}

int op_contracts(struct op *op)
{
	const struct contracts *all = registry_contracts(op->registry);
	struct op_list list GW_CLEANUP(op_list_release) = {0};
	for (size_t i = 0; i < all->n; i++) {
		const struct contract *c = &all->list[i];
		if (str_eq(c->controller, op->peer->oin) || str_eq(c->provider, op->peer->oin))
			op_list_add(&list, c->id, contract(op, c));
	}
	return op_list_answer(op, &list);
}

/* ---- policies ---- */

/* Accepted by the caller, or for it: as a sender or as controller. */
static bool concerns(const struct acceptance *a, const char *oin)
{
	bool yes = str_eq(a->recipient, oin) || str_eq(a->controller, oin);
	for (size_t i = 0; i < a->senders_n; i++)
		yes = yes || str_eq(a->senders[i], oin);
	return a->code == 0 && yes;
}

static void set_sha256(json_t *o, const char *name, const char *sha256)
{
	if (sha256[0])
		jx_set(o, name, json_string(sha256));
}

static json_t *acceptance(const struct op *op, const struct acceptance *a)
{
	json_t *o = json_object(), *senders = json_array();
	jx_set(o, "sha256", json_string(a->policy_sha256));
	jx_set(o, "policy", json_string(a->policy));
	jx_set(o, "version", json_integer(a->version));
	jx_set(o, "recipient", json_string(a->recipient));
	jx_set(o, "controller", json_string(a->controller));
	for (size_t i = 0; i < a->senders_n; i++)
		jx_add(senders, json_string(a->senders[i]));
	jx_set(o, "senders", senders);
	jx_set(o, "contract", json_string(a->contract));
	jx_set(o, "until", day(a->until));
	jx_set(o, "acceptance", json_string(a->sha256));
	jx_set(o, "catalogue", json_string(a->catalogue_sha256));
	set_sha256(o, "baseline", a->baseline_sha256);
	set_sha256(o, "mapping", a->mapping_sha256);
	jx_set(o, "revoked", json_boolean(a->revoked));
	jx_set(o, "holds", json_boolean(!a->revoked && date_cmp(date_of(op->now), a->until) <= 0));
	return o;
}

int op_policies(struct op *op)
{
	struct op_list list GW_CLEANUP(op_list_release) = {0};
	for (size_t i = 0; i < registry_acceptance_count(op->registry); i++) {
		const struct acceptance *a = registry_acceptance_at(op->registry, i);
		char key[2 * HASH_HEX];
		if (!concerns(a, op->peer->oin))
			continue;
		(void)snprintf(key, sizeof key, "%s %s", a->policy_sha256, a->sha256);
		op_list_add(&list, key, acceptance(op, a));
	}
	return op_list_answer(op, &list);
}

/* The bytes of an acceptance that have this digest, or NULL. */
static const struct buf *bytes_of(const struct acceptance *a, const char *sha256)
{
	return str_eq(a->policy_sha256, sha256)   ? &a->policy_bytes
	    : str_eq(a->catalogue_sha256, sha256) ? &a->catalogue_bytes
	    : str_eq(a->baseline_sha256, sha256)  ? &a->baseline_bytes
	    : str_eq(a->mapping_sha256, sha256)   ? &a->mapping_bytes
						  : NULL;
}

int op_policy(struct op *op)
{
	const char *sha256 = op_param(op, 0);
	for (size_t i = 0; sha256[0] && i < registry_acceptance_count(op->registry); i++) {
		const struct acceptance *a = registry_acceptance_at(op->registry, i);
		const struct buf *b = concerns(a, op->peer->oin) ? bytes_of(a, sha256) : NULL;
		if (!b)
			continue;
		int r = op_text(op, 200, "application/yaml", b->data ? b->data : "", b->len);
		return r < 0 ? r : op_field(op, "ETag", "\"%s\"", sha256);
	}
	return err_set(&op->ei, GW_ENOENT, "no policy with that digest was accepted by or for you");
}
