/* SPDX-License-Identifier: EUPL-1.2 */
/* csr: a new organisation key and the request to have it certified (`handover init`). */
#ifndef GW_SIGN_CSR_H
#define GW_SIGN_CSR_H

#include "base/defs.h"
#include "base/err.h"

/*
 * csr_make(key_path, csr_path, oin, name, ei): make an EC P-256 key and a PKCS#10 request (RFC
 * 2986, PEM) with subject C=NL, O=name, serialNumber=oin, CN=name.
 *
 * The key is written to key_path with mode 0600 and never replaces a file (GW_EEXIST); csr_path is
 * written with 0644 and replaces. name: UTF-8, 1 to 64 characters. GW_EFORMAT for a name or OIN of
 * another form, GW_EIO. When the request cannot be written the key stays.
 */
int csr_make(const char *key_path, const char *csr_path, const char *oin, const char *name,
    struct errinfo *ei) GW_MUST_USE;

#endif
