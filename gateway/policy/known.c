/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/known.h"

static int add_name(json_t *record, const char *leaf, json_t *value, void *arg)
{
	(void)record;
	(void)leaf;
	const char *s = json_string_value(value);
	return s ? detect_known_name(arg, s) : 0;
}

static int names(const struct dossier *d, const struct catalogue *c, struct detect_known *known,
    struct errinfo *ei)
{
	static const char *const paths[] = {"household.partner", "household.emergency_contact",
	    "representative.name", "coaches.name"};
	for (size_t i = 0; i < GW_LENGTH(paths); i++) {
		const struct field *f = catalogue_find(c, paths[i]);
		int r = f ? dossier_each(d->data, f, add_name, known) : 0;
		if (r < 0)
			return err_set(
			    ei, r, "%s: more names than can be looked for in texts", paths[i]);
	}
	return 0;
}

static const char *text_of(const struct dossier *d, const char *path)
{
	return json_string_value(dossier_get(d, path));
}

static int numbers(
    const struct dossier *d, unsigned leaves, struct detect_known *known, struct errinfo *ei)
{
	static const struct {
		const char *path;
		enum detect_kind kind;
		enum known_part part;
	} table[] = {{"person.bsn", DETECT_BSN, 0}, {"person.v_number", DETECT_V_NUMBER, 0},
	    {"person.client_number", DETECT_CLIENT_NUMBER, KNOWN_CLIENT_NUMBER}};
	for (size_t i = 0; i < GW_LENGTH(table); i++) {
		const char *s = leaves & table[i].part ? NULL : text_of(d, table[i].path);
		int r = s ? detect_known_number(known, table[i].kind, s) : 0;
		if (r < 0)
			return err_set(ei, r, "%s can not be looked for in texts", table[i].path);
	}
	return 0;
}

/* A birth date in any form, and numbers of the form that the sender's have. */
static int forms(const struct dossier *d, const struct policy_context *ctx,
    struct detect_known *known, struct errinfo *ei)
{
	const char *birth = text_of(d, "person.birth_date");
	struct date day;
	int r = 0;
	if (birth && date_parse_partial(birth, &day) == 0 && day.year > 0)
		r = detect_known_birth(
		    known, (unsigned)day.year, (unsigned)day.month, (unsigned)day.day);
	for (size_t i = 0; r == 0 && i < ctx->client_numbers_n; i++)
		r = detect_known_pattern(known, ctx->client_numbers[i]);
	return r == 0 ? 0 : err_set(ei, r, "the form of client numbers can not be looked for");
}

/* The person's own name. */
static int own_name(const struct dossier *d, struct detect_known *known, struct errinfo *ei)
{
	int r = detect_known_person(known, text_of(d, "person.given_names"),
	    text_of(d, "person.name_prefix"), text_of(d, "person.family_name"));
	return r == 0
	    ? 0
	    : err_set(ei, r, "person: the name has more parts than can be looked for in texts");
}

int known_own(
    const struct dossier *d, unsigned leaves, struct detect_known **ret, struct errinfo *ei)
{
	struct detect_known *known GW_CLEANUP(detect_known_free_p) = detect_known_new();
	const char *client = text_of(d, "person.client_number");
	int r = leaves & KNOWN_OWN_NAME ? own_name(d, known, ei) : 0;
	if (r == 0 && client && leaves & KNOWN_CLIENT_NUMBER &&
	    (r = detect_known_number(known, DETECT_CLIENT_NUMBER, client)) < 0)
		r = err_set(ei, r, "person.client_number can not be looked for in texts");
	if (r < 0)
		return r;
	*ret = known;
	known = NULL;
	return 0;
}

int known_of(const struct dossier *d, const struct policy_context *ctx, const struct catalogue *c,
    unsigned leaves, struct detect_known **ret, struct errinfo *ei)
{
	struct detect_known *known GW_CLEANUP(detect_known_free_p) = detect_known_new();
	int r = leaves & KNOWN_OWN_NAME ? 0 : own_name(d, known, ei);
	if (r == 0)
		r = names(d, c, known, ei);
	if (r == 0)
		r = numbers(d, leaves, known, ei);
	if (r == 0)
		r = forms(d, ctx, known, ei);
	if (r < 0)
		return r;
	*ret = known;
	known = NULL;
	return 0;
}
