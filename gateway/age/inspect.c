/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "age/age.h"
#include "age/header.h"
#include "age/source.h"
#include "age/stanza.h"
#include "age/stream.h"
#include "base/str.h"

static struct age_kind *kind_of(struct age_facts *f, const char *type, size_t n)
{
	for (size_t i = 0; i < f->kinds_n; i++)
		if (strlen(f->kinds[i].type) == n && strncmp(f->kinds[i].type, type, n) == 0)
			return f->kinds + i;
	return NULL;
}

static void count_kinds(const struct header *h, struct age_facts *f)
{
	for (size_t i = 0; i < h->n; i++) {
		size_t n = 0;
		const char *type = header_arg(h, h->stanzas + i, 0, &n);
		if (n >= sizeof f->kinds->type)
			n = sizeof f->kinds->type - 1;
		struct age_kind *k = kind_of(f, type, n);
		if (!k && f->kinds_n >= AGE_MOST_KINDS) {
			type = AGE_OTHER_KINDS;
			n = strlen(type);
			k = kind_of(f, type, n);
		}
		if (!k) {
			k = f->kinds + f->kinds_n++;
			memcpy(k->type, type, n);
		}
		k->n++;
	}
	f->stanzas = h->n;
}

/* Count what is left of the source: by its size where that is known, else by reading. */
static int rest_bytes(struct source *s, uint64_t *ret_n, struct errinfo *ei)
{
	uint8_t b[16384];
	struct stat st;
	size_t got = 0;
	off_t at = s->regular && !s->armored ? lseek(s->fd, 0, SEEK_CUR) : -1;
	*ret_n = 0;
	if (at >= 0 && fstat(s->fd, &st) == 0 && st.st_size >= at) {
		s->taken += (uint64_t)(st.st_size - at);
		*ret_n = s->raw_n - s->raw_at + (uint64_t)(st.st_size - at);
		return 0;
	}
	do {
		int r = source_some(s, b, sizeof b, &got, ei);
		if (r < 0)
			return r;
		*ret_n += got;
	} while (got);
	return 0;
}

/* From the bytes behind the header to the length of the plaintext. */
static int measure(uint64_t rest, struct age_facts *f, struct errinfo *ei)
{
	if (rest < PAYLOAD_NONCE)
		return err_set(ei, GW_EFORMAT, "header failure: the file ends before the payload");
	rest -= PAYLOAD_NONCE;
	f->chunks = rest / SEALED + (rest % SEALED > 0);
	uint64_t last = rest % SEALED;
	if (rest == 0 || (last && last < TAG) || (last == TAG && f->chunks > 1))
		return err_set(ei, GW_EAUTH, "payload failure: %s",
		    last == TAG ? "empty final chunk" : "the file is cut off");
	f->payload_bytes = rest - f->chunks * TAG;
	return 0;
}

static int look(
    struct source *src, const struct age_limits *limits, struct age_facts *f, struct errinfo *ei)
{
	struct header h GW_CLEANUP(header_release) = {.n = 0};
	uint64_t rest = 0;
	int r = header_read(&h, src, limits, ei);
	if (r < 0)
		return r;
	f->armored = src->armored;
	f->header_bytes = h.raw.len;
	f->work_factor = stanza_work_factor(&h);
	count_kinds(&h, f);
	if ((r = rest_bytes(src, &rest, ei)) < 0)
		return r;
	f->file_bytes = src->taken;
	return measure(rest, f, ei);
}

int age_inspect(
    int fd, const struct age_limits *limits, struct age_facts *ret_facts, struct errinfo *ei)
{
	struct age_facts f = {.armored = false};
	struct source src;
	int r = source_open_age(&src, fd, ei);
	if (r < 0)
		return r;
	f.kinds = str_alloc((AGE_MOST_KINDS + 1) * sizeof *f.kinds);
	r = look(&src, limits ? limits : &AGE_LIMITS, &f, ei);
	source_release(&src);
	if (r < 0)
		age_facts_release(&f);
	else
		*ret_facts = f;
	return r;
}

void age_facts_release(struct age_facts *f)
{
	free(f->kinds);
	*f = (struct age_facts){.kinds = NULL};
}
