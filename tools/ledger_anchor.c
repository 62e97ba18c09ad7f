/* SPDX-License-Identifier: EUPL-1.2 */
/* The ledger and those outside who saw its heads: witnesses, and the way on after a loss. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/str.h"
#include "home/cosign.h"
#include "home/home.h"
#include "ledger/audit.h"
#include "ledger/backup.h"
#include "ledger/ledger.h"
#include "store/store.h"
#include "store/witness.h"
#include "tools/cli.h"
#include "tools/contact.h"
#include "tools/ledger.h"

enum { TRIES = 3, ANSWER_MAX = 64 << 10 };

/* ---- cosign ---- */

/* One head of ours, and who was asked to vouch for it. */
struct asking {
	struct buf note;  /* our signed checkpoint */
	struct buf whole; /* with the lines of witnesses */
	struct checkpoint head;
	struct note_key log;
	json_t *told; /* for --json */
};

static void asking_release(struct asking *a)
{
	buf_release(&a->note);
	buf_release(&a->whole);
	json_decref(a->told);
}

static int begin(struct home *h, struct asking *a, struct errinfo *ei)
{
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	int r = ledger_vkey(home_ledger(h), &vkey);
	if (r == 0)
		r = note_vkey_parse(vkey.data, &a->log, ei);
	if (r == 0)
		r = ledger_checkpoint(home_ledger(h), &a->note, ei);
	if (r == 0)
		r = checkpoint_open(a->note.data, a->note.len, &a->log, &a->head, ei);
	return r == 0 ? buf_add(&a->whole, a->note.data, a->note.len) : r;
}

static int witness_of(
    const struct home *h, const char *oin, struct note_key *ret, struct errinfo *ei)
{
	const struct organisation *o = registry_organisation(home_registry(h), oin);
	if (!o || !o->witness)
		return err_set(ei, GW_ENOENT,
		    "the registry has no witness key of %s: import its organisation export (its "
		    "gateway makes the key with 'ledger show --vkey --witness')",
		    oin);
	int r = note_vkey_parse(o->witness, ret, ei);
	return r == 0 && ret->type != NOTE_COSIGNATURE
	    ? err_set(
		  ei, GW_EFORMAT, "the witness key of %s in the registry is of another kind", oin)
	    : r;
}

static int make_body(
    struct home *h, const struct asking *a, uint64_t old, struct buf *body, struct errinfo *ei)
{
	struct ledger_consistency c = {.old_size = 0};
	int r = old ? ledger_consistency(home_ledger(h), old, a->head.size, &c, NULL, ei) : 0;
	buf_clear(body);
	return r < 0 ? r : ledger_consistency_text(&c, a->note.data, a->note.len, body);
}

/* The size that the witness signed last; our log cannot be behind it. */
static int read_size(
    const struct asking *a, const char *oin, struct buf *b, uint64_t *ret, struct errinfo *ei)
{
	if (b->len && b->data[b->len - 1] == '\n')
		b->data[b->len - 1] = '\0';
	if (!b->len || str_u64(b->data, INT64_MAX, ret) < 0)
		return err_set(ei, GW_ENET, "%s did not answer as a witness does", oin);
	if (*ret > a->head.size)
		return err_set(ei, GW_EAUTH,
		    "%s has signed a head of this ledger with %" PRIu64 " records, it has %" PRIu64
		    " now: it was restored from an older backup. Ask there for 'ledger witnessed', "
		    "then: handover ledger restart --seen FILE",
		    oin, *ret, a->head.size);
	return 0;
}

/* What another status than 200 and 409 stands for. */
static int refused(const char *oin, int status, const struct buf *answer, struct errinfo *ei)
{
	if (status == 422)
		return err_set(ei, GW_EAUTH,
		    "%s refuses: this ledger does not continue the head that was signed there, it "
		    "was changed or begun anew behind its back",
		    oin);
	if (status == 404 || status == 403)
		return err_set(ei, GW_EREFUSED,
		    "%s does not know this ledger by its verifier key: have our organisation export "
		    "imported there",
		    oin);
	return err_set(ei, status == 400 ? GW_EFORMAT : GW_ENET, "%s answers %d: %.200s", oin,
	    status, answer->data ? answer->data : "");
}

