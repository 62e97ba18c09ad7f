/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * story: signed statements of a case for tests: two parties, their slips, one act after the other.
 *
 *	struct story s = story_new();
 *	story_slip(&s, 0, NULL);              the slip of package 0
 *	story_say(&s, "offer", 0, "\"programme\":\"wi2021\",\"start_month\":\"2026-12\"");
 *	…                                     s.said[i].json, s.said[i].p7s
 */
#ifndef TESTS_UNIT_CASES_STORY_H
#define TESTS_UNIT_CASES_STORY_H

#include "base/date.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/json.h"
#include "sign/signer.h"
#include "sign/statement.h"
#include "tests/support/pki.h"
#include "tests/unit/test.h"

#define STORY_SENDER PKI_OIN
#define STORY_RECIPIENT "00000099000000002000"
#define STORY_CASE "zaak-1"
#define STORY_DIGEST "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define STORY_POLICY "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

enum { STORY_PACKAGES = 3, STORY_MOST = 40 };

struct story_said {
	struct buf json, p7s;
	char sha256[HASH_HEX], kind[32];
};

struct story {
	struct pki pki;
	struct trust *trust;
	struct signer *sender, *recipient, *stranger;
	char package[STORY_PACKAGES][ID_TEXT], tag[STORY_PACKAGES][HASH_HEX];
	struct story_said slip[STORY_PACKAGES];
	struct story_said said[STORY_MOST];
	size_t n;
	int64_t now; /* moves on with each act */
};

static void story_said_release(struct story_said *d)
{
	buf_release(&d->json);
	buf_release(&d->p7s);
}

static struct signer *story_signer(struct story *s, const char *name, const char *oin)
{
	struct signer *g = NULL;
	struct errinfo ei = ERRINFO_INIT;
	pki_files(&s->pki, name, &(struct pki_spec){.oin = oin});
	test_code(
	    signer_load(pki_path(&s->pki, name, ".pem"), pki_path(&s->pki, name, ".key"), &g, &ei),
	    0, &ei);
	return g;
}

static struct story story_new(void)
{
	struct story s = {.pki = pki_new(), .now = PKI_NOW - 10 * PKI_DAY};
	struct errinfo ei = ERRINFO_INIT;
	test_code(trust_load(s.pki.roots, s.pki.crls, &s.trust, &ei), 0, &ei);
	s.sender = story_signer(&s, "sender", STORY_SENDER);
	s.recipient = story_signer(&s, "recipient", STORY_RECIPIENT);
	s.stranger = story_signer(&s, "stranger", "00000099000000007000");
	for (int i = 0; i < STORY_PACKAGES; i++) {
		id_v4(s.package[i]);
		hash_sha256_hex(s.package[i], 36, s.tag[i]);
	}
	return s;
}

static void story_free(struct story *s)
{
	for (size_t i = 0; i < STORY_MOST; i++)
		story_said_release(&s->said[i]);
	for (size_t i = 0; i < STORY_PACKAGES; i++)
		story_said_release(&s->slip[i]);
	signer_free(s->sender);
	signer_free(s->recipient);
	signer_free(s->stranger);
	trust_free(s->trust);
	pki_free(&s->pki);
}

/* Sign one statement of that kind with these members. */
static void story_sign(const struct story *s, const struct signer *by, const char *kind,
    const char *for_oin, const char *members, struct story_said *ret)
{
	struct errinfo ei = ERRINFO_INIT;
	json_t *m GW_CLEANUP(jx_release) = NULL;
	story_said_release(ret);
	ret->json = (struct buf)BUF_INIT(STATEMENT_MAX);
	ret->p7s = (struct buf)BUF_INIT(CADES_MAX);
	(void)snprintf(ret->kind, sizeof ret->kind, "%s", kind);
	test_code(jx_parse("members", members, strlen(members), &JX_SMALL, &m, &ei), 0, &ei);
	test_code(statement_sign(
		      by, kind, for_oin, "a checkpoint\n", s->now, m, &ret->json, &ret->p7s, &ei),
	    0, &ei);
	hash_sha256_hex(ret->json.data, ret->json.len, ret->sha256);
}

