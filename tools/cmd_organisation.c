/* SPDX-License-Identifier: EUPL-1.2 */
/* handover organisation: what we tell others about ourselves, and take in about them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "age/keys.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "home/home.h"
#include "ledger/ledger.h"
#include "registry/bundle.h"
#include "sign/signer.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/open_home.h"
#include "tools/organisation.h"

enum { BUNDLE_MAX = 64 << 20, PEM_MAX = 256 << 10, MOST_RECOVERY = 8 };

static int read_pem(const struct home *h, const char *name, struct buf *out, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = home_path(h, name);
	return file_exists(path) ? file_read(path, PEM_MAX, out, ei) : 0;
}

static int make_bundle(struct cli *cli, struct home *h, struct buf *out, struct errinfo *ei)
{
	struct buf signing GW_CLEANUP(buf_release) = BUF_INIT(PEM_MAX);
	struct buf tls GW_CLEANUP(buf_release) = BUF_INIT(PEM_MAX);
	const struct bundle_parts parts = {
	    .organisation = registry_organisation(home_registry(h), home_oin(h)),
	    .entry = true,
	    .for_oin = cli_value(cli, "for"),
	    .signing_pem = &signing,
	    .tls_pem = &tls,
	};
	int r = read_pem(h, "organisation/signing.pem", &signing, ei);
	if (r == 0)
		r = read_pem(h, "organisation/tls.pem", &tls, ei);
	return r == 0 ? bundle_make(home_registry(h), &parts, home_signer(h), clock_now(), out, ei)
		      : r;
}

static int refresh(struct cli *cli, struct home *h, bool *changed, struct errinfo *ei)
{
	const char *recovery[MOST_RECOVERY], *text;
	size_t n = 0;
	for (; (text = cli_value_at(cli, "recovery", n)); n++) {
		if (n == MOST_RECOVERY)
			return err_set(ei, GW_EUSAGE, "at most %d recovery keys", MOST_RECOVERY);
		recovery[n] = text;
	}
	return home_refresh(h, recovery, n, changed, ei);
}

static int print_export(const struct cli *cli, const struct home *h, const char *out, bool changed)
{
	if (cli_json(cli)) {
		json_t *j = json_object();
		jx_set(j, "oin", json_string(home_oin(h)));
		jx_set(j, "fingerprint", json_string(signer_spki(home_signer(h))));
		jx_set(j, "file", json_string(out));
		jx_set(j, "registry_changed", json_boolean(changed));
		return cli_print_json(j);
	}
	(void)printf("wrote %s for %s %s\n", out, home_oin(h), home_settings(h)->name);
	(void)printf("fingerprint: %s\n", signer_spki(home_signer(h)));
	(void)printf("give the file to the other party, and the fingerprint over another way\n");
	return 0;
}

static int run_export(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(BUNDLE_MAX);
	const char *path = cli_value(cli, "out");
	bool changed = false;
	if (cli_value(cli, "for") && !str_oin(cli_value(cli, "for")))
		return cli_usage(cli, "--for: an OIN of 20 digits is needed");
	int r = open_home(cli, HOME_PENDING | HOME_SIGNER | HOME_LEDGER | HOME_IDENTITIES, &h, &ei);
	if (r == 0)
		r = refresh(cli, h, &changed, &ei);
	if (r == 0)
		r = make_bundle(cli, h, &out, &ei);
	if (r == 0 && path)
		r = file_write(path, out.data, out.len, 0644, FILE_REPLACE, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (changed)
		organisation_sign_again(h);
	if (path)
		return print_export(cli, h, path, changed);
	(void)fwrite(out.data, 1, out.len, stdout);
	return 0;
}

/* ---- import ---- */

static bool ask(const char *question)
{
	char line[16] = "";
	(void)fprintf(stderr, "%s Type yes to go on: ", question);
	(void)fflush(stderr);
	return fgets(line, sizeof line, stdin) && str_eq(line, "yes\n");
}

/* Whether a person vouches for the key that signed the bundle. */
static int vouch(struct cli *cli, const struct bundle *b, bool *ret_vouched, struct errinfo *ei)
{
	const char *fingerprint = cli_value(cli, "fingerprint");
	if (fingerprint) {
		if (!str_eq(fingerprint, b->by.spki))
			return err_set(ei, GW_EAUTH,
			    "the fingerprint is %s, not the one given: this file is not from whom you "
			    "think",
			    b->by.spki);
		*ret_vouched = true;
		return 0;
	}
	if (!isatty(STDIN_FILENO))
		return 0; /* bundle_apply refuses what needs a person */
	*ret_vouched = ask("Compare the fingerprint with the other party over another way.");
	return *ret_vouched ? 0 : err_set(ei, GW_EREFUSED, "not imported");
}

static void print_bundle(const struct bundle *b, const char *changes)
{
	(void)printf("organisation %s %s\n", b->by.oin,
	    b->organisation ? b->organisation->name : b->by.name);
	(void)printf("fingerprint: %s\n", b->by.spki);
	(void)printf("%s", changes);
	(void)fflush(stdout);
}

