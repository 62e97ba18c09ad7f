/* SPDX-License-Identifier: EUPL-1.2 */
/* pin: the pin of a key as people give it: the text itself, or a certificate. */
#ifndef TOOLS_PIN_H
#define TOOLS_PIN_H

#include "base/defs.h"
#include "base/err.h"
#include "registry/organisation.h"

/* Write the pin that `given` is ("sha256:<hex>"), or that of the first certificate in the PEM file
 * so named. GW_EUSAGE, GW_ENOENT, GW_EFORMAT. */
int pin_read(const char *given, char out[SPKI_TEXT], struct errinfo *ei) GW_MUST_USE;

#endif
