/* SPDX-License-Identifier: EUPL-1.2 */
/* Whole files opened with a key and a passphrase that fit those of the corpus, and inspected. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "age/age.h"
#include "base/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Made for this purpose only. */
static const char KEY[] =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

static struct age_identities *start(void)
{
	struct age_identities *l = age_identities_new();
	if (secret_init(NULL) < 0 || age_identities_add(l, KEY, strlen(KEY), NULL) < 0 ||
	    age_identities_set_passphrase(l, "corpus", 6, NULL) < 0)
		abort();
	return l;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct age_identities *keys;
	static uint8_t out[65536];
	struct age_limits limits = {
	    .header_bytes = 65536, .line_bytes = 4096, .stanzas = 100, .work_factor = 6};
	struct age_facts facts = {.kinds = NULL};
	struct age_reader *r = NULL;
	size_t got = 1;
	uint64_t all = 0;
	if (!keys)
		keys = start();
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || write(fd, p, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	int e = age_reader_new(fd, keys, &limits, 1, &r, NULL);
	while (e == 0 && got) {
		e = age_reader_read(r, out, sizeof out, &got, NULL);
		all += e == 0 ? got : 0;
	}
	age_reader_free(r);
	if (lseek(fd, 0, SEEK_SET) != 0)
		abort();
	/* whatever opens is as long as inspect says without the key */
	if (age_inspect(fd, &limits, &facts, NULL) == 0) {
		if (e == 0 && facts.payload_bytes != all)
			abort();
		age_facts_release(&facts);
	} else if (e == 0) {
		abort();
	}
	(void)close(fd);
	return 0;
}
