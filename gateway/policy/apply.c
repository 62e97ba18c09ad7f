/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/apply.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/condition.h"
#include "policy/known.h"
#include "policy/profile.h"
#include "policy/run.h"
#include "policy/tagged.h"
#include "policy/transform.h"

/* One value on its way through. */
struct passage {
	struct run *run;
	const struct policy_decision *d;
	json_t **ret_made; /* what leaves of it */
	size_t number;     /* of the record */
};

static const void *key_of(const struct run *run, const char *domain)
{
	for (size_t i = 0; run->keys && i < run->keys->n; i++)
		if (str_eq(run->keys->items[i].domain, domain))
			return run->keys->items[i].key;
	return NULL;
}

/* Note a refusal and go on: the sender is told all of them. Other failures stop the run. */
static int refuse(struct passage *a, int code, struct errinfo *why)
{
	struct run *run = a->run;
	if (code != GW_EREFUSED) {
		if (run->ei)
			*run->ei = *why;
		return err_prefix(run->ei, code, a->d->field->path);
	}
	tally_refuses(&run->tally, a->d->field, why->msg);
	(void)err_prefix(why, code, a->d->field->path);
	if (run->refused == 0) {
		run->refused = code;
		run->why = *why;
	}
	return 0;
}

/* v, a new reference, leaves in the place of the value. */
static int leaves(struct passage *a, json_t *v)
{
	if (!v)
		abort();
	*a->ret_made = v;
	tally_leaves(&a->run->tally, a->d->field);
	return 0;
}

static int stays(struct passage *a, enum tally_why why)
{
	tally_stays(&a->run->tally, a->d->field, why);
	return 0;
}

/* The path of the value, with the number of its record where the group repeats. */
static char *path_of(const struct passage *a)
{
	const char *path = a->d->field->path, *dot = strrchr(path, '.');
	char *group GW_CLEANUP(str_free_p) = dot ? str_dupn(path, (size_t)(dot - path)) : NULL;
	if (!group || !catalogue_group_repeats(a->run->p->catalogue, group))
		return str_dup(path);
	return str_printf("%s[%zu]%s", group, a->number, dot);
}

static int settle(void *arg, const struct detect_passage *finding)
{
	const struct passage *a = arg;
	const struct policy_review *review = a->run->ctx->review;
	char *path GW_CLEANUP(str_free_p) = path_of(a);
	return review->settle(review->arg, path, finding);
}

static int scan(struct passage *a, const char *text)
{
	struct run *run = a->run;
	struct buf masked GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct detect_result found = {0};
	struct errinfo why = ERRINFO_INIT;
	if (!text)
		return stays(a, TALLY_EMPTY);
	const struct detect_settle reviewer = {settle, a};
	int r = detect_apply_settled(&run->p->profiles[a->d->rule->scan].verdicts, text,
	    strlen(text), run->known, run->ctx->review ? &reviewer : NULL, &masked, &found, &why);
	if (r == 0 || r == GW_EREFUSED)
		for (size_t k = 0; k < DETECT_KINDS; k++)
			run->tally.kinds[k] += found.count[k];
	if (r < 0)
		return refuse(a, r, &why);
	run->tally.masks += found.masks;
	run->tally.settled_keep += found.kept;
	run->tally.settled_mask += found.hidden;
	return leaves(a, jx_string(masked.data, masked.len));
}

/* The person's BSN when it is one, else NULL. */
static const char *own_bsn(const struct dossier *d)
{
	const char *bsn = json_string_value(dossier_get(d, "person.bsn"));
	return bsn && strlen(bsn) == 9 ? bsn : NULL;
}

/* Is this code the person's own BSN, of 8 or 9 digits, however they are parted? */
static bool is_own_bsn(const struct run *run, const char *code)
{
	const char *bsn = run->bsn;
	char digits[10];
	size_t n = 0;
	if (!bsn)
		return false;
	for (; *code; code++) {
		if (*code == '.' || *code == '_' || *code == '/' || *code == '-')
			continue;
		if (n == 9 || *code < '0' || *code > '9')
			return false;
		digits[n++] = *code;
	}
	digits[n] = '\0';
	return str_eq(digits, bsn) || (bsn[0] == '0' && str_eq(digits, bsn + 1));
}

