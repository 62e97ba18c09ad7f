/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * control: what core and edge say to each other about themselves, over a socket of its own: here is
 * what TLS is made of, stop; done, or why not.
 */
#ifndef GW_API_CONTROL_H
#define GW_API_CONTROL_H

#include <stdint.h>

#include "api/material.h"
#include "base/defs.h"
#include "base/err.h"

enum control_kind {
	CONTROL_TLS = 1, /* core: files */
	CONTROL_STOP,    /* core: finish what runs, and end */
	CONTROL_DONE,    /* edge: the files are in use; or code and text say why not */
};

struct control {
	uint32_t kind; /* enum control_kind */
	uint32_t roots, lists;
	int32_t code;
	char text[200];
};

/* Send one message, with m's files where it is not NULL; GW_EIO. */
int control_send(int fd, const struct control *c, const struct material *m, struct errinfo *ei)
    GW_MUST_USE;

/* Wait for one; what came with it is in *ret_m, which the caller releases. GW_ENOENT at the end;
 * GW_EFORMAT: not ours. */
int control_receive(int fd, struct control *ret, struct material *ret_m, struct errinfo *ei)
    GW_MUST_USE;

#endif
