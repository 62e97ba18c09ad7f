/* SPDX-License-Identifier: EUPL-1.2 */
/* passphrase: asking for one at the terminal, or taking it from a descriptor. */
#ifndef TOOLS_PASSPHRASE_H
#define TOOLS_PASSPHRASE_H

#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"

/* In secret memory; release it after use. */
struct secret_text {
	uint8_t *p;
	size_t n;
};

/*
 * Ask at the controlling terminal, with echo off; `again` asks a second time and demands the same.
 * GW_EUSAGE when there is no terminal, the two differ or nothing was typed; GW_EIO; GW_EFAIL when
 * the user breaks it off (^C, or ^D at once). An answer ends at Enter and has at most `most` bytes.
 * A signal that ends the process meanwhile leaves the terminal as it was. One thread at a time.
 */
int passphrase_ask(const char *prompt, const char *again, size_t most, struct secret_text *ret_t,
    struct errinfo *ei) GW_MUST_USE;

/* Read fd to its end and cut one trailing newline. GW_EIO; GW_EUSAGE when longer than `most`. */
int passphrase_read(int fd, size_t most, struct secret_text *ret_t, struct errinfo *ei) GW_MUST_USE;

/* Zero and free; harmless on a zeroed struct. */
void secret_text_release(struct secret_text *t);

#endif
