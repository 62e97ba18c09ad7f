/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/clidoc.h"

#include <string.h>

#include "base/str.h"

static void synopsis(FILE *out, const struct cli_command *group, const struct cli_command *c)
{
	(void)fprintf(out, "handover%s%s %s", group ? " " : "", group ? group->name : "", c->name);
	if (c->subcommands)
		(void)fprintf(out, " COMMAND");
	if (c->options && c->options->name)
		(void)fprintf(out, " [OPTION…]");
	if (c->operands && *c->operands)
		(void)fprintf(out, " %s", c->operands);
}

static void print_options(const struct cli_option *o)
{
	for (; o && o->name; o++) {
		char left[64], letter[5] = "    ";
		if (o->letter)
			(void)snprintf(letter, sizeof letter, "-%c, ", o->letter);
		(void)snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name,
		    o->value ? " " : "", o->value ? o->value : "");
		(void)printf("  %-26s %s%s\n", left, o->help, o->many ? " (may be repeated)" : "");
	}
}

/* Text in lines of at most 80 columns (a character is a column); an empty line parts paragraphs. */
static void wrap(const char *s)
{
	enum { WIDTH = 80 };
	size_t column = 0;
	while (*s) {
		size_t bytes = strcspn(s, " \n"), columns = 0;
		for (size_t i = 0; i < bytes; i++)
			columns += ((unsigned char)s[i] & 0xc0) != 0x80;
		if (column && column + 1 + columns > WIDTH) {
			(void)putchar('\n');
			column = 0;
		}
		(void)printf("%s%.*s", column && columns ? " " : "", (int)bytes, s);
		column += columns + (column && columns);
		s += bytes;
		if (s[0] == '\n' && s[1] == '\n') {
			(void)fputs("\n\n", stdout);
			column = 0;
			s++;
		}
		s += *s != '\0';
	}
	(void)putchar('\n');
}

static void list(FILE *out, const struct cli_command *const *commands)
{
	for (; *commands; commands++)
		(void)fprintf(out, "  %-18s %s\n", (*commands)->name, (*commands)->summary);
}

int clidoc_usage(
    FILE *out, const struct cli_command *const *commands, const struct cli_command *command)
{
	(void)fprintf(out, "usage: handover%s%s COMMAND …\n\n", command ? " " : " [--home DIR]",
	    command ? command->name : "");
	list(out, command ? command->subcommands : commands);
	(void)fprintf(out, "\n`handover help%s%s COMMAND` says more.\n", command ? " " : "",
	    command ? command->name : "");
	return 0;
}

int clidoc_help(const struct cli_command *const *commands, const struct cli_command *group,
    const struct cli_command *command, const struct cli_option *global)
{
	if (!command || command->subcommands) {
		if (command)
			(void)printf("handover %s: %s\n\n", command->name, command->summary);
		else
			(void)puts(
			    "handover: sealed handover of candidate dossiers between organisations\n");
		return clidoc_usage(stdout, commands, command);
	}
	(void)fputs("usage: ", stdout);
	synopsis(stdout, group, command);
	(void)printf("\n\n%s\n", command->summary);
	if (command->detail) {
		(void)putchar('\n');
		wrap(command->detail);
	}
	if (command->options && command->options->name) {
		(void)puts("\noptions:");
		print_options(command->options);
	}
	(void)puts("\noptions of every command:");
	print_options(global);
	return 0;
}

/* Text in roff: a backslash, and a dot or quote that begins a line, must not be read as a request.
 */
static void roff(const char *s)
{
	for (bool start = true; *s; start = *s == '\n', s++) {
		if (start && (*s == '.' || *s == '\''))
			(void)fputs("\\&", stdout);
		if (*s == '\\')
			(void)fputs("\\e", stdout);
		else if (*s == '-')
			(void)fputs("\\-", stdout);
		else if (*s == '\n' && s[1] == '\n')
			(void)fputs("\n.PP", stdout);
		else
			(void)putchar(*s);
	}
	(void)putchar('\n');
}

