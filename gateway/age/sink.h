/* SPDX-License-Identifier: EUPL-1.2 */
/* sink: where a new age file goes: a descriptor, in binary or through armor. */
#ifndef GW_AGE_SINK_H
#define GW_AGE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "age/armor.h"
#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

struct sink {
	int fd;
	bool armored;
	struct buf text;          /* armor: encoded, not yet written */
	uint8_t rest[ARMOR_LINE]; /* armor: bytes of a line that is not full */
	size_t rest_n;
};

/* With armored, the BEGIN line is written first. GW_EIO. */
int sink_open(struct sink *s, int fd, bool armored, struct errinfo *ei) GW_MUST_USE;
int sink_write(struct sink *s, const void *p, size_t n, struct errinfo *ei) GW_MUST_USE;

/* Write what is left and the END line. Binary: nothing. */
int sink_finish(struct sink *s, struct errinfo *ei) GW_MUST_USE;
void sink_release(struct sink *s);

#endif
