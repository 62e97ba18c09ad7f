/* SPDX-License-Identifier: EUPL-1.2 */
/* ledger: the subcommands of handover ledger that lie in a file of their own. */
#ifndef TOOLS_LEDGER_H
#define TOOLS_LEDGER_H

#include "ledger/merkle.h"
#include "tools/cli.h"

extern const struct cli_command ledger_cosign;    /* ledger_anchor.c */
extern const struct cli_command ledger_witnessed; /* likewise */
extern const struct cli_command ledger_begin_anew;
extern const struct cli_command ledger_verify_all; /* ledger_verify.c */

/* Read a number that was given (text NULL: it was not, *ret_v stays): 0, or 2 as cli_usage. */
int ledger_number(const struct cli *cli, const char *what, const char *text, uint64_t *ret_v);

/* A hash as JSON, in base64. */
json_t *ledger_hash(const struct merkle_hash *h);

#endif
