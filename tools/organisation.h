/* SPDX-License-Identifier: EUPL-1.2 */
/* organisation: the subcommands of handover organisation, and what they all say at their end. */
#ifndef TOOLS_ORGANISATION_H
#define TOOLS_ORGANISATION_H

#include "home/home.h"
#include "tools/cli.h"

extern const struct cli_command organisation_set;
extern const struct cli_command organisation_rekey;
extern const struct cli_command organisation_pseudonym;
extern const struct cli_command organisation_revoke;
extern const struct cli_command organisation_identities; /* organisation_keys.c */
extern const struct cli_command organisation_renew;      /* likewise */
extern const struct cli_command organisation_destroy;    /* likewise */

/* Warn that an officer has to sign the registry again, unless what was changed needs none. */
void organisation_sign_again(const struct home *h);

#endif
