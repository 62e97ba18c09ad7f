/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The rows of the stem automaton: mention of a special category, not its meaning, is what counts,
 * so a denial ("geen depressie") is a finding too. Patterns are in normal form: ASCII, lower case,
 * without marks. A word that ends like a street (kerkstraat) never counts; one that may be a street
 * or a plan (gevangenispad) counts unless it is written as a name.
 */
#include "detect/stems.h"

#include "base/defs.h"

static const struct stem_list *const lists[] = {
    &stems_health, &stems_belief, &stems_origin, &stems_criminal, &stems_law, &stems_cues};

size_t stem_count(void)
{
	size_t n = 0;
	for (size_t i = 0; i < GW_LENGTH(lists); i++)
		n += lists[i]->n;
	return n;
}

const struct stem *stem_row(size_t i)
{
	size_t k = 0;
	while (i >= lists[k]->n)
		i -= lists[k++]->n;
	return &lists[k]->rows[i];
}

/* clang-format off: one text a line */
const char *const stem_misses[] = {
    "Ons kantoor ligt aan de Kerkstraat 12",
    "De gezondheid is goed",
    "Partij de Vries levert op tijd",
    "De wederpartij is het eens",
    "Woont in Kerkrade aan de Synagogestraat",
    "Zij werkt in het ziekenhuis als schoonmaker",
    "Wil leren voor verzorgende in de zorg",
    "Het traject is aangehouden tot 1 mei",
    "De intake en diagnose zijn door de gemeente gedaan",
    "Zij spreekt Koerdisch, Arabisch en Tigrinya",
    "Christel is de contactpersoon",
    "De groep is homogeen",
    "Een nautische opleiding",
    "Een boete is niet van toepassing",
    "Hij werkt bij de Rasstraat",
    "Volgt het onderwijs in het Islamitischeplein",
    "Kan goed tegen stress en werkdruk",
    "Zoekt een baan als hartelijke gastvrouw",
    "Heeft een rijbewijs B en een eigen fiets",
    "Dit add-on pakket past bij hem",
    "Zijn ass. manager was er niet bij",
    "Kantoor aan de Gevangenisweg in Vught",
    "De zaak zit op Kankerpad 12",
    "Een VOG is nodig voor deze functie en is aangevraagd",
    "De werkgever heeft een positieve VOG ontvangen",
    "Hij stemt zijn werk af op dat van anderen",
    "Zij is lid van de ondernemingsraad",
    NULL,
};
/* clang-format on */
