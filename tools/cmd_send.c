/* SPDX-License-Identifier: EUPL-1.2 */
/* handover send, handover release: sealed packages are offered, brought to the gateway, released.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "ledger/ledger.h"
#include "registry/text.h"
#include "sign/statement.h"
#include "tools/case_act.h"
#include "tools/commands.h"
#include "tools/progress.h"

#define PACKAGE_END ".tar.age"
#define SLIP_END ".slip.json"

/* A sealed package with its slip. */
struct sealed {
	char *path;
	struct buf json, p7s; /* the slip */
	struct statement slip;
};

static void sealed_release(struct sealed *s)
{
	str_free_p(&s->path);
	buf_release(&s->json);
	buf_release(&s->p7s);
	statement_release(&s->slip);
}

static const char *slip_text(const struct sealed *s, const char *name)
{
	return jx_str(s->slip.body, name);
}

/* Verify the slip beside the package at path: it must be ours. */
static int read_sealed(struct contact *c, const char *path, struct sealed *ret, struct errinfo *ei)
{
	char *stem GW_CLEANUP(str_free_p) = str_dupn(path, strlen(path) - strlen(PACKAGE_END));
	char *slip GW_CLEANUP(str_free_p) = str_printf("%s" SLIP_END, stem);
	char *p7s GW_CLEANUP(str_free_p) = str_printf("%s.p7s", slip);
	struct stat st;
	*ret = (struct sealed){
	    .path = str_dup(path), .json = BUF_INIT(STATEMENT_MAX), .p7s = BUF_INIT(CADES_MAX)};
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(ei, GW_ENOENT, "%s: there is no such package", path);
	int r = file_read(slip, STATEMENT_MAX, &ret->json, ei);
	if (r == 0)
		r = file_read(p7s, CADES_MAX, &ret->p7s, ei);
	if (r == 0)
		r = statement_verify(slip, ret->json.data, ret->json.len, ret->p7s.data,
		    ret->p7s.len, "slip", c->env.trust, c->env.now, c->env.now, &ret->slip, ei);
	if (r == 0)
		r = c->env.pinned(c, &ret->slip.by, c->env.now, ei);
	if (r < 0)
		return r;
	if (!str_eq(ret->slip.by.oin, home_oin(c->home)))
		return err_set(ei, GW_EAUTH, "%s: is a package of %s", path, ret->slip.by.oin);
	if (st.st_size != json_integer_value(json_object_get(ret->slip.body, "bytes")))
		return err_set(ei, GW_EAUTH, "%s: is not as long as its slip says", path);
	return 0;
}

/* The package that an operand names: a file, or the uuid of one in the outbox. */
static int find_sealed(
    struct contact *c, const char *operand, struct sealed *ret, struct errinfo *ei)
{
	if (id_is_v4(operand)) {
		char *outbox GW_CLEANUP(str_free_p) = home_path(c->home, "outbox");
		char *path GW_CLEANUP(str_free_p) =
		    str_printf("%s/%s" PACKAGE_END, outbox, operand);
		return read_sealed(c, path, ret, ei);
	}
	if (!str_ends(operand, PACKAGE_END) || strlen(operand) == strlen(PACKAGE_END))
		return err_set(ei, GW_EUSAGE,
		    "'%.200s' is no package: <uuid>" PACKAGE_END
		    ", or the uuid of one in the outbox",
		    operand);
	return read_sealed(c, operand, ret, ei);
}

/* ---- at the gateway ---- */

