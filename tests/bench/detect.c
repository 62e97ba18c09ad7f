/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Bytes a second that one core looks through, in processor time, so that what else runs counts only
 * as far as it takes the caches: municipal prose with a line of personal data among every forty,
 * plain and with many accents, or a file of UTF-8. Printed are the median of some rounds and the
 * best of them.
 *
 *	detect [MB]
 *	detect FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "detect/detect.h"

enum { ROUNDS = 15, PIECE = 64 << 10, EVERY = 40, MOST = 1 << 30 };

static const char *const prose[] = {
    "De kandidaat volgt sinds het voorjaar een traject naar betaald werk in de regio.",
    "Tijdens het gesprek op het gemeentehuis zijn de afspraken over het rooster vastgelegd.",
    "Het college stelt nadere regels vast over de hoogte van de vergoeding en de wijze van "
    "aanvragen.",
    "De werkgever is tevreden over de inzet en wil de proefplaatsing met twee maanden verlengen.",
    "Artikel 7 van de Participatiewet draagt de gemeente op om ondersteuning te bieden.",
    "Er is gewerkt aan presenteren, plannen en het bellen met werkgevers in Tilburg en Breda.",
    "Door de verhuizing lag het traject drie weken stil; daarna is het volgens plan hervat.",
    "De reiskosten worden vergoed op vertoon van de kaartjes, tot het einde van de periode.",
    "In het najaar begint de cursus Nederlands op niveau B1, twee ochtenden in de week.",
    "De aanvrager ontvangt binnen acht weken na 12 januari 2026 een besluit op de aanvraag.",
    "Na afloop vult de coach samen met de kandidaat het evaluatieformulier in.",
    "Wie het niet eens is met de beslissing kan binnen zes weken bezwaar maken.",
};
static const char *const personal[] = {
    "Mevr. Jansen-de Vries is te bereiken op 06-12345678 of via m.jansen@voorbeeld.nl.",
    "Zijn burgerservicenummer is 1234.56.782 en hij is geboren op 9 maart 1984.",
    "Rekening NL91 ABNA 0417 1643 00 op naam van de partner, Lindelaan 12, 5121 AB Rijen.",
    "Haar v-nummer is 2791234567; zie ook https://www.voorbeeld.nl/dossier?id=7.",
};
static const char *const accents[] = {
    "Het caf\u00e9 is ge\u00ebvalueerd: de co\u00f6rdinator vond de presentatie co\u00f6peratief.",
    "De fa\u00e7ade is ge\u00efnspecteerd \u2013 zie het rapport \u201cNa\u00efef\u201d \u2026",
};

static double spent(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fill(struct buf *out, size_t n, bool with_accents)
{
	uint32_t r = 1;
	for (size_t line = 0; out->len + 512 < n; line++) {
		r = r * 1664525u + 1013904223u;
		const char *s = line % EVERY == 7 ? personal[(r >> 16) % GW_LENGTH(personal)]
		    : with_accents && line % 2    ? accents[(r >> 16) % GW_LENGTH(accents)]
						  : prose[(r >> 16) % GW_LENGTH(prose)];
		if (buf_adds(out, s) < 0 || buf_add(out, line % 8 == 7 ? "\n\n" : " ", 1) < 0)
			abort();
	}
}

/* Digits among the bytes, in percent; in prose of the government it is about a half. */
static double digits(const struct buf *text)
{
	size_t n = 0;
	for (size_t i = 0; i < text->len; i++)
		n += text->data[i] >= '0' && text->data[i] <= '9';
	return (double)n * 100 / (double)text->len;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* Look through the text once, in pieces as long as a dossier's texts; how many findings. */
static size_t look_through(const struct buf *text)
{
	size_t found = 0;
	for (size_t at = 0; at + PIECE <= text->len; at += PIECE) {
		struct detect_findings f GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
		struct errinfo ei = ERRINFO_INIT;
		size_t a = at, n = PIECE;
		while (n && ((unsigned char)text->data[a + n - 1] & 0x80))
			n--;
		while (n && ((unsigned char)text->data[a] & 0xc0) == 0x80) {
			a++;
			n--;
		}
		if (detect_scan(text->data + a, n, NULL, &f, &ei) < 0) {
			(void)fprintf(stderr, "bench detect: %s\n", ei.msg);
			exit(1);
		}
		found += f.n;
	}
	return found;
}

static void measure(const char *what, const struct buf *text)
{
	double rates[ROUNDS];
	size_t found = 0;
	for (int round = 0; round < ROUNDS; round++) {
		double from = spent();
		found = look_through(text);
		rates[round] = (double)(text->len - text->len % PIECE) / (spent() - from) / 1e6;
	}
	qsort(rates, ROUNDS, sizeof *rates, by_size);
	(void)printf("detect, %s: %.0f MB/s a core (best of %d rounds: %.0f), %.1f findings a kB, "
		     "%.1f %% digits\n",
	    what, rates[ROUNDS / 2], ROUNDS, rates[ROUNDS - 1],
	    (double)found * 1000 / (double)text->len, digits(text));
}

int main(int argc, char **argv)
{
	uint64_t mb = 8;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(MOST);
	struct errinfo ei = ERRINFO_INIT;
	if (argc > 1 && str_u64(argv[1], MOST >> 21, &mb) < 0) {
		if (file_read(argv[1], MOST / 2, &text, &ei) < 0 || text.len < PIECE) {
			(void)fprintf(
			    stderr, "bench detect: '%s' is too short or unreadable\n", argv[1]);
			return 1;
		}
		measure("this text", &text);
		return 0;
	}
	fill(&text, (size_t)mb << 20, false);
	measure("municipal prose", &text);
	buf_clear(&text);
	fill(&text, (size_t)mb << 20, true);
	measure("every second line with accents", &text);
	return 0;
}
