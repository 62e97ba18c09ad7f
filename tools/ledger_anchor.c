/* SPDX-License-Identifier: EUPL-1.2 */
/* The ledger and those outside who saw its heads: witnesses, and the way on after a loss. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/str.h"
#include "home/home.h"
#include "home/vouch.h"
#include "ledger/audit.h"
#include "ledger/backup.h"
#include "ledger/ledger.h"
#include "ledger/witness.h"
#include "store/store.h"
#include "store/witness.h"
#include "tools/cli.h"
#include "tools/contact.h"
#include "tools/ledger.h"

/* ---- cosign ---- */

/* One head of ours, and who was asked to vouch for it. */
struct asking {
	struct vouching v;
	json_t *told; /* for --json */
};

static void asking_release(struct asking *a)
{
	vouching_release(&a->v);
	json_decref(a->told);
}

/* Ask until it signs: the first answer may tell the size to begin from. */
static int ask(struct contact *c, struct vouching *v, int64_t *ret_at, struct errinfo *ei)
{
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(WITNESS_REQUEST);
	struct buf answer GW_CLEANUP(buf_release) = BUF_INIT(VOUCH_ANSWER);
	uint64_t old = 0;
	for (int i = 0; i < VOUCH_TRIES; i++) {
		char type[64] = "";
		int status = 0;
		int r = vouch_request(c->home, v, old, &body, ei);
		buf_clear(&answer);
		if (r == 0)
			r = client_post_text(
			    c->client, VOUCH_PATH, body.data, body.len, &answer, &status, type, ei);
		if (r < 0)
			return r;
		const struct vouch_answer a = {.oin = c->profile.oin,
		    .status = status,
		    .body = answer.data ? answer.data : "",
		    .n = answer.len};
		r = vouch_take(c->home, home_registry(c->home), v, &a, &old, ret_at, ei);
		if (r != GW_ECONFLICT)
			return r;
	}
	return err_set(ei, GW_ENET, "%s signs other heads all the time: try again", c->profile.oin);
}

static void tell(const struct cli *cli, struct asking *a, const char *oin, int64_t at)
{
	char moment[TIME_TEXT];
	time_text(at, moment);
	if (!cli_json(cli)) {
		(void)printf(
		    "%s vouches for %" PRIu64 " records at %s\n", oin, a->v.head.size, moment);
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
	struct note_key witness;
	int64_t at = 0;
	int r = contact_open_named(&c, cli, name, ei);
	if (r == 0) /* before anything is sent */
		r = vouch_key(home_registry(c.home), c.profile.oin, &witness, ei);
	if (r == 0 && !a->v.note.len)
		r = vouch_begin(c.home, &a->v, ei);
	if (r == 0)
		r = ask(&c, &a->v, &at, ei);
	if (r == 0)
		tell(cli, a, c.profile.oin, at);
	return r;
}

static int run_cosign(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct asking a GW_CLEANUP(asking_release) = {.v = VOUCHING_INIT, .told = json_array()};
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
		jx_set(j, "size", json_integer((json_int_t)a.v.head.size));
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
