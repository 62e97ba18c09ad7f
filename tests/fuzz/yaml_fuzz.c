/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes: the reader refuses with a place, or gives a tree whose every node has one. */
#include <stdint.h>
#include <stdlib.h>

#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void walk(const struct yml *y, size_t depth)
{
	if (!y->line || !y->col || depth > YML_SMALL.depth)
		abort();
	for (size_t i = 0; i < y->n; i++) {
		if (y->kind == YML_MAP && yml_get(y, y->keys[i]->text) != y->items[i])
			abort();
		walk(y->items[i], depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct yml *y = NULL;
	struct errinfo ei = ERRINFO_INIT;
	if (yml_parse("fuzz.yaml", p, n, &YML_SMALL, &y, &ei) == 0)
		walk(y, 0);
	else if (!ei.located)
		abort();
	yml_free(y);
	return 0;
}