static void roff_options(const struct cli_option *o)
{
	for (; o && o->name; o++) {
		(void)fputs(".TP\n", stdout);
		if (o->letter)
			(void)printf("\\fB\\-%c\\fR, ", o->letter);
		(void)printf("\\fB\\-\\-%s\\fR", o->name);
		if (o->value)
			(void)printf(" \\fI%s\\fR", o->value);
		(void)putchar('\n');
		roff(o->help);
		if (o->many)
			(void)puts("(may be repeated)");
	}
}

static void man_command(const struct cli_command *group, const struct cli_command *c)
{
	(void)fputs(".SS ", stdout);
	synopsis(stdout, group, c);
	(void)putchar('\n');
	roff(c->summary);
	if (c->detail) {
		(void)puts(".PP");
		roff(c->detail);
	}
	roff_options(c->options);
	for (const struct cli_command *const *s = c->subcommands; s && *s; s++)
		man_command(c, *s);
}

/* How each command of the page is called. */
static void man_synopsis(const struct cli_command *group, const struct cli_command *c)
{
	if (!c->subcommands) {
		(void)printf("\\fBhandover\\fR [\\fB\\-\\-home\\fR \\fIDIR\\fR] \\fB%s%s%s\\fR",
		    group ? group->name : "", group ? " " : "", c->name);
		if (c->options && c->options->name)
			(void)fputs(" [\\fIOPTION\\fR…]", stdout);
		if (c->operands && *c->operands)
			(void)printf(" \\fI%s\\fR", c->operands);
		(void)puts("\n.br");
	}
	for (const struct cli_command *const *s = c->subcommands; s && *s; s++)
		man_synopsis(c, *s);
}

static const char man_end[] =
    ".SH EXIT STATUS\n0 done; 1 any other failure; 2 usage; 3 input invalid; 4 refused by policy, "
    "contract, acceptance or expiry;\n5 authenticity or integrity; 6 no key of ours opens it; "
    "7 network or counterparty; 8 the ledger could not be written.\n"
    ".SH ENVIRONMENT\n.TP\n.B HANDOVER_HOME\nthe home, where \\-\\-home is not given\n"
    ".TP\n.B XDG_DATA_HOME\nelse the home is its folder handover\n"
    ".TP\n.B HOME\nelse the home is .local/share/handover in it\n"
    ".TP\n.B HANDOVER_PKCS11_PIN\nthe PIN of a token that holds a key (pkcs11: URI)\n"
    ".TP\n.B HANDOVER_TEST_CLOCK\nthe moment (RFC 3339) that counts as now, in homes with "
    "test: true only";

static int man(
    const char *name, const struct cli_command *const *commands, const struct cli_option *global)
{
	const struct cli_command *one = NULL;
	for (const struct cli_command *const *c = commands; *c; c++)
		if (str_eq((*c)->name, name))
			one = *c;
	if (!one && !str_eq(name, "handover"))
		return -1;
	(void)printf(
	    ".TH handover%s%s 1 \"\" \"Handover Gateway\" \"Handover Gateway\"\n.SH NAME\n",
	    one ? "\\-" : "", one ? one->name : "");
	(void)printf("handover%s%s \\- ", one ? "\\-" : "", one ? one->name : "");
	roff(one ? one->summary : "sealed handover of candidate dossiers between organisations");
	(void)puts(".SH SYNOPSIS");
	if (one)
		man_synopsis(NULL, one);
	else
		(void)puts(".B handover\n[\\fB\\-\\-home\\fR \\fIDIR\\fR] \\fICOMMAND\\fR …");
	(void)puts(".SH COMMANDS");
	if (one)
		man_command(NULL, one);
	else
		for (const struct cli_command *const *c = commands; *c; c++)
			(void)printf(".TP\n.BR handover\\-%s (1)\n%s\n", (*c)->name, (*c)->summary);
	(void)puts(".SH OPTIONS OF EVERY COMMAND");
	roff_options(global);
	(void)puts(man_end);
	return 0;
}