/* Announce it. *ret_there: its bytes are at the gateway already. */
static int announce(struct contact *c, const struct sealed *s, bool *ret_there, struct errinfo *ei)
{
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(2 * CADES_MAX);
	json_t *body GW_CLEANUP(jx_release) = json_object();
	json_t *answer GW_CLEANUP(jx_release) = NULL;
	int status = 0;
	if (str_b64(&b64, s->p7s.data, s->p7s.len) < 0)
		return err_set(ei, GW_ELIMIT, "the slip's signature is too large");
	jx_set(body, "slip", json_stringn(s->json.data, s->json.len));
	jx_set(body, "signature", json_string(b64.data));
	int r = contact_post(c, "/v1/packages", body, &status, NULL, &answer, ei);
	if (r < 0)
		return r;
	const char *state = jx_str(answer, "state");
	if (str_eq(state, "gone"))
		return err_set(ei, GW_EREFUSED,
		    "the gateway had package %s and has deleted it: seal it again",
		    slip_text(s, "package"));
	*ret_there = str_eq(state, "deposited");
	return 0;
}

static int upload(
    struct contact *c, const struct contact_case *k, const struct sealed *s, struct errinfo *ei)
{
	struct ledger_receipt intent;
	struct progress progress;
	const char *package = slip_text(s, "package");
	uint64_t bytes = (uint64_t)json_integer_value(json_object_get(s->slip.body, "bytes"));
	int fd GW_CLEANUP(file_close_p) = open(s->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(ei, GW_EIO, "cannot read '%s'", s->path);
	const struct case_record record = {.act = "transfer.send",
	    .peer = s->slip.for_oin,
	    .policy = slip_text(s, "policy"),
	    .package = package};
	int r = case_begin(c, k, &record, &intent, ei);
	if (r < 0)
		return r;
	progress_transfer(&progress, "uploading", bytes);
	r = client_upload(c->client, package, fd, bytes, progress_moved, &progress, ei);
	progress_clear(&progress);
	return case_end(c, &record, &intent, r, ei);
}

/* Bring it and release it. */
static int release(struct contact *c, struct contact_case *k, const struct sealed *s, bool there,
    struct our_act *act, struct errinfo *ei)
{
	int r = there ? 0 : upload(c, k, s, ei);
	act->kind = "release";
	return r == 0 ? case_act(c, k, act, ei) : r;
}

static int offer(struct contact *c, struct contact_case *k, struct our_act *act, struct errinfo *ei)
{
	static const char *const words[][2] = {{"request", "request"}, {"programme", "programme"},
	    {"product", "product"}, {"region", "region"}, {"start-month", "start_month"}};
	json_t *own GW_CLEANUP(jx_release) = json_object();
	if (!cli_given(c->cli, "programme") || !cli_given(c->cli, "start-month"))
		return err_set(ei, GW_EUSAGE,
		    "its policy wants an offer first: --programme and --start-month are needed");
	for (size_t i = 0; i < GW_LENGTH(words); i++) {
		const char *v = cli_value(c->cli, words[i][0]);
		if (v)
			jx_set(own, words[i][1], json_string(str_utf8(v, strlen(v)) ? v : "?"));
	}
	act->kind = "offer";
	act->own = own;
	int r = case_act(c, k, act, ei);
	act->own = NULL;
	return r;
}

/* True when this package may be released without an offer. */
static int may_go(struct contact *c, const struct contact_case *k, const struct sealed *s,
    bool *ret, struct errinfo *ei)
{
	struct home_terms t = contact_terms(c, slip_text(s, "policy"));
	struct chain_round last;
	const char *before = slip_text(s, "supersedes");
	if (!t.known)
		return err_set(ei, GW_EREFUSED,
		    "the policy of package %s is not here any more, so nobody can tell how it goes",
		    slip_text(s, "package"));
	*ret = t.direct || (before && contact_round(k, before, &last) && case_corrects(last.state));
	return 0;
}

enum step { STEP_OFFER, STEP_RELEASE, STEP_NONE };

/* What is to be done with the package as its case stands. */
static int next_step(struct contact *c, const struct contact_case *k, const struct sealed *s,
    enum step *ret, struct errinfo *ei)
{
	struct chain_round round;
	bool direct = false;
	int r = may_go(c, k, s, &direct, ei);
	*ret = direct ? STEP_RELEASE : STEP_OFFER;
	if (r < 0 || !contact_round(k, slip_text(s, "package"), &round))
		return r;
	if (round.state == CASE_ACCEPTED)
		*ret = STEP_RELEASE;
	else if (round.state != CASE_ON_HOLD && !case_ended(round.state))
		*ret = STEP_NONE;
	return 0;
}

/* One package: contact, then offer or release. */
static int send_sealed(struct contact *c, struct contact_case *k, const struct sealed *s,
    struct our_act *act, struct errinfo *ei)
{
	bool there = false;
	enum step step = STEP_NONE;
	text_copy(k->sender, sizeof k->sender, home_oin(c->home));
	text_copy(k->case_id, sizeof k->case_id, slip_text(s, "case"));
	text_copy(act->peer, sizeof act->peer, s->slip.for_oin);
	act->package = slip_text(s, "package");
	act->slip = s->slip.sha256;
	act->policy = slip_text(s, "policy");
	act->free = true;
	int r = contact_read(c, k, ei);
	if (r == 0)
		r = receipts_slip(k->receipts, &s->json, &s->p7s, ei);
	if (r == 0)
		r = case_resume(c, k, ei);
	if (r == 0)
		r = next_step(c, k, s, &step, ei);
	act->before = r == 0 && step == STEP_NONE;
	act->queued = act->before && receipts_pendings(k->receipts) > 0;
	if (r < 0 || step == STEP_NONE)
		return r;
	r = announce(c, s, &there, ei);
	if (r < 0)
		return r;
	return step == STEP_RELEASE ? release(c, k, s, there, act, ei) : offer(c, k, act, ei);
}

static json_t *facts(const struct sealed *s, const struct our_act *act)
{
	json_t *o = json_object();
	if (s->slip.body)
		jx_set(o, "package", json_string(slip_text(s, "package")));
	if (act->sha256[0])
		jx_set(o, "statement", json_string(act->sha256));
	if (case_note(act))
		jx_set(o, "note", json_string(case_note(act)));
	return o;
}

static int send_one(struct contact *c, const char *operand)
{
	struct contact_case k GW_CLEANUP(contact_case_release) = {0};
	struct sealed s GW_CLEANUP(sealed_release) = {0};
	struct our_act act = {.kind = "send"};
	struct errinfo ei = ERRINFO_INIT;
	int r = find_sealed(c, operand, &s, &ei);
	if (r == 0)
		r = send_sealed(c, &k, &s, &act, &ei);
	return contact_tell(c, operand, &k, act.kind, r, &ei, facts(&s, &act));
}

/* ---- release ---- */

/* The newest package for the case in the outbox: for an offer that named none. */
static int newest(struct contact *c, const char *case_id, struct sealed *ret, struct errinfo *ei)
{
	char *outbox GW_CLEANUP(str_free_p) = home_path(c->home, "outbox");
	char *best GW_CLEANUP(str_free_p) = NULL;
	json_int_t seq = 0;
	struct file_list l = {0};
	int r = file_exists(outbox) ? file_list(outbox, SLIP_END, &l, ei) : 0;
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		struct buf text GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
		json_t *body GW_CLEANUP(jx_release) = NULL;
		char *path GW_CLEANUP(str_free_p) = file_join(outbox, l.names[i]);
		if (file_read(path, STATEMENT_MAX, &text, NULL) < 0 ||
		    jx_parse(path, text.data, text.len, &JX_SMALL, &body, NULL) < 0 ||
		    !str_eq(jx_str(body, "case"), case_id) ||
		    json_integer_value(json_object_get(body, "seq")) <= seq)
			continue;
		seq = json_integer_value(json_object_get(body, "seq"));
		free(best);
		best = str_printf("%.*s" PACKAGE_END, (int)(strlen(path) - strlen(SLIP_END)), path);
	}
	file_list_release(&l);
	if (r == 0 && !best)
		r = err_set(ei, GW_ENOENT,
		    "there is no package for case %s in the outbox: seal it with --case %s",
		    case_id, case_id);
	return r == 0 ? read_sealed(c, best, ret, ei) : r;
}

