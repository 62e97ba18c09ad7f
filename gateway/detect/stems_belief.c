/* SPDX-License-Identifier: EUPL-1.2 */
/* Words that tell of religion, belief, politics or a union. */
#include "base/defs.h"
#include "detect/stems.h"

/* A party in the phrases that tell of a vote or a membership. */
#define PARTY(name)                                            \
	{DETECT_OTHER_SPECIAL, "stemt " name, NULL},           \
	    {DETECT_OTHER_SPECIAL, "stemt op " name, NULL},    \
	    {DETECT_OTHER_SPECIAL, "stemt op de " name, NULL}, \
	    {DETECT_OTHER_SPECIAL, "lid van " name, NULL},     \
	    {DETECT_OTHER_SPECIAL, "lid van de " name, NULL},  \
	{                                                      \
		DETECT_OTHER_SPECIAL, name " lid", NULL        \
	}

/* A school of a belief, where people study or work. */
#define SCHOOL(name)                                                                         \
	{STEM_NOT, name " basisschool*", "werkt op een " name " basisschool"},               \
	    {STEM_NOT, name " school*", "zat op een " name " school"},                       \
	    {STEM_NOT, name " scholen*", "stage bij de " name " scholen"},                   \
	    {STEM_NOT, name " middelbare school*", "zat op een " name " middelbare school"}, \
	    {STEM_NOT, name " scholengemeenschap*", "bij een " name " scholengemeenschap"},  \
	    {STEM_NOT, name " hogeschool*", "diploma van de " name " hogeschool"},           \
	{                                                                                    \
		STEM_NOT, name " college*", "conducteur bij een " name " college"            \
	}

