/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * detectors: one row for each form that is looked for, in the order in which they are asked: what
 * is certain first, so that the digits of a telephone number are not taken for another number. A
 * row stands at the end of the file of its find function, with its examples; the tests run every
 * one of them.
 */
#include "base/defs.h"
#include "detect/scan.h"

extern const struct detector detector_iban, detector_mail, detector_link, detector_birth,
    detector_v_number, detector_permit, detector_phone, detector_bsn, detector_misread,
    detector_misread_phone, detector_kvk, detector_postcode, detector_street, detector_date,
    detector_age, detector_plate, detector_name, detector_place, detector_capital;

const struct detector *const detectors[] = {
    &detector_iban,
    &detector_mail,
    &detector_link,
    &detector_v_number,
    &detector_permit,
    &detector_birth,
    &detector_phone,
    &detector_bsn,
    &detector_misread,
    &detector_misread_phone,
    &detector_kvk,
    &detector_street,
    &detector_postcode,
    &detector_date,
    &detector_age,
    &detector_plate,
    &detector_name,
    &detector_place,
    &detector_capital,
};

const size_t detectors_count = GW_LENGTH(detectors);
