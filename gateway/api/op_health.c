/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How it goes: whether the gateway is ready, and its figures. The local listener asks.
 */
#include <sys/statvfs.h>

#include "api/core.h"
#include "api/op.h"
#include "base/clock.h"
#include "base/str.h"
#include "home/home.h"
#include "ledger/ledger.h"

#define READY_FREE (UINT64_C(1) << 30)
#define READY_LEDGER (UINT64_C(16) << 20) /* where ledger or store have a disk of their own */

/* Whether that part of the home lies on a disk with so much room. */
static int room(const struct api_core *c, const char *part, uint64_t want, struct errinfo *ei)
{
	struct statvfs disk;
	char *dir GW_CLEANUP(str_free_p) = home_path(c->env.home, part);
	if (statvfs(dir, &disk) < 0)
		return err_sys(ei, GW_EIO, "%s", dir);
	return (uint64_t)disk.f_bavail * disk.f_frsize >= want
	    ? 0
	    : err_set(ei, GW_EIO, "less than %llu MiB of the disk are free",
		  (unsigned long long)(want >> 20));
}

int api_core_ready(struct api_core *c, struct errinfo *ei)
{
	uint64_t want = c->env.free_bytes ? c->env.free_bytes : READY_FREE, size = 0;
	int r = ledger_clock(home_ledger(c->env.home), ei);
	if (r == 0)
		r = ledger_size(home_ledger(c->env.home), &size, ei);
	if (r < 0)
		return r == GW_ELEDGER ? r : err_set(ei, GW_ELEDGER, "the ledger cannot be read");
	r = room(c, "packages", want, ei);
	if (r == 0)
		r = room(c, "ledger", READY_LEDGER, ei);
	return r < 0 ? r : room(c, ".", READY_LEDGER, ei);
}

static int figure(struct buf *out, const char *name, const char *kind, const char *help, uint64_t v)
{
	return buf_addf(out, "# HELP handover_%s %s\n# TYPE handover_%s %s\nhandover_%s %llu\n",
	    name, help, name, kind, name, (unsigned long long)v);
}

static int call_figures(struct api_core *c, struct buf *out)
{
	int r = buf_adds(out,
	    "# HELP handover_calls_total calls answered, by operation and class of status\n"
	    "# TYPE handover_calls_total counter\n");
	for (size_t i = 0; i < API_OPS; i++)
		for (size_t k = 2; k < 6 && r == 0; k++) {
			uint64_t n = atomic_load(&c->calls[i][k]);
			if (n)
				r = buf_addf(out,
				    "handover_calls_total{op=\"%s\",status=\"%zuxx\"} %llu\n",
				    core_op_name(i), k, (unsigned long long)n);
		}
	return r;
}

int api_core_figures(struct api_core *c, struct buf *out)
{
	struct cases_counts n = {0};
	struct errinfo ei = ERRINFO_INIT;
	struct witnessing_counts w;
	uint64_t size = 0;
	witnessing_counts(c, clock_now(), &w);
	int r = cases_counts(c->env.cases, clock_now(), &n, &ei);
	if (r == 0)
		r = ledger_size(home_ledger(c->env.home), &size, &ei);
	if (r < 0)
		return r;
	const struct {
		const char *name, *kind, *help;
		uint64_t v;
	} rows[] = {
	    {"ledger_records", "gauge", "records in the ledger", size},
	    {"cases", "gauge", "cases", n.cases},
	    {"cases_open", "gauge", "cases that have not ended", n.open},
	    {"cases_overdue", "gauge", "cases whose clock has run out", n.overdue},
	    {"packages", "gauge", "packages that lie here", n.packages},
	    {"package_bytes", "gauge", "bytes of packages that lie here", n.package_bytes},
	    {"uploads", "gauge", "uploads that are not whole", n.uploads},
	    {"deliveries", "gauge", "deliveries to other gateways that wait", n.jobs},
	    {"deliveries_failing", "gauge", "deliveries that were tried in vain", n.jobs_failing},
	    {"witnesses", "gauge", "gateways that are to vouch for the ledger", w.witnesses},
	    {"witnesses_overdue", "gauge", "of these, whose last signature is too old", w.overdue},
	    {"witnesses_refusing", "gauge", "of these, that say the ledger has two histories",
		w.refusing},
	    {"cosignatures_total", "counter", "signatures of witnesses", w.vouched},
	    {"cosignatures_failed_total", "counter", "witnesses asked in vain", w.failed},
	    {"strangers_total", "counter", "calls by clients whom the registry does not know",
		atomic_load(&c->strangers)},
	    {"reload_failing", "gauge", "1 while registry and lists are not those that lie there",
		atomic_load(&c->stale)},
	};
	for (size_t i = 0; i < GW_LENGTH(rows) && r == 0; i++)
		r = figure(out, rows[i].name, rows[i].kind, rows[i].help, rows[i].v);
	return r < 0 ? r : call_figures(c, out);
}

int op_ready(struct op *op)
{
	int r = api_core_ready(op->core, &op->ei);
	if (r < 0)
		op->status = 503;
	return r < 0 ? r : op_text(op, 204, NULL, NULL, 0);
}

int op_figures(struct op *op)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	int r = api_core_figures(op->core, &text);
	if (r < 0)
		return err_set(&op->ei, r, "the figures cannot be worked out");
	return op_text(op, 200, "text/plain; version=0.0.4; charset=utf-8", text.data, text.len);
}
