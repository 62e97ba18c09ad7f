/* SPDX-License-Identifier: EUPL-1.2 */
/* Packages: announced by their slips, looked at, fetched. */
#include "api/op.h"
#include "base/str.h"
#include "sign/cades.h"
#include "sign/statement.h"

int op_announce(struct op *op)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	bool fresh = false;
	json_t *j = NULL;
	int r = op_signed_body(op, "slip", &text, &p7s);
	if (r < 0)
		return r;
	r = cases_announce(op->core->env.cases, &op->cases, text.data, text.len, p7s.data, p7s.len,
	    &fresh, &j, &op->ei);
	if (r == GW_EFORMAT)
		op->status = 422;
	if (r == GW_ELIMIT && cases_later(&op->ei))
		op->status = 429;
	return r < 0 ? r : op_json(op, fresh ? 201 : 200, j);
}

int op_package(struct op *op)
{
	json_t *j = NULL;
	int r = cases_package(op->core->env.cases, &op->cases, op_param(op, 0), &j, &op->ei);
	return r < 0 ? r : op_json(op, 200, j);
}

int op_content(struct op *op)
{
	struct cases_file f = {.fd = -1};
	int r = cases_content(op->core->env.cases, &op->cases, op_param(op, 0), &f, &op->ei);
	if (r < 0)
		return r;
	r = op_file(op, 200, "application/octet-stream", f.fd, f.bytes);
	return r < 0 ? r : op_field(op, "ETag", "\"%s\"", f.sha256);
}
