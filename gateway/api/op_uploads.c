/* SPDX-License-Identifier: EUPL-1.2 */
/* Uploads: the core's part of tus 1.0. Bytes never pass here, only the file that they go to. */
#include <string.h>

#include "api/op.h"
#include "base/str.h"

/* What every answer about an upload says; tus wants lengths as text. */
static int fields(struct op *op, const struct cases_upload *u)
{
	char date[30];
	op_http_date(u->expires, date);
	int r = op_field(op, "Upload-Offset", "%llu", (unsigned long long)u->offset);
	if (r == 0)
		r = op_field(op, "Upload-Length", "%llu", (unsigned long long)u->length);
	return r < 0 || u->done || !u->expires ? r : op_field(op, "Upload-Expires", "%s", date);
}

/* A full disk, and that other uploads come first, are said as such: who sends can wait and try
 * again. */
static int failed(struct op *op, int code)
{
	if (code == GW_EIO)
		op->status = 507;
	if (code == GW_ELIMIT && cases_later(&op->ei))
		op->status = 429;
	return code;
}

/* The uuid in `package <base64>`, the one pair that Upload-Metadata may have here. */
static void metadata(struct op *op, char out[ID_TEXT])
{
	const char *s = op_request_field(op, "upload-metadata");
	size_t n = 0;
	out[0] = '\0';
	if (!s)
		op_wrong(op, "field", "Upload-Metadata", "it is missing");
	else if (!str_starts(s, "package ") || strchr(s, ','))
		op_wrong(op, "field", "Upload-Metadata",
		    "'package' and the base64 of its uuid are expected, nothing else");
	else if (str_unb64(s + 8, strlen(s + 8), out, ID_TEXT - 1, &n) < 0 || n != ID_TEXT - 1)
		op_wrong(op, "field", "Upload-Metadata", "no base64 of a package's uuid");
	else
		out[n] = '\0';
	if (out[0] && !id_is_v4(out))
		op_wrong(op, "field", "Upload-Metadata", "no package's uuid");
}

int op_upload_create(struct op *op)
{
	char package[ID_TEXT];
	struct cases_upload u = {0};
	metadata(op, package);
	int r = op_checked(op);
	if (r < 0)
		return r;
	r = cases_upload_create(
	    op->core->env.cases, &op->cases, package, op->call->number, &u, &op->ei);
	if (r < 0)
		return failed(op, r);
	if ((r = op_text(op, 201, NULL, NULL, 0)) < 0)
		return r;
	r = op_field(op, "Location", API_BASE "/uploads/%s", u.id);
	return r < 0 ? r : fields(op, &u);
}

int op_upload_state(struct op *op)
{
	struct cases_upload u = {0};
	int r = cases_upload_state(op->core->env.cases, &op->cases, op_param(op, 0), &u, &op->ei);
	if (r == 0)
		r = op_text(op, 200, NULL, NULL, 0);
	return r < 0 ? r : fields(op, &u);
}

int op_upload_begin(struct op *op)
{
	struct cases_upload u = {0};
	int fd = -1;
	int r = cases_upload_begin(
	    op->core->env.cases, &op->cases, op_param(op, 0), op->call->number, &fd, &u, &op->ei);
	if (r == GW_ECONFLICT)
		(void)!op_field(op, "Upload-Offset", "%llu", (unsigned long long)u.offset);
	if (r < 0)
		return failed(op, r);
	r = op_file(op, 200, NULL, fd, u.offset);
	return r < 0 ? r : fields(op, &u);
}

int op_upload_end(struct op *op)
{
	struct cases_upload u = {0};
	int r = cases_upload_end(
	    op->core->env.cases, &op->cases, op_param(op, 0), op->call->number, &u, &op->ei);
	if (r < 0)
		return failed(op, r);
	r = op_text(op, 204, NULL, NULL, 0);
	return r < 0 ? r : fields(op, &u);
}

int op_upload_drop(struct op *op)
{
	int r = cases_upload_drop(op->core->env.cases, &op->cases, op_param(op, 0), &op->ei);
	return r < 0 ? r : op_text(op, 204, NULL, NULL, 0);
}
