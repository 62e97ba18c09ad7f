/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Cases of two organisations at a gateway that runs, over mutual TLS.
 *
 *	gateway_acts slip HOME TO POLICY KEY CONTRACT BYTES SHA256
 *		what announces a package of those bytes from HOME's organisation to the OIN TO,
 *under the policy file POLICY, for the age1 recipient KEY: its uuid, a space, and the body for POST
 * /v1/packages gateway_acts run PORT CASES CLIENTS SENDER RECIPIENT POLICY KEY CONTRACT as many
 *cases from the home SENDER to the home RECIPIENT by so many clients at once, each from the
 *announcement of a small package to the destruction of the sender's own: how long each call takes,
 *from its first byte to the end of its answer
 *
 * Statements are signed here, outside of what is timed, and on the same processors.
 */
#include <pthread.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/str.h"
#include "cases/machine.h"
#include "package/slip.h"
#include "sign/signer.h"
#include "sign/statement.h"
#include "tests/bench/wire.h"

enum { DAY_MS = 86400000, PACKAGE = 4096, CLIENTS_MAX = 64, BODY = 256 << 10 };

/* The calls that are timed, in their order. */
enum call {
	ANNOUNCE,
	CREATE,
	PATCH,
	OFFER,
	ACCEPT,
	RELEASE,
	FETCH_REQUEST,
	CONTENT,
	FETCHED,
	OPENED,
	TAKEN_OVER,
	DESTROYED,
	CALLS
};

static const struct {
	const char *name;
	bool act, recipient;
	enum case_act is;
} calls[CALLS] = {
    [ANNOUNCE] = {"announce", false, false, 0},
    [CREATE] = {"upload create", false, false, 0},
    [PATCH] = {"upload", false, false, 0},
    [OFFER] = {"offer", true, false, ACT_OFFER},
    [ACCEPT] = {"accept", true, true, ACT_ACCEPT},
    [RELEASE] = {"release", true, false, ACT_RELEASE},
    [FETCH_REQUEST] = {"fetch_request", true, true, ACT_FETCH_REQUEST},
    [CONTENT] = {"content", false, true, 0},
    [FETCHED] = {"fetched", true, true, ACT_FETCHED},
    [OPENED] = {"opened", true, true, ACT_OPENED},
    [TAKEN_OVER] = {"taken_over", true, true, ACT_TAKEN_OVER},
    [DESTROYED] = {"destroyed", true, false, ACT_DESTROYED},
};

struct side {
	struct signer *signer;
	SSL_CTX *ctx;
};

static struct side sides[2]; /* sender, recipient */
static char policy_sha256[HASH_HEX], key_sha256[HASH_HEX];
static const char *contract;

struct package {
	char id[ID_TEXT], case_id[ID_TEXT], slip[HASH_HEX], sha256[HASH_HEX];
	char head[HASH_HEX]; /* of its case's chain, or "" */
	uint64_t bytes;
	const char *to;
};

static void need(int r, const struct errinfo *ei)
{
	if (r < 0)
		wire_die("%s: %s", err_name(r), ei->msg);
}

static struct signer *signer_of(const char *home)
{
	struct errinfo ei = ERRINFO_INIT;
	struct signer *s = NULL;
	char *cert GW_CLEANUP(str_free_p) = file_join(home, "organisation/signing.pem");
	char *key GW_CLEANUP(str_free_p) = file_join(home, "organisation/signing.key");
	need(signer_load(cert, key, &s, &ei), &ei);
	return s;
}

static void know(const char *policy, const char *key, const char *under)
{
	struct errinfo ei = ERRINFO_INIT;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	need(file_read(policy, text.max, &text, &ei), &ei);
	hash_sha256_hex(text.data, text.len, policy_sha256);
	hash_sha256_hex(key, strlen(key), key_sha256);
	contract = under;
}

static void set_moment(json_t *o, const char *name, int64_t at)
{
	char text[TIME_TEXT];
	time_text(at, text);
	jx_set(o, name, json_string(text));
}

static void set_digest(json_t *o, const char *name, const char *of)
{
	char hex[HASH_HEX];
	hash_sha256_hex(of, strlen(of), hex);
	jx_set(o, name, json_string(hex));
}

/* Sign members (stolen) as a statement, and put it into a body: {text_name, signature}. */
static void signed_body(const struct signer *by, const char *kind, const char *to,
    const char *text_name, json_t *members, char sha256[HASH_HEX], struct buf *body)
{
	struct errinfo ei = ERRINFO_INIT;
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(2 * CADES_MAX);
	json_t *o GW_CLEANUP(jx_release) = json_object();
	need(statement_sign(by, kind, to, "checkpoint\n", clock_now(), members, &json, &p7s, &ei),
	    &ei);
	json_decref(members);
	hash_sha256_hex(json.data, json.len, sha256);
	need(str_b64(&b64, p7s.data, p7s.len), &ei);
	jx_set(o, text_name, jx_string(json.data, json.len));
	jx_set(o, "signature", jx_string(b64.data, b64.len));
	buf_clear(body);
	need(jx_dump(o, body), &ei);
}

