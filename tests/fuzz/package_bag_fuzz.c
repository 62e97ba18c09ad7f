/* SPDX-License-Identifier: EUPL-1.2 */
/* Manifests and bag-info.txt: what is taken is written back byte for byte. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "package/bag.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	for (int payload = 0; payload < 2; payload++) {
		struct bag_manifest m GW_CLEANUP(bag_manifest_release) = {0};
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
		if (bag_manifest_parse("m", p, n, payload == 1, &m, NULL) < 0)
			continue;
		if (bag_manifest_write(&m, &b) < 0 || b.len != n ||
		    (n && memcmp(b.data, p, n) != 0))
			abort();
	}
	struct bag_info info;
	if (bag_info_parse(p, n, &info, NULL) == 0 && info.files > BAG_FILES_MAX)
		abort();
	return 0;
}
