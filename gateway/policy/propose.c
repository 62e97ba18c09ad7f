/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/propose.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

/* How a member looks when it is right; the kind tells apart keys that stand in two places. */
struct example {
	const char *key;
	enum yml_kind kind;
	const char *value;
};

static const struct example examples[] = {
    {"after", YML_SCALAR, "trajectory_end"},
    {"age_band", YML_SCALAR, "5"},
    {"allow", YML_LIST, "[{rule: naam, fields: [person.family_name], as: keep, because: reden}]"},
    {"applies_to", YML_MAP,
	"{sender: [provider], recipient: [provider], contract_status: [contracted], programme: "
	"[participatiewet]}"},
    {"approved", YML_LIST, "[{role: fg, date: 2026-01-15}]"},
    {"as", YML_SCALAR, "keep"},
    {"attachments", YML_LIST,
	"[{types: [cv], formats: [pdf], clean: strip, scan: streng, max_mb: 10}]"},
    {"attachments", YML_SCALAR, "10"},
    {"because", YML_SCALAR, "nodig om de kandidaat uit te nodigen"},
    {"by", YML_SCALAR, "ladder.date"},
    {"catalogue", YML_SCALAR, "1"},
    {"class", YML_LIST, "[special, criminal]"},
    {"clean", YML_SCALAR, "strip"},
    {"consent", YML_LIST, "[share_capacity]"},
    {"consent", YML_MAP, "{form: TF-2026-1, max_age: P1Y, scopes: [share_capacity]}"},
    {"contract", YML_LIST, "[RI-2026-08]"},
    {"contract_status", YML_LIST, "[contracted]"},
    {"date", YML_SCALAR, "2026-01-15"},
    {"default", YML_SCALAR, "mask"},
    {"delete", YML_SCALAR, "P30D"},
    {"exception", YML_SCALAR, "uavg-30-1-b"},
    {"fields", YML_LIST, "[contact.phone]"},
    {"form", YML_SCALAR, "TF-2026-1"},
    {"formats", YML_LIST, "[jpeg, png]"},
    {"from", YML_SCALAR, "2026-01-01"},
    {"gdpr", YML_SCALAR, "public_task"},
    {"keep", YML_SCALAR, "P2Y"},
    {"language", YML_SCALAR, "1"},
    {"law", YML_LIST, "[pwet-7]"},
    {"legal_basis", YML_MAP, "{gdpr: public_task, law: [pwet-7]}"},
    {"limits", YML_MAP, "{attachments: 10, total_mb: 25}"},
    {"max_age", YML_SCALAR, "P1Y"},
    {"max_mb", YML_SCALAR, "10"},
    {"national_id_basis", YML_SCALAR, "uavg-46"},
    {"newest", YML_SCALAR, "1"},
    {"offer", YML_SCALAR, "required"},
    {"only_if", YML_MAP, "{programme: [wi2021]}"},
    {"package", YML_SCALAR, "P28D"},
    {"policy", YML_SCALAR, "overdracht-einde-contract"},
    {"programme", YML_LIST, "[participatiewet]"},
    {"pseudonym", YML_SCALAR, "koppeling"},
    {"purpose", YML_SCALAR, "continuity_of_support"},
    {"recipient", YML_LIST, "[provider]"},
    {"recipient", YML_MAP, "{keep: P2Y, after: trajectory_end}"},
    {"recipient_duty", YML_LIST, "[bsn_processing]"},
    {"records", YML_MAP, "{newest: 1, by: ladder.date}"},
    {"requires", YML_LIST, "[processor_agreement]"},
    {"retention", YML_MAP,
	"{package: P28D, recipient: {keep: P2Y, after: trajectory_end}, sender: {delete: P30D, "
	"after: receipt}}"},
    {"role", YML_SCALAR, "fg"},
    {"rule", YML_SCALAR, "bereikbaarheid"},
    {"scan", YML_SCALAR, "streng"},
    {"scan_profiles", YML_MAP, "{streng: {default: mask, bsn: block}}"},
    {"scopes", YML_LIST, "[share_capacity]"},
    {"sender", YML_LIST, "[provider]"},
    {"sender", YML_MAP, "{delete: P30D, after: receipt}"},
    {"since", YML_SCALAR, "P6M"},
    {"status", YML_SCALAR, "draft"},
    {"title", YML_SCALAR, "Overdracht bij einde contract"},
    {"total_mb", YML_SCALAR, "25"},
    {"truncate", YML_SCALAR, "4"},
    {"types", YML_LIST, "[cv]"},
    {"until", YML_SCALAR, "2027-12-31"},
    {"valid", YML_MAP, "{from: 2026-01-01, until: 2027-12-31}"},
    {"version", YML_SCALAR, "1"},
    {"withhold", YML_LIST, "[{class: [special, criminal], because: reden}]"},
};