/* The slip of package i, whose term runs for five days; supersedes: a package or NULL. */
static void story_slip(struct story *s, int i, const char *supersedes)
{
	char members[1800], sealed[TIME_TEXT], expires[TIME_TEXT], commit[HASH_HEX], more[80] = "";
	uint8_t tag[HASH_BYTES];
	assert_int_equal(str_unhex(s->tag[i], tag, sizeof tag), 0);
	hash_sha256_hex(tag, sizeof tag, commit);
	time_text(s->now, sealed);
	time_text(s->now + 5 * PKI_DAY, expires);
	if (supersedes)
		(void)snprintf(more, sizeof more, ",\"supersedes\":\"%s\"", supersedes);
	(void)snprintf(members, sizeof members,
	    "{\"package\":\"%s\",\"case\":\"" STORY_CASE
	    "\",\"seq\":%d%s,\"sender\":\"" STORY_SENDER "\",\"recipient\":\"" STORY_RECIPIENT
	    "\",\"ciphertext\":\"" STORY_DIGEST "\",\"bytes\":512,\"keys\":[\"" STORY_DIGEST
	    "\"],\"policy\":\"" STORY_POLICY "\",\"catalogue\":\"" STORY_DIGEST
	    "\",\"registry\":\"" STORY_DIGEST
	    "\",\"contract\":\"RI-1\",\"sealed\":\"%s\",\"expires\":\"%s\",\"open_commit\":\"%s\"}",
	    s->package[i], i + 1, more, sealed, expires, commit);
	story_said_release(&s->slip[i]);
	story_sign(s, s->sender, "slip", STORY_RECIPIENT, members, &s->slip[i]);
}

static bool story_by_sender(const char *kind)
{
	static const char *const acts[] = {"offer", "release", "withdraw", "cancel", "extend",
	    "withdraw_request", "destroyed", "kept", "entered_in_error", "consent_withdrawn"};
	for (size_t i = 0; i < GW_LENGTH(acts); i++)
		if (str_eq(acts[i], kind))
			return true;
	return false;
}

/* The members of an act about package i (-1: none), following prev. */
static void story_members(
    const struct story *s, int i, const char *prev, const char *more, char out[1200])
{
	char package[200] = "", before[100] = "";
	if (i >= 0)
		(void)snprintf(package, sizeof package, ",\"package\":\"%s\",\"slip\":\"%s\"",
		    s->package[i], s->slip[i].sha256);
	if (prev)
		(void)snprintf(before, sizeof before, ",\"prev\":\"%s\"", prev);
	(void)snprintf(out, 1200,
	    "{\"case\":\"" STORY_CASE "\"%s,\"policy\":\"" STORY_POLICY "\"%s%s%s}", package,
	    before, more ? "," : "", more ? more : "");
}

/* The next act, an hour later, by whoever does such acts. */
static void story_say(struct story *s, const char *kind, int i, const char *more)
{
	char members[1200];
	bool first = story_by_sender(kind);
	s->now += PKI_DAY / 24;
	story_members(s, i, s->n ? s->said[s->n - 1].sha256 : NULL, more, members);
	story_sign(s, first ? s->sender : s->recipient, kind,
	    first ? STORY_RECIPIENT : STORY_SENDER, members, &s->said[s->n]);
	s->n++;
}

#define STORY_OFFER "\"programme\":\"wi2021\",\"start_month\":\"2026-12\""
#define STORY_DESTROYED "\"destroyed\":\"2026-11-20T10:00:00.000Z\""

/* opened, taken_over and fetched about package i. */
static void story_receive(struct story *s, int i, const char *kind)
{
	char more[120];
	(void)snprintf(more, sizeof more, "\"%s\":\"%s\"",
	    str_eq(kind, "fetched") ? "ciphertext" : "tagmanifest",
	    str_eq(kind, "fetched") ? STORY_DIGEST : s->tag[i]);
	story_say(s, kind, i, more);
}

/* A referral through all its states: 9 statements. */
static void story_whole(struct story *s)
{
	story_slip(s, 0, NULL);
	story_say(s, "offer", 0, STORY_OFFER);
	story_say(s, "accept", 0, NULL);
	story_say(s, "release", 0, NULL);
	story_say(s, "fetch_request", 0, NULL);
	story_receive(s, 0, "fetched");
	story_receive(s, 0, "opened");
	story_say(s, "conversation", 0, "\"state\":\"held\"");
	story_receive(s, 0, "taken_over");
	story_say(s, "destroyed", 0, STORY_DESTROYED);
}

#endif
