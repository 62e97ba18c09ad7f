/* SPDX-License-Identifier: EUPL-1.2 */
/* record_words: the closed lists of a record and the order of its members (docs/FORMATS.md §4). */
#ifndef GW_LEDGER_RECORD_WORDS_H
#define GW_LEDGER_RECORD_WORDS_H

#define WORD_TIME "0123456789-T:.Z"

enum { RECORD_CLASSES = 9, RECORD_MEMBERS = 26 };

extern const char *const record_classes[RECORD_CLASSES];
extern const char *const record_members[RECORD_MEMBERS];
extern const char *const record_phases[3]; /* by enum ledger_phase; NULL for a single record */
extern const char *const record_outs[4];   /* by enum ledger_out; NULL for none */

#endif
