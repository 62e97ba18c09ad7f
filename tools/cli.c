/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/str.h"
#include "base/version.h"
#include "sandbox/worker.h"
#include "tools/clidoc.h"
#include "tools/output.h"

enum { MOST_VALUES = 8192 };

struct cli {
	const struct cli_command *group,
	    *command; /* `handover group command`; group NULL at the top */
	const char *home;
	char *home_made;
	const char **operands;
	int count;
	struct {
		const struct cli_option *option;
		const char *value;
	} * given;
	size_t given_n;
};

static const struct cli_option global[] = {
    {"home", 0, "DIR", "use the home DIR (else $HANDOVER_HOME, else $XDG_DATA_HOME/handover)",
	false},
    {"json", 0, NULL, "print facts as JSON, one value a line", false},
    {"help", 'h', NULL, "show this help", false},
    {"version", 0, NULL, "print the version", false},
    {NULL, 0, NULL, NULL, false},
};

bool cli_is(const struct cli *cli, const struct cli_command *command)
{
	return cli->command == command;
}

int cli_count(const struct cli *cli)
{
	return cli->count;
}

const char *cli_operand(const struct cli *cli, int i)
{
	return i < cli->count ? cli->operands[i] : NULL;
}

bool cli_given(const struct cli *cli, const char *name)
{
	for (size_t i = 0; i < cli->given_n; i++)
		if (str_eq(cli->given[i].option->name, name))
			return true;
	return false;
}

const char *cli_value(const struct cli *cli, const char *name)
{
	const char *last = NULL;
	for (size_t i = 0; i < cli->given_n; i++)
		if (str_eq(cli->given[i].option->name, name))
			last = cli->given[i].value;
	return last;
}

const char *cli_value_at(const struct cli *cli, const char *name, size_t i)
{
	for (size_t k = 0; k < cli->given_n; k++)
		if (str_eq(cli->given[k].option->name, name) && i-- == 0)
			return cli->given[k].value;
	return NULL;
}

const char *cli_home(const struct cli *cli)
{
	return cli->home;
}

bool cli_json(const struct cli *cli)
{
	return cli_given(cli, "json");
}

int cli_fail(const struct cli *cli, int code, const struct errinfo *ei)
{
	(void)cli;
	(void)fflush(stdout);
	const char *why = ei && *ei->msg ? ei->msg : err_name(code);
	(void)fprintf(stderr, "%s%s\n", ei && ei->located ? "" : "handover: ", why);
	return err_exit(code);
}

int cli_usage(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;
	(void)fprintf(stderr, "handover%s%s%s%s: ", cli->group ? " " : "",
	    cli->group ? cli->group->name : "", cli->command ? " " : "",
	    cli->command ? cli->command->name : "");
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fprintf(stderr, " (see --help)\n");
	return err_exit(GW_EUSAGE);
}

int cli_unknown_word(
    const char *option, const char *word, const char *const *words, size_t n, struct errinfo *ei)
{
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(600);
	const char *near = str_suggest(word, words, n);
	if (near)
		return err_set(ei, GW_EUSAGE, "--%s: unknown word '%.60s', did you mean '%s'?",
		    option, word, near);
	for (size_t i = 0; i < n; i++)
		if (buf_addf(&all, "%s%s", i ? ", " : "", words[i]) < 0)
			break;
	return err_set(ei, GW_EUSAGE, "--%s: unknown word '%.60s', it is one of: %s", option, word,
	    all.data ? all.data : "");
}

void cli_warn(const char *fmt, ...)
{
	va_list ap;
	(void)fflush(stdout);
	(void)fputs("handover: warning: ", stderr);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
}

int cli_print_json(json_t *value)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(64 << 20);
	int r = jx_dump(value, &b);
	json_decref(value);
	if (r < 0 || buf_adds(&b, "\n") < 0) {
		(void)fprintf(stderr, "handover: the facts are too many for one line of JSON\n");
		return err_exit(GW_ELIMIT);
	}
	(void)fwrite(b.data, 1, b.len, stdout);
	return 0;
}

