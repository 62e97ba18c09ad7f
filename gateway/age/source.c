/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/source.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

enum { RAW = 64 << 10, LOOK = 2048, LINES = 1024, PLAIN = LINES * ARMOR_LINE };

void source_open(struct source *s, int fd)
{
	struct stat st;
	*s = (struct source){.fd = fd, .raw_cap = RAW};
	s->regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	s->raw = str_alloc(RAW);
}

void source_release(struct source *s)
{
	free(s->raw);
	free(s->plain);
	*s = (struct source){.fd = -1};
}

/* One read from fd to p; 0 bytes set over. */
static int pull(struct source *s, void *p, size_t n, size_t *ret_n, struct errinfo *ei)
{
	ssize_t r = 0;
	while (!s->over && (r = read(s->fd, p, n)) < 0 && errno == EINTR)
		;
	if (r < 0)
		return err_sys(ei, GW_EIO, "cannot read");
	if (r == 0)
		s->over = true;
	s->taken += (uint64_t)r;
	*ret_n = (size_t)r;
	return 0;
}

/* Read more behind what is in raw, which has room or is made to have it. */
static int more_raw(struct source *s, struct errinfo *ei)
{
	size_t got = 0;
	if (s->over)
		return 0;
	if (s->raw_at) {
		memmove(s->raw, s->raw + s->raw_at, s->raw_n - s->raw_at);
		s->raw_n -= s->raw_at;
		s->raw_at = 0;
	}
	int r = pull(s, s->raw + s->raw_n, s->raw_cap - s->raw_n, &got, ei);
	s->raw_n += got;
	return r;
}

/* 1 armored, 0 binary, -1 neither by its first bytes: garbage, or a BEGIN line behind garbage. */
static int look(const char *p, size_t n)
{
	static const char binary[] = "age-encryption.org/";
	size_t i = 0;
	if (n >= sizeof binary - 1 && strncmp(p, binary, sizeof binary - 1) == 0)
		return 0;
	while (i < n && strchr(" \t\r\n", p[i]) && p[i])
		i++;
	return n - i >= 5 && strncmp(p + i, "-----", 5) == 0 ? 1 : -1;
}

static void find_armor(struct source *s)
{
	size_t n = s->raw_n < LOOK ? s->raw_n : LOOK;
	int found = look(s->raw, n);
	s->armored =
	    found < 0 ? memmem(s->raw, n, ARMOR_BEGIN, strlen(ARMOR_BEGIN)) != NULL : found > 0;
	if (s->armored)
		s->plain = str_alloc(PLAIN);
}

int source_open_age(struct source *s, int fd, struct errinfo *ei)
{
	source_open(s, fd);
	while (s->raw_n < LOOK && !s->over && look(s->raw, s->raw_n) < 0) {
		int r = more_raw(s, ei);
		if (r < 0) {
			source_release(s);
			return r;
		}
	}
	find_armor(s);
	return 0;
}

int source_open_memory(struct source *s, const void *p, size_t n, struct errinfo *ei)
{
	*s = (struct source){.fd = -1, .over = true, .regular = true, .raw_cap = n};
	s->raw = malloc(n ? n : 1);
	if (!s->raw)
		return err_set(ei, GW_ENOMEM, "out of memory");
	memcpy(s->raw, p, n);
	s->raw_n = n;
	find_armor(s);
	return 0;
}

/* Find the next whole line in raw, reading on; *ret_n without its LF. False at the end. */
static int raw_line(struct source *s, const char **ret_p, size_t *ret_n, struct errinfo *ei)
{
	for (;;) {
		char *p = s->raw + s->raw_at;
		size_t n = s->raw_n - s->raw_at;
		const char *end = n ? memchr(p, '\n', n) : NULL;
		if (!end && !s->over && n < s->raw_cap) {
			int r = more_raw(s, ei);
			if (r < 0)
				return r;
			continue;
		}
		*ret_p = p;
		*ret_n = end ? (size_t)(end - p) : n;
		s->raw_at += *ret_n + (end != NULL);
		return end || n;
	}
}

