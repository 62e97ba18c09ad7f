/* SPDX-License-Identifier: EUPL-1.2 */
/* The commands of `handover`: one line for each cmd_<name>.c; the order of help stands in
 * handover.c. */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

struct cli_command;

extern const struct cli_command cmd_age;
extern const struct cli_command cmd_attach;
extern const struct cli_command cmd_backup;
extern const struct cli_command cmd_correct;
extern const struct cli_command cmd_detect;
extern const struct cli_command cmd_dossier;
extern const struct cli_command cmd_init;
extern const struct cli_command cmd_inspect;
extern const struct cli_command cmd_ledger;
extern const struct cli_command cmd_organisation;
extern const struct cli_command cmd_policy;
extern const struct cli_command cmd_receipt;
extern const struct cli_command cmd_registry;
extern const struct cli_command cmd_report;
extern const struct cli_command cmd_restore;
extern const struct cli_command cmd_review;
extern const struct cli_command cmd_statement;
extern const struct cli_command cmd_subject;
extern const struct cli_command cmd_open;
extern const struct cli_command cmd_seal;

#endif
