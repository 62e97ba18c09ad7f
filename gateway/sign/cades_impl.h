/* SPDX-License-Identifier: EUPL-1.2 */
/* What making and verifying a signature share. Inside sign/ only. */
#ifndef GW_SIGN_CADES_IMPL_H
#define GW_SIGN_CADES_IMPL_H

#include <stddef.h>

#include <openssl/cms.h>

#include "base/defs.h"
#include "base/err.h"

/*
 * Read a signature file: detached SignedData over id-data with nothing behind it, within the bounds
 * of cades_verify, at least one signature, each with its certificate found in the file and set.
 * GW_EAUTH, GW_ENOMEM. The caller frees with CMS_ContentInfo_free.
 */
int cades_parse(const void *der, size_t n, CMS_ContentInfo **ret_cms, struct errinfo *ei)
    GW_MUST_USE;

/*
 * GW_EAUTH unless every signature in cms has signed attributes, is good under its certificate's
 * key, and covers content. Whether the certificates are worth anything is not asked.
 */
int cades_check_content(CMS_ContentInfo *cms, const void *content, size_t n, struct errinfo *ei)
    GW_MUST_USE;

#endif
