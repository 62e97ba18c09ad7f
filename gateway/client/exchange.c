/* SPDX-License-Identifier: EUPL-1.2 */
/* exchange: one request and its answer, as libcurl carries them. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "client/inside.h"

enum {
	CONNECT_MS = 10000,
	STALL_MS = 60000,
	RETRY_MS = 500,
	WAIT_MOST_MS = 30000,
	AFTER_MOST_S = 3600, /* what is longer is no answer to go by */
	LATER_MOST_MS = 90000,
};

bool client_stopped(const struct client *c)
{
	/* a handler of this thread sets it, or another thread */
	return c->server.stop && __atomic_load_n(c->server.stop, __ATOMIC_RELAXED);
}

/* ---- what curl calls ---- */

static CURLcode on_context(CURL *curl, void *ctx, void *arg)
{
	const struct exchange *x = arg;
	(void)curl;
	return server_check_setup(x->client->check, ctx) == 0 ? CURLE_OK : CURLE_SSL_CONNECT_ERROR;
}

static size_t end(struct exchange *x, int code)
{
	x->failed = code;
	return 0;
}

static void now_at(struct exchange *x)
{
	long status = 0;
	(void)curl_easy_getinfo(x->client->curl, CURLINFO_RESPONSE_CODE, &status);
	x->status = (int)status;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	now_at(x);
	if (x->take && x->status / 100 == 2) {
		int r = x->take(x->arg, p, size * n, x);
		return r < 0 ? end(x, r) : size * n;
	}
	if (!x->into)
		return size * n;
	if (buf_add(x->into, p, size * n) == 0)
		return size * n;
	err_say(x->ei, "%s answers with more than %zu bytes", x->client->server.url, x->into->max);
	return end(x, GW_ENET);
}

