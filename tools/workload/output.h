/* SPDX-License-Identifier: EUPL-1.2 */
/* output: a dossier value and its files, written as a folder or an archive. */
#ifndef TOOLS_WORKLOAD_OUTPUT_H
#define TOOLS_WORKLOAD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"

enum { MOST_FILES = 8, MOST_FILE = 4 << 20 };

enum shape { AS_JSON, AS_YAML, AS_ZIP, AS_TAR, AS_BAD_TAR };

/* What is to be written: the value, and files with their names below the dossier. */
struct work {
	json_t *value;
	struct {
		char name[64];
		struct buf bytes;
	} files[MOST_FILES];
	size_t files_n;
	enum shape shape;
};

/* Room for one more file with that name; its bytes are empty. */
struct buf *work_file(struct work *w, const char *name);

/* Write w as OUTDIR/name, with .zip or .tar behind it for archives; nothing may be there yet.
 * AS_BAD_TAR has a member with "../" in its name. */
int work_write(const struct work *w, const char *outdir, const char *name, struct errinfo *ei)
    GW_MUST_USE;

/* Drop what w holds. */
void work_release(struct work *w);

#endif
