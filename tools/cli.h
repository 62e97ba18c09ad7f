/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * cli: the command line of `handover`, from one table.
 *
 * Each command is a struct cli_command in its own cmd_<name>.c; parsing, --help, man pages and
 * shell completion are all made from it. Errors go to standard error as `handover: what failed:
 * why` or `file:line:col: what is wrong`, facts to standard output.
 */
#ifndef TOOLS_CLI_H
#define TOOLS_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"

struct cli; /* one run of one command */

struct cli_option {
	const char *name;  /* long name without dashes; NULL ends a list */
	char letter;       /* short form, or 0 */
	const char *value; /* name of its value in help ("FILE"), or NULL for a flag */
	const char *help;  /* one line */
	bool many;         /* may be given more than once */
};

struct cli_command {
	const char *name;
	const char *operands;             /* as in the synopsis: "PACKAGE…", "" for none */
	int least, most;                  /* how many operands; most -1 for no bound */
	const char *summary;              /* one line, lower case, no full stop */
	const char *detail;               /* paragraphs for --help and the man page, may be NULL */
	const struct cli_option *options; /* ends with a NULL name; may be NULL */
	const struct cli_command *const *subcommands; /* NULL-ended; NULL for a command that runs */
	bool secret;                                  /* an operand given by mistake is not shown */
	int (*run)(struct cli *cli); /* returns an exit code, best from cli_fail or err_exit */
};

/* True when that is the command that runs: for commands that share what they run. */
bool cli_is(const struct cli *cli, const struct cli_command *command);

/* Operands in order. */
int cli_count(const struct cli *cli);
const char *cli_operand(const struct cli *cli, int i);

/* True when the flag or option was given. `name` is the long name. */
bool cli_given(const struct cli *cli, const char *name);

/* The value of an option, the last one when it was given more than once; NULL when it was not
 * given. */
const char *cli_value(const struct cli *cli, const char *name);

/* The i-th value of an option that may be given many times, NULL behind the last. */
const char *cli_value_at(const struct cli *cli, const char *name, size_t i);

/* The home that applies (--home, $HANDOVER_HOME, $XDG_DATA_HOME/handover, else
 * $HOME/.local/share/handover); "" when not even HOME is set, never NULL. */
const char *cli_home(const struct cli *cli);

/* True with --json, which every command takes that prints facts. */
bool cli_json(const struct cli *cli);

/* Print the message of a failure as it belongs on standard error and return code's exit code. */
int cli_fail(const struct cli *cli, int code, const struct errinfo *ei);

/* Print a usage error (`handover seal: why`, and a pointer to --help); returns 2. */
int cli_usage(const struct cli *cli, const char *fmt, ...) GW_PRINTF(2, 3);

/* GW_EUSAGE: word is none of the n that the option takes; says which was meant, or which there are.
 */
int cli_unknown_word(const char *option, const char *word, const char *const *words, size_t n,
    struct errinfo *ei) GW_MUST_USE;

/* Print `handover: warning: …` on standard error. */
void cli_warn(const char *fmt, ...) GW_PRINTF(1, 2);

/* Print a json value on standard output, one line; drops the reference. Returns 0 or an exit code.
 */
int cli_print_json(json_t *value);

/* Run the program: argv as main got it, commands NULL-ended. Returns the exit code. When nothing
 * else went wrong than that the reader of standard output went away, it ends by SIGPIPE, where the
 * caller does not ignore that. */
int cli_main(int argc, char **argv, const struct cli_command *const *commands);

#endif