/* ---- a package ---- */

static const char TAGS[] = "tagmanifest";

static void slip_of(struct package *p, const struct signer *by, struct buf *body)
{
	char tags[HASH_HEX], commit[HASH_HEX];
	json_t *m = json_object(), *keys = json_array();
	hash_sha256_hex(TAGS, strlen(TAGS), tags);
	slip_open_commit(tags, commit);
	id_v4(p->id);
	jx_add(keys, json_string(key_sha256));
	jx_set(m, "package", json_string(p->id));
	jx_set(m, "case", json_string(p->case_id));
	jx_set(m, "seq", json_integer(1));
	jx_set(m, "sender", json_string(signer_oin(by)));
	jx_set(m, "recipient", json_string(p->to));
	jx_set(m, "ciphertext", json_string(p->sha256));
	jx_set(m, "bytes", json_integer((json_int_t)p->bytes));
	jx_set(m, "keys", keys);
	jx_set(m, "policy", json_string(policy_sha256));
	set_digest(m, "catalogue", "catalogue");
	set_digest(m, "registry", "registry");
	jx_set(m, "contract", json_string(contract));
	set_moment(m, "sealed", clock_now());
	set_moment(m, "expires", clock_now() + (int64_t)10 * DAY_MS);
	jx_set(m, "open_commit", json_string(commit));
	signed_body(by, "slip", p->to, "slip", m, p->slip, body);
}

static int print_slip(char **argv)
{
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(BODY);
	struct signer *by = signer_of(argv[0]);
	struct package p = {.to = argv[1], .bytes = strtoull(argv[5], NULL, 10)};
	know(argv[2], argv[3], argv[4]);
	(void)snprintf(p.sha256, sizeof p.sha256, "%s", argv[6]);
	id_v4(p.case_id);
	slip_of(&p, by, &body);
	(void)printf("%s %.*s\n", p.id, (int)body.len, body.data);
	signer_free(by);
	return 0;
}

/* ---- a case ---- */

static json_t *members(const struct package *p, enum call c)
{
	json_t *m = json_object();
	jx_set(m, "case", json_string(p->case_id));
	jx_set(m, "package", json_string(p->id));
	jx_set(m, "slip", json_string(p->slip));
	jx_set(m, "policy", json_string(policy_sha256));
	if (p->head[0])
		jx_set(m, "prev", json_string(p->head));
	if (c == OFFER) {
		jx_set(m, "programme", json_string("participatiewet"));
		jx_set(m, "start_month", json_string("2027-01"));
	}
	if (c == FETCHED)
		jx_set(m, "ciphertext", json_string(p->sha256));
	if (c == OPENED || c == TAKEN_OVER)
		set_digest(m, "tagmanifest", TAGS);
	if (c == DESTROYED)
		set_moment(m, "destroyed", clock_now());
	return m;
}

struct client {
	pthread_t thread;
	struct wire *wire[2];
	struct buf body;
	size_t cases, n;     /* to be done; done */
	double *took[CALLS]; /* seconds, one for each case */
};

static const char JSON[] = "Content-Type: application/json\r\n";

/* One call that is timed; it must answer `want`. */
static void call(struct client *c, enum call k, int want, const char *method, const char *path,
    const char *fields, const void *body, size_t n)
{
	struct wire *w = c->wire[calls[k].recipient];
	double began = wire_now();
	int status = wire_call(w, method, path, fields, body, n);
	c->took[k][c->n] = wire_now() - began;
	if (status != want)
		wire_die("%s: status %d: %.300s", calls[k].name, status, w->in + w->head);
}

static void bring(struct client *c, struct package *p)
{
	unsigned char bytes[PACKAGE];
	char fields[512], path[200];
	struct buf id GW_CLEANUP(buf_release) = BUF_INIT(100);
	struct errinfo ei = ERRINFO_INIT;
	for (size_t i = 0; i + ID_TEXT <= sizeof bytes; i += ID_TEXT)
		id_v4((char *)bytes + i);
	p->bytes = sizeof bytes;
	hash_sha256_hex(bytes, sizeof bytes, p->sha256);
	slip_of(p, sides[0].signer, &c->body);
	call(c, ANNOUNCE, 201, "POST", "/v1/packages", JSON, c->body.data, c->body.len);
	need(str_b64(&id, p->id, strlen(p->id)), &ei);
	(void)snprintf(fields, sizeof fields,
	    "Tus-Resumable: 1.0.0\r\nUpload-Length: %zu\r\nUpload-Metadata: package %s\r\n",
	    sizeof bytes, id.data);
	call(c, CREATE, 201, "POST", "/v1/uploads", fields, NULL, 0);
	const char *at = wire_field(c->wire[0], "location");
	size_t n = at ? strcspn(at, "\r") : sizeof path;
	if (n >= sizeof path)
		wire_die("an upload without a place");
	memcpy(path, at, n);
	path[n] = '\0';
	call(c, PATCH, 204, "PATCH", path,
	    "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
	    "Content-Type: application/offset+octet-stream\r\n",
	    bytes, sizeof bytes);
}

