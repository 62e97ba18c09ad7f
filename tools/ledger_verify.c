/* SPDX-License-Identifier: EUPL-1.2 */
/* handover ledger verify, and what the subcommands share. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/str.h"
#include "home/cosign.h"
#include "home/home.h"
#include "ledger/audit.h"
#include "tools/cli.h"
#include "tools/ledger.h"
#include "tools/reading.h"
#include "tools/record_line.h"

enum { LINE_MAX_BYTES = 64 << 10 };

int ledger_number(const struct cli *cli, const char *what, const char *text, uint64_t *ret_v)
{
	if (!text || str_u64(text, INT64_MAX, ret_v) == 0)
		return 0;
	return cli_usage(cli, "%s: a number is expected", what);
}

json_t *ledger_hash(const struct merkle_hash *h)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(64);
	return str_b64(&b, h->b, MERKLE_HASH) < 0 ? json_null() : json_string(b.data);
}

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
	jx_set(j, "root", ledger_hash(&f->head.root));
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
	return home_cosigned_read(
	    h, home_registry(h), out, &head, v->list, GW_LENGTH(v->list), &v->n, ei);
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
	int u = ledger_number(cli, "--min-size", cli_value(cli, "min-size"), &expect.min_size);
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

static const struct cli_option verify_options[] = {
    {"vkey", 0, "V", "the log's verifier key, as known from outside", false},
    {"min-size", 0, "N", "a number of records that was seen before", false},
    {"checkpoint", 0, "FILE", "an earlier 'ledger checkpoint' of this log, kept elsewhere", false},
    {"cosigned", 0, NULL, "hold it against the head that witnesses cosigned", false},
    {NULL, 0, NULL, NULL, false},
};

const struct cli_command ledger_verify_all = {
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
