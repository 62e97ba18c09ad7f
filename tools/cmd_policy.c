/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy: check, fmt and sign; the other commands lie in their own files. */
#include "tools/cmd_policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "home/home.h"
#include "ledger/ledger.h"
#include "policy/fmt.h"
#include "sign/cades.h"
#include "sign/signer.h"
#include "tools/commands.h"

static const char *severity_word(enum policy_severity s)
{
	return s == POLICY_WARNING ? "warning" : "error";
}

/* {"file","line","col","severity","message"} of "file:line:col: message"; what has no place has no
 * line and col. */
static json_t *finding_json(const char *file, const struct policy_finding *x)
{
	json_t *one = json_object();
	const char *at = x->text;
	size_t n = strlen(file);
	jx_set(one, "file", json_string_nocheck(file));
	if (strncmp(at, file, n) == 0 && at[n] == ':') {
		static const char *const names[] = {"line", "col"};
		at += n + 1;
		for (size_t i = 0; i < GW_LENGTH(names) && *at >= '0' && *at <= '9'; i++) {
			json_int_t number = 0;
			for (; *at >= '0' && *at <= '9'; at++)
				number = number * 10 + (*at - '0');
			jx_set(one, names[i], json_integer(number));
			at += *at == ':';
		}
		at += *at == ' ';
	}
	jx_set(one, "severity", json_string(severity_word(x->severity)));
	jx_set(one, "message", json_string(at));
	return one;
}

static int say_findings(const struct cli *cli, const struct policy_source *f)
{
	for (size_t i = 0; i < f->findings.n; i++) {
		const struct policy_finding *x = &f->findings.items[i];
		if (cli_json(cli)) {
			int r = cli_print_json(finding_json(f->path, x));
			if (r)
				return r;
		} else {
			(void)fprintf(stderr, "%s%s\n", x->text,
			    x->severity == POLICY_WARNING ? " (warning)" : "");
		}
	}
	return 0;
}

