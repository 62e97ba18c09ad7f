/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * routes: the one table of what the interface has (docs/FORMATS.md §10): method, path, what a
 * request may bring and what its answer is made of.
 *
 * The edge judges every request by it before the core hears of it, the core finds its operation by
 * `op`, and the interface's description (openapi.json) is held against it by a test. An operation
 * that strangers cannot name (a row without a path) passes between edge and core only.
 */
#ifndef GW_API_ROUTES_H
#define GW_API_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "api/link.h"
#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "http/head.h"

#define API_BASE "/v1"
#define API_VERSION "1.0.0" /* semantic version of the interface: field API-Version */

enum api_op {
	API_OPENAPI,
	API_ORGANISATIONS,
	API_ORGANISATION,
	API_CONTRACTS,
	API_POLICIES,
	API_POLICY,
	API_DOSSIER_BEGIN, /* POST /dossiers, before its body */
	API_ANNOUNCE,
	API_PACKAGE,
	API_CONTENT, /* answered by a descriptor, field ETag, number = its length */
	API_UPLOAD_OPTIONS,
	API_UPLOAD_CREATE, /* number = Upload-Length */
	API_UPLOAD_STATE,
	API_UPLOAD_BEGIN, /* PATCH, before its body; number = Upload-Offset */
	API_UPLOAD_DROP,
	API_CASES,
	API_CASE,
	API_STATEMENTS,
	API_ACT,
	API_RECEIPTS,
	API_EVENTS,
	API_CHECKPOINT,
	API_TILE, /* one parameter: all of the path behind "tile/" */
	API_PROOF_INCLUSION,
	API_PROOF_CONSISTENCY,
	API_RECORDS,
	API_COSIGN,
	/*
	 * Between edge and core only.
	 *
	 * A body that streams is begun and ended. The answer to …_BEGIN with status 200 is a
	 * descriptor to write the body to, in order. API_DOSSIER_BEGIN: its body is a token, field
	 * `Limit` the most bytes. API_UPLOAD_BEGIN: number = the offset, field `Upload-Length` the
	 * whole. Then exactly one of the following comes over the same link, also when the client
	 * went away; its answer is the client's.
	 */
	API_DOSSIER_END,  /* params[0] = token, number = bytes; query and fields as at BEGIN */
	API_DOSSIER_DROP, /* params[0] = token: the body was cut off or refused */
	API_UPLOAD_END,   /* params[0] = upload, number = bytes of the file that stay, or
	                     UINT64_MAX for all that came */
	API_WHO,          /* 204 when the client may be here at all; else the answer that it gets */
	API_READY,        /* of the local listener, peer "": 204, or a problem */
	API_FIGURES,      /* likewise: text of Prometheus */
	/*
	 * The courier's (api/courier.h), peer "". The answer to API_JOB_NEXT: 200 with fields
	 * `Job`, `Gateway`, `Gateway-Oin`, `Path` and a body to send there; for a package also
	 * `Package` and its file; or 204 with the field `Wait` (ms).
	 */
	API_JOB_NEXT,
	API_JOB_DONE, /* params: job, one of "done", "again", "refused", the problem's word; 204 */
	API_PEERS,    /* {"items":[{oin, gateway, after, seldom}]} */
	API_MIRROR, /* params: gateway, sender, case; body: the array of statements. 204: the event
	               counts as read; 200: too, but it can never be taken in; else later */
	API_MIRRORED, /* params: gateway; number = the event; 204 */
	API_PINNED,   /* params: OIN, key; 204 when it is the organisation's today, else 404 */
	/* A head for a witness: 200 with fields `Gateway`, `Gateway-Oin` and the request as body;
	 * or 204 with `Wait` (ms). */
	API_WITNESS_NEXT,
	API_WITNESS_DONE, /* params: OIN, status (0: no answer), and then the word for that; body:
	                     the answer, or why there is none; 204 */
	API_OPS
};

enum api_body {
	API_NO_BODY,
	API_JSON,    /* application/json */
	API_TEXT,    /* text/plain */
	API_DOSSIER, /* application/zip or application/x-tar, streamed */
	API_UPLOAD,  /* application/offset+octet-stream, streamed */
};

enum { API_WORDS = 6, API_ACCEPTS = 3 };

struct api_route {
	enum api_op op;
	enum http_request_method method; /* GET answers HEAD too */
	const char *path; /* template under API_BASE; {name} is one segment, {+name} the rest of the
	                     path; NULL: between edge and core only */
	enum api_body body;
	const char *query[API_WORDS];  /* the parameters that it may have; NULL behind the last */
	const char *fields[API_WORDS]; /* request fields that the core hears, lower case */
	const char
	    *answers[API_ACCEPTS]; /* media types of what succeeds; none where it has no body */
};

/* All of them, in the order of enum api_op. */
extern const struct api_route api_routes[API_OPS];

/* The media types that a kind of body may have, ended by NULL. */
const char *const *api_body_types(enum api_body body);

/*
 * api_match(method, path, parts, ret_params, ret_n, ret_status): find the route of a request.
 *
 * Parameters are percent-decoded into parts, which ret_params (of LINK_PARAMS) points into. NULL
 * when there is none: *ret_status is 404, or 405 with the method that the path has in api_allow. A
 * parameter is UTF-8 without control characters; one segment of it never holds a slash.
 */
const struct api_route *api_match(enum http_request_method method, struct http_text path,
    struct buf *parts, const char **ret_params, size_t *ret_n, int *ret_status);

/* Append the methods that path has, as the field Allow lists them ("GET, HEAD, POST"). */
int api_allow(struct http_text path, struct buf *out) GW_MUST_USE;

/* True when the field Accept (p NULL: absent) lets one of the types that the route answers with
 * through; quality 0 keeps one out (RFC 9110 §12.5.1). */
bool api_accepts(const struct api_route *route, struct http_text accept);

/* True when the field Content-Type is one that the route's body may have; parameters, such as
 * charset=utf-8, are passed over but for a charset that is not UTF-8. */
bool api_takes(const struct api_route *route, struct http_text type);

#endif
