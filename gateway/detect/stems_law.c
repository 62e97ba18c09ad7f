/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the law says of special categories: enumerations and standing expressions in which nobody
 * tells of a person (art. 1 Grondwet and the equal treatment acts, art. 9 and 10 GDPR, art. 5 AI
 * Act, art. 1 of the convention on racial discrimination), and whoever handles a case. They cancel
 * only what lies wholly within them: "op grond van ras" alone may be somebody's own story, and
 * counts.
 */
#include "base/defs.h"
#include "detect/stems.h"

/* One who handles a case is no therapist. */
#define HANDLER(what)                                                                       \
	{                                                                                   \
		STEM_NOT, "behandelaar van " what, "vraag het de behandelaar van " what "." \
	}

/* clang-format off: one row a line, for people who keep the list */
static const struct stem rows[] = {
    {STEM_NOT, "levensovertuiging politieke gezindheid ras",
	"wegens godsdienst, levensovertuiging, politieke gezindheid, ras, geslacht"},
    {STEM_NOT, "politieke gezindheid ras geslacht",
	"wegens politieke gezindheid, ras, geslacht of nationaliteit"},
    {STEM_NOT, "hetero of homoseksuele gerichtheid",
	"nationaliteit, hetero- of homoseksuele gerichtheid of burgerlijke staat"},
    {STEM_NOT, "behandeling op grond van handicap of chronische ziekte",
	"Wet gelijke behandeling op grond van handicap of chronische ziekte"},
    {STEM_NOT, "waaruit ras of etnische afkomst",
	"persoonsgegevens waaruit ras of etnische afkomst blijken"},
    {STEM_NOT, "politieke opvattingen religieuze of levensbeschouwelijke overtuigingen",
	"over politieke opvattingen, religieuze of levensbeschouwelijke overtuigingen"},
    {STEM_NOT, "religieuze of levensbeschouwelijke overtuigingen",
	"religieuze of levensbeschouwelijke overtuigingen"},
    {STEM_NOT, "ras politieke opvattingen lidmaatschap van een vakbond",
	"om ras, politieke opvattingen, lidmaatschap van een vakbond af te leiden"},
    {STEM_NOT, "of het lidmaatschap van een vakbond blijk*",
	"of het lidmaatschap van een vakbond blijken"},
    {STEM_NOT, "seksleven of seksuele geaardheid", "seksleven of seksuele geaardheid af te leiden"},
    {STEM_NOT, "seksueel gedrag of seksuele gerichtheid",
	"iemands seksueel gedrag of seksuele gerichtheid"},
    {STEM_NOT, "ras huidskleur taal religie",
	"criteria als ras, huidskleur, taal, religie, nationaliteit"},
    {STEM_NOT, "ras huidskleur afkomst of nationale",
	"onderscheid naar ras, huidskleur, afkomst of nationale of etnische afstamming"},
    {STEM_NOT, "nationale of etnische afkomst", "nationale of etnische afkomst"},
    {STEM_NOT, "nationale of etnische herkomst", "nationale of etnische herkomst"},
    {STEM_NOT, "nationale of etnische afstamming", "nationale of etnische afstamming"},
    {STEM_NOT, "hof van justitie", "het Hof van Justitie oordeelde"},
    {STEM_NOT, "opsporing en vervolging van strafbare feiten",
	"opsporing en vervolging van strafbare feiten"},
    {STEM_NOT, "opsporing of vervolging van strafbare feiten",
	"opsporing of vervolging van strafbare feiten"},
    {STEM_NOT, "onderzoek of vervolging van strafbare feiten",
	"onderzoek of vervolging van strafbare feiten"},
    {STEM_NOT, "betreffende strafrechtelijke veroordelingen en strafbare feiten",
	"persoonsgegevens betreffende strafrechtelijke veroordelingen en strafbare feiten"},
    HANDLER("de zaak"),
    HANDLER("een zaak"),
    HANDLER("uw zaak"),
    HANDLER("de aanvraag"),
    HANDLER("een aanvraag"),
    HANDLER("uw aanvraag"),
    HANDLER("de melding"),
    HANDLER("een melding"),
    HANDLER("uw melding"),
    HANDLER("het bezwaar"),
    HANDLER("uw bezwaar"),
    HANDLER("het verzoek"),
    HANDLER("een verzoek"),
    HANDLER("uw verzoek"),
    HANDLER("het dossier"),
    HANDLER("uw dossier"),
};
/* clang-format on */

const struct stem_list stems_law = {rows, GW_LENGTH(rows)};
