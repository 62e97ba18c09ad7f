/* SPDX-License-Identifier: EUPL-1.2 */
/* history: seals in a log of its own, as the ledger has them, for the tests of this room. */
#ifndef TESTS_UNIT_TRANSFER_HISTORY_H
#define TESTS_UNIT_TRANSFER_HISTORY_H

#include "tests/unit/ledger/fixture.h"
#include "tests/unit/policy/policies.h"
#include "transfer/received.h"

#define JAN_CITY "{'catalogue':1,'contact':{'city':'Rijen'}}"
#define P1 "11111111-1111-4111-8111-111111111111"
#define P2 "22222222-2222-4222-8222-222222222222"
#define P3 "33333333-3333-4333-8333-333333333333"

static const struct subject_id JAN = {SUBJECT_CLIENT_NUMBER, "K-77", OWN},
			       ELS = {SUBJECT_CLIENT_NUMBER, "K-78", OWN};

struct seal {
	const char *package, *case_id, *peer;
	int64_t seq;
	const char *held; /* dossier.json with apostrophes, made by REFERRAL; NULL: not told */
	const char *corrects, *mark;
	enum ledger_out out; /* LEDGER_OUT_NONE: no result */
	bool no_detail;
};

static inline json_t *quoted(const char *json)
{
	json_t *j = NULL;
	char *text GW_CLEANUP(str_free_p) = str_dup(json);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	assert_int_equal(jx_parse("j", text, strlen(text), &JX_SMALL, &j, NULL), 0);
	return j;
}

/* Append intent and result of a seal about somebody. */
static inline void sealed(struct ledger *l, const struct subject_id *id, const struct seal *s)
{
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_subject *subject GW_CLEANUP(ledger_subject_free_p) = NULL;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	struct ledger_receipt intent;
	struct note note = {.contract = "RI-1", .expires = date_end((struct date){2026, 12, 23})};
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	json_t *data GW_CLEANUP(jx_release) = s->held ? quoted(s->held) : json_object();
	json_t *corrects GW_CLEANUP(jx_release) = s->corrects ? quoted(s->corrects) : NULL;
	struct ledger_record r = {.act = "transfer.seal", .peer = s->peer};
	jx_set(detail, "package", json_string(s->package));
	jx_set(detail, "case", json_string(s->case_id));
	jx_set(detail, "seq", json_integer(s->seq));
	if (s->held)
		received_put(detail, p, data, &note, corrects, s->mark);
	test_code(ledger_subject(l, id, 1, &subject, &ei), 0, &ei);
	r.subj = subject;
	test_code(ledger_intent(l, &r, s->no_detail ? NULL : detail, &intent, &ei), 0, &ei);
	r.out = s->out;
	if (r.out != LEDGER_OUT_NONE)
		test_code(ledger_result(l, &intent, &r, NULL, NULL, &ei), 0, &ei);
}

#endif
