/* SPDX-License-Identifier: EUPL-1.2 */
/* corpus: texts of invented municipal prose with known personal data and traps, from a seed. */
#ifndef TESTS_SUPPORT_CORPUS_H
#define TESTS_SUPPORT_CORPUS_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "tests/support/corpus_words.h"
#include "tests/unit/test.h"

enum { SENTENCES = 24, MOST_MARKS = 64, SEED = 20260112 };

/* Rows of the table: what is measured, by which kinds it may be found, and the least that holds. */
enum row {
	BSN,
	IBAN,
	PHONE,
	EMAIL,
	URL,
	BIRTH,
	ADDRESS,
	V_NUMBER,
	KVK,
	PLATE,
	KNOWN,
	NAME,
	NAME_SURE,
	/* the same names without those that only nobody knows (capital) */ ROWS
};
struct mark {
	enum row row;
	size_t from, to;
};
struct document {
	struct buf text;
	struct mark marks[MOST_MARKS];
	size_t n;
	const char *given, *prefix, *family; /* of the known person */
};

static uint64_t seed = SEED;

static unsigned below(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)((seed >> 33) % n);
}

#define PICK(list) ((list)[below((unsigned)GW_LENGTH(list))])

static void add(struct document *d, const char *s)
{
	assert_int_equal(buf_adds(&d->text, s), 0);
}

/* A number with n digits, the digits of a form put in the place of each '9'. */
static void add_form(struct document *d, const char *form, const char *digits)
{
	for (; *form; form++) {
		char one[2] = {*form == '9' ? *digits++ : *form, '\0'};
		add(d, one);
	}
}

/* Nine digits over the whole range that pass the 11-test, or that do not. */
static void make_bsn(char out[10], bool good)
{
	for (;;) {
		int sum = 0;
		unsigned v = 1000000 + below(99000000) * 10u + below(10);
		(void)snprintf(out, 10, "%09u", v % 1000000000u);
		for (int i = 0; i < 9; i++)
			sum += (out[i] - '0') * (i == 8 ? -1 : 9 - i);
		if ((sum % 11 == 0) == good && out[0] != '0')
			return;
	}
}

/* The digits in another dress: full-width, Arabic-Indic, a soft hyphen or space without width. */
static void add_dressed(struct document *d, const char *digits, unsigned dress)
{
	for (size_t i = 0; digits[i]; i++) {
		char c[8] = {digits[i], '\0'};
		if (dress == 1 && digits[i] >= '0' && digits[i] <= '9')
			(void)snprintf(c, sizeof c, "\xef\xbc%c", (char)(0x90 + digits[i] - '0'));
		if (dress == 2 && digits[i] >= '0' && digits[i] <= '9')
			(void)snprintf(c, sizeof c, "\xd9%c", (char)(0xa0 + digits[i] - '0'));
		add(d, c);
		if (i == 3 && dress == 3)
			add(d, "\u00ad");
		if (i == 4 && dress == 4)
			add(d, "\u200b");
	}
}

static void add_bsn(struct document *d)
{
	static const char *const forms[] = {"999999999", "9999.99.999", "999 999 999",
	    "999-999-999", "999\u00a0999\u00a0999", "999\u2011999\u2011999"};
	char digits[10];
	make_bsn(digits, true);
	if (below(4) == 0)
		add_dressed(d, digits, 1 + below(4));
	else
		add_form(d, PICK(forms), digits);
}

static void add_iban(struct document *d, bool good)
{
	static const struct {
		const char *country, *bank;
		int digits;
	} banks[] = {{"NL", "ABNA", 10}, {"NL", "INGB", 10}, {"NL", "RABO", 10}, {"NL", "TRIO", 10},
	    {"DE", "", 18}, {"BE", "", 12}, {"GB", "NWBK", 14}, {"TR", "", 22}, {"PL", "", 24}};
	const size_t b = below(GW_LENGTH(banks));
	char account[32], all[40], whole[64];
	int n = snprintf(account, sizeof account, "%s", banks[b].bank);
	for (int i = 0; i < banks[b].digits; i++)
		account[n++] = (char)('0' + below(10));
	account[n] = '\0';
	unsigned rest = 0, how = below(4);
	(void)snprintf(whole, sizeof whole, "%s%s00", account, banks[b].country);
	for (const char *c = whole; *c; c++)
		rest = *c <= '9' ? (rest * 10 + (unsigned)(*c - '0')) % 97
				 : (rest * 100 + (unsigned)(*c - 'A') + 10) % 97;
	(void)snprintf(all, sizeof all, "%s%02u%s", banks[b].country,
	    (98 - rest + (good ? 0 : 1 + below(90))) % 97 + (good && rest == 1 ? 97 : 0), account);
	for (size_t i = 0; all[i]; i++) {
		char c[2] = {how == 3 && all[i] >= 'A' ? (char)(all[i] + 32) : all[i], '\0'};
		if (i && i % 4 == 0 && how == 1)
			add(d, " ");
		if (i && i % 4 == 0 && how == 2)
			add(d, "-");
		add(d, c);
	}
}