static int check_one(const struct cli *cli, const char *operand)
{
	struct policy_source f GW_CLEANUP(policy_source_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int r = policy_source_any(cli, operand, &f, &ei);
	if (r < 0 && !f.findings.n)
		return cli_fail(cli, r, &ei);
	int e = say_findings(cli, &f);
	if (r < 0 || e)
		return r < 0 ? err_exit(r) : e;
	if (f.findings.gaps)
		return err_exit(GW_EFORMAT);
	if (!cli_json(cli))
		(void)printf("%s: %s %s version %lld: good\n", f.path,
		    f.report ? "report policy" : "policy", f.head->id, (long long)f.head->version);
	return 0;
}

static int run_check(struct cli *cli)
{
	int worst = 0;
	for (int i = 0; i < cli_count(cli); i++) {
		int r = check_one(cli, cli_operand(cli, i));
		worst = r > worst ? r : worst;
	}
	return worst;
}

static const struct cli_option check_options[] = {POLICY_CATALOGUE_OPTION, {0}};

const struct cli_command cmd_policy_check = {
    .name = "check",
    .operands = "POLICY…",
    .least = 1,
    .most = -1,
    .summary = "say everything that is wrong with a policy",
    .detail = "All findings are printed, each with file, line and column. Ends with 3 when there "
	      "is an error or a field that nobody decided about; warnings alone end with 0.",
    .options = check_options,
    .run = run_check,
};

/* Put the new layout in the place of the file itself, wherever path leads, with the mode it had. */
static int write_back(const char *path, const struct buf *out, struct errinfo *ei)
{
	struct stat st;
	char *real GW_CLEANUP(str_free_p) = realpath(path, NULL);
	if (!real || stat(real, &st) < 0)
		return err_sys(ei, GW_EIO, "%s", path);
	return file_write(real, out->data, out->len, st.st_mode & 0777, FILE_REPLACE, ei);
}

static int run_fmt(struct cli *cli)
{
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(POLICY_TEXT_MAX);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	const char *path = cli_operand(cli, 0);
	int r = file_read(path, POLICY_TEXT_MAX, &in, &ei);
	if (r == 0)
		r = policy_fmt(path, in.data ? in.data : "", in.len, &out, &ei);
	if (r == 0 && cli_given(cli, "write"))
		r = write_back(path, &out, &ei);
	else if (r == 0)
		(void)fwrite(out.data, 1, out.len, stdout);
	return r < 0 ? cli_fail(cli, r, &ei) : 0;
}

static const struct cli_option fmt_options[] = {
    {"write", 'w', NULL, "put the result in the place of the file", false},
    {0},
};

const struct cli_command cmd_policy_fmt = {
    .name = "fmt",
    .operands = "FILE",
    .least = 1,
    .most = 1,
    .summary = "print a policy or its tests in their one layout",
    .detail = "No value and no comment is lost: the result is read back and compared, and refused "
	      "otherwise. A new layout is a new text: it has to be signed and accepted again.",
    .options = fmt_options,
    .run = run_fmt,
};

static int add_signature(
    const struct policy_source *f, const struct signer *s, const char *path, struct errinfo *ei)
{
	struct buf old GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	int64_t now = clock_now();
	int r = 0;
	if (file_exists(path)) {
		r = file_read(path, CADES_MAX, &old, ei);
		if (r == 0)
			r = cades_add(
			    s, old.data, old.len, f->text.data, f->text.len, now, &out, ei);
		if (r == GW_EAUTH && !cades_covers(old.data, old.len, f->text.data, f->text.len))
			return err_set(ei, r,
			    "%s: it signs another text of this policy: remove it and have the "
			    "policy signed again",
			    path);
		if (r < 0)
			return err_prefix(ei, r, path);
	} else {
		r = cades_sign(s, f->text.data, f->text.len, now, &out, ei);
	}
	return r < 0 ? r : file_write(path, out.data, out.len, 0644, FILE_REPLACE, ei);
}

/* The home that the policy lies in, with its ledger; NULL when it lies in none: an officer may sign
 * anywhere. */
static int home_of(const struct cli *cli, const char *path, struct home **ret_h, struct errinfo *ei)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	int r = home_open(cli_home(cli), 0, &h, NULL);
	if (r == GW_ENOENT || r == GW_EUSAGE || (r == 0 && !home_contains(h, path)))
		return 0;
	return home_open(cli_home(cli), HOME_LEDGER, ret_h, ei);
}

/* A signature on a policy in a home is a policy.change in its ledger. */
static int sign_policy(const struct cli *cli, const struct policy_source *f, const struct signer *s,
    const char *path, struct errinfo *ei)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct ledger_receipt intent;
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	int r = home_of(cli, path, &h, ei);
	if (r < 0 || !h)
		return r < 0 ? r : add_signature(f, s, path, ei);
	jx_set(detail, "what", json_string("sign"));
	const struct home_about about = {
	    .policy = f->head->id, .version = f->head->version, .sha256 = f->head->sha256};
	jx_set(detail, "key", json_string(signer_spki(s)));
	r = home_intent_about(h, "policy.change", &about, detail, &intent, ei);
	if (r < 0)
		return r;
	r = add_signature(f, s, path, ei);
	int end = home_result_about(h, "policy.change", &about, &intent, r, r < 0 ? NULL : ei);
	return r < 0 ? r : end;
}

/* The home that has the file among its policies, named on the command line or not; else NULL. */
static struct home *home_around(const struct cli *cli, const char *path)
{
	struct home *h = NULL;
	char *dir GW_CLEANUP(str_free_p) = policy_beside(path, "..");
	char *policies GW_CLEANUP(str_free_p) = policy_beside(path, "../policies");
	if (home_open(cli_home(cli), HOME_UNSIGNED, &h, NULL) == 0 && home_contains(h, path))
		return h;
	home_free_p(&h);
	return file_exists(policies) && home_open(dir, HOME_UNSIGNED, &h, NULL) == 0 ? h : NULL;
}