/* Ask until it signs: the first answer may tell the size to begin from. */
static int ask(struct contact *c, struct asking *a, struct buf *lines, struct errinfo *ei)
{
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(WITNESS_REQUEST);
	uint64_t old = 0;
	for (int i = 0; i < TRIES; i++) {
		char type[64] = "";
		int status = 0;
		int r = make_body(c->home, a, old, &body, ei);
		buf_clear(lines);
		if (r == 0)
			r = client_post_text(c->client, "/v1/ledger/cosignatures", body.data,
			    body.len, lines, &status, type, ei);
		if (r < 0 || status == 200)
			return r;
		r = status == 409 ? read_size(a, c->profile.oin, lines, &old, ei)
				  : refused(c->profile.oin, status, lines, ei);
		if (r < 0)
			return r;
	}
	return err_set(ei, GW_ENET, "%s signs other heads all the time: try again", c->profile.oin);
}

static void tell(const struct cli *cli, struct asking *a, const char *oin, uint64_t time)
{
	char moment[TIME_TEXT];
	time_text((int64_t)time * 1000, moment);
	if (!cli_json(cli)) {
		(void)printf(
		    "%s vouches for %" PRIu64 " records at %s\n", oin, a->head.size, moment);
		return;
	}
	json_t *o = json_object();
	jx_set(o, "witness", json_string(oin));
	jx_set(o, "at", json_string(moment));
	jx_add(a->told, o);
}

/* One witness; what it signed is kept before the next one is asked. */
static int cosign_by(struct cli *cli, const char *name, struct asking *a, struct errinfo *ei)
{
	struct contact c GW_CLEANUP(contact_close);
	struct buf lines GW_CLEANUP(buf_release) = BUF_INIT(ANSWER_MAX);
	struct note_key witness;
	uint64_t time = 0;
	int r = contact_open_named(&c, cli, name, ei);
	if (r == 0)
		r = witness_of(c.home, c.profile.oin, &witness, ei);
	if (r == 0 && !a->note.len)
		r = begin(c.home, a, ei);
	if (r == 0)
		r = ask(&c, a, &lines, ei);
	if (r == 0)
		r = witness_accept(a->note.data, a->note.len, &a->log, &witness,
		    lines.data ? lines.data : "", lines.len, &time, &a->whole, ei);
	if (r == 0)
		r = home_cosigned(c.home, c.profile.oin, &a->head, a->whole.data, a->whole.len, ei);
	if (r == 0)
		tell(cli, a, c.profile.oin, time);
	return r;
}

static int run_cosign(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct asking a GW_CLEANUP(asking_release) = {
	    .note = BUF_INIT(NOTE_MAX), .whole = BUF_INIT(NOTE_MAX), .told = json_array()};
	const char *name = cli_value_at(cli, "gateway", 0);
	int worst = 0;
	if (!name)
		name = GATEWAY_DEFAULT;
	for (size_t i = 0; name; name = cli_value_at(cli, "gateway", ++i)) {
		int r = cosign_by(cli, name, &a, &ei);
		if (r < 0) /* the others are asked all the same */
			worst = cli_fail(cli, r, &ei);
	}
	if (cli_json(cli)) {
		json_t *j = json_object();
		jx_set(j, "size", json_integer((json_int_t)a.head.size));
		jx_set(j, "cosigned", json_incref(a.told));
		int printed = cli_print_json(j);
		return worst ? worst : printed;
	}
	return worst;
}

/* ---- witnessed ---- */