static const struct cli_option *find_option(
    const struct cli *cli, const char *name, size_t n, char letter)
{
	const struct cli_option *lists[] = {cli->command ? cli->command->options : NULL, global};
	for (size_t k = 0; k < GW_LENGTH(lists); k++)
		for (const struct cli_option *o = lists[k]; o && o->name; o++)
			if (letter ? o->letter == letter
				   : strlen(o->name) == n && strncmp(o->name, name, n) == 0)
				return o;
	return NULL;
}

static int give(struct cli *cli, const struct cli_option *o, const char *value)
{
	if (cli->given_n == MOST_VALUES)
		return cli_usage(cli, "too many options");
	if (!o->many && o->value && cli_given(cli, o->name))
		return cli_usage(cli, "--%s is given twice", o->name);
	if (!cli->given)
		cli->given = str_alloc(MOST_VALUES * sizeof *cli->given);
	cli->given[cli->given_n].option = o;
	cli->given[cli->given_n++].value = value;
	return 0;
}

static int unknown_option(const struct cli *cli, const char *word, size_t n)
{
	const char *names[64];
	size_t k = 0;
	char *s GW_CLEANUP(str_free_p) = str_dupn(word, n);
	const struct cli_option *lists[] = {cli->command ? cli->command->options : NULL, global};
	for (size_t l = 0; l < GW_LENGTH(lists); l++)
		for (const struct cli_option *o = lists[l]; o && o->name && k < GW_LENGTH(names);
		     o++)
			names[k++] = o->name;
	const char *near = str_suggest(s, names, k);
	if (near)
		return cli_usage(cli, "unknown option --%.40s, did you mean --%s?", s, near);
	return cli_usage(cli, "unknown option --%.40s", s);
}

/* Read the option at argv[*i]; *i moves to its last word. */
static int read_option(struct cli *cli, int argc, char **argv, int *i)
{
	const char *a = argv[*i];
	if (a[1] == '-') {
		const char *name = a + 2, *eq = strchr(name, '=');
		size_t n = eq ? (size_t)(eq - name) : strlen(name);
		const struct cli_option *o = find_option(cli, name, n, 0);
		if (!o)
			return unknown_option(cli, name, n);
		if (!o->value && eq)
			return cli_usage(cli, "--%s takes no value", o->name);
		if (!o->value || eq)
			return give(cli, o, eq ? eq + 1 : NULL);
		if (*i + 1 == argc)
			return cli_usage(cli, "--%s needs a value", o->name);
		return give(cli, o, argv[++*i]);
	}
	for (const char *c = a + 1; *c; c++) {
		const struct cli_option *o = find_option(cli, "", 0, *c);
		int r;
		if (!o)
			return cli_usage(cli, "unknown option -%c", *c);
		if (!o->value) {
			r = give(cli, o, NULL);
		} else if (c[1]) {
			return give(cli, o, c + 1);
		} else {
			if (*i + 1 == argc)
				return cli_usage(cli, "-%c needs a value", *c);
			return give(cli, o, argv[++*i]);
		}
		if (r)
			return r;
	}
	return 0;
}

/* Find the command that words name; *i moves behind them. Global options may stand before. */
static int find_command(
    struct cli *cli, int argc, char **argv, int *i, const struct cli_command *const *commands)
{
	const struct cli_command *const *list = commands;
	while (list && *i < argc) {
		const char *word = argv[*i];
		if (word[0] == '-' && word[1]) {
			int r = read_option(cli, argc, argv, i);
			if (r)
				return r;
			++*i;
			continue;
		}
		const char *names[64];
		size_t n = 0;
		const struct cli_command *found = NULL;
		for (const struct cli_command *const *c = list; *c && n < GW_LENGTH(names); c++) {
			names[n++] = (*c)->name;
			if (str_eq((*c)->name, word))
				found = *c;
		}
		if (!found) {
			const char *near = str_suggest(word, names, n);
			return near ? cli_usage(cli, "unknown command '%.40s', did you mean '%s'?",
					  word, near)
				    : cli_usage(cli, "unknown command '%.40s'", word);
		}
		++*i;
		cli->group = cli->command;
		cli->command = found;
		list = found->subcommands;
	}
	return 0;
}