static int release_case(struct contact *c, const char *operand, struct contact_case *k,
    struct sealed *s, struct our_act *act, struct errinfo *ei)
{
	struct chain_round round;
	int r = contact_find(c, operand, k, ei);
	if (r == 0 && !str_eq(k->sender, home_oin(c->home)))
		r = err_set(ei, GW_EREFUSED, "case %s is %s's to release", k->case_id, k->sender);
	if (r == 0)
		r = contact_read(c, k, ei);
	if (r < 0)
		return r;
	bool begun = contact_round(k, NULL, &round);
	if (begun && (round.state == CASE_OFFERED || round.state == CASE_ON_HOLD))
		return err_set(ei, GW_ECONFLICT,
		    "the offer of case %s was not accepted: it is '%s'", k->case_id,
		    case_state_word(round.state));
	r = begun && round.package[0] ? find_sealed(c, round.package, s, ei)
				      : newest(c, k->case_id, s, ei);
	return r == 0 ? send_sealed(c, k, s, act, ei) : r;
}

static int release_one(struct contact *c, const char *operand)
{
	struct contact_case k GW_CLEANUP(contact_case_release) = {0};
	struct sealed s GW_CLEANUP(sealed_release) = {0};
	struct our_act act = {.kind = "release"};
	struct errinfo ei = ERRINFO_INIT;
	int r = release_case(c, operand, &k, &s, &act, &ei);
	return contact_tell(c, operand, &k, "release", r, &ei, facts(&s, &act));
}

