/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * head: the last signed head, kept outside the database.
 *
 * Two slots of 512 bytes, written in place by turns, so that a write cut short spoils only the
 * older of the two. A slot: "GWHEAD1\n", counter (8 bytes, big endian), length of the note (2),
 * the note, zeros, and in its last 32 bytes the SHA-256 of what stands before them.
 */
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/str.h"
#include "ledger/internal.h"

enum { SLOT = 512, SLOT_NOTE = 18, SLOT_CHECK = SLOT - HASH_BYTES };
static const char MAGIC[] = "GWHEAD1\n";

static uint64_t read_be(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static void write_be(uint8_t *p, size_t n, uint64_t v)
{
	for (size_t i = n; i-- > 0; v >>= 8)
		p[i] = (uint8_t)v;
}

static bool slot_read(const uint8_t *s, struct head *ret_h)
{
	uint8_t check[HASH_BYTES];
	hash_sha256(s, SLOT_CHECK, check);
	size_t n = (size_t)read_be(s + 16, 2);
	if (memcmp(s, MAGIC, 8) != 0 || memcmp(check, s + SLOT_CHECK, sizeof check) != 0 ||
	    n > HEAD_NOTE)
		return false;
	*ret_h = (struct head){.counter = read_be(s + 8, 8), .note_n = n};
	memcpy(ret_h->note, s + SLOT_NOTE, n);
	return true;
}

int head_read(
    int fd, const uint8_t pub[32], const struct head *known, struct head *ret_h, struct errinfo *ei)
{
	uint8_t slots[2][SLOT] = {0};
	struct head a, b;
	struct note_key key;
	ssize_t got = pread(fd, slots, sizeof slots, 0);
	if (got < 0)
		return err_sys(ei, GW_EIO, "cannot read keys/ledger.head");
	bool has_a = slot_read(slots[0], &a), has_b = slot_read(slots[1], &b);
	if (!has_a && !has_b)
		return err_set(
		    ei, GW_EAUTH, "keys/ledger.head is damaged: restore it from a backup");
	if (!has_a || (has_b && b.counter > a.counter))
		a = b;
	if (known && known->counter == a.counter && str_eq(known->note, a.note)) {
		*ret_h = *known;
		return 0;
	}
	size_t origin_n = strcspn(a.note, "\n");
	if (origin_n >= sizeof key.name)
		return err_set(
		    ei, GW_EAUTH, "keys/ledger.head is damaged: restore it from a backup");
	char origin[NOTE_NAME] = {0};
	memcpy(origin, a.note, origin_n);
	int r = note_key_make(origin, NOTE_ED25519, pub, &key, ei);
	if (r == 0)
		r = checkpoint_open(a.note, a.note_n, &key, &a.cp, ei);
	if (r < 0)
		return err_prefix(
		    ei, GW_EAUTH, "keys/ledger.head was not signed by keys/ledger.key");
	*ret_h = a;
	return 0;
}

int head_write(int fd, const struct head *h, struct errinfo *ei)
{
	uint8_t s[SLOT] = {0};
	memcpy(s, MAGIC, 8);
	write_be(s + 8, 8, h->counter);
	write_be(s + 16, 2, h->note_n);
	memcpy(s + SLOT_NOTE, h->note, h->note_n);
	hash_sha256(s, SLOT_CHECK, s + SLOT_CHECK);
	if (pwrite(fd, s, SLOT, (off_t)(h->counter % 2 * SLOT)) != SLOT || fdatasync(fd) < 0)
		return err_sys(ei, GW_ELEDGER, "keys/ledger.head cannot be written");
	return 0;
}
