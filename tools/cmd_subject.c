/* SPDX-License-Identifier: EUPL-1.2 */
/* handover subject: what the log says about one person, and forgetting a person. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"
#include "dossier/types.h"
#include "home/home.h"
#include "ledger/audit.h"
#include "sign/cades.h"
#include "sign/signer.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/open_home.h"
#include "tools/reading.h"
#include "tools/record_line.h"

enum { ID_MAX = 256, LINE_MAX_BYTES = 64 << 10, PROOF_MAX = 256 << 10, CONTENT_MAX = 4096 };

/* The identifier as it was read; its text lies in locked memory. */
struct asked {
	char *text;
	struct subject_id id;
};

static void asked_release(struct asked *a)
{
	secret_free(a->text);
	a->text = NULL;
}

/* A slip of the finger must not read as "nobody is known". */
static int check_asked(struct asked *a, struct errinfo *ei)
{
	size_t skip = strspn(a->text, " \t\r\n"), n = strlen(a->text);
	while (n > skip && strchr(" \t\r\n", a->text[n - 1]))
		a->text[--n] = '\0';
	a->id.value = a->text + skip;
	if (a->id.type == SUBJECT_BSN && !field_type_check(FIELD_BSN, a->id.value))
		return err_set(ei, GW_EFORMAT,
		    "this is no BSN: 8 or 9 digits that pass the 11-test are expected");
	return 0;
}

/* One line from --fd or standard input: an identifier on a command line would be seen by others. */
static int read_asked(
    const struct cli *cli, const struct home *h, struct asked *a, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ID_MAX);
	const char *type = cli_value(cli, "type"), *fd_text = cli_value(cli, "fd");
	uint64_t fd = STDIN_FILENO;
	if (fd_text && str_u64(fd_text, 1023, &fd) < 0)
		return err_set(ei, GW_EUSAGE, "--fd: the number of an open file is expected");
	if (subject_type_parse(type ? type : "bsn", &a->id.type) < 0)
		return err_set(ei, GW_EUSAGE, "--type: bsn, v_number or client_number is expected");
	if (fd == STDIN_FILENO && isatty(STDIN_FILENO))
		(void)fprintf(stderr, "%s: ", subject_type_name(a->id.type));
	int r = file_read_fd((int)fd, ID_MAX - 1, &b, ei);
	if (r < 0)
		return r;
	a->text = secret_alloc(ID_MAX);
	if (!a->text)
		return err_set(ei, GW_ENOMEM, "no locked memory left");
	if (b.len)
		memcpy(a->text, b.data, b.len);
	a->id.value = a->text;
	a->id.sender = cli_value(cli, "sender");
	if (!a->id.sender)
		a->id.sender = home_oin(h);
	return check_asked(a, ei);
}

/* ---- report ---- */

struct found {
	unsigned epoch;
	uint64_t index;
	json_t *record;
	char reveal[RECORD_B64_32];
	char *bytes;
	size_t n;
};

struct report {
	struct cli *cli;
	struct home *h;
	struct found *list;
	size_t n, cap;
	char reveal[RECORD_B64_32];
};

static void report_release(struct report *r)
{
	for (size_t i = 0; i < r->n; i++) {
		json_decref(r->list[i].record);
		free(r->list[i].bytes);
	}
	free(r->list);
}

static int collect(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	struct report *r = ctx;
	if (r->n == r->cap) {
		size_t cap = r->cap ? 2 * r->cap : 64;
		struct found *list = realloc(r->list, cap * sizeof *list);
		if (!list)
			return err_set(ei, GW_ENOMEM, "out of memory");
		r->list = list;
		r->cap = cap;
	}
	struct found *f = &r->list[r->n];
	*f = (struct found){.epoch = line->epoch, .index = line->index, .n = line->n};
	int e = record_parse(line, &f->record, ei);
	if (e < 0)
		return e;
	f->bytes = str_dupn(line->bytes, line->n);
	memcpy(f->reveal, r->reveal, sizeof f->reveal);
	r->n++;
	return 0;
}

static bool is_phase(const struct found *f, const char *phase)
{
	return str_eq(jx_str(f->record, "ph"), phase);
}