/* ---- the commands ---- */

static int run(struct cli *cli)
{
	struct contact c GW_CLEANUP(contact_close) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int worst = 0, r = contact_open(&c, cli, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	for (int i = 0; i < cli_count(cli); i++) {
		const char *operand = cli_operand(cli, i);
		int code =
		    cli_is(cli, &cmd_send) ? send_one(&c, operand) : release_one(&c, operand);
		worst = code > worst ? code : worst;
	}
	return worst;
}

static const struct cli_option send_options[] = {
    {"programme", 0, "WORD", "offer: the law under which the candidate is helped", false},
    {"start-month", 0, "YYYY-MM", "offer: the month in which it should begin", false},
    {"product", 0, "WORD", "offer: what is asked for", false},
    {"region", 0, "WORD", "offer: where", false},
    {"request", 0, "UUID", "offer: the request that it belongs to", false},
    CONTACT_GATEWAY_OPTION,
    {0},
};

static const struct cli_option release_options[] = {CONTACT_GATEWAY_OPTION, {0}};

const struct cli_command cmd_send = {
    .name = "send",
    .operands = "PACKAGE…",
    .least = 1,
    .most = -1,
    .summary = "offer packages, or release them at once where their policy says so",
    .detail =
	"PACKAGE is a file <uuid>.tar.age with its slip beside it, or the uuid of one in the outbox. "
	"Where the policy says `offer: required`, the recipient learns what is asked and no more; the "
	"package stays here until it accepted: then `handover release`. Where it says `direct`, and for "
	"a correction, the package goes up and is released.\n\n"
	"What was cut off goes on from there when the command is given again: bytes that arrived are not "
	"sent twice, and a signed statement is sent again as it was. One package that fails never stops "
	"the others; the exit code is the highest that occurred.",
    .options = send_options,
    .run = run,
};

const struct cli_command cmd_release = {
    .name = "release",
    .operands = "CASE…",
    .least = 1,
    .most = -1,
    .summary = "bring packages to the gateway whose offer was accepted",
    .detail =
	"The package that was offered, or the newest one of the case in the outbox, goes up and is "
	"released to its recipient. As `handover send`, it goes on where it was cut off.",
    .options = release_options,
    .run = run,
};
