/* SPDX-License-Identifier: EUPL-1.2 */
/* Words at which other detectors look around them. */
#include "base/defs.h"
#include "detect/scan.h"
#include "detect/stems.h"

/* clang-format off: one row a line, for people who keep the list */
static const struct stem rows[] = {
    {STEM_CUE + AT_MAIL, "at", NULL},
    {STEM_CUE + AT_MAIL, "apenstaart*", NULL},
    {STEM_CUE + AT_MAIL, "apestaart*", NULL},
    {STEM_CUE + AT_LINK, "http", NULL},
    {STEM_CUE + AT_LINK, "https", NULL},
    {STEM_CUE + AT_LINK, "www", NULL},
    {STEM_CUE + AT_CAR, "kenteken*", NULL},
    {STEM_CUE + AT_CAR, "nummerbord*", NULL},
    {STEM_CUE + AT_CAR, "nummerplaat*", NULL},
    {STEM_CUE + AT_CAR, "auto", NULL},
    {STEM_CUE + AT_CAR, "scooter", NULL},
    {STEM_CUE + AT_CAR, "voertuig*", NULL},
    {STEM_CUE + AT_BSN, "bsn*", NULL},
    {STEM_CUE + AT_BSN, "sofi*", NULL},
    {STEM_CUE + AT_BSN, "burgerservice*", NULL},
    {STEM_CUE + AT_PHONE, "tel", NULL},
    {STEM_CUE + AT_PHONE, "telefoon*", NULL},
    {STEM_CUE + AT_PHONE, "mob", NULL},
    {STEM_CUE + AT_PHONE, "mobiel*", NULL},
    {STEM_CUE + AT_PHONE, "bel", NULL},
};
/* clang-format on */

const struct stem_list stems_cues = {rows, GW_LENGTH(rows)};
