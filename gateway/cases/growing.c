/* SPDX-License-Identifier: EUPL-1.2 */
#include "cases/growing.h"

#include <errno.h>
#include <unistd.h>

#include "base/str.h"

void growing_init(struct growing *g)
{
	*g = (struct growing){0};
	hash_init(&g->now);
	hash_init(&g->mark);
}

void growing_release(struct growing *g)
{
	hash_release(&g->now);
	hash_release(&g->mark);
	*g = (struct growing){0};
}

int growing_read(
    struct growing *g, int fd, uint64_t until, uint64_t most, uint64_t *ret_n, struct errinfo *ei)
{
	char *piece GW_CLEANUP(str_free_p) = str_alloc(GROWING_PIECE);
	uint64_t done = 0;
	while (done < most && g->at < until) {
		uint64_t want = until - g->at;
		want = want > most - done ? most - done : want;
		want = want > GROWING_PIECE ? GROWING_PIECE : want;
		ssize_t n = pread(fd, piece, (size_t)want, (off_t)g->at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(ei, GW_EIO, "cannot read a package file");
		if (n == 0)
			break;
		hash_add(&g->now, piece, (size_t)n);
		g->at += (uint64_t)n;
		done += (uint64_t)n;
	}
	*ret_n = done;
	return 0;
}

void growing_mark(struct growing *g)
{
	hash_release(&g->mark);
	hash_copy(&g->mark, &g->now);
	g->marked = g->at;
}

void growing_cut(struct growing *g, uint64_t size)
{
	if (size >= g->at)
		return;
	if (size < g->marked) {
		growing_release(g);
		growing_init(g);
		return;
	}
	hash_release(&g->now);
	hash_copy(&g->now, &g->mark);
	g->at = g->marked;
}

int growing_digest(
    struct growing *g, int fd, uint64_t size, char ret_sha256[HASH_HEX], struct errinfo *ei)
{
	uint64_t n = 0;
	uint8_t digest[HASH_BYTES];
	struct hash end;
	int r = growing_read(g, fd, size, UINT64_MAX, &n, ei);
	if (r < 0)
		return r;
	if (g->at != size)
		return err_set(ei, GW_EIO, "a package file is shorter than it should be");
	hash_copy(&end, &g->now);
	hash_final(&end, digest);
	hash_release(&end);
	str_hex(digest, sizeof digest, ret_sha256);
	return 0;
}
