/* SPDX-License-Identifier: EUPL-1.2 */
/* Words that tell of origin, orientation, genes or the body as a key. */
#include "base/defs.h"
#include "detect/stems.h"

/* clang-format off: one row a line, for people who keep the list */
static const struct stem rows[] = {
    /* origin, orientation, body data */
    {DETECT_OTHER_SPECIAL, "afkomst", NULL},
    {DETECT_OTHER_SPECIAL, "komaf", NULL},
    {DETECT_OTHER_SPECIAL, "etnisch*", NULL},
    {DETECT_OTHER_SPECIAL, "etnicit*", NULL},
    {DETECT_OTHER_SPECIAL, "huidskleur*", NULL},
    {DETECT_OTHER_SPECIAL, "zigeuner*", NULL},
    {DETECT_OTHER_SPECIAL, "ras", NULL},
    {DETECT_OTHER_SPECIAL, "bevolkingsgroep", NULL},
    {DETECT_OTHER_SPECIAL, "homo", NULL},
    {DETECT_OTHER_SPECIAL, "homo s", NULL},
    {DETECT_OTHER_SPECIAL, "homos", NULL},
    {DETECT_OTHER_SPECIAL, "homoseks*", NULL},
    {DETECT_OTHER_SPECIAL, "lesbi*", NULL},
    {DETECT_OTHER_SPECIAL, "biseks*", NULL},
    {DETECT_OTHER_SPECIAL, "transgender*", NULL},
    {DETECT_OTHER_SPECIAL, "transseks*", NULL},
    {DETECT_OTHER_SPECIAL, "transvrouw*", NULL},
    {DETECT_OTHER_SPECIAL, "transman", NULL},
    {DETECT_OTHER_SPECIAL, "transmannen", NULL},
    {DETECT_OTHER_SPECIAL, "gay", NULL},
    {DETECT_OTHER_SPECIAL, "geslachtsverander*", NULL},
    {DETECT_OTHER_SPECIAL, "genderdysfor*", NULL},
    {DETECT_OTHER_SPECIAL, "geaardheid", NULL},
    {DETECT_OTHER_SPECIAL, "seksuele voorkeur*", NULL},
    {DETECT_OTHER_SPECIAL, "seksuele gerichtheid", NULL},
    {DETECT_OTHER_SPECIAL, "lhbt*", NULL},
    {DETECT_OTHER_SPECIAL, "queer", NULL},
    {DETECT_OTHER_SPECIAL, "dna", NULL},
    {DETECT_OTHER_SPECIAL, "dna onderzoek*", NULL},
    {DETECT_OTHER_SPECIAL, "vingerafdruk*", NULL},
    /* cancels */
    {STEM_NOT, "ras van de hond*", "het ras van de honden maakt niet uit"},
    {STEM_NOT, "ras van het dier", "afhankelijk van het ras van het dier"},
    {STEM_NOT, "goede komaf", "meubels van goede komaf"},
    {STEM_NOT, "eenvoudige komaf", "een man van eenvoudige komaf"},
};
/* clang-format on */

const struct stem_list stems_origin = {rows, GW_LENGTH(rows)};
