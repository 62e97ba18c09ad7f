/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/workload/people.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/defs.h"

struct origin {
	const char *country, *nationality, *language;
	bool newcomer;
	const char *women[10], *men[10];
	struct {
		const char *prefix, *family;
	} families[12];
};

/* Codes of countries as in the Dutch register of persons, nationalities likewise. */
static const struct origin origins[] = {
    {"6030", "0001", "nld", false,
	{"Anna Maria", "Johanna", "Sanne", "Wilhelmina", "Femke", "Cornelia", "Lotte", "Ingrid",
	    "Marloes", "Truus"},
	{"Jan Piet", "Kees", "Hendrikus", "Bram", "Willem-Jan", "Sjoerd", "Thijs", "Gerardus",
	    "Ruben", "IJsbrand"},
	{{NULL, "Jansen"}, {"van den", "Berg"}, {"de", "Vries"}, {"van der", "Hoeven"},
	    {NULL, "Timmermans"}, {"van", "Dongen"}, {NULL, "Smulders"}, {"de", "Bakker"},
	    {NULL, "Jansen-de Vries"}, {"ter", "Braak"}, {"van 't", "Hof"}, {NULL, "Willemsen"}}},
    {"6043", "0339", "tur", false,
	{"Fatma", "Ayşe", "Gülşen", "Emine", "Zeynep", "Özlem", "Elif", "Sevgi", "Hatice", "Derya"},
	{"Mehmet", "Ömer", "Hüseyin", "Yusuf", "İbrahim", "Kemal", "Murat", "Serkan", "Emre",
	    "Oğuz"},
	{{NULL, "Yılmaz"}, {NULL, "Öztürk"}, {NULL, "Şahin"}, {NULL, "Demir"}, {NULL, "Çelik"},
	    {NULL, "Yıldırım"}, {NULL, "Aydın"}, {NULL, "Doğan"}, {NULL, "Kılıç"}, {NULL, "Koç"},
	    {NULL, "Arslan"}, {NULL, "Güneş"}}},
    {"7009", "0223", "ara", true,
	{"Rania", "Nour", "Hala", "Salma", "Reem", "Dalal", "Yasmin", "Lubna", "Maha", "Samar"},
	{"Mohammed", "Ahmad", "Khaled", "Omar", "Bassel", "Firas", "Yousef", "Tarek", "Anas",
	    "Hussam"},
	{{NULL, "Al-Hassan"}, {NULL, "Haddad"}, {NULL, "Al Khatib"}, {NULL, "Darwish"},
	    {NULL, "Sabbagh"}, {NULL, "Al-Masri"}, {NULL, "Najjar"}, {NULL, "Qasim"},
	    {NULL, "Shaheen"}, {NULL, "Barakat"}, {NULL, "El Sayed"}, {NULL, "Kanaan"}}},
    {"7096", "0103", "tir", true,
	{"Selam", "Rahwa", "Feruz", "Winta", "Semhar", "Luwam", "Helen", "Mebrat", "Saba",
	    "Tirhas"},
	{"Tsegay", "Filmon", "Yonas", "Kibrom", "Samuel", "Mehari", "Robel", "Haben", "Amanuel",
	    "Tesfay"},
	{{NULL, "Gebremariam"}, {NULL, "Tesfamichael"}, {NULL, "Habtemariam"}, {NULL, "Kidane"},
	    {NULL, "Woldeyesus"}, {NULL, "Berhane"}, {NULL, "Ghebreab"}, {NULL, "Tekle"},
	    {NULL, "Haile"}, {NULL, "Mengisteab"}, {NULL, "Okbay"}, {NULL, "Zerai"}}},
};

static const struct {
	const char *name, *email;
} coaches[] = {
    {"Marieke van Loon", "m.vanloon@trajectbureau.example"},
    {"Erik Willemse", "e.willemse@trajectbureau.example"},
    {"Naima Bouali", "n.bouali@trajectbureau.example"},
    {"Petra Oostveen", "p.oostveen@trajectbureau.example"},
};

