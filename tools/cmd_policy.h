/* SPDX-License-Identifier: EUPL-1.2 */
/* cmd_policy: what the commands below `handover policy` share. */
#ifndef TOOLS_CMD_POLICY_H
#define TOOLS_CMD_POLICY_H

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "policy/apply.h"
#include "policy/policy.h"
#include "policy/report.h"
#include "tools/cli.h"

extern const struct cli_command cmd_policy_check, cmd_policy_test, cmd_policy_show,
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
 * policy_source_read(cli, operand, ret, ei): read the policy at that path, or
 * policies/<operand>.yaml of the home, and its catalogue.
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

/*
 * The tests of --tests, or those beside the policy (in tests/ or in the same folder): appended to
 * text, the file's name in *ret_path (a new string). GW_ENOENT: there are none.
 */
int policy_tests_read(const struct cli *cli, const struct policy_source *f, struct buf *text,
    char **ret_path, struct errinfo *ei) GW_MUST_USE;

struct case_result;
struct case_results;

/* Say how each case ended, and how many; returns an exit code. */
int policy_say_cases(const struct cli *cli, const char *id, const struct case_results *results);

/* Say one thing that tests should show: hit in n cases or missed. Returns 1 when hit. */
size_t policy_say_cover(const struct cli *cli, const char *rule, const char *what, size_t n);

/* Say how much was covered; returns an exit code: that of a refusal below `least` per cent. */
int policy_say_covered(const struct cli *cli, size_t hit, size_t all, uint64_t least);

/* The same for the tests of a report policy: run them, or say what they reach. */
int policy_report_test(const struct cli *cli, const struct policy_source *f);
int policy_report_coverage(const struct cli *cli, const struct policy_source *f, uint64_t least);

/* Print a report policy for the register of processing; returns an exit code. */
int policy_report_show(const struct cli *cli, const struct policy_source *f, bool in_english);

/* Print what policies and report policies begin with: identity, purpose, parties, requirements. */
void policy_print_head(const struct policy *p, bool in_english);

/* A new string: the file `name` in the folder where path lies. */
char *policy_beside(const char *path, const char *name) GW_MUST_USE;

/* For `policy show`: limits, consent and scan profiles, a line each, on standard output. */
void policy_print_terms(const struct policy *p, bool in_english);

/* What --context and --as-of say; borrows from the policy and the command line. */
struct policy_given {
	struct policy_context ctx;
	const char *scopes[32];
	char *text; /* owns the words */
	bool some;  /* --context was given */
};

/* What POLICY_CONTEXT_OPTIONS mean, for the detail of a command's help. */
#define POLICY_CONTEXT_DETAIL                                                                    \
	"What --context does not say: the first parties and contract status that the policy is " \
	"for, all that it requires, but no duty of the recipient and no consent; "

/* A new string, for people: the circumstances of a rehearsal in the words of --context. */
char *policy_context_text(const struct policy_context *ctx) GW_MUST_USE;

/*
 * Fill ret for a rehearsal: what the policy itself expects (its first parties, a contract status
 * that it allows, all that it requires, no duty, no consent, today), changed by --context
 * key=word,key=word… and --as-of DATE. Programme and contract are those of --context, else NULL.
 * GW_EUSAGE names the key or word.
 */
int policy_given_read(const struct cli *cli, const struct policy *p, struct policy_given *ret,
    struct errinfo *ei) GW_MUST_USE;
void policy_given_release(struct policy_given *g);

#define POLICY_CONTEXT_OPTIONS                                                                   \
	{"context", 0, "KEY=WORD,…",                                                             \
	    "sender, recipient, contract_status, programme, contract, recipient_duty, consent, " \
	    "met; what is not said: see above",                                                  \
	    true},                                                                               \
	{                                                                                        \
		"as-of", 0, "DATE", "the day it is done (else today)", false                     \
	}

#endif
