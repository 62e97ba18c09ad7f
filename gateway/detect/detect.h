/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * detect: personal data in Dutch free text: found, weighed by a profile, masked or refused.
 *
 * What always holds: one pass in linear time without regular expressions or backtracking, the same
 * result on every machine; offsets are bytes of the text as it was given; no message, result or
 * finding holds a piece of the text. Detection of names is not complete: the known names of the
 * dossier are found in their usual forms, other names as far as a cue or a list tells of them, and
 * words that nothing explains are flagged (capital). docs/DETECTION.md says how well.
 */
#ifndef GW_DETECT_DETECT_H
#define GW_DETECT_DETECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/yaml.h"

/* Kinds of findings: the detector words of policy language 1, then three that no policy names. */
enum detect_kind {
	DETECT_BSN,
	DETECT_IBAN,
	DETECT_PHONE,
	DETECT_EMAIL,
	DETECT_POSTCODE,
	DETECT_PLACE,
	DETECT_DATE,
	DETECT_NAME,
	DETECT_V_NUMBER,
	DETECT_KVK,
	DETECT_PLATE,
	DETECT_URL,
	DETECT_HEALTH,
	DETECT_CRIMINAL,
	DETECT_OTHER_SPECIAL,
	DETECT_CAPITAL,
	DETECT_BIRTH_DATE,
	DETECT_CLIENT_NUMBER,
	DETECT_PERSON,
	DETECT_KINDS
};

/* The first DETECT_WORDS kinds are those that a scan profile may name. */
enum { DETECT_WORDS = DETECT_CAPITAL + 1 };

/* The word of a kind ("other_special"); never NULL. */
const char *detect_kind_name(enum detect_kind kind);

/* The kind that a word names, or GW_EFORMAT. */
int detect_kind_parse(const char *word, enum detect_kind *ret_kind) GW_MUST_USE;

/* The words of all kinds in enum order, DETECT_KINDS of them; the first DETECT_WORDS for profiles.
 */
const char *const *detect_kind_words(void);

/* How sure a finding is. LOW: the form alone; MIDDLE: a check digit or a list; HIGH: with context.
 */
enum detect_certainty { DETECT_LOW, DETECT_MIDDLE, DETECT_HIGH };

/* "low", "middle" or "high". */
const char *detect_certainty_name(enum detect_certainty certainty);

/* What a profile does with a kind. The order is that of strictness. */
enum detect_verdict { DETECT_KEEP, DETECT_MASK, DETECT_REVIEW, DETECT_BLOCK, DETECT_VERDICTS };

/* "keep", "mask", "review" or "block". */
const char *detect_verdict_name(enum detect_verdict verdict);

/* The words of the verdicts in enum order, DETECT_VERDICTS of them. */
const char *const *detect_verdict_words(void);

/*
 * The names and numbers of one dossier, in all forms in which they may stand in its texts. All of
 * it is zeroed when it is freed. Limits: 64 words a name, 1,000 words, 64 numbers of 64 letters and
 * digits; what passes them is GW_ELIMIT, so that nothing known is silently not looked for. A word
 * of more than 64 bytes is looked for by its first 64.
 */
struct detect_known;

/* A new empty set. The caller frees it. */
struct detect_known *detect_known_new(void) GW_MUST_USE;
void detect_known_free(struct detect_known *known);
void detect_known_free_p(struct detect_known **known);

/*
 * Add a person by the parts of the name; any of them may be NULL or empty. `given` may hold
 * several names, `prefix` is "van der" and the like. Found later: each given name and each part of
 * a family name on its own, the full name, initials with it, the prefix in any form (van den, v.d.,
 * vd, glued), lower and upper case, with or without diacritics and hyphens, with the genitive s.
 * Prefixes and single letters never count on their own; a name that is also a Dutch word (bakker)
 * or has two letters counts in lower case only beside another part of a name.
 */
int detect_known_person(struct detect_known *known, const char *given, const char *prefix,
    const char *family) GW_MUST_USE;

/*
 * Add the persons named in a short free text (partner, emergency contact, representative, coach):
 * its capitalised words, or all its words when it has no capital, without titles and the like and
 * without words of offices (team, inkomen, UWV). The name of a month or a very short word counts
 * only with a capital and beside another part.
 */
int detect_known_name(struct detect_known *known, const char *text) GW_MUST_USE;

/*
 * Add a number that is known to belong to this person; kind is DETECT_BSN, DETECT_V_NUMBER or
 * DETECT_CLIENT_NUMBER, and a hit is a finding of that kind. Letters and digits are compared,
 * spaces, dots, hyphens and slashes between them not. Under three letters and digits, or without
 * a digit, it is not looked for.
 */
int detect_known_number(struct detect_known *known, enum detect_kind kind, const char *number)
    GW_MUST_USE;

/*
 * Add what numbers of clients look like: in the pattern 9 is a digit, A a letter, all else itself
 * ("K-9999/99"); spaces, dots, hyphens and slashes may be left out or in. A hit is a
 * DETECT_CLIENT_NUMBER. GW_EFORMAT unless it has 4 to 32 letters and digits, three of them 9 or A
 * and one of them 9; at most 8, else GW_ELIMIT.
 */
int detect_known_pattern(struct detect_known *known, const char *pattern) GW_MUST_USE;

/* 0 when detect_known_pattern would take it, else GW_EFORMAT. */
int detect_pattern_check(const char *pattern) GW_MUST_USE;

/*
 * Add a birth date that is known: it is found in any form, without a word for birth beside it. A
 * date of which day, month or year is 0 is not looked for. At most 16, else GW_ELIMIT.
 */
int detect_known_birth(struct detect_known *known, unsigned year, unsigned month, unsigned day)
    GW_MUST_USE;

