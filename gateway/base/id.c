/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/id.h"

#include <sodium.h>
#include <string.h>

static void text(uint8_t b[16], unsigned version, char out[ID_TEXT])
{
	char hex[33];
	b[6] = (uint8_t)((b[6] & 0x0f) | (version << 4));
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	(void)sodium_bin2hex(hex, sizeof hex, b, 16);
	for (int i = 0, o = 0; i < 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			out[o++] = '-';
		out[o++] = hex[i];
	}
	out[ID_TEXT - 1] = '\0';
}

void id_v4(char out[ID_TEXT])
{
	uint8_t b[16];
	randombytes_buf(b, sizeof b);
	text(b, 4, out);
}

void id_v7(int64_t ms, char out[ID_TEXT])
{
	uint8_t b[16];
	randombytes_buf(b, sizeof b);
	for (int i = 0; i < 6; i++)
		b[i] = (uint8_t)((uint64_t)ms >> (40 - 8 * i));
	text(b, 7, out);
}

static bool is(const char *s, char version)
{
	if (strnlen(s, ID_TEXT) != ID_TEXT - 1)
		return false;
	for (int i = 0; i < ID_TEXT - 1; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? s[i] != '-' : !strchr("0123456789abcdef", s[i]))
			return false;
	}
	return s[14] == version && strchr("89ab", s[19]);
}

bool id_is_v4(const char *s)
{
	return is(s, '4');
}

bool id_is_v7(const char *s)
{
	return is(s, '7');
}