static int apply(struct home *h, const struct bundle *b, bool vouched, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	struct ledger_receipt intent;
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	jx_set(detail, "what", json_string("import"));
	jx_set(detail, "key", json_string(b->by.spki));
	int r = home_intent(h, "registry.change", b->by.oin, detail, &intent, ei);
	if (r < 0)
		return r;
	r = bundle_apply(dir, home_registry(h), b, vouched, ei);
	if (r == 0)
		r = home_registry_changed(h, ei);
	int end = home_result(h, "registry.change", b->by.oin, &intent, r, r < 0 ? NULL : ei);
	return r < 0 ? r : end;
}

/* Every age key that is stated, and not taken back, is one that can be encrypted to. */
static int check_recipients(const char *file, const struct bundle *b, struct errinfo *ei)
{
	size_t i;
	json_t *s;
	json_array_foreach (json_object_get(b->content, "keys"), i, s) {
		struct age_recipients *l GW_CLEANUP(age_recipients_free_p) = age_recipients_new();
		json_t *body GW_CLEANUP(jx_release) = NULL;
		const char *text = jx_str(s, "json");
		int r = jx_parse(file, text, strlen(text), &JX_SMALL, &body, ei);
		if (r == 0 && str_eq(jx_str(body, "doc"), "handover/key/1") &&
		    age_recipients_add(l, jx_str(body, "recipient"), NULL) < 0)
			r = err_set(ei, GW_EFORMAT,
			    "%s: the age recipient in a key statement is not valid", file);
		if (r < 0)
			return r;
	}
	return 0;
}

static int import_it(struct cli *cli, struct home *h, const struct bundle *b,
    const struct buf *changes, struct errinfo *ei)
{
	bool vouched = false;
	if (str_eq(b->by.oin, home_oin(h)))
		return err_set(ei, GW_EUSAGE, "this file is this home's own export");
	int r = vouch(cli, b, &vouched, ei);
	return r == 0 && changes->len ? apply(h, b, vouched, ei) : r;
}

static int run_import(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct bundle b GW_CLEANUP(bundle_release) = {0};
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(BUNDLE_MAX);
	struct buf changes GW_CLEANUP(buf_release) = BUF_INIT(BUNDLE_MAX);
	const char *path = cli_operand(cli, 0);
	int r = open_home(cli, HOME_UNSIGNED | HOME_LEDGER, &h, &ei);
	if (r == 0)
		r = file_read(path, BUNDLE_MAX, &text, &ei);
	if (r == 0)
		r = bundle_read(path, text.data ? text.data : "", text.len,
		    registry_trust(home_registry(h)), clock_now(), &b, &ei);
	if (r == 0)
		r = check_recipients(path, &b, &ei);
	if (r == 0)
		r = bundle_changes(home_registry(h), &b, &changes, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	const char *lines = changes.data ? changes.data : "";
	if (!cli_json(cli))
		print_bundle(&b, lines);
	r = import_it(cli, h, &b, &changes, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (changes.len)
		organisation_sign_again(h);
	if (cli_json(cli)) {
		json_t *j = json_object();
		jx_set(j, "oin", json_string(b.by.oin));
		jx_set(j, "fingerprint", json_string(b.by.spki));
		jx_set(j, "changes", json_string(lines));
		return cli_print_json(j);
	}
	(void)printf(changes.len ? "imported\n" : "nothing new\n");
	return 0;
}

static const struct cli_option export_options[] = {
    {"out", 0, "FILE", "write to FILE (else to standard output)", false},
    {"for", 0, "OIN", "with our acceptances of policies for this sender", false},
    {"recovery", 0, "AGE1", "an age recipient of ours that lies outside the home, for recovery",
	true},
    {NULL, 0, NULL, NULL, false},
};

static const struct cli_option import_options[] = {
    {"fingerprint", 0, "PIN", "the fingerprint as the other party told it: sha256:<hex>", false},
    {NULL, 0, NULL, NULL, false},
};

static const struct cli_command export = {
    .name = "export",
    .operands = "",
    .summary = "write one file that lets another organisation know us",
    .detail =
	"Certificates, key statements, the ledger's verifier key and, with --for, our acceptances,\n"
	"signed by our own certificate. Key statements that are missing are made first.",
    .options = export_options,
    .run = run_export,
};

static const struct cli_command import = {
    .name = "import",
    .operands = "FILE",
    .least = 1,
    .most = 1,
    .summary = "take in what another organisation exported",
    .detail =
	"Verifies everything in FILE, shows the fingerprint of the key that signed it and what would\n"
	"change, and asks; with --fingerprint it compares instead. A file that only brings statements\n"
	"signed with a key that is pinned already needs neither. No pin is ever replaced or removed.\n"
	"The registry is then to be signed again.",
    .options = import_options,
    .run = run_import,
};

static const struct cli_command *const subcommands[] = {&export, &import, &organisation_set,
    &organisation_rekey, &organisation_renew, &organisation_identities, &organisation_destroy,
    &organisation_pseudonym, &organisation_revoke, NULL};

const struct cli_command cmd_organisation = {
    .name = "organisation",
    .operands = "",
    .summary = "what we tell others about ourselves, and take in about them",
    .subcommands = subcommands,
};
