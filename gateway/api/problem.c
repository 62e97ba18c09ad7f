/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/problem.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/str.h"
#include "http/request.h"

static const struct problem_row rows[] = {
    {"usage", 400, "a parameter, field or path is wrong"},
    {"bad-format", 400, "the body is wrong (400), or what it carries is no valid statement (422)"},
    {"not-authentic", 403,
	"a signature, digest or key could not be shown to be good, or the caller is not who it must "
	"be"},
    {"refused", 403, "a condition does not hold: policy, acceptance, contract, term, mandate"},
    {"no-match", 403, "none of the keys opens it"},
    {"not-found", 404, "not there, or another's"},
    {"conflict", 409, "not legal in the present state"},
    {"stale", 409, "the statement does not follow the head of its case: read the chain again"},
    {"already-exists", 409, "there is another one under that name"},
    {"limit-reached", 413, "too large or too many; too many at once (429): try again later"},
    {"io-error", 500, "the gateway failed, or its disk is full (507)"},
    {"failed", 500, "the gateway failed"},
    {"out-of-memory", 500, "the gateway failed"},
    {"loose-mode", 500, "the gateway's own files are not as they must be"},
    {"not-in-this-build", 501, "this gateway cannot do that"},
    {"counterparty", 502, "another gateway did not answer as it must"},
    {"ledger-unavailable", 503,
	"the ledger cannot be written, so nothing was done: try again later"},
};

const struct problem_row *problem_row(size_t i)
{
	return i < GW_LENGTH(rows) ? &rows[i] : NULL;
}

void problem_instance(char out[PROBLEM_INSTANCE])
{
	char id[ID_TEXT];
	id_v4(id);
	(void)snprintf(out, PROBLEM_INSTANCE, "urn:uuid:%s", id);
}

int problem_write(const struct problem *p, struct buf *out)
{
	json_t *o GW_CLEANUP(jx_release) = json_object();
	const char *name;
	json_t *value;
	jx_set(o, "type", json_string("about:blank"));
	jx_set(o, "title", json_string(http_reason(p->status)));
	jx_set(o, "status", json_integer(p->status));
	if (p->detail && p->detail[0])
		jx_set(o, "detail", jx_text(p->detail));
	jx_set(o, "instance", json_string(p->instance));
	jx_set(o, "code", json_string(p->code));
	json_object_foreach (p->more, name, value)
		jx_set(o, name, json_incref(value));
	return jx_dump(o, out);
}

/* True when s holds what looks like a path of this machine: a slash that begins a word. A case
 * ("sender/case"), a media type or an address has something before each slash. */
static bool names_a_path(const char *s)
{
	for (const char *at = s; (at = strchr(at, '/')); at++)
		if (at == s || strchr(" '\"(:=", at[-1]))
			if (!(at > s && at[-1] == ':' && at[1] == '/')) /* https:// */
				return true;
	return false;
}

bool problem_hidden(int code, const struct errinfo *ei)
{
	switch (code) {
	case GW_EIO:
	case GW_ENOMEM:
	case GW_EFAIL:
	case GW_EMODE:
	case GW_ELEDGER:
		return true;
	default:
		return !ei || names_a_path(ei->msg);
	}
}

void problem_of(int code, const struct errinfo *ei, struct problem *ret)
{
	ret->status = err_http(code);
	ret->code = err_name(code);
	if (!problem_hidden(code, ei))
		ret->detail = ei->msg;
	else if (code == GW_ELEDGER)
		ret->detail = "the ledger cannot be written, so nothing was done: try again later";
	else if (ret->status >= 500)
		ret->detail = "the gateway could not do this: its log says why under this instance";
	else
		ret->detail = "the gateway's log says more under this instance";
	if (strcmp(ret->code, "unknown") == 0)
		ret->code = err_name(GW_EFAIL);
}
