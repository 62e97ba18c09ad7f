/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/bech32.h"

#include <ctype.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "base/err.h"

enum { GROUPS = 52, CHECK = 6 }; /* 256 bits in groups of five: 51 and a rest of one bit */

static const char lower[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
static const char upper[] = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

static uint32_t step(uint32_t sum, uint8_t v)
{
	static const uint32_t gen[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
	uint32_t top = sum >> 25;
	sum = (sum & 0x1ffffff) << 5 ^ v;
	for (unsigned i = 0; i < GW_LENGTH(gen); i++)
		if (top >> i & 1)
			sum ^= gen[i];
	return sum;
}

static uint32_t checksum(const char *hrp, const uint8_t *v, size_t n)
{
	uint32_t sum = 1;
	for (const char *c = hrp; *c; c++)
		sum = step(sum, (uint8_t)(tolower((unsigned char)*c) >> 5));
	sum = step(sum, 0);
	for (const char *c = hrp; *c; c++)
		sum = step(sum, (uint8_t)(tolower((unsigned char)*c) & 31));
	for (size_t i = 0; i < n; i++)
		sum = step(sum, v[i]);
	return sum;
}

static const char *alphabet(const char *hrp)
{
	return isupper((unsigned char)*hrp) ? upper : lower;
}

/* The groups of the data part, checked; v is written in any case. */
static int read_groups(const char *s, const char *hrp, uint8_t v[BECH32_DATA])
{
	const char *a = alphabet(hrp);
	for (size_t i = 0; i < BECH32_DATA; i++) {
		const char *at = memchr(a, s[i], 32);
		if (!at)
			return GW_EFORMAT;
		v[i] = (uint8_t)(at - a);
	}
	return checksum(hrp, v, BECH32_DATA) == 1 && (v[GROUPS - 1] & 15) == 0 ? 0 : GW_EFORMAT;
}

int bech32_read(const char *s, size_t n, const char *hrp, uint8_t ret_key[BECH32_KEY])
{
	size_t h = strlen(hrp), k = 0;
	uint8_t v[BECH32_DATA];
	uint32_t bits = 0, have = 0;
	if (n != h + 1 + BECH32_DATA || strncmp(s, hrp, h) != 0 || s[h] != '1')
		return GW_EFORMAT;
	int r = read_groups(s + h + 1, hrp, v);
	for (size_t i = 0; r == 0 && i < GROUPS; i++) {
		bits = (bits << 5 | v[i]) & 0xfff;
		have += 5;
		if (have >= 8)
			ret_key[k++] = (uint8_t)(bits >> (have -= 8));
	}
	sodium_memzero(v, sizeof v);
	return r;
}

void bech32_write(const char *hrp, const uint8_t key[BECH32_KEY], char *out)
{
	uint8_t v[BECH32_DATA] = {0};
	uint32_t bits = 0, have = 0;
	size_t k = 0, h = strlen(hrp);
	for (size_t i = 0; i < BECH32_KEY; i++) {
		bits = (bits << 8 | key[i]) & 0xfff;
		have += 8;
		while (have >= 5)
			v[k++] = (uint8_t)(bits >> (have -= 5) & 31);
	}
	v[k] = (uint8_t)(bits << (5 - have) & 31);
	uint32_t sum = checksum(hrp, v, BECH32_DATA) ^ 1;
	for (unsigned i = 0; i < CHECK; i++)
		v[GROUPS + i] = (uint8_t)(sum >> 5 * (CHECK - 1 - i) & 31);
	memcpy(out, hrp, h);
	out[h] = '1';
	for (size_t i = 0; i < BECH32_DATA; i++)
		out[h + 1 + i] = alphabet(hrp)[v[i]];
	out[h + 1 + BECH32_DATA] = '\0';
	sodium_memzero(v, sizeof v);
}
