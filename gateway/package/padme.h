/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * padme: how long a package is made, so that its size tells little of what is in it.
 *
 * Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with
 * PURBs", 2019, §4): a length keeps only as many leading bits as the position of its highest bit
 * needs, so that it costs at most 12 % and leaks O(log log n) bits.
 */
#ifndef GW_PACKAGE_PADME_H
#define GW_PACKAGE_PADME_H

#include <stdint.h>

/* The Padmé length of n bytes, rounded up to a whole tar block of 512; 0 for n above 2^62. */
uint64_t padme_length(uint64_t n);

#endif