static void add_digits(struct document *d, const char *form)
{
	char digits[40];
	for (size_t i = 0; i < sizeof digits; i++)
		digits[i] = (char)('1' + below(9));
	add_form(d, form, digits);
}

static void add_phone(struct document *d)
{
	static const char *const forms[] = {"06-19999999", "06 1999 9999", "0619999999",
	    "06 29 99 99 99", "06.29.99.99.99", "+31619999999", "+31 6 29999999",
	    "+31 (0)6 2999 9999", "0031 6 19999999", "020-9999999", "(020) 999 99 99",
	    "013 - 999 99 99", "0161-999999", "0800-1999", "14 013", "088 999 99 99",
	    "06\u201129999999", "06\u00a019999999", "+49 30 9999999"};
	add_digits(d, PICK(forms));
}

static void add_email(struct document *d)
{
	static const char *const users[] = {"info", "f.yilmaz", "jan.de-vries", "m_bakker",
	    "klant+werk", "anna99", "HELPDESK"},
				 *const hosts[] = {"voorbeeld.nl", "mail.voorbeeld.info",
				     "gemeente-voorbeeld.eu", "bedrijf.io", "werk.example.com"};
	static const char *const signs[] = {"@", "@", "@", " (at) ", "[at]", "\uff20"};
	add(d, PICK(users));
	add(d, PICK(signs));
	add(d, PICK(hosts));
}

static void add_birth(struct document *d)
{
	static const char *const months[] = {"januari", "feb.", "maart", "april", "mei", "juni",
	    "juli", "aug.", "september", "oktober", "nov.", "december"};
	char s[64];
	unsigned day = 1 + below(28), month = 1 + below(12), year = 1950 + below(55);
	static const char *const forms[] = {"%02u-%02u-%u", "%u/%u/%u", "%02u.%02u.%u", "%u %s %u"};
	switch (below(5)) {
	case 0:
		(void)snprintf(s, sizeof s, "%02u-%02u-%u", day, month, year);
		break;
	case 1:
		(void)snprintf(s, sizeof s, "%u/%u/%u", day, month, year);
		break;
	case 2:
		(void)snprintf(s, sizeof s, "%u %s %u", day, months[month - 1], year);
		break;
	case 3:
		(void)snprintf(s, sizeof s, "%u-%02u-%02u", year, month, day);
		break;
	default:
		(void)snprintf(s, sizeof s, "%02u.%02u.%u", day, month, year);
		break;
	}
	(void)forms;
	add(d, s);
}

static void add_address(struct document *d)
{
	static const char *const streets[] = {"Lindelaan", "Dorpsstraat", "Molenweg", "Oude Gracht",
	    "Stationsplein", "Burgemeester de Wijsstraat", "Zandsingel"},
				 *const places[] = {"Tilburg", "Rijen", "Breda", "Oosterhout"};
	static const char letters[] = "ABCDEGHJKLNPRTVWXZ";
	char code[16], s[160];
	unsigned house = 1 + below(300);
	(void)snprintf(code, sizeof code, "%u%s%c%c", 1011 + below(8900), below(3) ? " " : "",
	    letters[below(18)], letters[1 + below(17)]);
	switch (below(4)) {
	case 0:
		(void)snprintf(s, sizeof s, "%s %u", code, house);
		break;
	case 1:
		(void)snprintf(s, sizeof s, "%s nr. %u%s", code, house, below(2) ? "a" : "");
		break;
	case 2:
		(void)snprintf(
		    s, sizeof s, "%s %u, %s %s", PICK(streets), house, code, PICK(places));
		break;
	default:
		(void)snprintf(s, sizeof s, "%s %u-%u", code, house, 1 + below(9));
		break;
	}
	add(d, s);
}

static void add_plate(struct document *d)
{
	static const char *const forms[] = {
	    "GX-999-B", "99-XZ-BD", "9-XKR-99", "XV-99-JD", "99-TTG-9", "ZZ-99-99"};
	add_digits(d, PICK(forms));
}

static void add_family(struct document *d, size_t i, bool capital)
{
	char prefix[16];
	(void)snprintf(prefix, sizeof prefix, "%s", corpus_family[i].prefix);
	if (capital && *prefix)
		prefix[0] = (char)(prefix[0] - 32);
	add(d, prefix);
	add(d, *prefix ? " " : "");
	add(d, corpus_family[i].family);
}

