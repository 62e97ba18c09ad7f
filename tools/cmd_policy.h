/* SPDX-License-Identifier: EUPL-1.2 */
/* cmd_policy: what the commands below `handover policy` share. */
#ifndef TOOLS_CMD_POLICY_H
#define TOOLS_CMD_POLICY_H

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "package/html.h"
#include "policy/apply.h"
#include "policy/policy.h"
#include "policy/report.h"
#include "tools/cli.h"

extern const struct cli_command cmd_policy_init, cmd_policy_check, cmd_policy_test, cmd_policy_show,
    cmd_policy_explain, cmd_policy_diff, cmd_policy_coverage, cmd_policy_dry_run, cmd_policy_fmt,
    cmd_policy_sign, cmd_policy_accept;

enum { POLICY_TEXT_MAX = 256 << 10 };

/* --catalogue, as every command here takes it. */
#define POLICY_CATALOGUE_OPTION                                                                 \
	{                                                                                       \
		"catalogue", 0, "FILE",                                                         \
		    "the catalogue of fields (else the one beside the policy, in the home, or " \
		    "built in)",                                                                \
		    false                                                                       \
	}

/* The catalogue of the policy at that path: --catalogue, the one beside it or the home's; *ret
 * stays NULL where it is the one built in. Errors of catalogue_load. */
int policy_catalogue(const struct cli *cli, const char *policy, struct catalogue **ret,
    struct errinfo *ei) GW_MUST_USE;

/* A policy file as it was read. */
struct policy_source {
	char *path;
	struct buf text;
	struct catalogue *own; /* NULL: the built-in one */
	const struct catalogue *catalogue;
	struct policy_findings findings;
	struct policy *policy;        /* NULL when it has errors, or is a report policy */
	struct report_policy *report; /* policy_source_any only */
	const struct policy *head;    /* the policy, or the head of the report policy */
};

/*
 * policy_source_read(cli, operand, ret, ei): read the policy at that path, or the one of the home
 * with that id, and its catalogue. GW_ENOENT says which policies the home has.
 *
 * Errors of the policy itself are returned too, with ret->findings filled; policy_source_release it
 * in any case.
 */
int policy_source_read(const struct cli *cli, const char *operand, struct policy_source *ret,
    struct errinfo *ei) GW_MUST_USE;
/* As policy_source_read, yet a report policy is read too: then ret->report is set. */
int policy_source_any(const struct cli *cli, const char *operand, struct policy_source *ret,
    struct errinfo *ei) GW_MUST_USE;
void policy_source_release(struct policy_source *f);

struct home;

/*
 * The home that knows the contracts of the policy at path: the one that the command line names if
 * the file lies in it, the one around the file, else the one that the command line names; NULL
 * when there is none. Its registry is read whatever its signature. The caller frees it.
 */
struct home *policy_home(const struct cli *cli, const char *path) GW_MUST_USE;

struct case_results;

/* Run the tests of f as policy_tests_path finds them. Errors of it, file_read and casetest_run. */
int policy_run_cases(const struct cli *cli, const struct policy_source *f, struct case_results *ret,
    struct errinfo *ei) GW_MUST_USE;

/* Print findings, as `policy check` does; word is the severity of those that are no warnings, NULL
 * for "error". 0 or an exit code of the output. */
int policy_say_findings(const struct cli *cli, const char *path, const struct policy_findings *f,
    const char *word) GW_MUST_USE;

/* Print one error so; the exit code of `code`. */
int policy_say_error(const struct cli *cli, const char *path, int code, const struct errinfo *ei)
    GW_MUST_USE;
/* Print how each case ended, and how many; returns an exit code. */
int policy_say_cases(const struct cli *cli, const char *id, const struct case_results *results);

/* One figure of coverage: so many of so many. */
struct policy_figure {
	size_t hit, all;
};

/* Print one thing that tests should show, tried by so many cases, and count it in f. */
void policy_say_cover(const struct cli *cli, struct policy_figure *f, const char *rule,
    const char *what, size_t cases);

