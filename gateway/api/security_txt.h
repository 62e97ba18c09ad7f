/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * security_txt: whom to tell about a weakness, as a file at a fixed path (RFC 9116).
 *
 * It is no part of the interface: it needs no registry, and whoever comes through the handshake may
 * read it, at the local listener, too.
 */
#ifndef GW_API_SECURITY_TXT_H
#define GW_API_SECURITY_TXT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "home/settings.h"

/* RFC 9116 §3 */
#define SECURITY_TXT_PATH "/.well-known/security.txt"
#define SECURITY_TXT_TYPE "text/plain; charset=utf-8"

/*
 * security_txt(contact, now, out): append the file's Contact and Expires (RFC 9116 §2.5.3, §2.5.5).
 * GW_ENOENT when there is no contact or it has expired; then out is unchanged.
 */
int security_txt(const struct settings_security *contact, int64_t now, struct buf *out) GW_MUST_USE;

#endif
