/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * generate_dossier: chance, and made-up dossiers directed by the types of the catalogue. The same
 * seed makes the same ones; it is printed, and TEST_SEED sets it.
 *
 * Texts hold nothing that a detector finds but what is planted: a BSN, an IBAN, a phone number that
 * begins with 06-, a mail address, the person's family name.
 */
#ifndef TESTS_UNIT_POLICY_GENERATE_DOSSIER_H
#define TESTS_UNIT_POLICY_GENERATE_DOSSIER_H

#include <time.h>

#include "tests/unit/policy/policies.h"

static uint64_t gen_state = 1;

/* Take the seed from TEST_SEED, else from the clock, and print it. */
static inline void gen_seed(void)
{
	const char *seed = getenv("TEST_SEED");
	uint64_t n = (uint64_t)time(NULL);
	if (seed && str_u64(seed, UINT64_MAX / 2, &n) < 0)
		abort();
	gen_state = n * 2654435761U + 1;
	printf("# note: TEST_SEED=%llu\n", (unsigned long long)n);
}

static inline unsigned gen_chance(unsigned n) /* 0 … n - 1 */
{
	gen_state ^= gen_state << 13;
	gen_state ^= gen_state >> 7;
	gen_state ^= gen_state << 17;
	return (unsigned)(gen_state >> 33) % n;
}

#define GEN_PICK(list) ((list)[gen_chance(GW_LENGTH(list))])

/* ---- values ---- */

static inline const char *gen_word(void)
{
	static const char *const words[] = {"lopen", "fiets", "winkel", "tafel", "groen", "rustig",
	    "morgen", "samen", "boek", "keuken"};
	return GEN_PICK(words);
}

static inline const char *gen_family(void)
{
	static const char *const names[] = {"Haile", "Okafor", "Vermeulen", "\xc3\x96zdemir"};
	return GEN_PICK(names);
}

static inline char *gen_bsn(void)
{
	for (;;) {
		char *s = str_printf("%09u", 100000000 + gen_chance(900000000));
		if (field_type_check(FIELD_BSN, s))
			return s;
		free(s);
	}
}

/* Words, now and then with something in them that a detector finds. */
static inline char *gen_text(bool line)
{
	static const char *const between[] = {" ", ", ", " en ", "\n"};
	const char *a = gen_word(), *b = gen_word(), *how = between[gen_chance(line ? 3 : 4)];
	char *planted GW_CLEANUP(str_free_p) = NULL;
	char *bsn GW_CLEANUP(str_free_p) = gen_chance(30) == 0 ? gen_bsn() : NULL;
	if (bsn)
		planted = str_printf("bsn %s", bsn);
	else if (gen_chance(40) == 0)
		planted = str_dup("NL91ABNA0417164300");
	else if (!line && gen_chance(5) == 0)
		planted = str_printf("06-1%07u", gen_chance(10000000));
	else if (!line && gen_chance(8) == 0)
		planted = str_printf("%s%u@voorbeeld.nl", gen_word(), gen_chance(100));
	else if (!line && gen_chance(6) == 0)
		planted = str_dup(gen_family());
	char *text GW_CLEANUP(str_free_p) = str_printf("%s%s%s", a, how, b);
	return planted ? str_printf("%s %s %s", text, planted, gen_word()) : str_dup(text);
}

static inline char *gen_date(void)
{
	return str_printf("%04u-%02u-%02u", gen_chance(8) ? 1950 + gen_chance(78) : 0,
	    gen_chance(13), gen_chance(29));
}

/* The names that the scan of texts knows; they never stand in a text of ours. */
static inline bool gen_is_known_name(const struct field *f)
{
	static const char *const paths[] = {"household.partner", "household.emergency_contact",
	    "representative.name", "coaches.name"};
	for (size_t i = 0; i < GW_LENGTH(paths); i++)
		if (str_eq(paths[i], f->path))
			return true;
	return false;
}

static inline char *gen_line(const struct field *f)
{
	static const char *const names[] = {"Anna", "Jan Piet", "IJsbrand", "Mehret-Selam", "ijs",
	    "\xc3\x89lodie", "e\xcc\x81lan", "o'Brien 3", "-", "van der"};
	static const char *const known[] = {"Karin Postma", "mevrouw Postma"};
	if (gen_chance(12) == 0)
		return str_dup(gen_chance(2) ? "" : "  ");
	if (str_eq(f->path, "person.family_name"))
		return str_dup(gen_family());
	if (f->type == FIELD_NAME)
		return str_dup(GEN_PICK(names));
	return gen_is_known_name(f) ? str_dup(GEN_PICK(known)) : gen_text(true);
}

/* Text of a value of the field, as a dossier may have it. */
static inline char *gen_text_value(const struct field *f)
{
	static const char *const mobile[] = {"06-1", "+31 6 1", "06 1"};
	switch (f->type) {
	case FIELD_BSN:
		return gen_chance(10) ? gen_bsn() : str_dup("10464554");
	case FIELD_V_NUMBER:
		return str_printf("28%08u", gen_chance(100000000));
	case FIELD_IBAN:
		return str_dup("NL91ABNA0417164300");
	case FIELD_EMAIL:
		return str_printf("%s%u@Voorbeeld.nl", gen_word(), gen_chance(100));
	case FIELD_PHONE:
		return str_printf("%s%07u", GEN_PICK(mobile), gen_chance(10000000));
	case FIELD_POSTCODE:
		return str_printf("%u%sAB", 1000 + gen_chance(9000), gen_chance(2) ? " " : "");
	case FIELD_DATE:
		return gen_date();
	case FIELD_CODE:
		return f->n_codes && gen_chance(8)
		    ? str_dup(f->codes[gen_chance((unsigned)f->n_codes)])
		    : str_printf("c%u", gen_chance(1000) * gen_chance(100000));
	case FIELD_LANG:
		return str_dup(gen_chance(2) ? "nl" : "ti");
	case FIELD_MONEY:
		return str_printf("%u.%02u", gen_chance(2000), gen_chance(100));
	case FIELD_NAME:
	case FIELD_TEXT_SHORT:
		return gen_line(f);
	case FIELD_TEXT:
		return gen_chance(12) ? gen_text(false) : str_dup(" \n");
	default:
		return str_dup("foto.png");
	}
}

