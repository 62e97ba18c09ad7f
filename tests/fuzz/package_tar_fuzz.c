/* SPDX-License-Identifier: EUPL-1.2 */
/* The tar of a package, read in pieces of odd sizes: names stay inside, sizes add up. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "package/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct memory {
	const uint8_t *p;
	size_t n, step;
};

static int read_memory(void *arg, void *p, size_t cap, size_t *ret_n, struct errinfo *ei)
{
	struct memory *m = arg;
	size_t n = m->n < cap ? m->n : cap;
	(void)ei;
	if (n > m->step)
		n = m->step;
	if (n)
		memcpy(p, m->p, n);
	m->p += n;
	m->n -= n;
	m->step = m->step % 700 + 37;
	*ret_n = n;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct memory m = {p, n, 1};
	struct tar_reader r;
	int more = 1;
	tar_reader_init(&r, (struct tar_source){read_memory, &m});
	while (tar_reader_next(&r, &more, NULL) == 0 && more) {
		uint64_t total = 0;
		size_t k = 1;
		if (r.name[0] == '/' || strncmp(r.name, "../", 3) == 0)
			abort();
		while (k) {
			char piece[333];
			if (tar_reader_read(&r, piece, sizeof piece, &k, NULL) < 0)
				return 0;
			total += k;
		}
		if (total != r.size)
			abort();
	}
	return 0;
}
