/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * bech32: 32-byte keys as checked text (BIP 173, without its limit of 90 characters).
 *
 * The human-readable part is given with its case, and the whole text must have that case: age
 * writes recipients in lower and secret keys in upper case.
 */
#ifndef GW_AGE_BECH32_H
#define GW_AGE_BECH32_H

#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"

enum { BECH32_KEY = 32, BECH32_DATA = 58 /* characters behind hrp and "1" */ };

/*
 * Read the n characters at s as hrp "1" and 32 bytes into ret_key. GW_EFORMAT for another hrp or
 * length, a character of another case or outside the alphabet, a wrong checksum, padding bits that
 * are set; ret_key is unchanged then.
 */
int bech32_read(const char *s, size_t n, const char *hrp, uint8_t ret_key[BECH32_KEY]) GW_MUST_USE;

/* Write key as text and a NUL: strlen(hrp) + 1 + BECH32_DATA + 1 bytes at out. */
void bech32_write(const char *hrp, const uint8_t key[BECH32_KEY], char *out);

#endif