/* Decode lines until plain is full, the end, or a fault. */
static int more_plain(struct source *s, struct errinfo *ei)
{
	s->plain_at = s->plain_n = 0;
	while (!s->failed && s->plain_n + ARMOR_LINE <= PLAIN) {
		const char *p = NULL;
		size_t n = 0, got = 0;
		if (s->plain_n && source_waits(s))
			break;
		int r = raw_line(s, &p, &n, &s->why);
		if (r > 0)
			r = armor_line(&s->armor, p, n, s->plain + s->plain_n, &got, &s->why);
		else if (r == 0 && (r = armor_over(&s->armor, &s->why)) == 0)
			break;
		s->plain_n += got;
		s->failed = r;
	}
	if (s->plain_n || !s->failed)
		return 0;
	if (ei)
		*ei = s->why;
	return s->failed;
}

int source_some(struct source *s, void *p, size_t n, size_t *ret_n, struct errinfo *ei)
{
	if (s->armored && s->plain_at == s->plain_n) {
		int r = more_plain(s, ei);
		if (r < 0)
			return r;
	}
	const void *from = s->armored ? (void *)(s->plain + s->plain_at) : s->raw + s->raw_at;
	size_t have = s->armored ? s->plain_n - s->plain_at : s->raw_n - s->raw_at;
	if (!s->armored && have == 0)
		return pull(s, p, n, ret_n, ei);
	if (have > n)
		have = n;
	memcpy(p, from, have);
	*(s->armored ? &s->plain_at : &s->raw_at) += have;
	*ret_n = have;
	return 0;
}

int source_read(struct source *s, void *p, size_t n, size_t *ret_n, struct errinfo *ei)
{
	size_t all = 0;
	while (all < n) {
		size_t got = 0;
		int r = source_some(s, (char *)p + all, n - all, &got, ei);
		if (r < 0)
			return r;
		if (got == 0)
			break;
		all += got;
	}
	*ret_n = all;
	return 0;
}

/* Let at least one byte be ready to look at in *ret_p, or none at the end. */
static int ready(struct source *s, const char **ret_p, size_t *ret_n, struct errinfo *ei)
{
	int r = 0;
	if (s->armored && s->plain_at == s->plain_n)
		r = more_plain(s, ei);
	else if (!s->armored && s->raw_at == s->raw_n)
		r = more_raw(s, ei);
	if (r < 0)
		return r;
	*ret_p = s->armored ? (char *)s->plain + s->plain_at : s->raw + s->raw_at;
	*ret_n = s->armored ? s->plain_n - s->plain_at : s->raw_n - s->raw_at;
	return 0;
}

int source_line(struct source *s, size_t most, struct buf *out, bool *ret_whole, struct errinfo *ei)
{
	for (size_t length = 0;;) {
		const char *p = NULL;
		size_t n = 0;
		int r = ready(s, &p, &n, ei);
		if (r < 0)
			return r;
		const char *end = n ? memchr(p, '\n', n) : NULL;
		size_t take = end ? (size_t)(end - p) : n;
		length += take;
		if (length > most)
			return err_set(ei, GW_ELIMIT, "a line of more than %zu bytes", most);
		take += end != NULL;
		if ((r = buf_add(out, p, take)) < 0)
			return err_set(ei, r, "more than %zu bytes", out->max);
		*(s->armored ? &s->plain_at : &s->raw_at) += take;
		if (end || n == 0) {
			*ret_whole = end != NULL;
			return 0;
		}
	}
}

bool source_waits(const struct source *s)
{
	struct pollfd f = {.fd = s->fd, .events = POLLIN};
	if (s->regular || s->over || s->raw_at < s->raw_n || s->plain_at < s->plain_n)
		return false;
	return poll(&f, 1, 0) == 0;
}
