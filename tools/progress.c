/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

enum { EVERY_MS = 200 };

void progress_begin(struct progress *p, const char *verb, size_t total)
{
	*p = (struct progress){.verb = verb,
	    .total = total,
	    .began = clock_mono(),
	    .on = total > 1 && isatty(STDERR_FILENO) == 1};
}

/* "47 s", "3 min 20 s", "2 h 5 min". */
static void duration(int64_t s, char *out, size_t cap)
{
	if (s < 60)
		(void)snprintf(out, cap, "%" PRId64 " s", s);
	else if (s < 3600)
		(void)snprintf(out, cap, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
	else
		(void)snprintf(out, cap, "%" PRId64 " h %" PRId64 " min", s / 3600, s / 60 % 60);
}

static void transfer_text(const struct progress *p, int64_t ms, char *out, size_t cap)
{
	char left[40] = "";
	double rate = (double)p->bytes / (double)ms; /* bytes in a millisecond */
	if (p->bytes > 0)
		duration(
		    (int64_t)((double)(p->whole - p->done) / rate / 1000 + 0.5), left, sizeof left);
	(void)snprintf(out, cap, "%s %.1f/%.1f MB  %.1f MB/s  %s%s", p->verb, (double)p->done / 1e6,
	    (double)p->whole / 1e6, rate / 1000, left, left[0] ? " left" : "");
}

void progress_text(const struct progress *p, int64_t now, char *out, size_t cap)
{
	char left[40] = "";
	int64_t ms = now - p->began > 0 ? now - p->began : 1;
	if (p->whole) {
		transfer_text(p, ms, out, cap);
		return;
	}
	double rate = (double)p->done * 1000 / (double)ms;
	double mb = (double)p->bytes / 1000 / (double)ms;
	if (p->done > 0)
		duration((int64_t)((double)(p->total - p->done) / rate + 0.5), left, sizeof left);
	(void)snprintf(out, cap, "%s %zu/%zu  %.1f/s  %.1f MB/s  %s%s", p->verb, p->done, p->total,
	    rate, mb, left, left[0] ? " left" : "");
}

static void show(struct progress *p)
{
	char line[160];
	int64_t now = clock_mono();
	if (!p->on || (now - p->shown < EVERY_MS && p->dirty))
		return;
	progress_text(p, now, line, sizeof line);
	(void)fprintf(stderr, "\r\033[K%s", line);
	p->shown = now;
	p->dirty = true;
}

void progress_step(struct progress *p, uint64_t bytes)
{
	if (p->done < p->total)
		p->done++;
	p->bytes += bytes;
	show(p);
}

void progress_transfer(struct progress *p, const char *verb, uint64_t whole)
{
	*p = (struct progress){.verb = verb,
	    .whole = whole,
	    .began = clock_mono(),
	    .on = whole > 0 && isatty(STDERR_FILENO) == 1};
}

void progress_moved(void *arg, uint64_t done, uint64_t whole)
{
	struct progress *p = arg;
	(void)whole;
	if (done > p->done && p->moved)
		p->bytes += done - p->done; /* not what an earlier run brought */
	p->moved = true;
	p->done = (size_t)done;
	show(p);
}

void progress_clear(struct progress *p)
{
	if (p->on && p->dirty)
		(void)fprintf(stderr, "\r\033[K");
	p->dirty = false;
}
