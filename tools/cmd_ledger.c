/* SPDX-License-Identifier: EUPL-1.2 */
/* handover ledger: check, read and prove the log of a home. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "home/cosign.h"
#include "home/home.h"
#include "ledger/audit.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/ledger.h"
#include "tools/reading.h"
#include "tools/record_line.h"

enum { LINE_MAX_BYTES = 64 << 10, PROOF_MAX = 256 << 10 };

static int write_out(const struct cli *cli, const struct buf *b, struct errinfo *ei)
{
	const char *path = cli_value(cli, "output");
	if (path && !str_eq(path, "-"))
		return file_write(path, b->data, b->len, 0644, FILE_NEW, ei);
	(void)fwrite(b->data, 1, b->len, stdout);
	return 0;
}

/* ---- show ---- */

struct show {
	const struct home *h;
	bool json, details;
	uint64_t self; /* our own intent, which is no news */
};

static int show_one(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	const struct show *s = ctx;
	json_t *record GW_CLEANUP(jx_release) = NULL;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(LINE_MAX_BYTES);
	int r = 0;
	if (line->index == s->self)
		return 0;
	if (s->json && !s->details) {
		(void)printf("%.*s\n", (int)line->n, line->bytes);
		return 0;
	}
	if (s->json) {
		(void)printf("{\"index\":%" PRIu64 ",\"record\":%.*s,\"detail\":%.*s}\n",
		    line->index, (int)line->n, line->bytes, line->detail ? (int)line->detail_n : 4,
		    line->detail ? line->detail : "null");
		return 0;
	}
	r = record_parse(line, &record, ei);
	if (r == 0)
		r = record_line(s->h, line->index, record, &b);
	if (r == 0)
		(void)printf("%s", b.data);
	if (r == 0 && s->details && line->detail)
		(void)printf("    %.*s\n", (int)line->detail_n, line->detail);
	return r;
}

static int show_vkey(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	int r = home_open(cli_home(cli), HOME_LEDGER_READ, &h, &ei);
	if (r == 0)
		r = ledger_vkey(home_ledger(h), &vkey);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	(void)printf("%s\n", vkey.data);
	return 0;
}

static int show_witness(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct witness w GW_CLEANUP(witness_release) = {.secret = NULL};
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	int r = home_open(cli_home(cli), HOME_LEDGER, &h, &ei);
	if (r == 0)
		r = home_witness(h, true, &w, &ei);
	if (r == 0)
		r = note_vkey(&w.key, &vkey);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	(void)printf("%s\n", vkey.data);
	return 0;
}

