/* SPDX-License-Identifier: EUPL-1.2 */
/* clidoc: help, man page and shell completion, printed from the table of commands. */
#ifndef TOOLS_CLIDOC_H
#define TOOLS_CLIDOC_H

#include <stdio.h>

#include "base/defs.h"
#include "tools/cli.h"

/* Print the help of a command (NULL: of the program) on standard output. Returns 0. */
int clidoc_help(const struct cli_command *const *commands, const struct cli_command *group,
    const struct cli_command *command, const struct cli_option *global) GW_MUST_USE;

/* Print in a few lines which commands there are below `command` (NULL: the program's). Returns 0.
 */
int clidoc_usage(FILE *out, const struct cli_command *const *commands,
    const struct cli_command *command) GW_MUST_USE;

/* Print "man:NAME" (roff of one command, "man:handover" of all) or "bash" (completion); -1 for
 * another word. */
int clidoc_print(const char *what, const struct cli_command *const *commands,
    const struct cli_option *global) GW_MUST_USE;

#endif
