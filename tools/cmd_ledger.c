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

static int read_number(const struct cli *cli, const char *what, const char *text, uint64_t *ret_v)
{
	if (!text || str_u64(text, INT64_MAX, ret_v) == 0)
		return 0;
	return cli_usage(cli, "%s: a number is expected", what);
}

static int write_out(const struct cli *cli, const struct buf *b, struct errinfo *ei)
{
	const char *path = cli_value(cli, "output");
	if (path && !str_eq(path, "-"))
		return file_write(path, b->data, b->len, 0644, FILE_NEW, ei);
	(void)fwrite(b->data, 1, b->len, stdout);
	return 0;
}

static json_t *hash_json(const struct merkle_hash *h)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(64);
	return str_b64(&b, h->b, MERKLE_HASH) < 0 ? json_null() : json_string(b.data);
}

/* ---- verify ---- */

static int list_open(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	(void)ei;
	jx_add(ctx, json_integer((json_int_t)line->index));
	return 0;
}

static int print_open(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	json_t *record GW_CLEANUP(jx_release) = NULL;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(LINE_MAX_BYTES);
	int r = record_parse(line, &record, ei);
	if (r == 0)
		r = record_line(ctx, line->index, record, &b);
	if (r == 0)
		(void)printf("  %s", b.data);
	return r;
}

/* Who vouches for the head that the log was held against. */
struct vouchers {
	struct home_vouch list[16];
	size_t n;
};

static json_t *vouchers_json(const struct vouchers *v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v->n; i++) {
		char moment[TIME_TEXT];
		json_t *o = json_object();
		time_text(v->list[i].at, moment);
		jx_set(o, "witness", json_string(v->list[i].oin));
		jx_set(o, "at", json_string(moment));
		jx_add(list, o);
	}
	return list;
}

static int verified_json(
    struct home *h, const struct ledger_findings *f, const struct vouchers *v, struct errinfo *ei)
{
	json_t *open = json_array(), *j = json_object();
	int r = ledger_open_intents(home_ledger(h), list_open, open, ei);
	jx_set(j, "origin", json_string(f->head.origin));
	jx_set(j, "size", json_integer((json_int_t)f->head.size));
	jx_set(j, "root", hash_json(&f->head.root));
	jx_set(j, "details", json_integer((json_int_t)f->details));
	jx_set(j, "erased", json_integer((json_int_t)f->erased));
	jx_set(j, "open_intents", open);
	jx_set(j, "lone_results", json_integer((json_int_t)f->lone_results));
	jx_set(j, "earlier_logs", json_integer(f->earlier));
	jx_set(j, "earlier_records", json_integer((json_int_t)f->earlier_records));
	jx_set(j, "self_check", json_boolean(f->self_check));
	if (v->n)
		jx_set(j, "cosigned", vouchers_json(v));
	int printed = cli_print_json(j);
	return r < 0 ? r : printed ? GW_ELIMIT : 0;
}

static int verified_text(
    struct home *h, const struct ledger_findings *f, const struct vouchers *v, struct errinfo *ei)
{
	struct buf root GW_CLEANUP(buf_release) = BUF_INIT(64);
	int r = str_b64(&root, f->head.root.b, MERKLE_HASH);
	if (r < 0)
		return r;
	(void)printf("%s\n%" PRIu64 " records, root %s\n", f->head.origin, f->head.size, root.data);
	(void)printf("stored bytes, hashes, root and signature are right\n");
	(void)printf("details: %" PRIu64 " there, %" PRIu64 " erased\n", f->details, f->erased);
	if (f->earlier)
		(void)printf("earlier logs: %u with %" PRIu64 " records, right as well\n",
		    f->earlier, f->earlier_records);
	if (f->lone_results)
		(void)printf("results without an intent: %" PRIu64 "\n", f->lone_results);
	(void)printf("open intents: %" PRIu64 "\n", f->open_intents);
	r = ledger_open_intents(home_ledger(h), print_open, h, ei);
	for (size_t i = 0; i < v->n; i++) {
		char moment[TIME_TEXT];
		time_text(v->list[i].at, moment);
		(void)printf("continues what %s vouched for at %s\n", v->list[i].oin, moment);
	}
	if (f->self_check)
		(void)printf("self-check only: give --vkey, or an earlier --checkpoint, as known "
			     "from outside\n");
	return r;
}

