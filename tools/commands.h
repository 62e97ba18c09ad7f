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
extern const struct cli_command cmd_accept;
extern const struct cli_command cmd_ack;
extern const struct cli_command cmd_cancel;
extern const struct cli_command cmd_consent_withdrawn;
extern const struct cli_command cmd_conversation;
extern const struct cli_command cmd_decline;
extern const struct cli_command cmd_destroyed;
extern const struct cli_command cmd_entered_in_error;
extern const struct cli_command cmd_extend;
extern const struct cli_command cmd_fetch;
extern const struct cli_command cmd_gateway;
extern const struct cli_command cmd_hold;
extern const struct cli_command cmd_inbox;
extern const struct cli_command cmd_kept;
extern const struct cli_command cmd_misdelivered;
extern const struct cli_command cmd_question;
extern const struct cli_command cmd_release;
extern const struct cli_command cmd_return;
extern const struct cli_command cmd_send;
extern const struct cli_command cmd_status;
extern const struct cli_command cmd_take_over;
extern const struct cli_command cmd_withdraw;
extern const struct cli_command cmd_open;
extern const struct cli_command cmd_seal;

#endif