static void keep(char *out, size_t cap, const char *p, size_t n)
{
	while (n > 0 && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	while (n > 0 && (p[n - 1] == '\r' || p[n - 1] == '\n' || p[n - 1] == ' '))
		n--;
	bool fits = n < cap;
	for (size_t i = 0; fits && i < n; i++)
		fits = p[i] >= ' ' && p[i] <= '~';
	(void)snprintf(out, cap, "%.*s", fits ? (int)n : 0, p);
}

static size_t on_field(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	const struct {
		const char *name;
		char *out;
		size_t cap;
	} kept[] = {
	    {"content-type", x->type, sizeof x->type},
	    {"location", x->location, sizeof x->location},
	    {"etag", x->etag, sizeof x->etag},
	    {"content-range", x->range, sizeof x->range},
	    {"upload-offset", x->upload_offset, sizeof x->upload_offset},
	    {"retry-after", x->retry_after, sizeof x->retry_after},
	};
	n *= size;
	for (size_t i = 0; i < GW_LENGTH(kept); i++) {
		size_t k = strlen(kept[i].name);
		if (n > k && p[k] == ':' && strncasecmp(p, kept[i].name, k) == 0)
			keep(kept[i].out, kept[i].cap, p + k + 1, n - k - 1);
	}
	return n;
}

static size_t on_send(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	uint64_t left = x->length - x->sent;
	size_t most = left < size * n ? (size_t)left : size * n;
	ssize_t got = pread(x->fd, p, most, (off_t)(x->offset + x->sent));
	if (got > 0 || most == 0) {
		x->sent += (uint64_t)(got > 0 ? got : 0);
		return (size_t)(got > 0 ? got : 0);
	}
	if (got < 0)
		err_say_sys(x->ei, "cannot read what is to be sent");
	else
		err_say(x->ei, "the file became shorter while it was sent");
	x->failed = GW_EIO;
	return CURL_READFUNC_ABORT;
}

/* curl wants to begin again on another connection: only from the first byte. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
	struct exchange *x = arg;
	if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > x->length)
		return CURL_SEEKFUNC_FAIL;
	x->sent = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

/* Called about once a second, and whenever something moved. */
static int on_progress(
    void *arg, curl_off_t total_in, curl_off_t in, curl_off_t total_out, curl_off_t out)
{
	struct exchange *x = arg;
	const struct client_server *s = &x->client->server;
	unsigned stall = s->stall_ms ? s->stall_ms : STALL_MS;
	uint64_t moved = (uint64_t)in + (uint64_t)out;
	(void)total_in;
	(void)total_out;
	if (client_stopped(x->client))
		return x->failed = err_set(x->ei, GW_EFAIL, "stopped");
	if (s->call_ms && !x->from_file && !x->take && clock_mono() - x->began > s->call_ms)
		return x->failed = err_set(x->ei, GW_ENET, "%s: no whole answer within %u seconds",
			   s->url, s->call_ms / 1000);
	if (moved != x->moved_n) {
		x->moved_n = moved;
		x->moved_at = clock_mono();
		if (x->moved)
			x->moved(x->arg, (uint64_t)out, (uint64_t)in);
	} else if (clock_mono() - x->moved_at > stall) {
		return x->failed = err_set(x->ei, GW_ENET, "%s: nothing came for %u seconds",
			   s->url, (stall + 999) / 1000);
	}
	return 0;
}

/* ---- one exchange ---- */

static void set_body(CURL *curl, struct exchange *x, bool *ok)
{
	if (x->from_file) {
		*ok &= curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L) == CURLE_OK;
		*ok &= curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)x->length) ==
		    CURLE_OK;
		*ok &= curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_send) == CURLE_OK;
		*ok &= curl_easy_setopt(curl, CURLOPT_READDATA, (void *)x) == CURLE_OK;
		*ok &= curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, on_seek) == CURLE_OK;
		*ok &= curl_easy_setopt(curl, CURLOPT_SEEKDATA, (void *)x) == CURLE_OK;
	} else if (str_eq(x->method, "POST")) {
		*ok &= curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK;
		*ok &= curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->body_n) ==
		    CURLE_OK;
		*ok &=
		    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, x->body ? x->body : "") == CURLE_OK;
	} else if (str_eq(x->method, "HEAD")) {
		*ok &= curl_easy_setopt(curl, CURLOPT_NOBODY, 1L) == CURLE_OK;
	}
	*ok &= curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, x->method) == CURLE_OK;
}

/* Everything is set anew for each exchange; connections stay. */
static bool set_up(
    struct client *c, struct exchange *x, const char *url, struct curl_slist *fields, char *why)
{
	const struct client_server *s = &c->server;
	CURL *curl = c->curl;
	curl_easy_reset(curl);
	bool ok = true;
#define SET(option, value) ok &= curl_easy_setopt(curl, option, value) == CURLE_OK
	SET(CURLOPT_URL, url);
	SET(CURLOPT_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_PROXY, s->proxy ? s->proxy : ""); /* "": nor what the environment says */
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(s->connect_ms ? s->connect_ms : CONNECT_MS));
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_HTTPHEADER, fields);
	SET(CURLOPT_ERRORBUFFER, why);
	/* the judgement is server_check's; no other root, and no name in the certificate */
	SET(CURLOPT_CAINFO, NULL);
	SET(CURLOPT_CAPATH, NULL);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 0L);
	SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
	SET(CURLOPT_SSL_CTX_FUNCTION, on_context);
	SET(CURLOPT_SSL_CTX_DATA, (void *)x);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, (void *)x);
	SET(CURLOPT_HEADERFUNCTION, on_field);
	SET(CURLOPT_HEADERDATA, (void *)x);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, (void *)x);
#undef SET
	set_body(curl, x, &ok);
	return ok;
}

static int failed(const struct client *c, const struct exchange *x, CURLcode code, const char *why,
    struct errinfo *ei)
{
	const char *refused = server_check_why(c->check);
	if (*refused)
		return err_set(ei, GW_EAUTH, "%s", refused);
	if (x->failed)
		return x->failed;
	return err_set(
	    ei, GW_ENET, "%s: %.300s", c->server.url, *why ? why : curl_easy_strerror(code));
}

