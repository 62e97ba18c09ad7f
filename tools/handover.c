/* SPDX-License-Identifier: EUPL-1.2 */
/* handover: the command for people and scripts. Each command lies in its own cmd_<name>.c. */
#include "tools/cli.h"
#include "tools/commands.h"

static const struct cli_command *const commands[] = {
    &cmd_init,
    &cmd_organisation,
    &cmd_registry,
    &cmd_policy,
    &cmd_seal,
    &cmd_review,
    &cmd_open,
    &cmd_correct,
    &cmd_report,
    &cmd_inspect,
    &cmd_gateway,
    &cmd_send,
    &cmd_release,
    &cmd_inbox,
    &cmd_accept,
    &cmd_decline,
    &cmd_hold,
    &cmd_question,
    &cmd_fetch,
    &cmd_ack,
    &cmd_conversation,
    &cmd_take_over,
    &cmd_return,
    &cmd_withdraw,
    &cmd_cancel,
    &cmd_extend,
    &cmd_destroyed,
    &cmd_kept,
    &cmd_misdelivered,
    &cmd_entered_in_error,
    &cmd_consent_withdrawn,
    &cmd_status,
    &cmd_statement,
    &cmd_receipt,
    &cmd_ledger,
    &cmd_subject,
    &cmd_backup,
    &cmd_restore,
    &cmd_age,
    &cmd_dossier,
    &cmd_attach,
    &cmd_detect,
    NULL,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, commands);
}