static void complete_words(const char *prefix, const struct cli_command *c)
{
	(void)printf("\t'%s') words='", prefix);
	for (const struct cli_command *const *s = c->subcommands; s && *s; s++)
		(void)printf("%s ", (*s)->name);
	for (const struct cli_option *o = c->options; o && o->name; o++)
		(void)printf("--%s ", o->name);
	/* where a command's own name is still to come, file names would only be in the way */
	(void)printf("--home --json --help' files=%d ;;\n", c->subcommands ? 0 : 1);
}

/* The options that take a value, so that the word behind one is not taken for a command. */
static void complete_values(const struct cli_command *const *commands)
{
	for (; commands && *commands; commands++) {
		for (const struct cli_option *o = (*commands)->options; o && o->name; o++)
			if (o->value)
				(void)printf("|--%s", o->name);
		complete_values((*commands)->subcommands);
	}
}

/* The words for the value of an option, where there are few or the home knows them. */
static const char bash_values[] =
    "\tif [[ -n $value ]]; then\n"
    "\t\tcase $value in\n"
    "\t\t--language|--lang) words='nl en' ;;\n"
    "\t\t--role) words='municipality region provider language_school uwv' ;;\n"
    "\t\t--programme) words='participatiewet wi2021 ioaw nug' ;;\n"
    "\t\t--duty) words='bsn_processing' ;;\n"
    "\t\t--reason) words='compromised superseded ceased unspecified policy_changed "
    "contract_ended agreement_ended other' ;;\n"
    "\t\t--policy) [[ $path == report* ]] && w=report_policy || w=policy\n"
    "\t\t\twords=$(sed -n \"s/^$w: *\\([A-Za-z0-9._-]*\\).*/\\1/p\" \\\n"
    "\t\t\t\"${home:-${HANDOVER_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/handover}}\"/policies/*.yaml"
    " 2>/dev/null) ;;\n"
    "\t\t*) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n"
    "\t\tesac\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n\t\treturn\n\tfi\n"
    "\twhile :; do\n\tcase $path in";

static int bash(const struct cli_command *const *commands)
{
	(void)fputs(
	    "# bash completion of handover; made from its table of commands\n"
	    "_handover()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words='' path='' files=1 value='' home='' w\n"
	    "\tfor w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	    "\t\tif [[ -n $value ]]; then\n"
	    "\t\t\t[[ $value == --home ]] && home=$w\n"
	    "\t\t\tvalue=''; continue\n\t\tfi\n"
	    "\t\tcase $w in\n\t\t--home",
	    stdout);
	complete_values(commands);
	(void)puts(") value=$w ;;\n\t\t-*) ;;\n\t\t*) path=\"${path:+$path }$w\" ;;\n\t\tesac\n"
		   "\tdone");
	(void)puts(bash_values);
	(void)fputs("\t'') words='", stdout);
	for (const struct cli_command *const *c = commands; *c; c++)
		(void)printf("%s ", (*c)->name);
	(void)puts("help --home --json --help --version' files=0 ;;");
	for (const struct cli_command *const *c = commands; *c; c++) {
		complete_words((*c)->name, *c);
		for (const struct cli_command *const *s = (*c)->subcommands; s && *s; s++) {
			char path[128];
			(void)snprintf(path, sizeof path, "%s %s", (*c)->name, (*s)->name);
			complete_words(path, *s);
		}
	}
	(void)puts("\t*) [[ $path == *' '* ]] && { path=${path% *}; continue; } ;;\n"
		   "\tesac\n\tbreak\n\tdone\n"
		   "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\"; "
		   "[[ $files == 0 || $cur == -* ]] || compgen -f -- \"$cur\")\n}\n"
		   "complete -o filenames -F _handover handover");
	return 0;
}

int clidoc_print(
    const char *what, const struct cli_command *const *commands, const struct cli_option *global)
{
	if (str_eq(what, "commands")) {
		for (const struct cli_command *const *c = commands; *c; c++)
			(void)puts((*c)->name);
		return 0;
	}
	if (str_eq(what, "bash"))
		return bash(commands);
	return str_starts(what, "man:") ? man(what + 4, commands, global) : -1;
}