static int run_show(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct reading act;
	uint64_t from = 0, count = INT64_MAX;
	int u = ledger_number(cli, "--from", cli_value(cli, "from"), &from);
	if (!u)
		u = ledger_number(cli, "--count", cli_value(cli, "count"), &count);
	if (u)
		return u;
	if (cli_given(cli, "vkey"))
		return cli_given(cli, "witness") ? show_witness(cli) : show_vkey(cli);
	if (cli_given(cli, "witness"))
		return cli_usage(cli, "--witness is for --vkey");
	int r = reading_open(cli, "audit.read", &h, &act, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	struct show s = {h, cli_json(cli), cli_given(cli, "details"), UINT64_MAX};
	if (cli_given(cli, "open")) {
		s.self = act.intent.index;
		r = ledger_open_intents(home_ledger(h), show_one, &s, &ei);
	} else {
		r = ledger_records(home_ledger(h), from, count, show_one, &s, &ei);
	}
	r = reading_end(&act, r, &ei);
	return r < 0 ? cli_fail(cli, r, &ei) : 0;
}

/* ---- checkpoint, prove, consistency, export ---- */

static int run_checkpoint(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	int r = home_open(cli_home(cli), HOME_LEDGER, &h, &ei);
	if (r == GW_ELEDGER)
		r = home_open(cli_home(cli), HOME_LEDGER_READ, &h, &ei);
	if (r == 0)
		r = ledger_checkpoint(home_ledger(h), &note, &ei);
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

static int run_prove(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct buf proof GW_CLEANUP(buf_release) = BUF_INIT(PROOF_MAX);
	struct reading act;
	uint64_t index = 0;
	int u = ledger_number(cli, "INDEX", cli_operand(cli, 0), &index);
	if (u)
		return u;
	int r = reading_open(cli, "audit.export", &h, &act, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	r = ledger_prove(home_ledger(h), 0, index, &proof, &ei);
	if (r == 0)
		r = write_out(cli, &proof, &ei);
	r = reading_end(&act, r, &ei);
	return r < 0 ? cli_fail(cli, r, &ei) : 0;
}

static int consistency_json(const struct ledger_consistency *c, const struct buf *note)
{
	json_t *j = json_object(), *hashes = json_array();
	jx_set(j, "old", json_integer((json_int_t)c->old_size));
	jx_set(j, "new", json_integer((json_int_t)c->new_size));
	jx_set(j, "old_root", ledger_hash(&c->old_root));
	jx_set(j, "new_root", ledger_hash(&c->new_root));
	for (size_t i = 0; i < c->n; i++)
		jx_add(hashes, ledger_hash(&c->hashes[i]));
	jx_set(j, "hashes", hashes);
	if (note->len)
		jx_set(j, "checkpoint", json_string(note->data));
	return cli_print_json(j);
}

static int run_consistency(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX),
			out GW_CLEANUP(buf_release) = BUF_INIT(PROOF_MAX);
	struct ledger_consistency c;
	struct reading act;
	uint64_t from = 0, to = 0;
	int u = ledger_number(cli, "OLD", cli_operand(cli, 0), &from);
	if (!u)
		u = ledger_number(cli, "NEW", cli_operand(cli, 1), &to);
	if (!u && cli_count(cli) == 2 && to == 0)
		u = cli_usage(cli, "NEW: a size of at least 1 is expected");
	if (u)
		return u;
	int r = reading_open(cli, "audit.export", &h, &act, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	r = ledger_consistency(home_ledger(h), from, to, &c, &note, &ei);
	if (r == 0 && cli_json(cli))
		r = consistency_json(&c, &note) ? GW_ELIMIT : 0;
	else if (r == 0)
		r = ledger_consistency_text(&c, note.data, note.len, &out);
	if (r == 0 && out.len)
		r = write_out(cli, &out, &ei);
	r = reading_end(&act, r, &ei);
	return r < 0 ? cli_fail(cli, r, &ei) : 0;
}

static int run_export(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct reading act;
	const char *dir = cli_value(cli, "tiles");
	if (!dir)
		return cli_usage(cli, "--tiles DIR is needed");
	int r = home_open(cli_home(cli), 0, &h, &ei);
	if (r == 0 && cli_given(cli, "entries") && home_contains(h, dir))
		return cli_usage(cli, "--tiles: nothing readable may lie under a home");
	home_free_p(&h);
	if (r == 0)
		r = reading_open(cli, "audit.export", &h, &act, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	r = ledger_export(home_ledger(h), dir, cli_given(cli, "entries"), &ei);
	r = reading_end(&act, r, &ei);
	return r < 0 ? cli_fail(cli, r, &ei) : 0;
}

static const struct cli_option show_options[] = {
    {"vkey", 0, NULL, "print the log's verifier key and nothing else", false},
    {"witness", 0, NULL, "with --vkey: that of this gateway as a witness; made when it has none",
	false},
    {"from", 0, "INDEX", "begin with this record", false},
    {"count", 0, "N", "print at most N records", false},
    {"open", 0, NULL, "only intents that have no result yet", false},
    {"details", 0, NULL, "with the erasable details", false},
    {NULL, 0, NULL, NULL, false},
};
static const struct cli_option output_options[] = {
    {"output", 'o', "FILE", "write to FILE, which must not be there yet", false},
    {NULL, 0, NULL, NULL, false},
};
static const struct cli_option export_options[] = {
    {"tiles", 0, "DIR", "where to write", false},
    {"entries", 0, NULL, "the records too, for our own officers only", false},
    {NULL, 0, NULL, NULL, false},
};

static const struct cli_command show = {
    .name = "show",
    .operands = "",
    .summary = "print the records, one a line",
    .detail = "With --json each line is the exact bytes of one record.",
    .options = show_options,
    .run = run_show,
};
static const struct cli_command checkpoint = {
    .name = "checkpoint",
    .operands = "",
    .summary = "print the signed head of the log (C2SP tlog-checkpoint)",
    .run = run_checkpoint,
};
static const struct cli_command prove = {
    .name = "prove",
    .operands = "INDEX",
    .least = 1,
    .most = 1,
    .summary = "prove that a record is in the log (C2SP tlog-proof)",
    .options = output_options,
    .run = run_prove,
};
static const struct cli_command consistency = {
    .name = "consistency",
    .operands = "OLD [NEW]",
    .least = 1,
    .most = 2,
    .summary = "prove that the log of OLD records is the beginning of that of NEW, or of now",
    .detail = "Prints a line \"old <size>\", hashes in base64, an empty line, and without NEW the "
	      "signed checkpoint: what a witness is sent (C2SP tlog-witness, add-checkpoint).",
    .options = output_options,
    .run = run_consistency,
};
static const struct cli_command export_tiles = {
    .name = "export",
    .operands = "",
    .summary = "write checkpoint and hash tiles (C2SP tlog-tiles) for an outside verifier",
    .detail = "Tiles hold hashes of blinded records and tell nothing about persons. Records "
	      "themselves (--entries) are for our own officers.",
    .options = export_options,
    .run = run_export,
};
static const struct cli_command *const subcommands[] = {&ledger_verify_all, &show, &checkpoint,
    &prove, &consistency, &export_tiles, &ledger_cosign, &ledger_witnessed, &ledger_begin_anew,
    NULL};

const struct cli_command cmd_ledger = {
    .name = "ledger",
    .operands = "",
    .summary = "check, read and prove the log of a home",
    .subcommands = subcommands,
};
