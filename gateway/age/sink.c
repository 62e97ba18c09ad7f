/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/sink.h"

#include <string.h>

#include "base/file.h"

enum { PIECE = 1024 * ARMOR_LINE, TEXT_MOST = 128 << 10 };

static int flush(struct sink *s, struct errinfo *ei)
{
	int r = file_write_fd(s->fd, s->text.data, s->text.len, ei);
	s->text.len = 0; /* it is ciphertext: nothing to wipe */
	return r;
}

int sink_open(struct sink *s, int fd, bool armored, struct errinfo *ei)
{
	*s = (struct sink){.fd = fd, .armored = armored, .text = BUF_INIT(TEXT_MOST)};
	return armored ? file_write_fd(fd, ARMOR_BEGIN "\n", strlen(ARMOR_BEGIN) + 1, ei) : 0;
}

static int encode(struct sink *s, const void *p, size_t n, struct errinfo *ei)
{
	int r = armor_encode(&s->text, p, n);
	return r < 0 ? err_set(ei, r, "out of memory for armor") : flush(s, ei);
}

static size_t fill_rest(struct sink *s, const uint8_t *p, size_t n)
{
	size_t k = ARMOR_LINE - s->rest_n;
	k = k < n ? k : n;
	memcpy(s->rest + s->rest_n, p, k);
	s->rest_n += k;
	return k;
}

int sink_write(struct sink *s, const void *p, size_t n, struct errinfo *ei)
{
	const uint8_t *b = p;
	if (!s->armored)
		return file_write_fd(s->fd, p, n, ei);
	while (n) {
		size_t k = 0;
		int r = 0;
		if (s->rest_n == 0 && n >= ARMOR_LINE) {
			k = n < PIECE ? n - n % ARMOR_LINE : PIECE;
			r = encode(s, b, k, ei);
		} else {
			k = fill_rest(s, b, n);
			if (s->rest_n == ARMOR_LINE) {
				r = armor_encode(&s->text, s->rest, ARMOR_LINE);
				s->rest_n = 0;
			}
		}
		if (r < 0)
			return r;
		b += k;
		n -= k;
	}
	return 0;
}

int sink_finish(struct sink *s, struct errinfo *ei)
{
	if (!s->armored)
		return 0;
	int r = encode(s, s->rest, s->rest_n, ei);
	return r < 0 ? r : file_write_fd(s->fd, ARMOR_END "\n", strlen(ARMOR_END) + 1, ei);
}

void sink_release(struct sink *s)
{
	buf_release(&s->text);
}