static int run_witnessed(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct store *s GW_CLEANUP(store_close_p) = NULL;
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	const char *oin = cli_operand(cli, 0);
	if (!str_oin(oin))
		return cli_usage(cli, "an OIN of 20 digits is needed");
	char *prefix GW_CLEANUP(str_free_p) = str_printf("oin-%s/", oin);
	int r = home_open(cli_home(cli), 0, &h, &ei);
	char *path GW_CLEANUP(str_free_p) = r == 0 ? home_path(h, "store.db") : NULL;
	if (r == 0 && !file_exists(path))
		r = err_set(&ei, GW_ENOENT, "no head of a ledger of %s was signed here", oin);
	if (r == 0)
		r = store_open(path, &s, &ei);
	if (r == 0)
		r = store_begin(s, STORE_READ, &tx, &ei);
	if (r == 0)
		r = store_witness_newest(tx, prefix, &note, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (cli_json(cli)) {
		json_t *j = json_object();
		jx_set(j, "checkpoint", json_string(note.data));
		return cli_print_json(j);
	}
	(void)fwrite(note.data, 1, note.len, stdout);
	return 0;
}

/* ---- restart ---- */

/* Tell the log what others saw of it; one that is refused already knows enough. */
static int tell_seen(const struct home *h, const char *path, struct errinfo *ei)
{
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct ledger *l GW_CLEANUP(ledger_close_p) = NULL;
	if (ledger_open(home_ledger_paths(h), home_origin(h), LEDGER_READ, &l, NULL) == GW_EAUTH)
		return 0;
	ledger_close_p(&l);
	int r = file_read(path, NOTE_MAX - 1, &note, ei);
	return r < 0 ? r
		     : ledger_lost(home_ledger_paths(h), home_origin(h), note.data ? note.data : "",
			   note.len, ei);
}

static int run_restart(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	const char *seen = cli_value(cli, "seen");
	int r = home_open(cli_home(cli), 0, &h, &ei);
	if (r == 0 && seen)
		r = tell_seen(h, seen, &ei);
	if (r == 0)
		r = ledger_restart(home_ledger_paths(h), home_origin(h), &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	(void)printf("a new log is begun; its first record names the head that was lost\n"
		     "tell the others its verifier key: handover organisation export\n");
	return 0;
}

static const struct cli_option cosign_options[] = {
    {"gateway", 0, "NAME", "a gateway that is to vouch (see handover gateway; else default)", true},
    {NULL, 0, NULL, NULL, false},
};
static const struct cli_option restart_options[] = {
    {"seen", 0, "FILE", "a later checkpoint of this ledger, as a witness or counterparty has it",
	false},
    {NULL, 0, NULL, NULL, false},
};

const struct cli_command ledger_cosign = {
    .name = "cosign",
    .operands = "",
    .summary = "have gateways of others vouch for the ledger's head (C2SP tlog-witness)",
    .detail =
	"Sends the signed head, with the proof that it continues the last one that each of them\n"
	"signed: sizes and hashes, nobody's records. Their signatures, with the moment, come behind\n"
	"ours in ledger/checkpoint.cosigned, which handover ledger verify --cosigned checks. A ledger\n"
	"that was restored from an older backup, or rewritten, is found out here (exit 5).",
    .options = cosign_options,
    .run = run_cosign,
};
const struct cli_command ledger_witnessed = {
    .name = "witnessed",
    .operands = "OIN",
    .least = 1,
    .most = 1,
    .summary = "print the newest head of that organisation's ledger which was cosigned here",
    .detail = "For a party that lost part of its ledger: it goes on with\n"
	      "handover ledger restart --seen FILE.",
    .run = run_witnessed,
};
const struct cli_command ledger_begin_anew = {
    .name = "restart",
    .operands = "",
    .summary = "begin a new log after a restore from an older backup",
    .detail =
	"When ledger.db is behind keys/ledger.head the home refuses to work, for signing on\n"
	"would make two histories. Bring back the newer database if there is one. Else this\n"
	"begins a log of a new origin whose first record names the lost head; the records at\n"
	"hand stay, are verified with it, and are never appended to. Where both were restored\n"
	"together only others know of the later head: give it with --seen.",
    .options = restart_options,
    .run = run_restart,
};
