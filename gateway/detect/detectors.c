/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * detectors: one row for each form that is looked for. A new form is a new row, a find function and
 * its examples; the tests run every example. Rows are asked in this order: what is certain first,
 * so that the digits of a telephone number are not taken for another number.
 */
#include "base/defs.h"
#include "detect/scan.h"

#define TEXTS(...)                \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

const struct detector detectors[] = {
    {
	.kind = DETECT_IBAN,
	.trigger = AT_CODE,
	.claims = true,
	.find = number_iban,
	.form = "country, two digits, letters and digits; spaces, . - / _ , or a line end between",
	.check = "length of the country (ISO 13616) and mod 97 = 1",
	.context = "none needed",
	.hits = TEXTS("NL91ABNA0417164300", "NL91 ABNA 0417 1643 00", "iban nl91abna0417164300.",
	    "rekening NL91-ABNA-0417-1643-00", "IBAN:NL91 ABNA 0417\n1643 00",
	    "BE68 5390 0754 7034", "DE89370400440532013000",
	    "NL91\u00a0ABNA\u00a00417\u00a01643\u00a000", "GB29 NWBK 6016 1331 9268 19",
	    "NL91 ABNA 0417 1643 00 op naam van", "\uff2e\uff2c\uff19\uff11ABNA0417164300",
	    "IBANNL91ABNA0417164300", "TR33 0006 1005 1978 6457 8413 26", "NL 91 ABNA 0417 1643 00",
	    "nl 91 abna 0417164300", "NL-91-ABNA-0417-1643-00", "NL91/ABNA/0417/1643/00",
	    "NL91_ABNA_0417_1643_00", "NL91,ABNA,0417164300", "NL91 ABNA  0417    1643 00"),
	.misses = TEXTS("NL91ABNA0417164301", "NL91ABNA041716430", "XX91ABNA0417164300",
	    "NL12 ABCD", "order NL91 2024", "NL123456782B01"),
    },
    {
	.kind = DETECT_EMAIL,
	.trigger = AT_MAIL,
	.claims = true,
	.find = mail_find,
	.form =
	    "local@label.label, (at), <at>, _at_, at or apenstaart(je) for the sign, punt or dot",
	.check = "at least two labels, the last of letters",
	.context = "a bare at needs a spelled dot or a usual last label",
	.hits = TEXTS("f.yilmaz@voorbeeld.nl", "mail naar jan.de-vries+werk@mail.voorbeeld.info!",
	    "<a@b.eu>", "naam (at) voorbeeld punt nl", "naam[at]voorbeeld.nl",
	    "naam at voorbeeld punt nl", "naam apenstaartje voorbeeld punt nl",
	    "naam at voorbeeld.nl", "jos\u00e9@caf\u00e9.fr", "jan@voor-\nbeeld.nl",
	    "jan\uff20voorbeeld.nl", "info @ voorbeeld.nl", "naam{at}voorbeeld{dot}com",
	    "FATMA@VOORBEELD.NL", "ja\u200bn@voorbeeld.nl", "jan@\nvoorbeeld.nl",
	    "jan@voorbeeld.\nnl", "jan<at>voorbeeld.nl", "jan_at_voorbeeld.nl",
	    "jan-at-voorbeeld.nl", "jan apenstaart voorbeeld punt nl", "jan apestaart gmail.com",
	    "jan.@voorbeeld.nl", "jan punt de punt vries at voorbeeld punt nl"),
	.misses = TEXTS("@voorbeeld", "apart @ 10 uur", "hij at brood. daarna soep",
	    "2 stuks @ 3.50", "zij at om twaalf uur", "a@b", "(at) punt nl"),
    },
    {
	.kind = DETECT_PHONE,
	.trigger = AT_NUMBER,
	.claims = true,
	.find = phone_find,
	.form =
	    "0 and nine digits, +31 or 0031 and nine, (0), 06, 0800 and 0900, 14 and area, + abroad",
	.check = "area codes; no date, time or range of them; nine digits and a lone one are none",
	.context = "tel, mob, bel, nummer and the like raise certainty and let other codes pass",
	.hits = TEXTS("0612345678", "06-12345678", "06 12 34 56 78", "06-1234 5678",
	    "06.12.34.56.78", "+31612345678", "+31 6 12345678", "+31 (0)6 1234 5678",
	    "0031 6 12345678", "0031612345678", "(020) 123 45 67", "020-1234567", "020 - 123 45 67",
	    "0413-123456", "+31(0)20-1234567", "tel:0612345678", "0800-1234", "0900 123 4567",
	    "0900-1234567", "14 020", "bel 14013", "+90 532 123 45 67", "0049 30 1234567",
	    "06\u201012345678", "\u0660\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
	    "06 1234\n5678", "088 123 45 67", "0 6 1 2 3 4 5 6 7 8", "+31 612345678",
	    "06-1999 1234", "06 1234 567 8", "10:00 06-12345678", "12-01-2026 06-12345678",
	    "1. 06-12345678", "1.06 12 34 56 78", "2:06-12345678", "06-12-12-12-12",
	    "06 12 11 10 09", "tel. 0119 12 34 56", "0612345678 12-01-2026", "tel06-12345678",
	    "bel0612345678", "mobiel0612345678", "Tel0612345678", "op0612345678", "+ 31 6 12345678",
	    "06_12345678", "06,12345678", "[06] 12345678", "[06]12345678", "020_1234567",
	    "(+31) 6 12345678"),
	.misses = TEXTS("zaaknummer 0123456789", "06-12-2024 10:30", "2024-06-12", "061234567",
	    "06123456789", "12.345,67", "op 14 mei", "09.00-17.00", "14-02-2026", "0012",
	    "14020 euro", "2026-01-12 0900", "08-06-1999 - 28-02-2000", "van 08-06-1999 28-02-2000",
	    "25.06.1983 06.58", "16/06/1956/24/04/1957", "2016-06-03 2017-05-24",
	    "2016-09-06/2017-05-24", "2032.06.30-2033.08.24", "05 06 1973 20 09 1973",
	    "09 03 2013 10.49", "11-05-06 03-07-12", "06-12-24 10.30", "23:06 1954-10-22",
	    "08061999 1030", "01031981 18.50", "09091995", "010464554 3 kinderen", "010464554-1",
	    "010464554\n3 dagen", "0104.64.554 1", "020000004 1", "order 0119 123456",
	    "22-07-30 - 13-08-32", "06-07-30-13-08-32", "1990.01.06 1991.03.30",
	    "22-06-30-13-08-32", "13:00\n1954-04-30 02.52", "05_05_2005 05_12_2006",
	    "code0612345678", "xtel0612345678", "06,12.345", "06,12 en 345678"),
    },
    {
	.kind = DETECT_BSN,
	.trigger = AT_NUMBER,
	.claims = true,
	.find = number_bsn,
	.form =
	    "nine digits, or eight for a leading zero; dots, spaces, hyphens or a line end between",
	.check =
	    "11-test, not all zero; no telephone number, value added tax number, amount, date, "
	    "row of digits, number within a year or code",
	.context = "bsn, sofi, burgerservice within 40 characters raises certainty and lets odd "
		   "groups, wide gaps, dates and letters that touch pass",
	.hits = TEXTS("123456782", "1234.56.782", "123 456 782", "123-456-782",
	    "Traject voor bsn 1234.56.782 naar werk", "bsn123456782", "BSN:123456782",
	    "1234567\n82", "123\u00a0456\u00a0782", "123\u2011456\u2011782",
	    "\uff11\uff12\uff13456782", "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0662",
	    "bsn 1 2 3 4 5 6 7 8 2", "12345\u00ad6782", "010464554", "10464554", "bsn 1046 4554",
	    "(123456782)", "burgerservicenummer is 12-34-56-782", "123456782, 0612345678",
	    "_123456782_", "1234.56 782", "010464554 3 kinderen", "010464554, 3 kinderen",
	    "010464554/3", "010464554-1", "010464554\n3 dagen", "(010464554) 3", "010 464 554 3x",
	    "0104.64.554 1", "bsn: 12345678-2", "bsn 123456782van", "bsn: 123456782en tel",
	    "bsn123456782geb", "BSN 1234567 8 2", "bsn 123,456,782", "bsn 123, 456, 782",
	    "bsn 1234 . 56 . 782", "bsn 123     456     782", "bsn is 12 345 6782",
	    "123|456|782 (bsn)", "bsn 2024-12349", "202412349", "bsn 123.456.782,00"),
	.misses = TEXTS("123456789", "000000000", "00000000", "bsn 000000000", "NL123456782B01",
	    "NL 123456782 B01", "NL123.456.782.B01", "RSIN 123456782", "btw-nummer 123456782",
	    "+31 612345678", "0612345678", "1234567820", "12345678 2024", "2024-2025", "2026-01-12",
	    "12-01-2026", "20240117", "zaak K123456782", "kvk 10464554", "\u20ac 10.464.554",
	    "NL91ABNA0417164300", "09.00 - 17.00", "5121 AB 12", "10.464.554,50", "zaak 2008.52127",
	    "zaak 2023-61160", "scores 8 4 7 6 3 1 9 8 9", "1-2-3-4-5-6-7-8-2", "123.456.782 euro",
	    "EUR 123.456.782", "\u20ac 123.456.782", "123.456.782,-", "10464554 euro",
	    "bedrag 58.011.316 euro", "zie 123,456,782",
	    "bsn onbekend, geboren 12-03-1984, 6 kinderen", "123     456     782"),
    },
};

const size_t detectors_count = GW_LENGTH(detectors);