static void act(struct client *c, struct package *p, enum call k)
{
	char path[200], sha256[HASH_HEX];
	bool recipient = calls[k].recipient;
	const char *sender = signer_oin(sides[0].signer);
	signed_body(sides[recipient].signer, case_act_word(calls[k].is), recipient ? sender : p->to,
	    "statement", members(p, k), sha256, &c->body);
	(void)snprintf(path, sizeof path, "/v1/cases/%s/%s/statements", sender, p->case_id);
	call(c, k, 201, "POST", path, JSON, c->body.data, c->body.len);
	memcpy(p->head, sha256, sizeof sha256);
}

static void fetch(struct client *c, const struct package *p)
{
	char path[200];
	(void)snprintf(path, sizeof path, "/v1/packages/%s/content", p->id);
	call(c, CONTENT, 200, "GET", path, "", NULL, 0);
}

static void *work(void *arg)
{
	struct client *c = arg;
	for (; c->n < c->cases; c->n++) {
		struct package p = {.to = signer_oin(sides[1].signer)};
		id_v4(p.case_id);
		bring(c, &p);
		for (enum call k = OFFER; k < CALLS; k++)
			if (k == CONTENT)
				fetch(c, &p);
			else
				act(c, &p, k);
	}
	return NULL;
}

/* ---- all of them ---- */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static void line(const char *name, double *took, size_t n)
{
	qsort(took, n, sizeof *took, by_size);
	(void)printf("  %-14s %6zu   p50 %6.1f ms   p99 %6.1f ms   longest %6.1f ms\n", name, n,
	    took[n / 2] * 1e3, took[n * 99 / 100] * 1e3, took[n - 1] * 1e3);
}

/* Print each call, the acts together, and last, for whoever reads it: p99 in ms and acts/s. */
static void tell(double *took[CALLS], size_t cases, double lasted)
{
	double *acts = str_alloc(cases * CALLS * sizeof *acts);
	size_t n = 0;
	for (enum call k = 0; k < CALLS; k++) {
		line(calls[k].name, took[k], cases);
		if (!calls[k].act)
			continue;
		memcpy(acts + n, took[k], cases * sizeof *acts);
		n += cases;
	}
	line("all acts", acts, n);
	(void)printf("p99 %.1f\nrate %.0f\n", acts[n * 99 / 100] * 1e3, (double)n / lasted);
	free(acts);
}

static int run(char **argv)
{
	static struct client clients[CLIENTS_MAX];
	double *took[CALLS];
	int port = wire_number(argv[0], 65535);
	size_t cases = strtoul(argv[1], NULL, 10), n = strtoul(argv[2], NULL, 10), given = 0;
	if (n < 1 || n > CLIENTS_MAX || cases < n)
		wire_die("1 to %d clients, and a case for each", CLIENTS_MAX);
	for (int i = 0; i < 2; i++) {
		char *cert GW_CLEANUP(str_free_p) = file_join(argv[3 + i], "organisation/tls.pem");
		char *key GW_CLEANUP(str_free_p) = file_join(argv[3 + i], "organisation/tls.key");
		sides[i] = (struct side){signer_of(argv[3 + i]), wire_context(cert, key)};
	}
	know(argv[5], argv[6], argv[7]);
	for (enum call k = 0; k < CALLS; k++)
		took[k] = str_alloc(cases * sizeof *took[k]);
	for (size_t i = 0; i < n; i++) {
		struct client *c = &clients[i];
		*c = (struct client){.body = BUF_INIT(BODY), .cases = cases / n + (i < cases % n)};
		for (enum call k = 0; k < CALLS; k++)
			c->took[k] = took[k] + given;
		given += c->cases;
		for (int k = 0; k < 2; k++)
			c->wire[k] = wire_open(sides[k].ctx, port);
	}
	double began = wire_now();
	for (size_t i = 0; i < n; i++)
		if (pthread_create(&clients[i].thread, NULL, work, &clients[i]) != 0)
			wire_die("threads");
	for (size_t i = 0; i < n; i++)
		(void)pthread_join(clients[i].thread, NULL);
	tell(took, cases, wire_now() - began);
	for (size_t i = 0; i < n; i++) {
		buf_release(&clients[i].body);
		wire_close(clients[i].wire[0]);
		wire_close(clients[i].wire[1]);
	}
	for (enum call k = 0; k < CALLS; k++)
		free(took[k]);
	return 0;
}

int main(int argc, char **argv)
{
	struct errinfo ei = ERRINFO_INIT;
	need(secret_init(&ei), &ei);
	if (argc == 9 && str_eq(argv[1], "slip"))
		return print_slip(argv + 2);
	if (argc == 10 && str_eq(argv[1], "run"))
		return run(argv + 2);
	(void)fputs("gateway_acts slip HOME TO POLICY KEY CONTRACT BYTES SHA256\n"
		    "gateway_acts run PORT CASES CLIENTS SENDER RECIPIENT POLICY KEY CONTRACT\n",
	    stderr);
	return 2;
}