/* Print what the tests try; returns an exit code: that of a refusal below `least` per cent. */
int policy_say_tried(const struct cli *cli, const struct policy_figure *tests, uint64_t least);

/* The same commands for a report policy: run its tests, say what they reach, print it for the
 * register of processing. Each returns an exit code. */
int policy_report_test(const struct cli *cli, const struct policy_source *f);
int policy_report_coverage(const struct cli *cli, const struct policy_source *f, uint64_t least);
int policy_report_show(
    const struct cli *cli, const struct policy_source *f, enum html_language language);

/* Print what policies and report policies begin with: identity, purpose, parties, requirements. */
void policy_print_head(const struct policy *p, enum html_language language);

/* A new string: the file `name` in the folder where path lies. */
char *policy_beside(const char *path, const char *name) GW_MUST_USE;

/* --language, as the commands take it whose output people read. */
#define POLICY_LANGUAGE_OPTION(otherwise)                                                    \
	{                                                                                    \
		"language", 0, "nl|en", "of what is printed (default: " otherwise ")", false \
	}

/* What it says; *ret stays as it is when nothing is said. Returns 0, or 2 with the usage error
 * printed. */
int policy_language(const struct cli *cli, enum html_language *ret);

/* A decision for programs: field, class, type, action, rule, line and reason. */
json_t *policy_decision_json(const struct policy *p, const struct policy_decision *d) GW_MUST_USE;

/* The tests of f: --tests, else tests/<id>.test.yaml beside it, else <id>.test.yaml beside it. A
 * new string; GW_ENOENT when there are none. */
int policy_tests_path(const struct cli *cli, const struct policy_source *f, char **ret_path,
    struct errinfo *ei) GW_MUST_USE;

/* What --context and --as-of say; borrows from the policy and the command line. */
struct policy_given {
	struct policy_context ctx;
	const char *scopes[32];
	char *text;  /* owns the words */
	bool duties; /* recipient_duty or --to was given */
	char *to;    /* whose duties and roles these are, or NULL */
};

/* What POLICY_CONTEXT_OPTIONS mean, for the detail of a command's help. */
#define POLICY_CONTEXT_DETAIL                                                                       \
	"With --to the recipient's roles and duties are those that the home's registry has of it, " \
	"and the sender's are our own. What is not said: the first parties and contract status "    \
	"that the policy is for, all that it requires, but no duty of the recipient and no "        \
	"consent; "

/* A new string, for people: the circumstances of a rehearsal in the words of --context. */
char *policy_context_text(const struct policy_context *ctx) GW_MUST_USE;

/*
 * Fill ret for a rehearsal: what the policy itself expects (its first parties, a contract status
 * that it allows, all that it requires, no duty, no consent, today), changed by --context
 * key=word,key=word…, --to OIN and --as-of DATE. Programme and contract are those of --context,
 * else NULL. GW_EUSAGE names the key or word and says which there are; with --to the errors of
 * open_home, and GW_EREFUSED for an organisation that the registry lacks.
 */
int policy_given_read(const struct cli *cli, const struct policy *p, struct policy_given *ret,
    struct errinfo *ei) GW_MUST_USE;
void policy_given_release(struct policy_given *g);

/* A new string: the duty that was assumed since nothing was said of it; NULL when it was said. */
char *policy_assumed(const struct policy_given *g, enum html_language language) GW_MUST_USE;

#define POLICY_CONTEXT_OPTIONS                                                                   \
	{"context", 0, "KEY=WORD,…",                                                             \
	    "sender, recipient, contract_status, programme, contract, recipient_duty, consent, " \
	    "met; what is not said: see above",                                                  \
	    true},                                                                               \
	    {"to", 0, "OIN", "the recipient: its roles and duties as the registry has them",     \
		false},                                                                          \
	{                                                                                        \
		"as-of", 0, "DATE", "the day it is done (else today)", false                     \
	}

#endif