/* What cannot be put behind is left out: the message itself is more important. */
static void behind(struct errinfo *ei, const char *s)
{
	size_t n = strlen(ei->msg);
	if (n + strlen(s) < sizeof ei->msg)
		(void)snprintf(ei->msg + n, sizeof ei->msg - n, "%s", s);
}

static bool proposes(const struct errinfo *ei)
{
	return strstr(ei->msg, "did you mean") || strstr(ei->msg, ": write ") ||
	    strstr(ei->msg, ": remove ");
}

void propose_text(struct errinfo *ei, const char *text)
{
	if (!proposes(ei))
		behind(ei, text);
}

void propose_member(struct errinfo *ei, const char *key, enum yml_kind kind)
{
	char text[300];
	for (size_t i = 0; i < GW_LENGTH(examples) && !proposes(ei); i++) {
		if (!str_eq(examples[i].key, key) || examples[i].kind != kind)
			continue;
		(void)snprintf(text, sizeof text, ": write \"%s: %s\"", key, examples[i].value);
		behind(ei, text);
	}
}

void propose_word(struct errinfo *ei)
{
	propose_text(ei,
	    strstr(ei->msg, "is none of") ? ": write one of these words" : ": write one word here");
}

void propose_keys(struct errinfo *ei, const char *const *words, size_t n)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(600);
	int r = proposes(ei) ? GW_ELIMIT : buf_adds(&text, ": remove it; what may stand here: ");
	for (size_t i = 0; i < n && r == 0; i++)
		r = buf_addf(&text, "%s%s", i ? ", " : "", words[i]);
	if (r == 0)
		behind(ei, text.data);
}

void propose_profile(struct errinfo *ei)
{
	if (strstr(ei->msg, "unknown key"))
		propose_text(
		    ei, ": write default or a kind of finding, such as bsn, phone or health");
	else if (strstr(ei->msg, "may not be keep"))
		propose_text(ei, ": write mask, review or block");
	else if (strstr(ei->msg, "is missing"))
		propose_member(ei, "default", YML_SCALAR);
	else if (strstr(ei->msg, "keys and values"))
		propose_text(ei, ": write \"{default: mask, bsn: block}\"");
	else
		propose_word(ei);
}

/* The way out for the first phrase that the message has; false when it has none of them. */
static bool by_phrase(struct errinfo *ei, const char *const ways[][2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(ei->msg, ways[i][0])) {
			propose_text(ei, ways[i][1]);
			return true;
		}
	return false;
}

void propose_test(struct errinfo *ei)
{
	static const char *const ways[][2] = {
	    {"is none of", ": write one of these words"},
	    {"is missing", ": write it"},
	    {"unknown", ": remove it"},
	    {"must expect something", ": write what leaves (present) or stays (absent)"},
	    {"at least one", ": write a case"},
	    {"expected", ": write it that way"},
	    {"at most", ": remove some"},
	};
	if (!by_phrase(ei, ways, GW_LENGTH(ways)))
		propose_yaml(ei);
}

void propose_yaml(struct errinfo *ei)
{
	static const char *const ways[][2] = {
	    {"anchors are not", ": write the value itself in each place"},
	    {"aliases are not", ": write the value itself in each place"},
	    {"merge keys are not", ": write the keys themselves"},
	    {"tags are not", ": remove the tag, the key tells what a value is"},
	    {"directives are not", ": remove this line"},
	    {"only one document", ": write the second policy in a file of its own"},
	    {"a key must be", ": write it as \"key: value\""},
	    {"stands here twice", ": remove one of the two"},
	    {"is not allowed", ": remove it and type the word anew"},
	    {"nested too deep", ": remove a level, a policy needs no more than eight"},
	    {"too many values", ": remove what is no part of the policy"},
	    {"more than", ": remove what is no part of the policy"},
	    {"is empty", ": write a policy, `handover policy init` begins one"},
	    {"UTF-8", ""}, /* it says how */
	};
	/* else: what the library says of broken syntax */
	if (!by_phrase(ei, ways, GW_LENGTH(ways)))
		propose_text(ei,
		    ": look at the quotes, brackets and indents up to here, and write them anew");
}