/* Record the check, however it ended. What cannot be written to can still be checked. */
static int record_verify(struct home *h, bool can_write, int result, struct errinfo *ei)
{
	if (!can_write) {
		cli_warn("this check is not recorded: the ledger cannot be written");
		return 0;
	}
	struct ledger_record rec = reading_record(h, "audit.verify");
	rec.out = result < 0 ? LEDGER_ERROR : LEDGER_OK;
	int r = ledger_append(home_ledger(h), &rec, NULL, NULL, ei);
	if (r != GW_ELEDGER)
		return r;
	cli_warn("this check is not recorded: %s", ei->msg);
	return 0;
}

/* The earlier checkpoint that the log is to be held against. */
static int read_checkpoint(const struct cli *cli, struct buf *out, struct errinfo *ei)
{
	const char *path = cli_value(cli, "checkpoint");
	int r = path ? file_read(path, NOTE_MAX - 1, out, ei) : 0;
	if (r == 0 && path && !out->len)
		r = err_set(ei, GW_EFORMAT, "%s: no checkpoint", path);
	return r;
}

/* The head that witnesses cosigned, as the one that the log is held against. */
static int read_cosigned(
    const struct cli *cli, struct home *h, struct buf *out, struct vouchers *v, struct errinfo *ei)
{
	struct checkpoint head;
	if (!cli_given(cli, "cosigned"))
		return 0;
	return home_cosigned_read(h, out, &head, v->list, GW_LENGTH(v->list), &v->n, ei);
}

static int run_verify(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT, second = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct ledger_expect expect = {.vkey = cli_value(cli, "vkey")};
	struct ledger_findings found;
	struct vouchers v = {.n = 0};
	struct buf earlier GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	unsigned what = cli_given(cli, "cosigned") ? HOME_UNSIGNED : 0;
	int u = read_number(cli, "--min-size", cli_value(cli, "min-size"), &expect.min_size);
	if (!u && what && cli_given(cli, "checkpoint"))
		u = cli_usage(cli, "--cosigned and --checkpoint: one of them");
	if (u)
		return u;
	int r = read_checkpoint(cli, &earlier, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	r = home_open(cli_home(cli), HOME_LEDGER | what, &h, &ei);
	bool can_write = r == 0;
	if (r == GW_ELEDGER)
		r = home_open(cli_home(cli), HOME_LEDGER_READ | what, &h, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	r = read_cosigned(cli, h, &earlier, &v, &ei);
	expect.checkpoint = earlier.data;
	if (r == 0)
		r = ledger_verify(home_ledger(h), &expect, &found, &ei);
	int w = record_verify(h, can_write, r, &second);
	if (r == 0)
		r = cli_json(cli) ? verified_json(h, &found, &v, &ei)
				  : verified_text(h, &found, &v, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	return w < 0 ? cli_fail(cli, w, &second) : 0;
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
	int u = read_number(cli, "--from", cli_value(cli, "from"), &from);
	if (!u)
		u = read_number(cli, "--count", cli_value(cli, "count"), &count);
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
	int u = read_number(cli, "INDEX", cli_operand(cli, 0), &index);
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
	jx_set(j, "old_root", hash_json(&c->old_root));
	jx_set(j, "new_root", hash_json(&c->new_root));
	for (size_t i = 0; i < c->n; i++)
		jx_add(hashes, hash_json(&c->hashes[i]));
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
	int u = read_number(cli, "OLD", cli_operand(cli, 0), &from);
	if (!u)
		u = read_number(cli, "NEW", cli_operand(cli, 1), &to);
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

static const struct cli_option verify_options[] = {
    {"vkey", 0, "V", "the log's verifier key, as known from outside", false},
    {"min-size", 0, "N", "a number of records that was seen before", false},
    {"checkpoint", 0, "FILE", "an earlier 'ledger checkpoint' of this log, kept elsewhere", false},
    {"cosigned", 0, NULL, "hold it against the head that witnesses cosigned", false},
    {NULL, 0, NULL, NULL, false},
};
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

static const struct cli_command verify = {
    .name = "verify",
    .operands = "",
    .summary = "check all that is stored: bytes, hashes, root, signature, details, open intents",
    .detail =
	"Without --vkey and --checkpoint this is a self-check: it finds changes in the "
	"database. --vkey and --min-size, known from elsewhere, find another log and a shorter "
	"one. A log that was rewritten by somebody with its key is found by --checkpoint alone: "
	"an earlier signed head, from a counterparty or an earlier check, of which today's "
	"log must be the continuation.",
    .options = verify_options,
    .run = run_verify,
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
static const struct cli_command *const subcommands[] = {&verify, &show, &checkpoint, &prove,
    &consistency, &export_tiles, &ledger_cosign, &ledger_witnessed, &ledger_begin_anew, NULL};

const struct cli_command cmd_ledger = {
    .name = "ledger",
    .operands = "",
    .summary = "check, read and prove the log of a home",
    .subcommands = subcommands,
};
