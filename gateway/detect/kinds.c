/* SPDX-License-Identifier: EUPL-1.2 */
/* The words for kinds, verdicts and certainties, and the profiles made of them. */
#include "base/str.h"
#include "detect/detect.h"

static const char *const kind_words[DETECT_KINDS] = {
    [DETECT_BSN] = "bsn",
    [DETECT_IBAN] = "iban",
    [DETECT_PHONE] = "phone",
    [DETECT_EMAIL] = "email",
    [DETECT_POSTCODE] = "postcode",
    [DETECT_PLACE] = "place",
    [DETECT_DATE] = "date",
    [DETECT_NAME] = "name",
    [DETECT_V_NUMBER] = "v_number",
    [DETECT_KVK] = "kvk",
    [DETECT_PLATE] = "plate",
    [DETECT_URL] = "url",
    [DETECT_HEALTH] = "health",
    [DETECT_CRIMINAL] = "criminal",
    [DETECT_OTHER_SPECIAL] = "other_special",
    [DETECT_BIRTH_DATE] = "birth_date",
    [DETECT_CLIENT_NUMBER] = "client_number",
    [DETECT_PERSON] = "person",
    [DETECT_CAPITAL] = "capital",
};

static const char *const verdict_words[DETECT_VERDICTS] = {
    [DETECT_KEEP] = "keep",
    [DETECT_MASK] = "mask",
    [DETECT_REVIEW] = "review",
    [DETECT_BLOCK] = "block",
};

const struct detect_profile DETECT_STRICT = {.verdict = {
						 [DETECT_BSN] = DETECT_BLOCK,
						 [DETECT_IBAN] = DETECT_MASK,
						 [DETECT_PHONE] = DETECT_MASK,
						 [DETECT_EMAIL] = DETECT_MASK,
						 [DETECT_POSTCODE] = DETECT_MASK,
						 [DETECT_PLACE] = DETECT_KEEP,
						 [DETECT_DATE] = DETECT_KEEP,
						 [DETECT_NAME] = DETECT_MASK,
						 [DETECT_V_NUMBER] = DETECT_MASK,
						 [DETECT_KVK] = DETECT_MASK,
						 [DETECT_PLATE] = DETECT_MASK,
						 [DETECT_URL] = DETECT_MASK,
						 [DETECT_HEALTH] = DETECT_REVIEW,
						 [DETECT_CRIMINAL] = DETECT_BLOCK,
						 [DETECT_OTHER_SPECIAL] = DETECT_BLOCK,
						 [DETECT_BIRTH_DATE] = DETECT_MASK,
						 [DETECT_CLIENT_NUMBER] = DETECT_MASK,
						 [DETECT_PERSON] = DETECT_MASK,
						 [DETECT_CAPITAL] = DETECT_REVIEW,
					     }};

const char *detect_kind_name(enum detect_kind kind)
{
	return kind_words[kind];
}

const char *const *detect_kind_words(void)
{
	return kind_words;
}

int detect_kind_parse(const char *word, enum detect_kind *ret_kind)
{
	for (size_t i = 0; i < DETECT_KINDS; i++)
		if (str_eq(word, kind_words[i])) {
			*ret_kind = (enum detect_kind)i;
			return 0;
		}
	return GW_EFORMAT;
}

const char *detect_certainty_name(enum detect_certainty certainty)
{
	static const char *const words[] = {"low", "middle", "high"};
	return words[certainty];
}

const char *detect_verdict_name(enum detect_verdict verdict)
{
	return verdict_words[verdict];
}

const char *const *detect_verdict_words(void)
{
	return verdict_words;
}

int detect_profile_parse(
    const struct yml *node, struct detect_profile *ret_profile, struct errinfo *ei)
{
	const char *words[DETECT_WORDS + 1] = {"default"};
	struct detect_profile profile;
	size_t v;
	for (size_t i = 0; i < DETECT_WORDS; i++)
		words[i + 1] = kind_words[i];
	int r = yml_closed(node, words, GW_LENGTH(words), ei);
	if (r < 0)
		return r;
	const struct yml *otherwise = yml_get(node, "default");
	if (!otherwise)
		return yml_err(node, ei, GW_EFORMAT, "key \"default\" is missing");
	r = yml_word(otherwise, verdict_words, DETECT_VERDICTS, &v, ei);
	if (r < 0)
		return r;
	if (v == DETECT_KEEP)
		return yml_err(otherwise, ei, GW_EFORMAT, "default may not be keep");
	detect_profile_init(&profile, (enum detect_verdict)v);
	if (v == DETECT_MASK)
		profile.verdict[DETECT_CAPITAL] = DETECT_REVIEW;
	for (size_t i = 0; i < DETECT_WORDS; i++) {
		const struct yml *value = yml_get(node, kind_words[i]);
		if (!value)
			continue;
		r = yml_word(value, verdict_words, DETECT_VERDICTS, &v, ei);
		if (r < 0)
			return r;
		profile.verdict[i] = (enum detect_verdict)v;
	}
	*ret_profile = profile;
	return 0;
}

void detect_profile_init(struct detect_profile *profile, enum detect_verdict otherwise)
{
	for (size_t i = 0; i < DETECT_KINDS; i++)
		profile->verdict[i] = otherwise;
}
