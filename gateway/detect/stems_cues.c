/* SPDX-License-Identifier: EUPL-1.2 */
/* Words at which other detectors look around them. */
#include "base/defs.h"
#include "detect/scan.h"
#include "detect/stems.h"

/* clang-format off: one row a line, for people who keep the list */
static const struct stem rows[] = {
    {STEM_CUE + AT_MAIL, "at", "naam at voorbeeld punt nl"},
    {STEM_CUE + AT_MAIL, "apenstaart*", "naam apenstaartje voorbeeld punt nl"},
    {STEM_CUE + AT_MAIL, "apestaart*", "naam apestaart voorbeeld punt nl"},
    {STEM_CUE + AT_LINK, "http", "http://voorbeeld.nl"},
    {STEM_CUE + AT_LINK, "https", "https://voorbeeld.nl"},
    {STEM_CUE + AT_LINK, "www", "www.voorbeeld.nl"},
    {STEM_CUE + AT_CAR, "kenteken*", "kenteken GX-123-B"},
    {STEM_CUE + AT_CAR, "nummerbord*", "nummerbord GX-123-B"},
    {STEM_CUE + AT_CAR, "nummerplaat*", "nummerplaat GX-123-B"},
    {STEM_CUE + AT_CAR, "auto", "rijdt in de auto GX-123-B"},
    {STEM_CUE + AT_CAR, "scooter", "op de scooter GX-123-B"},
    {STEM_CUE + AT_CAR, "voertuig*", "het voertuig GX-123-B"},
    {STEM_CUE + AT_BSN, "bsn*", "bsn 12345678Z"},
    {STEM_CUE + AT_BSN, "sofi*", "sofinummer 12345678Z"},
    {STEM_CUE + AT_BSN, "burgerservice*", "burgerservicenummer 12345678Z"},
};
/* clang-format on */

const struct stem_list stems_cues = {rows, GW_LENGTH(rows)};