/* An intent whose result is among the person's records says nothing more. */
static bool is_superseded(const struct report *r, size_t i)
{
	if (!is_phase(&r->list[i], "intent"))
		return false;
	for (size_t k = i + 1; k < r->n; k++)
		if (is_phase(&r->list[k], "result") &&
		    str_eq(jx_str(r->list[k].record, "tr"), jx_str(r->list[i].record, "tr")) &&
		    str_eq(jx_str(r->list[k].record, "sp"), jx_str(r->list[i].record, "sp")))
			return true;
	return false;
}

static int write_part(
    const char *dir, const char *name, const char *end, const void *p, size_t n, struct errinfo *ei)
{
	char *file GW_CLEANUP(str_free_p) = str_printf("%s/%s.%s", dir, name, end);
	return file_write(file, p, n, 0600, FILE_NEW, ei);
}

/* The record's bytes, its proof, and the key that opens its commitment for the person alone. */
static int write_proof(
    struct report *r, const struct found *f, const char *dir, const char *name, struct errinfo *ei)
{
	struct buf proof GW_CLEANUP(buf_release) = BUF_INIT(PROOF_MAX);
	int e = ledger_prove(home_ledger(r->h), f->epoch, f->index, &proof, ei);
	if (e == 0)
		e = write_part(dir, name, "json", f->bytes, f->n, ei);
	if (e == 0)
		e = write_part(dir, name, "tlog-proof", proof.data, proof.len, ei);
	return e < 0 ? e : write_part(dir, name, "key", f->reveal, strlen(f->reveal), ei);
}

static int print_found(struct report *r, const struct found *f, const char *proof)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(LINE_MAX_BYTES);
	if (cli_json(r->cli)) {
		json_t *j = json_object();
		jx_set(j, "index", json_integer((json_int_t)f->index));
		if (f->epoch)
			jx_set(j, "earlier_log", json_integer(f->epoch));
		jx_set(j, "record", json_incref(f->record));
		if (proof)
			jx_set(j, "proof", json_string(proof));
		return cli_print_json(j) ? GW_ELIMIT : 0;
	}
	int e = record_line(r->h, f->index, f->record, &b);
	if (e == 0)
		(void)printf("%s%s", f->epoch ? "earlier log: " : "", b.data);
	return e;
}

static int print_report(struct report *r, struct errinfo *ei)
{
	const char *dir = cli_value(r->cli, "proofs");
	int e = dir ? file_mkdirs(dir, 0700, ei) : 0;
	for (size_t i = 0; e == 0 && i < r->n; i++) {
		const struct found *f = &r->list[i];
		char name[48];
		if (is_superseded(r, i))
			continue;
		if (f->epoch)
			(void)snprintf(name, sizeof name, "earlier%u-%" PRIu64, f->epoch, f->index);
		else
			(void)snprintf(name, sizeof name, "%" PRIu64, f->index);
		if (dir)
			e = write_proof(r, f, dir, name, ei);
		if (e == 0)
			e = print_found(r, f, dir ? name : NULL);
	}
	return e;
}

/* Record the request before anything is shown, and how that ended; on the person too, when it is
 * known. */
static int show_report(struct report *r, const struct subject_id *id, struct errinfo *ei)
{
	struct ledger_subject *s GW_CLEANUP(ledger_subject_free_p) = NULL;
	struct ledger_record rec = reading_record(r->h, "audit.subject");
	struct reading act;
	int e = r->n ? ledger_subject(home_ledger(r->h), id, 1, &s, ei) : 0;
	rec.subj = s;
	rec.obj.k = "record";
	rec.obj.n = (int64_t)r->n;
	if (e == 0)
		e = reading_begin(r->h, &rec, &act, ei);
	if (e < 0)
		return e;
	e = print_report(r, ei);
	if (e == 0 && !r->n && !cli_json(r->cli))
		(void)printf("nobody is known here by that identifier\n");
	return reading_end(&act, e, ei);
}

