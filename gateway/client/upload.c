/* SPDX-License-Identifier: EUPL-1.2 */
/* upload: bring a file to the gateway by tus 1.0, going on from wherever it was cut off. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "client/inside.h"

static const char TUS[] = "Tus-Resumable: 1.0.0";

struct upload {
	struct client *client;
	const char *package;
	int fd;
	uint64_t length, offset; /* offset: what the gateway has */
	char path[CLIENT_FIELD]; /* of the upload, "" before there is one */
	bool whole;              /* the gateway has it all, and found it right */
	client_progress progress;
	void *arg;
	int status; /* of the answer that says why it went no further, and its Retry-After */
	char after[32];
};

/* What the answer says went wrong, or 0. */
static int judge(
    struct upload *u, const struct exchange *x, const struct buf *in, struct errinfo *ei)
{
	struct client_answer a GW_CLEANUP(client_answer_release) = {0};
	exchange_answer(x, in, &a);
	u->status = x->status;
	(void)snprintf(u->after, sizeof u->after, "%s", x->retry_after);
	return client_code(&a, ei);
}

/* The path of a Location, which may be a whole URL, but of this server only. */
static int take_location(struct upload *u, const char *location, struct errinfo *ei)
{
	const char *url = u->client->server.url;
	if (str_starts(location, url))
		location += strlen(url);
	if (!str_starts(location, "/v1/uploads/") || strstr(location, ".."))
		return err_set(ei, GW_ENET, "the gateway does not say where the upload is to go");
	(void)snprintf(u->path, sizeof u->path, "%s", location);
	return 0;
}

static int create(struct upload *u, struct errinfo *ei)
{
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
	struct buf meta GW_CLEANUP(buf_release) = BUF_INIT(300);
	char length[60];
	(void)snprintf(length, sizeof length, "Upload-Length: %" PRIu64, u->length);
	int r = buf_adds(&meta, "Upload-Metadata: package ");
	if (r == 0)
		r = str_b64(&meta, u->package, strlen(u->package));
	if (r < 0)
		return err_set(ei, r, "no name of a package");
	const char *fields[] = {TUS, length, meta.data, NULL};
	struct exchange x = {
	    .method = "POST", .path = "/v1/uploads", .fields = fields, .into = &in};
	r = exchange(u->client, &x, ei);
	if (r == 0)
		r = judge(u, &x, &in, ei);
	return r == 0 ? take_location(u, x.location, ei) : r;
}

/* The gateway may have it all although its answer was lost. */
static int ask_package(struct upload *u, struct errinfo *ei)
{
	char path[100];
	struct client_answer a GW_CLEANUP(client_answer_release) = {0};
	(void)snprintf(path, sizeof path, "/v1/packages/%.40s", u->package);
	int r = client_get(u->client, path, &a, ei);
	if (r == 0)
		r = client_code(&a, ei);
	if (r == 0)
		u->whole = str_eq(jx_str(a.body, "state"), "deposited");
	return r;
}

static int take_offset(struct upload *u, const char *text, struct errinfo *ei)
{
	uint64_t n;
	if (str_u64(text, u->length, &n) < 0)
		return err_set(ei, GW_ENET, "the gateway does not say how much has arrived");
	u->offset = n;
	return 0;
}

static int look(struct upload *u, struct errinfo *ei)
{
	const char *fields[] = {TUS, NULL};
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
	struct exchange x = {.method = "HEAD", .path = u->path, .fields = fields, .into = &in};
	int r = exchange(u->client, &x, ei);
	if (r == 0 && (x.status == 404 || x.status == 410)) {
		u->path[0] = '\0'; /* over and done with, in one way or the other */
		u->offset = 0;
		return ask_package(u, ei);
	}
	if (r == 0)
		r = judge(u, &x, &in, ei);
	return r == 0 ? take_offset(u, x.upload_offset, ei) : r;
}

static void moved(void *arg, uint64_t sent, uint64_t received)
{
	struct upload *u = arg;
	(void)received;
	if (u->progress)
		u->progress(u->arg, u->offset + sent, u->length);
}

static int patch(struct upload *u, struct errinfo *ei)
{
	char offset[60];
	(void)snprintf(offset, sizeof offset, "Upload-Offset: %" PRIu64, u->offset);
	const char *fields[] = {TUS, offset, "Content-Type: application/offset+octet-stream", NULL};
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
	struct exchange x = {.method = "PATCH",
	    .path = u->path,
	    .fields = fields,
	    .from_file = true,
	    .fd = u->fd,
	    .offset = u->offset,
	    .length = u->length - u->offset,
	    .into = &in,
	    .moved = moved,
	    .arg = u};
	int r = exchange(u->client, &x, ei);
	if (r == 0)
		r = judge(u, &x, &in, ei);
	if (r == 0)
		r = take_offset(u, x.upload_offset, ei);
	if (r == 0)
		u->whole = u->offset == u->length;
	return r;
}

/* One try: as far as it goes. */
static int go_on(struct upload *u, struct errinfo *ei)
{
	int r = u->path[0] ? 0 : create(u, ei);
	if (r == 0)
		r = look(u, ei);
	if (r < 0 || u->whole || !u->path[0])
		return r;
	if (u->progress)
		u->progress(u->arg, u->offset, u->length);
	return patch(u, ei);
}

int client_upload_status(const struct client *c)
{
	return c->upload_status;
}

int client_upload(struct client *c, const char *package, int fd, uint64_t length,
    client_progress progress, void *arg, struct errinfo *ei)
{
	struct upload u = {.client = c,
	    .package = package,
	    .fd = fd,
	    .length = length,
	    .progress = progress,
	    .arg = arg};
	struct tries t = {.client = c};
	while (!u.whole) {
		u.after[0] = '\0';
		u.status = 0;
		int r = go_on(&u, ei);
		c->upload_status = u.status;
		/* a conflict once there is an upload: it stands elsewhere, or the connection that
		 * was cut is still being written for */
		bool again = r == 0 || r == GW_ENET || (r == GW_ECONFLICT && u.path[0]);
		if (u.whole)
			break;
		if (!again)
			return r;
		if (r == 0)
			r = err_set(
			    ei, GW_ENET, "the gateway does not take the package to its end");
		r = tries_again(&t, u.offset, r, u.status, u.after, ei);
		if (r < 0)
			return r;
	}
	if (progress)
		progress(arg, length, length);
	return 0;
}