/* No BSN and no IBAN is without digits, and in ASCII nothing but a digit is read as one. */
static bool may_hold_number(const char *text)
{
	for (; *text; text++)
		if ((*text >= '0' && *text <= '9') || (unsigned char)*text >= 0x80)
			return true;
	return false;
}

/*
 * Short text that leaves as it is, or its beginning, is looked through for BSN and IBAN; a code is
 * not, since any number may pass the 11-test, but it may not be the BSN of this very person.
 */
static bool must_look_through(const struct passage *a, const char *text)
{
	enum policy_as as = a->d->rule->as;
	enum field_type type = a->d->field->type;
	if (!text || (as != AS_KEEP && as != AS_TRUNCATE))
		return false;
	return type == FIELD_TEXT_SHORT ? may_hold_number(text)
					: type == FIELD_CODE && is_own_bsn(a->run, text);
}

static int look_through(struct passage *a, const char *text, bool *ret_refused)
{
	struct errinfo why = ERRINFO_INIT;
	int r;
	if (a->d->field->type == FIELD_TEXT_SHORT)
		r = detect_refuse(text, strlen(text),
		    DETECT_BIT(DETECT_BSN) | DETECT_BIT(DETECT_IBAN), NULL, &why);
	else
		r = err_set(
		    &why, GW_EREFUSED, "bsn: this may not stand in a field that is kept as it is");
	*ret_refused = r < 0;
	return r < 0 ? refuse(a, r, &why) : 0;
}

static int transform(struct passage *a, const json_t *value)
{
	struct run *run = a->run;
	const struct policy_rule *rule = a->d->rule;
	const struct field *f = a->d->field;
	json_t *v = NULL;
	const void *key = rule->as == AS_PSEUDONYM ? key_of(run, rule->domain) : NULL;
	const char *text = json_string_value(value);
	bool refused = false;
	int r = must_look_through(a, text) ? look_through(a, text, &refused) : 0;
	if (r < 0 || refused)
		return r;
	if (rule->as == AS_PSEUDONYM && !key)
		return err_set(run->ei, GW_EFORMAT,
		    "there is no key for pseudonym domain '%s': make one with `handover organisation "
		    "pseudonym %s`",
		    rule->domain, rule->domain);
	r = transform_value(rule, f->type, value, run->ctx->today, key, &v, run->ei);
	if (r < 0)
		return err_prefix(run->ei, r, f->path);
	if (!v)
		return stays(a, TALLY_EMPTY);
	return leaves(a, tagged_rule(rule) ? tagged_new(rule, v) : v);
}

/* A value that was transformed before: it passes only under the very same transform. */
static int pass_tagged(struct passage *a, json_t *value)
{
	const char *text = jx_str(value, "v");
	bool refused = false;
	if (!tagged_by(a->d->rule, value))
		return stays(a, TALLY_TAGGED);
	int r = must_look_through(a, text) ? look_through(a, text, &refused) : 0;
	if (r < 0 || refused)
		return r;
	return leaves(a, json_incref(value));
}

static int visit(void *arg, const struct field *f, size_t number, json_t *value, json_t **ret_made)
{
	struct run *run = arg;
	const struct policy_decision *d = &run->p->decisions[f->index];
	const struct run_rule *rule = d->rule ? &run->rules[d->rule - run->p->rules] : NULL;
	struct passage a = {.run = run, .d = d, .ret_made = ret_made, .number = number};
	const char *text = json_string_value(value);
	if (text && transform_blank(text))
		return stays(&a, TALLY_EMPTY);
	if (!rule)
		return stays(&a, d->withhold ? TALLY_WITHHELD : TALLY_UNDECIDED);
	if (!rule->holds)
		return stays(&a, TALLY_CONDITION);
	if (rule->record && (number >= rule->n || !rule->dated[number]))
		return stays(&a, TALLY_NO_DATE);
	if (rule->record && !rule->record[number])
		return stays(&a, TALLY_RECORDS);
	if (json_is_object(value))
		return pass_tagged(&a, value);
	if (d->rule->as == AS_SCANNED)
		return scan(&a, text);
	return transform(&a, value);
}