const char *person_coach(struct random *r, const char **ret_email)
{
	uint64_t i = random_below(r, GW_LENGTH(coaches));
	*ret_email = coaches[i].email;
	return coaches[i].name;
}

/* The i-th of n slices of the range of national numbers, a valid one in it. */
static void make_bsn(struct person *p, struct random *r, unsigned i, unsigned n)
{
	uint64_t slice = UINT64_C(99000000) / n, base;
	for (;;) {
		int sum = 0;
		base = UINT64_C(1000000) + slice * i + random_below(r, slice);
		(void)snprintf(p->bsn, sizeof p->bsn, "%08u", (unsigned)base);
		for (int k = 0; k < 8; k++)
			sum += (p->bsn[k] - '0') * (9 - k);
		if (sum % 11 == 10)
			continue;
		p->bsn[8] = (char)('0' + sum % 11);
		p->bsn[9] = '\0';
		return;
	}
}

/* An account at a bank that does not exist, with its check digits (ISO 13616). */
static void make_iban(struct person *p, struct random *r)
{
	char account[15];
	unsigned rest = 0;
	(void)snprintf(
	    account, sizeof account, "EXMP%010u", (unsigned)random_below(r, UINT64_C(1000000000)));
	char text[32];
	(void)snprintf(text, sizeof text, "%sNL00", account);
	for (const char *c = text; *c; c++)
		rest = isdigit((unsigned char)*c) ? (rest * 10 + (unsigned)(*c - '0')) % 97
						  : (rest * 100 + (unsigned)(*c - 'A') + 10) % 97;
	(void)snprintf(p->iban, sizeof p->iban, "NL%02u%s", (98 - rest) % 100, account);
}

static void make_email(struct person *p)
{
	size_t n = 0;
	const char *parts[] = {p->given, ".", p->family};
	for (size_t i = 0; i < GW_LENGTH(parts); i++)
		for (const char *c = parts[i]; *c && n < 50; c++)
			if (isalpha((unsigned char)*c) || *c == '.')
				p->email[n++] = (char)tolower((unsigned char)*c);
	(void)snprintf(p->email + n, sizeof p->email - n, "@mail.example");
}

static void make_birth_date(struct person *p, struct random *r, unsigned i, struct date today)
{
	struct date d = date_from_days(
	    date_days(today) - 365 * 20 - (int64_t)random_below(r, UINT64_C(365) * 40));
	date_text(d, p->birth_date);
	if (p->newcomer && i % 7 == 2)
		memcpy(p->birth_date, "1984-00-00", sizeof "1984-00-00");
	else if (p->newcomer && i % 7 == 5)
		memcpy(p->birth_date + 8, "00", 2);
}

void person_make(
    struct person *p, struct random *r, unsigned i, unsigned n, bool newcomer, struct date today)
{
	const struct origin *o = &origins[(newcomer ? 2 : 0) + (i % 3 == 1)];
	*p = (struct person){.woman = i % 2 == 0, .newcomer = newcomer};
	uint64_t family = random_below(r, GW_LENGTH(o->families));
	p->given = p->woman ? RANDOM_PICK(r, o->women) : RANDOM_PICK(r, o->men);
	p->prefix = o->families[family].prefix;
	p->family = o->families[family].family;
	p->country = o->country;
	p->nationality = o->nationality;
	p->language = o->language;
	make_bsn(p, r, i, n);
	make_iban(p, r);
	make_email(p);
	make_birth_date(p, r, i, today);
	(void)snprintf(p->v_number, sizeof p->v_number, "2%09u",
	    (unsigned)random_below(r, UINT64_C(1000000000)));
	(void)snprintf(p->client_number, sizeof p->client_number, "CL-%04u%02u", 2000 + i,
	    (unsigned)random_below(r, 100));
	(void)snprintf(p->phone, sizeof p->phone, "06-12345%03u", (unsigned)random_below(r, 1000));
}