static void choose_home(struct cli *cli)
{
	const char *home = cli_value(cli, "home"), *xdg = getenv("XDG_DATA_HOME"),
		   *user = getenv("HOME");
	if (!home)
		home = getenv("HANDOVER_HOME");
	if (home && *home)
		cli->home = home;
	else if (xdg && *xdg)
		cli->home = cli->home_made = str_printf("%s/handover", xdg);
	else if (user && *user)
		cli->home = cli->home_made = str_printf("%s/.local/share/handover", user);
	else
		cli->home = "";
}

static int check_count(const struct cli *cli)
{
	const struct cli_command *c = cli->command;
	if (cli->count < c->least)
		return cli_usage(cli, "%s expected", c->operands);
	if (c->most >= 0 && cli->count > c->most)
		return *c->operands ? cli_usage(cli, "only %s expected", c->operands)
		    : c->secret
		    ? cli_usage(cli, "no operand expected: it is read from standard input or --fd")
		    : cli_usage(cli, "no operand expected, found '%.60s'", cli->operands[c->most]);
	return 0;
}

static int run(struct cli *cli, int argc, char **argv, const struct cli_command *const *commands)
{
	struct errinfo ei = ERRINFO_INIT;
	int i = 1, r = find_command(cli, argc, argv, &i, commands);
	bool words_only = false;
	for (; r == 0 && i < argc; i++) {
		const char *a = argv[i];
		if (words_only || a[0] != '-' || !a[1])
			cli->operands[cli->count++] = a;
		else if (str_eq(a, "--"))
			words_only = true;
		else
			r = read_option(cli, argc, argv, &i);
	}
	if (r)
		return r;
	if (cli_given(cli, "version")) {
		(void)puts("handover " GW_VERSION);
		return 0;
	}
	if (cli_given(cli, "help"))
		return clidoc_help(commands, cli->group, cli->command, global) < 0 ? 1 : 0;
	if (!cli->command || cli->command->subcommands) {
		r = clidoc_usage(stderr, commands, cli->command);
		return r ? r : err_exit(GW_EUSAGE);
	}
	r = check_count(cli);
	if (r)
		return r;
	if (str_eq(cli_value(cli, "home"), ""))
		return cli_usage(cli, "--home is empty: name a folder");
	choose_home(cli);
	int e = secret_init(&ei);
	return e < 0 ? cli_fail(cli, e, &ei) : cli->command->run(cli);
}

/*
 * Standard input, output and error are open from here on, so that no file of ours ever takes their
 * numbers and gets what is printed. What the caller had closed stays unusable: opened the wrong way
 * round, so that reading or writing it is an error.
 */
static void claim_standard_files(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			_exit(err_exit(GW_EFAIL));
}

/* `handover help COMMAND…` is `handover COMMAND… --help`: the word `help` goes to the end, renamed.
 */
static void help_is_an_option(int argc, char **argv)
{
	static char option[] = "--help";
	if (argc < 2 || !str_eq(argv[1], "help"))
		return;
	for (int i = 1; i + 1 < argc; i++)
		argv[i] = argv[i + 1];
	argv[argc - 1] = option;
}

int cli_main(int argc, char **argv, const struct cli_command *const *commands)
{
	claim_standard_files();
	output_begin();
	if (argc == 3 && str_eq(argv[1], "--print")) { /* for the build: man pages and completion */
		int p = clidoc_print(argv[2], commands, global) < 0 ? 2 : 0, f = output_finish();
		return output_end(p > f ? p : f);
	}
	help_is_an_option(argc, argv);
	struct cli cli = {.operands = str_alloc((size_t)(argc + 1) * sizeof *cli.operands)};
	int r = run(&cli, argc, argv, commands);
	if (worker_lacked_landlock())
		cli_warn("this kernel has no landlock: files were parsed behind seccomp alone");
	int f = output_finish();
	free(cli.operands);
	free(cli.given);
	free(cli.home_made);
	return output_end(r > f ? r : f);
}