/* The known person in one of the forms in which people write. */
static void add_known(struct document *d)
{
	char s[160], low[160];
	const char *gap = *d->prefix ? " " : "";
	char initial[5] = {0};
	memcpy(initial, d->given, (unsigned char)d->given[0] >= 0x80 ? 2 : 1);
	switch (below(5)) {
	case 0:
		(void)snprintf(s, sizeof s, "%s", d->given);
		break;
	case 1:
		(void)snprintf(s, sizeof s, "%s %s%s%s", d->given, d->prefix, gap, d->family);
		break;
	case 2:
		(void)snprintf(s, sizeof s, "%s. %s%s%s", initial, d->prefix, gap, d->family);
		break;
	case 3:
		(void)snprintf(s, sizeof s, "%s%s%s", d->prefix, gap, d->family);
		break;
	default:
		(void)snprintf(low, sizeof low, "%s %s%s%s", d->given, d->prefix, gap, d->family);
		for (size_t i = 0; low[i]; i++)
			low[i] = low[i] >= 'A' && low[i] <= 'Z' ? (char)(low[i] + 32) : low[i];
		(void)snprintf(s, sizeof s, "%s", low);
	}
	add(d, s);
}

static void add_name(struct document *d, const char *slot)
{
	size_t family = below(GW_LENGTH(corpus_family));
	const char *given = PICK(corpus_given);
	if (strcmp(slot, "initials") == 0) {
		char s[4] = {given[0] & 0x80 ? 'A' : given[0], '.', ' ', '\0'};
		add(d, s);
	} else if (strcmp(slot, "surname") != 0) {
		add(d, given);
		add(d, strcmp(slot, "full") == 0 ? " " : "");
	}
	if (strcmp(slot, "given") != 0)
		add_family(d, family, strcmp(slot, "surname") == 0 && below(2));
}

/* Fill one slot; the row that it counts for, ROWS for a trap. */
static enum row fill(struct document *d, const char *slot)
{
	char digits[10];
	static const struct {
		const char *slot;
		enum row row;
		void (*add)(struct document *);
	} makers[] = {{"bsn", BSN, add_bsn}, {"phone", PHONE, add_phone},
	    {"email", EMAIL, add_email}, {"birth", BIRTH, add_birth},
	    {"address", ADDRESS, add_address}, {"plate", PLATE, add_plate},
	    {"known", KNOWN, add_known}};
	for (size_t i = 0; i < GW_LENGTH(makers); i++)
		if (strcmp(slot, makers[i].slot) == 0) {
			makers[i].add(d);
			return makers[i].row;
		}
	if (strcmp(slot, "iban") == 0 || strcmp(slot, "badiban") == 0) {
		add_iban(d, slot[0] == 'i');
		return slot[0] == 'i' ? IBAN : ROWS;
	}
	if (strcmp(slot, "rawbsn") == 0 || strcmp(slot, "badbsn") == 0) {
		make_bsn(digits, slot[0] == 'r');
		add(d, digits);
		return ROWS;
	}
	if (strcmp(slot, "url") == 0)
		return add_digits(d,
			   below(2) ? "https://www.voorbeeld.nl/vacature/99"
				    : "www.werk-voorbeeld.nl"),
		       URL;
	if (strcmp(slot, "vnumber") == 0)
		return add_digits(d, below(2) ? "2999999999" : "299 999 9999"), V_NUMBER;
	if (strcmp(slot, "kvk") == 0)
		return add_digits(d, below(2) ? "99999999" : "9999 9999"), KVK;
	add_name(d, slot);
	return NAME;
}

static void add_sentence(struct document *d, const char *s)
{
	while (*s) {
		char slot[24] = {0}, one[2] = {*s, '\0'};
		const char *end = *s == '{' ? strchr(s, '}') : NULL;
		if (!end) {
			add(d, one);
			s++;
			continue;
		}
		memcpy(slot, s + 1, (size_t)(end - s - 1));
		size_t from = d->text.len;
		enum row row = fill(d, slot);
		if (row < ROWS && d->n < MOST_MARKS)
			d->marks[d->n++] = (struct mark){row, from, d->text.len};
		s = end + 1;
	}
	add(d, below(5) ? " " : "\n");
}

static void make(struct document *d)
{
	const size_t family = below(GW_LENGTH(corpus_family));
	*d = (struct document){.text = BUF_INIT(1 << 20)};
	d->given = PICK(corpus_given);
	d->prefix = corpus_family[family].prefix;
	d->family = corpus_family[family].family;
	for (size_t i = 0; i < SENTENCES; i++)
		add_sentence(d,
		    i % 4 == 1                   ? PICK(corpus_slots)
			: i % 4 == 3             ? PICK(corpus_traps)
			: i % 4 == 2 && below(2) ? PICK(corpus_slots)
						 : PICK(corpus_prose));
}

#endif