/* A value that an earlier policy may have transformed, rightly or not. */
static inline json_t *gen_tagged(void)
{
	static const char *const pairs[][2] = {{"year", "1984"}, {"year", "84"},
	    {"month", "1984-03"}, {"age_band:5", "35-39"}, {"age_band:5", "36-40"},
	    {"age_band:5", "35-40"}, {"age_band:10", "30-39"}, {"initials", "J.P."},
	    {"initials", "IJ.J."}, {"initials", "Jan"}, {"postcode4", "5121"},
	    {"mask_last4", "*****5678"}, {"mask_last4", "12345678"}, {"truncate:3", "abc"},
	    {"truncate:3", "abcd"}, {"pseudonym:keten", "AAAAAAAAAAAAAAAAAAAAAA"},
	    {"pseudonym:keten", "AAAA"}, {"keep", "lopen"}, {"present", "ja"}};
	json_t *v = json_object();
	size_t i = gen_chance(GW_LENGTH(pairs) + 2);
	bool present = i >= GW_LENGTH(pairs);
	jx_set(v, "as", json_string(present ? "present" : pairs[i][0]));
	jx_set(v, "v", present ? json_true() : json_string(pairs[i][1]));
	return v;
}

static inline json_t *gen_value(const struct field *f)
{
	if (gen_chance(15) == 0)
		return gen_tagged();
	if (gen_chance(40) == 0)
		return json_null();
	if (f->type == FIELD_CODE && !f->n_codes && gen_chance(6) == 0)
		return json_integer(gen_chance(500));
	if (f->type == FIELD_MONEY && gen_chance(3) == 0)
		return json_integer(gen_chance(2000));
	if (f->type == FIELD_INT) {
		int64_t wide = f->high - f->low + (gen_chance(6) ? 1 : 3);
		return json_integer(f->low + gen_chance(wide > 1000 ? 1000 : (unsigned)wide));
	}
	char *s GW_CLEANUP(str_free_p) = gen_text_value(f);
	return json_string(s);
}

/* ---- dossiers ---- */

/* The objects for the records of a group; lists are made when they are met first. */
static inline void gen_fill(json_t *at, const struct field *f, const char *rest, const char *done)
{
	const char *dot = strchr(rest, '.');
	if (!dot) {
		if (gen_chance(10) < 6)
			jx_set(at, rest, gen_value(f));
		return;
	}
	char *name GW_CLEANUP(str_free_p) = str_dupn(rest, (size_t)(dot - rest));
	char *group GW_CLEANUP(str_free_p) = str_printf("%s%s%s", done, *done ? "." : "", name);
	json_t *in = json_object_get(at, name);
	if (!in) {
		bool list = catalogue_group_repeats(catalogue_builtin(), group) && gen_chance(4);
		in = list ? json_array() : json_object();
		for (unsigned i = list ? gen_chance(5) : 0; i > 0; i--)
			jx_add(in, json_object());
		jx_set(at, name, in);
	}
	if (json_is_object(in))
		gen_fill(in, f, dot + 1, group);
	for (size_t i = 0; json_is_array(in) && i < json_array_size(in); i++)
		gen_fill(json_array_get(in, i), f, dot + 1, group);
}

static inline json_t *gen_consent(void)
{
	static const char *const scopes[] = {
	    "share_capacity", "share_capacity", "share_household", "share_motivation"};
	static const char *const days[] = {
	    "2024-02-29", "2025-03-01", "2025-06-30", "2026-01-01", "2026-03-01", "2026-12-31"};
	json_t *one = json_object();
	jx_set(one, "scope", json_string(GEN_PICK(scopes)));
	jx_set(one, "form", json_string(gen_chance(5) ? "TF-2026-1" : "TF-2019-1"));
	jx_set(one, "given", json_string(GEN_PICK(days)));
	if (gen_chance(6) == 0)
		jx_set(one, "withdrawn", json_string(GEN_PICK(days)));
	return one;
}

/* The root of a dossier.json. */
static inline json_t *gen_dossier(void)
{
	json_t *root = json_object(), *consents = json_array();
	for (size_t i = 0; i < catalogue_count(catalogue_builtin()); i++) {
		const struct field *f = catalogue_at(catalogue_builtin(), i);
		gen_fill(root, f, f->path, "");
	}
	for (unsigned i = gen_chance(4); i > 0; i--)
		jx_add(consents, gen_consent());
	jx_set(root, "consents", consents);
	if (gen_chance(4) == 0)
		jx_set(root, "hobby", json_pack("{s:s}", "name", "schaken"));
	const char *bsn = jx_str(json_object_get(root, "person"), "bsn");
	json_t *trajectory = json_object_get(root, "trajectory");
	if (bsn && json_is_object(trajectory) && gen_chance(3) == 0)
		jx_set(trajectory, "id", json_sprintf("%.4s-%s", bsn, bsn + 4));
	return root;
}

static inline struct dossier *gen_read(const json_t *root, const struct catalogue *c)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct dossier *d = NULL;
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(jx_dump(root, &text), 0);
	test_code(dossier_parse_json("d", text.data, text.len, c, NULL, &d, &ei), 0, &ei);
	return d;
}

#endif