/* Whether the controller's entry has the key under a role that the policy asks for. */
static bool may_approve(
    const struct registry *r, const struct policy *p, const char *controller, const char *spki)
{
	enum { MOST = 64 };
	const char *pins[MOST];
	for (size_t k = 0; k < p->approved_n; k++) {
		size_t n = registry_officer_pins(r, controller, p->approved[k].role, pins, MOST);
		for (size_t i = 0; i < n && i < MOST; i++)
			if (str_eq(pins[i], spki))
				return true;
	}
	return false;
}

/*
 * A signature that counts for no controller that the home knows would be found out at seal only.
 * Said here as far as the home can tell: it knows a controller, and who its officers are.
 */
static void warn_stranger(const struct cli *cli, const struct policy_source *f, const char *spki)
{
	struct home *h GW_CLEANUP(home_free_p) = home_around(cli, f->path);
	const struct contracts *l = h ? registry_contracts(home_registry(h)) : NULL;
	bool known = false;
	for (size_t i = 0; l && i < l->n; i++) {
		const char *controller = l->list[i].controller;
		const struct organisation *o = registry_organisation(home_registry(h), controller);
		if (may_approve(home_registry(h), f->head, controller, spki))
			return;
		known |= o && o->officers_n;
	}
	if (known)
		cli_warn("this key is of no officer whom policy '%s' asks for (see its `approved`) "
			 "and whom the controller's entry in this home names: with this signature "
			 "the policy will not run; take %s.p7s away and have it signed again",
		    f->head->id, f->path);
}

static int run_sign(struct cli *cli)
{
	struct policy_source f GW_CLEANUP(policy_source_release) = {0};
	struct signer *s GW_CLEANUP(signer_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	const char *cert = cli_value(cli, "cert"), *key = cli_value(cli, "key");
	if (!cert || !key)
		return cli_usage(cli, "--cert and --key are needed");
	int r = policy_source_any(cli, cli_operand(cli, 0), &f, &ei);
	if (r == 0)
		r = signer_load(cert, key, &s, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	char *path GW_CLEANUP(str_free_p) = str_printf("%s.p7s", f.path);
	r = sign_policy(cli, &f, s, path, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	warn_stranger(cli, &f, signer_spki(s));
	if (cli_json(cli)) {
		json_t *out = json_object();
		jx_set(out, "policy", json_string(f.head->id));
		jx_set(out, "version", json_integer(f.head->version));
		jx_set(out, "sha256", json_string(f.head->sha256));
		jx_set(out, "signer", json_string(signer_spki(s)));
		return cli_print_json(out);
	}
	(void)printf("%s: policy %s version %lld signed by %s\n", path, f.head->id,
	    (long long)f.head->version, signer_spki(s));
	return 0;
}

static const struct cli_option sign_options[] = {
    {"cert", 0, "FILE", "the officer's certificate, then its issuing CA (PEM)", false},
    {"key", 0, "KEY", "the officer's key: a PEM file or a pkcs11: URI", false},
    POLICY_CATALOGUE_OPTION,
    {0},
};

const struct cli_command cmd_policy_sign = {
    .name = "sign",
    .operands = "POLICY",
    .least = 1,
    .most = 1,
    .summary = "add an officer's signature to POLICY.p7s",
    .detail = "A policy runs only with the signatures of all the roles that its `approved` names, "
	      "by officers of the contract's controller. What has errors is not signed. After a "
	      "change of the policy remove POLICY.p7s first.",
    .options = sign_options,
    .run = run_sign,
};

static const struct cli_command *const subcommands[] = {&cmd_policy_check, &cmd_policy_test,
    &cmd_policy_show, &cmd_policy_explain, &cmd_policy_diff, &cmd_policy_coverage,
    &cmd_policy_dry_run, &cmd_policy_fmt, &cmd_policy_sign, &cmd_policy_accept, NULL};

const struct cli_command cmd_policy = {
    .name = "policy",
    .operands = "",
    .summary = "write, check, test, sign and accept data-minimisation policies",
    .subcommands = subcommands,
};