/* clang-format off: one row a line, for people who keep the list */
static const struct stem rows[] = {
    /* religion and belief */
    {DETECT_OTHER_SPECIAL, "moskee*", NULL},
    {DETECT_OTHER_SPECIAL, "synagog*", NULL},
    {DETECT_OTHER_SPECIAL, "kerk", NULL},
    {DETECT_OTHER_SPECIAL, "kerkelijk*", NULL},
    {DETECT_OTHER_SPECIAL, "kerkdienst*", NULL},
    {DETECT_OTHER_SPECIAL, "kerkgang*", NULL},
    {DETECT_OTHER_SPECIAL, "kerkganger*", NULL},
    {DETECT_OTHER_SPECIAL, "kerkgenoot*", NULL},
    {DETECT_OTHER_SPECIAL, "kerkgemeenschap*", NULL},
    {DETECT_OTHER_SPECIAL, "islam*", NULL},
    {DETECT_OTHER_SPECIAL, "moslim*", NULL},
    {DETECT_OTHER_SPECIAL, "soenni*", NULL},
    {DETECT_OTHER_SPECIAL, "sjiiet*", NULL},
    {DETECT_OTHER_SPECIAL, "sjiit*", NULL},
    {DETECT_OTHER_SPECIAL, "alevi*", NULL},
    {DETECT_OTHER_SPECIAL, "christen", NULL},
    {DETECT_OTHER_SPECIAL, "christenen", NULL},
    {DETECT_OTHER_SPECIAL, "christelijk*", NULL},
    {DETECT_OTHER_SPECIAL, "christendom", NULL},
    {DETECT_OTHER_SPECIAL, "katholiek*", NULL},
    {DETECT_OTHER_SPECIAL, "protestant*", NULL},
    {DETECT_OTHER_SPECIAL, "gereformeerd*", NULL},
    {DETECT_OTHER_SPECIAL, "hervormd*", NULL},
    {DETECT_OTHER_SPECIAL, "evangelisch*", NULL},
    {DETECT_OTHER_SPECIAL, "pinkstergemeente", NULL},
    {DETECT_OTHER_SPECIAL, "hindoe*", NULL},
    {DETECT_OTHER_SPECIAL, "boeddhis*", NULL},
    {DETECT_OTHER_SPECIAL, "jood", NULL},
    {DETECT_OTHER_SPECIAL, "joden", NULL},
    {DETECT_OTHER_SPECIAL, "jodin*", NULL},
    {DETECT_OTHER_SPECIAL, "joods*", NULL},
    {DETECT_OTHER_SPECIAL, "jodendom", NULL},
    {DETECT_OTHER_SPECIAL, "jehova*", NULL},
    {DETECT_OTHER_SPECIAL, "atheis*", NULL},
    {DETECT_OTHER_SPECIAL, "koptisch*", NULL},
    {DETECT_OTHER_SPECIAL, "ramadan", NULL},
    {DETECT_OTHER_SPECIAL, "gelovig*", NULL},
    {DETECT_OTHER_SPECIAL, "geloof", NULL},
    {DETECT_OTHER_SPECIAL, "geloofs*", NULL},
    {DETECT_OTHER_SPECIAL, "geloofsovertuiging*", NULL},
    {DETECT_OTHER_SPECIAL, "religi*", NULL},
    {DETECT_OTHER_SPECIAL, "imam", NULL},
    {DETECT_OTHER_SPECIAL, "dominee", NULL},
    {DETECT_OTHER_SPECIAL, "gebedsruimte*", NULL},
    {DETECT_OTHER_SPECIAL, "gebedshuis*", NULL},
    {DETECT_OTHER_SPECIAL, "gebedstijd*", NULL},
    {DETECT_OTHER_SPECIAL, "bidden", NULL},
    {DETECT_OTHER_SPECIAL, "bidt", NULL},
    {DETECT_OTHER_SPECIAL, "hoofddoek*", NULL},
    {DETECT_OTHER_SPECIAL, "vrijdaggebed", NULL},
    {DETECT_OTHER_SPECIAL, "bijbel*", NULL},
    {DETECT_OTHER_SPECIAL, "koran*", NULL},
    {DETECT_OTHER_SPECIAL, "eritrees orthodox*", NULL},
    {DETECT_OTHER_SPECIAL, "grieks orthodox*", NULL},
    {DETECT_OTHER_SPECIAL, "syrisch orthodox*", NULL},
    {DETECT_OTHER_SPECIAL, "levensbeschouw*", NULL},
    /* politics and unions */
    {DETECT_OTHER_SPECIAL, "politieke voorkeur*", NULL},
    {DETECT_OTHER_SPECIAL, "politieke overtuiging*", NULL},
    {DETECT_OTHER_SPECIAL, "politieke gezindheid", NULL},
    {DETECT_OTHER_SPECIAL, "politieke opvatting*", NULL},
    {DETECT_OTHER_SPECIAL, "politieke activiteit*", NULL},
    {DETECT_OTHER_SPECIAL, "politieke partij*", NULL},
    {DETECT_OTHER_SPECIAL, "politiek actief", NULL},
    {DETECT_OTHER_SPECIAL, "politieke vluchteling*", NULL},
    {DETECT_OTHER_SPECIAL, "politiek vluchteling*", NULL},
    {DETECT_OTHER_SPECIAL, "lid van de partij", NULL},
    {DETECT_OTHER_SPECIAL, "partijlid*", NULL},
    {DETECT_OTHER_SPECIAL, "partijlidmaatschap", NULL},
    {DETECT_OTHER_SPECIAL, "vakbond*", NULL},
    {DETECT_OTHER_SPECIAL, "vakvereniging*", NULL},
    {DETECT_OTHER_SPECIAL, "vakbeweging", NULL},
    {DETECT_OTHER_SPECIAL, "lid fnv", NULL},
    {DETECT_OTHER_SPECIAL, "lid cnv", NULL},
    {DETECT_OTHER_SPECIAL, "lid van fnv", NULL},
    {DETECT_OTHER_SPECIAL, "lid van de fnv", NULL},
    {DETECT_OTHER_SPECIAL, "lid van cnv", NULL},
    {DETECT_OTHER_SPECIAL, "lid van het cnv", NULL},
    {DETECT_OTHER_SPECIAL, "fnv lid*", NULL},
    {DETECT_OTHER_SPECIAL, "cnv lid*", NULL},
    PARTY("pvv"),
    PARTY("vvd"),
    PARTY("cda"),
    PARTY("sp"),
    PARTY("pvda"),
    PARTY("groenlinks"),
    PARTY("sgp"),
    PARTY("fvd"),
    PARTY("nsc"),
    PARTY("bbb"),
    PARTY("christenunie"),
    PARTY("d"),
    {DETECT_OTHER_SPECIAL, "stemt denk", NULL},
    {DETECT_OTHER_SPECIAL, "stemt op denk", NULL},
    {DETECT_OTHER_SPECIAL, "stemt volt", NULL},
    {DETECT_OTHER_SPECIAL, "stemt op volt", NULL},
    /* cancels */
    SCHOOL("christelijke"),
    SCHOOL("katholieke"),
    SCHOOL("islamitische"),
    SCHOOL("protestantse"),
    SCHOOL("gereformeerde"),
    SCHOOL("joodse"),
    SCHOOL("evangelische"),
    SCHOOL("hindoeistische"),
    {STEM_NOT, "joods historisch museum", "bezoekt het Joods Historisch Museum"},
    {STEM_NOT, "joods museum", "een rondleiding in het Joods Museum"},
    {STEM_NOT, "wit geloof", "het onderdeel wit geloof"},
    {STEM_NOT, "ik geloof", "ja ik geloof dat het lukt"},
    {STEM_NOT, "geloof ik", "dat gaat geloof ik goed"},
    {STEM_NOT, "geloof in eigen kunnen", "meer geloof in eigen kunnen"},
    {STEM_NOT, "geloof in zichzelf", "heeft weer geloof in zichzelf"},
    {STEM_NOT, "vertrouwen en geloof in", "vertrouwen en geloof in de toekomst"},
};
/* clang-format on */

const struct stem_list stems_belief = {rows, GW_LENGTH(rows)};
