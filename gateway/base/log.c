/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

static enum log_prio level = LOG_PRIO_INFO;

void log_level(enum log_prio prio)
{
	level = prio;
}

static int value(struct buf *b, const char *s)
{
	enum { LONGEST = 200 };
	int plain = *s &&
	    strspn(s,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		"-_.:/+@") == strlen(s);
	int r = plain ? 0 : buf_adds(b, "\"");
	for (size_t i = 0; i < LONGEST && s[i] && r == 0; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c == '"' || c == '\\')
			r = buf_addf(b, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			r = buf_addf(b, "\\x%02x", c);
		else
			r = buf_add(b, &s[i], 1);
	}
	return plain || r < 0 ? r : buf_adds(b, "\"");
}

void log_line(enum log_prio prio, const char *event, ...)
{
	if (prio > level)
		return;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(4096);
	va_list ap;
	int r = buf_addf(&b, "<%d>event=", (int)prio);
	if (r == 0)
		r = value(&b, event);
	va_start(ap, event);
	for (const char *key; r == 0 && (key = va_arg(ap, const char *));) {
		const char *v = va_arg(ap, const char *);
		r = buf_addf(&b, " %s=", key);
		if (r == 0)
			r = value(&b, v ? v : "");
	}
	va_end(ap);
	if (buf_adds(&b, "\n") == 0) /* one write, so that lines of several processes do not mix */
		(void)!write(STDERR_FILENO, b.data, b.len);
}

bool log_may(struct log_brake *b, int64_t now, unsigned most, unsigned long *ret_more)
{
	enum { MINUTE_MS = 60000 };
	if (b->said == 0 || now - b->since >= MINUTE_MS) {
		b->since = now;
		b->said = 0;
	}
	if (b->said >= most) {
		b->more++;
		return false;
	}
	b->said++;
	*ret_more = b->more;
	b->more = 0;
	return true;
}