/* A text will be scanned: only then do the names and numbers of the dossier matter. */
static bool scans(const struct run *run)
{
	for (size_t i = 0; i < run->p->rules_n; i++)
		if (run->p->rules[i].as == AS_SCANNED && run->rules[i].holds)
			return true;
	return false;
}

/* The first reason why something may not go, as the message of the run. */
static int refusal(struct run *run)
{
	if (run->ei)
		*run->ei = run->why;
	return run->refused;
}

static int run_all(struct run *run, struct policy_outcome *o)
{
	json_t *data GW_CLEANUP(jx_release) = NULL;
	struct walk w = {.visit = visit, .arg = run};
	for (size_t i = 0; i < run->p->rules_n; i++)
		run->rules[i].holds = condition_holds(
		    run->p, &run->p->rules[i].only_if, run->ctx, run->dossier, NULL);
	run_records(run);
	run->bsn = own_bsn(run->dossier);
	int r = scans(run)
	    ? known_of(run->dossier, run->ctx, run->p->catalogue, 0, &run->known, run->ei)
	    : 0;
	if (r == 0)
		r = walk_all(&w, run->p, run->dossier->data, &data);
	if (r < 0)
		return r;
	bool files_too = run->ctx->review && run->ctx->review->files_too;
	if (run->refused < 0 && !files_too)
		return refusal(run);
	o->data = json_object();
	jx_set(o->data, "catalogue", json_integer(run->p->catalogue_version));
	if (data && json_object_update(o->data, data) < 0)
		abort();
	r = run_files(run, o);
	if (r == 0 && run->refused < 0)
		r = refusal(run);
	if (r < 0)
		return r;
	o->fields = tally_fields(&run->tally, &o->classes);
	o->nothing = !o->fields && !o->files_n;
	if (o->nothing)
		return err_set(run->ei, GW_EREFUSED,
		    "nothing of this dossier leaves under the policy, so there is nothing to seal");
	return 0;
}

int policy_apply(const struct policy *p, const struct policy_context *ctx,
    const struct dossier *dossier, const struct policy_keys *keys, struct policy_outcome *ret_o,
    struct errinfo *ei)
{
	struct policy_outcome o = {0};
	struct run run = {.p = p, .ctx = ctx, .dossier = dossier, .keys = keys, .ei = ei};
	int r = policy_check_context(p, ctx, ei);
	if (r < 0)
		return r;
	run.rules = str_alloc((p->rules_n + 1) * sizeof *run.rules);
	tally_init(&run.tally, p, ctx->attach);
	r = run_all(&run, &o);
	bool told = r == 0 || r == GW_EREFUSED, nothing = o.nothing;
	if (r < 0)
		policy_outcome_release(&o);
	if (told) {
		o.sender_report = tally_report(&run.tally, dossier);
		o.nothing = nothing;
		*ret_o = o;
	}
	for (size_t i = 0; i < p->rules_n; i++) {
		free(run.rules[i].record);
		free(run.rules[i].dated);
	}
	free(run.rules);
	detect_known_free(run.known);
	tally_release(&run.tally);
	return r;
}

struct policy_key *policy_rehearsal_keys(const struct policy *p, struct policy_keys *ret_keys)
{
	static const char zeros[POLICY_KEY_BYTES];
	struct policy_key *keys = str_alloc((p->rules_n + 1) * sizeof *keys);
	size_t n = 0;
	for (size_t i = 0; i < p->rules_n; i++)
		if (p->rules[i].as == AS_PSEUDONYM)
			keys[n++] = (struct policy_key){p->rules[i].domain, zeros};
	*ret_keys = (struct policy_keys){keys, n};
	return keys;
}

void policy_outcome_release(struct policy_outcome *o)
{
	json_decref(o->data);
	json_decref(o->sender_report);
	for (size_t i = 0; i < o->files_n; i++)
		buf_release(&o->files[i].bytes);
	free(o->files);
	*o = (struct policy_outcome){0};
}
