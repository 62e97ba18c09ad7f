/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	int code;
	const char *name;
	int http, exit;
} table[] = {
    {GW_OK, "ok", 200, 0},
    {GW_ENOMEM, "out-of-memory", 500, 1},
    {GW_EFAIL, "failed", 500, 1},
    {GW_EIO, "io-error", 500, 1},
    {GW_EEXIST, "already-exists", 409, 1},
    {GW_ENOENT, "not-found", 404, 1},
    {GW_EUSAGE, "usage", 400, 2},
    {GW_EFORMAT, "bad-format", 400, 3},
    {GW_ELIMIT, "limit-reached", 413, 3},
    {GW_EMODE, "loose-mode", 500, 3},
    {GW_ESUPPORT, "not-in-this-build", 501, 3},
    {GW_EREFUSED, "refused", 403, 4},
    {GW_ECONFLICT, "conflict", 409, 4},
    {GW_EAUTH, "not-authentic", 403, 5},
    {GW_ENOMATCH, "no-match", 403, 6},
    {GW_ENET, "counterparty", 502, 7},
    {GW_ELEDGER, "ledger-unavailable", 503, 8},
};

#define ROWS (sizeof table / sizeof *table)

const char *err_name(int err)
{
	for (size_t i = 0; i < ROWS; i++)
		if (table[i].code == err)
			return table[i].name;
	return "unknown";
}

int err_http(int err)
{
	for (size_t i = 0; i < ROWS; i++)
		if (table[i].code == err)
			return table[i].http;
	return 500;
}

int err_exit(int err)
{
	for (size_t i = 0; i < ROWS; i++)
		if (table[i].code == err)
			return table[i].exit;
	return 1;
}

static void say(struct errinfo *ei, size_t at, const char *fmt, va_list ap) GW_PRINTF(3, 0);

/* Leaves errno alone: the code beside the message may still be chosen by it. */
static void say(struct errinfo *ei, size_t at, const char *fmt, va_list ap)
{
	int saved = errno;
	if (at < sizeof ei->msg)
		(void)vsnprintf(ei->msg + at, sizeof ei->msg - at, fmt, ap);
	errno = saved;
}

void err_say(struct errinfo *ei, const char *fmt, ...)
{
	if (!ei)
		return;
	va_list ap;
	va_start(ap, fmt);
	ei->located = false;
	say(ei, 0, fmt, ap);
	va_end(ap);
}

void err_say_at(struct errinfo *ei, const char *file, size_t line, size_t col, const char *fmt, ...)
{
	if (!ei)
		return;
	int n;
	if (line && col)
		n = snprintf(ei->msg, sizeof ei->msg, "%s:%zu:%zu: ", file, line, col);
	else if (line)
		n = snprintf(ei->msg, sizeof ei->msg, "%s:%zu: ", file, line);
	else
		n = snprintf(ei->msg, sizeof ei->msg, "%s: ", file);
	ei->located = true;
	va_list ap;
	va_start(ap, fmt);
	say(ei, n < 0 ? 0 : (size_t)n, fmt, ap);
	va_end(ap);
}

void err_say_sys(struct errinfo *ei, const char *fmt, ...)
{
	int saved = errno;
	if (!ei)
		return;
	va_list ap;
	va_start(ap, fmt);
	ei->located = false;
	say(ei, 0, fmt, ap);
	va_end(ap);
	size_t n = strlen(ei->msg);
	char why[128];
	(void)snprintf(ei->msg + n, sizeof ei->msg - n, ": %s", strerror_r(saved, why, sizeof why));
	errno = saved;
}

void err_say_prefix(struct errinfo *ei, const char *prefix)
{
	if (!ei || ei->located)
		return;
	char old[sizeof ei->msg];
	memcpy(old, ei->msg, sizeof old);
	int n = snprintf(ei->msg, sizeof ei->msg, "%s: ", prefix);
	if (n <= 0 || (size_t)n >= sizeof ei->msg)
		return;
	size_t room = sizeof ei->msg - (size_t)n - 1, len = strnlen(old, room);
	memcpy(ei->msg + n, old, len);
	ei->msg[(size_t)n + len] = '\0';
}
