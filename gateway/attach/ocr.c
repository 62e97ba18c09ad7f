/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/ocr.h"

#include <unistd.h>

#include "sandbox/program.h"

enum { MEMORY = 1 << 30 };

#define TESSERACT "/usr/bin/tesseract"
#define MODELS "/usr/share/tesseract-ocr"

bool attach_can_ocr(void)
{
	return program_there(TESSERACT) && access(MODELS "/5/tessdata/nld.traineddata", R_OK) == 0;
}

int ocr_text(const void *p, size_t n, const struct attach_limits *limits, struct buf *out,
    struct errinfo *ei)
{
	static const char *const argv[] = {TESSERACT, "stdin", "stdout", "-l", "nld", NULL};
	static const char *const folders[] = {MODELS, NULL};
	static const char *const env[] = {"OMP_THREAD_LIMIT=1", NULL};
	const struct program program = {.argv = argv, .reads = folders, .env = env};
	struct worker_limits l = WORKER_LIMITS;
	l.memory = MEMORY;
	l.wall_s = limits->seconds;
	return program_run(&program, p, n, &l, out, ei);
}