int exchange(struct client *c, struct exchange *x, struct errinfo *ei)
{
	char why[CURL_ERROR_SIZE] = "";
	char *url GW_CLEANUP(str_free_p) = str_printf("%s%s", c->server.url, x->path);
	struct curl_slist *fields = curl_slist_append(NULL, "User-Agent: handover");
	for (size_t i = 0; x->fields && x->fields[i] && fields; i++) {
		struct curl_slist *more = curl_slist_append(fields, x->fields[i]);
		if (!more)
			curl_slist_free_all(fields);
		fields = more;
	}
	x->client = c;
	x->ei = ei;
	x->began = x->moved_at = clock_mono();
	server_check_begin(c->check);
	int r = fields && set_up(c, x, url, fields, why)
	    ? 0
	    : err_set(ei, GW_EFAIL, "libcurl does not take what it should");
	if (r == 0) {
		CURLcode code = curl_easy_perform(c->curl);
		now_at(x);
		if (code != CURLE_OK)
			r = failed(c, x, code, why, ei);
	}
	curl_slist_free_all(fields);
	return r;
}

/* ---- tries ---- */

static void wait_ms(const struct client *c, unsigned ms)
{
	int64_t until = clock_mono() + ms;
	while (!client_stopped(c) && clock_mono() < until) {
		struct timespec t = {.tv_nsec = 20 * 1000000L};
		(void)nanosleep(&t, NULL);
	}
}

/* Tell of a wait, where it is long enough to be noticed, and wait. */
static int wait_for(
    const struct tries *t, unsigned ms, unsigned left_ms, int code, struct errinfo *ei)
{
	const struct client_server *s = &t->client->server;
	if (ms >= 1000 && s->waiting)
		s->waiting(s->arg, ei && *ei->msg ? ei->msg : err_name(code), (ms + 999) / 1000,
		    (left_ms + 999) / 1000);
	wait_ms(t->client, ms);
	return client_stopped(t->client) ? err_set(ei, GW_EFAIL, "stopped") : 0;
}

/* The gateway says `not now`: no room, no time. It knows better than we when that is over. */
static int later(struct tries *t, int code, const char *after, struct errinfo *ei)
{
	uint64_t seconds = 0;
	unsigned most =
	    t->client->server.later_ms ? t->client->server.later_ms : (unsigned)LATER_MOST_MS;
	if (str_u64(after, AFTER_MOST_S, &seconds) < 0)
		return code;
	unsigned ms = seconds ? (unsigned)(seconds * 1000) : 1000;
	if (t->later_ms + ms > most) {
		struct errinfo why = ei ? *ei : (struct errinfo)ERRINFO_INIT;
		return err_set(ei, code, "%s; it asks to be tried again after %u seconds", why.msg,
		    (ms + 999) / 1000);
	}
	t->later_ms += ms;
	return wait_for(t, ms, most - t->later_ms, code, ei);
}

/* Before the n-th try, from the second on. */
static unsigned before_try(const struct tries *t, unsigned n)
{
	unsigned ms = t->client->server.retry_ms ? t->client->server.retry_ms : RETRY_MS;
	for (unsigned i = 1; i < n && ms < WAIT_MOST_MS; i++)
		ms *= 2;
	return ms;
}

int tries_again(
    struct tries *t, uint64_t done, int code, int status, const char *after, struct errinfo *ei)
{
	unsigned left = 0;
	if (done > t->done)
		t->n = t->later_ms = 0;
	t->done = done;
	if (status == 429 || status == 503 || status == 507)
		return later(t, code, after, ei);
	unsigned tries = t->client->server.tries ? t->client->server.tries : (unsigned)CLIENT_TRIES;
	if (++t->n >= tries)
		return code;
	for (unsigned n = t->n + 1; n < tries; n++)
		left += before_try(t, n);
	return wait_for(t, before_try(t, t->n), left, code, ei);
}