/* With the registry for the names when it can be read, else without. */
static int open_for_report(struct cli *cli, struct home **ret_h, struct errinfo *ei)
{
	int r = open_home(cli, HOME_LEDGER | HOME_REGISTRY, ret_h, ei);
	if (r == 0 || r == GW_ELEDGER || r == GW_EMODE)
		return r;
	r = home_open(cli_home(cli), HOME_LEDGER, ret_h, ei);
	if (r == 0)
		cli_warn("the registry cannot be used: organisations are shown without names");
	return r;
}

static int run_report(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct asked a GW_CLEANUP(asked_release) = {0};
	int r = open_for_report(cli, &h, &ei);
	if (r == 0)
		r = read_asked(cli, h, &a, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (cli_given(cli, "proofs") && home_contains(h, cli_value(cli, "proofs")))
		return cli_usage(cli, "--proofs: nothing readable may lie under a home");
	struct report rep GW_CLEANUP(report_release) = {.cli = cli, .h = h};
	r = ledger_report(home_ledger(h), &a.id, 1, collect, &rep, rep.reveal, &ei);
	if (r == GW_ENOENT)
		r = 0;
	if (r == 0)
		r = show_report(&rep, &a.id, &ei);
	return r < 0 ? cli_fail(cli, r, &ei) : 0;
}

/* ---- shred ---- */

static bool is_officer(const struct organisation *own, const char *spki)
{
	for (size_t i = 0; i < own->officers_n; i++)
		if (str_eq(own->officers[i].spki, spki))
			return true;
	return false;
}

struct approvals {
	const struct home *h;
	const struct organisation *own;
	const struct buf *content;
	const char *officer; /* who signs now */
	size_t good;
	bool again; /* that officer's is among them */
};

/* A signature counts while its officer is one and its certificate holds. */
static int check_approval(
    void *ctx, const char *officer, const void *signature, size_t n, struct errinfo *ei)
{
	struct approvals *a = ctx;
	struct cades_signer signer;
	size_t signers = 0;
	int64_t now = clock_now();
	(void)ei;
	if (!is_officer(a->own, officer))
		return 0;
	if (cades_verify(registry_trust(home_registry(a->h)), signature, n, a->content->data,
		a->content->len, now, now, &signer, 1, &signers, NULL) < 0 ||
	    cades_pinned(&signer, NULL, &officer, 1, NULL) < 0)
		return 0;
	a->good++;
	a->again = a->again || str_eq(officer, a->officer);
	return 0;
}

/* The officer's signature over what is to go, when it would count. */
static int sign_content(
    struct approvals *a, const struct signer *signer, struct buf *der, struct errinfo *ei)
{
	if (!is_officer(a->own, a->officer))
		return err_set(ei, GW_EAUTH,
		    "this certificate is not of an officer of this organisation "
		    "(organisations.yaml, officers)");
	int r = cades_sign(signer, a->content->data, a->content->len, clock_now(), der, ei);
	if (r < 0)
		return r;
	(void)check_approval(a, a->officer, der->data, der->len, ei);
	if (a->good != 1)
		return err_set(ei, GW_EAUTH,
		    "this officer's certificate does not verify by the registry's roots");
	a->good = 0;
	a->again = false;
	return 0;
}

/* Sign for the officer and keep the signature; *ret_good is how many officers have signed. A try
 * that is refused is recorded as such. */
static int approve(const struct cli *cli, struct home *h, const struct subject_id *id,
    const struct ledger_record *act, size_t *ret_good, struct errinfo *ei)
{
	struct signer *signer GW_CLEANUP(signer_free_p) = NULL;
	struct buf content GW_CLEANUP(buf_release) = BUF_INIT(CONTENT_MAX),
			   der GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct ledger *l = home_ledger(h);
	struct errinfo why = ERRINFO_INIT;
	struct approvals a = {.h = h, .content = &content};
	a.own = registry_organisation(home_registry(h), home_oin(h));
	if (!a.own)
		return err_set(ei, GW_EFORMAT, "organisations.yaml has no entry for this home");
	int r = signer_load(cli_value(cli, "cert"), cli_value(cli, "key"), &signer, ei);
	if (r == 0)
		r = ledger_shred_content(l, id, 1, &content, ei);
	if (r < 0)
		return r;
	a.officer = signer_spki(signer);
	r = sign_content(&a, signer, &der, &why);
	if (r == 0)
		r = ledger_shred_approvals(l, id, 1, check_approval, &a, &why);
	if (r == 0 && a.again && a.good < 2)
		r = err_set(
		    &why, GW_EREFUSED, "this officer has signed already: a second one must sign");
	if (r == GW_EAUTH || r == GW_EREFUSED)
		return ledger_shred_refuse(l, act, a.officer, r, &why, ei);
	if (r == 0 && !a.again) {
		r = ledger_shred_approve(l, id, 1, a.officer, der.data, der.len, act, &why);
		a.good++;
	}
	if (r < 0 && ei)
		*ei = why;
	*ret_good = a.good;
	return r;
}

static int run_shred(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct asked a GW_CLEANUP(asked_release) = {0};
	uint64_t records = 0;
	size_t good = 0;
	if (!cli_value(cli, "cert") || !cli_value(cli, "key"))
		return cli_usage(cli, "--cert and --key of an officer are needed");
	int r = open_home(cli, HOME_LEDGER | HOME_REGISTRY, &h, &ei);
	if (r == 0)
		r = read_asked(cli, h, &a, &ei);
	if (r == 0) {
		struct ledger_record act = reading_record(h, "subject.shred");
		r = approve(cli, h, &a.id, &act, &good, &ei);
		if (r == 0 && good >= 2)
			r = ledger_shred(home_ledger(h), &a.id, 1, &act, &records, &ei);
	}
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (cli_json(cli)) {
		json_t *j = json_object();
		jx_set(j, "officers", json_integer((json_int_t)good));
		jx_set(j, "shredded", json_boolean(good >= 2));
		jx_set(j, "records", json_integer((json_int_t)records));
		return cli_print_json(j);
	}
	if (good < 2)
		(void)printf("one officer has signed; nothing is done before a second one does\n");
	else
		(void)printf("keys, aliases and details are gone; %" PRIu64
			     " records lead to nobody\n",
		    records);
	return 0;
}

#define WHO                                                                                        \
	{"type", 0, "TYPE", "bsn (when not given), v_number or client_number", false},             \
	    {"sender", 0, "OIN", "whose client_number it is; when not given our own", false},      \
	{                                                                                          \
		"fd", 0, "N", "read the identifier from this open file, not standard input", false \
	}

static const struct cli_option report_options[] = {
    WHO,
    {"proofs", 0, "DIR", "write each record with its proof and the key to its commitment", false},
    {NULL, 0, NULL, NULL, false},
};
static const struct cli_option shred_options[] = {
    {"cert", 0, "FILE", "certificate of an officer, with its issuing CA", false},
    {"key", 0, "KEY", "its private key: a file, or a pkcs11: URI", false},
    WHO,
    {NULL, 0, NULL, NULL, false},
};
static const struct cli_command report = {
    .name = "report",
    .operands = "",
    .summary = "who received what about a person, when and on which ground",
    .detail = "The identifier is one line on standard input. With --proofs DIR there are three "
	      "files a record: its bytes, a proof that they are in the log (C2SP tlog-proof), and "
	      "the key with which the person, and nobody without the identifier, can check that "
	      "the record is about them: subj.c = HMAC-SHA-256(key, type:sender:value).",
    .options = report_options,
    .secret = true,
    .run = run_report,
};
static const struct cli_command shred = {
    .name = "shred",
    .operands = "",
    .summary = "make the log's records lead to a person no more",
    .detail = "Two officers of this organisation run it, each with their own key; the second run "
	      "does it. Refused while an act, case or incident about the person is open or a "
	      "retention term runs. The records stay, and stay provable; whom they were about is "
	      "lost for good here, and in backups when they go.",
    .options = shred_options,
    .secret = true,
    .run = run_shred,
};
static const struct cli_command *const subcommands[] = {&report, &shred, NULL};

const struct cli_command cmd_subject = {
    .name = "subject",
    .operands = "",
    .summary = "what the log says about a person, and forgetting one",
    .subcommands = subcommands,
};