/* One finding: bytes [offset, offset + length) of the text as given, always whole characters. */
struct detect_finding {
	size_t offset, length;
	enum detect_kind kind;
	enum detect_certainty certainty;
};

/* Findings by offset, then kind; two of different kinds may overlap. */
struct detect_findings {
	struct detect_finding *list;
	size_t n, cap;
};

#define DETECT_FINDINGS_INIT \
	{                    \
		0            \
	}

/* Free the list; empty and usable again. Fits GW_CLEANUP. */
void detect_findings_release(struct detect_findings *findings);

/*
 * detect_scan(text, n, known, ret, ei): find personal data in the n bytes at text.
 *
 * Normalises first: compatibility forms and composed letters (Unicode NFKC, marks folded away),
 * digits of any script, spaces and hyphens of any kind, soft hyphens and invisible characters
 * dropped, words broken by hyphen and newline joined. known may be NULL. Returns 0 and a list that
 * the caller releases; GW_EFORMAT when text is not UTF-8; GW_ELIMIT past 1 GiB; GW_ENOMEM.
 */
int detect_scan(const char *text, size_t n, const struct detect_known *known,
    struct detect_findings *ret_findings, struct errinfo *ei) GW_MUST_USE;

/* A scan profile: a verdict for each kind. */
struct detect_profile {
	enum detect_verdict verdict[DETECT_KINDS];
};

/* Give every kind the default verdict; the caller then sets the kinds that a policy names. */
void detect_profile_init(struct detect_profile *profile, enum detect_verdict otherwise);

/* The profile of `handover detect` without a policy: mask; block bsn, criminal and other_special;
 * review health and capital; keep date and place. */
extern const struct detect_profile DETECT_STRICT;

/*
 * detect_profile_parse(node, ret, ei): read a profile as policy language 1 writes it, a map with
 * `default` (not keep) and any of the detector words: {default: mask, bsn: block, date: keep}.
 *
 * The three kinds without a word get the default; `capital`, where it is not named, is review
 * unless the default is block: nobody knows what such a word is. GW_EFORMAT at the line and column
 * of what is wrong.
 */
int detect_profile_parse(
    const struct yml *node, struct detect_profile *ret_profile, struct errinfo *ei) GW_MUST_USE;

/* What detect_apply found, for the sender's report: counts only. */
struct detect_result {
	size_t count[DETECT_KINDS];      /* findings of each kind in the text as given */
	size_t verdict[DETECT_VERDICTS]; /* and of each verdict */
	size_t masks;                    /* how many […] were put in */
	size_t kept, hidden;             /* findings under review that a person keeps, masks */
};

/* What stands in the place of what is masked: U+2026 in brackets, the same for every kind. */
#define DETECT_MASK_TEXT "[\xe2\x80\xa6]"

/* A finding under review, as the one who settles it is asked about it; all is borrowed. */
struct detect_passage {
	const char *text; /* in which it was found: the one given, or as far as it is masked */
	size_t n;
	struct detect_finding finding;
	/*
	 * What makes it this finding and no other, whatever the spelling: the normal form of the
	 * text, that of what was found, and its number among equal ones. A changed text changes it.
	 */
	const char *normal, *found;
	size_t normal_n, found_n, nth;
};

/*
 * Who settles findings under review. verdict() gives DETECT_KEEP or DETECT_MASK as a person decided
 * before, DETECT_REVIEW when nobody did; a negative value ends detect_apply_settled with it.
 */
struct detect_settle {
	int (*verdict)(void *arg, const struct detect_passage *passage);
	void *arg;
};

/*
 * detect_apply(profile, text, n, known, out, ret, ei): append text to out with the mask in the
 * place of every finding that the profile masks (overlapping and touching ones become one mask).
 *
 * Any finding under block or review is GW_EREFUSED; the message begins with their kinds ("bsn,
 * health found: …") and holds nothing else of the text, so that a field path can go before it. The
 * result is scanned once more: what is masked still is masked too, what is blocked or needs review
 * refuses. GW_EFORMAT, GW_ELIMIT (out is full), GW_ENOMEM. On error out is unchanged, ret_result
 * (may be NULL) is set on success and on GW_EREFUSED.
 */
int detect_apply(const struct detect_profile *profile, const char *text, size_t n,
    const struct detect_known *known, struct buf *out, struct detect_result *ret_result,
    struct errinfo *ei) GW_MUST_USE;

/*
 * Append what a passage is remembered by to out: field (a path such as "reports[2].summary" or
 * "attachments[1]"), kind, number, what was found and the whole text, in normal form. It holds
 * readable text: hash it under a key and wipe it. GW_ELIMIT, GW_ENOMEM.
 */
int detect_passage_print(const char *field, const struct detect_passage *passage, struct buf *out)
    GW_MUST_USE;

/*
 * As detect_apply, but findings under review are settled by `settle` (NULL: nobody, as
 * detect_apply). What it keeps stays in the text and is not asked for again in the second look, as
 * long as no mask touches it. Blocked kinds are never asked for.
 */
int detect_apply_settled(const struct detect_profile *profile, const char *text, size_t n,
    const struct detect_known *known, const struct detect_settle *settle, struct buf *out,
    struct detect_result *ret_result, struct errinfo *ei) GW_MUST_USE;

/* A set of kinds, for detect_refuse. */
#define DETECT_BIT(kind) (1u << (kind))

/*
 * detect_refuse(text, n, kinds, known, ei): GW_EREFUSED, naming the kinds, when any of those kinds
 * (DETECT_BIT(DETECT_BSN) | …) is found in text; 0 when not; errors as detect_scan. For short
 * texts that are kept as they are.
 */
int detect_refuse(const char *text, size_t n, unsigned kinds, const struct detect_known *known,
    struct errinfo *ei) GW_MUST_USE;

#endif
