/* SPDX-License-Identifier: EUPL-1.2 */
/* handover fetch, handover ack: packages come from the gateway, and what was opened is confirmed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "ledger/ledger.h"
#include "package/slip.h"
#include "registry/text.h"
#include "sign/statement.h"
#include "tools/case_act.h"
#include "tools/commands.h"
#include "tools/progress.h"

enum { TAG_MANIFEST_MAX = 4 << 20 };

/* Find the case and the round that the package is of. */
static int begin(struct contact *c, const char *operand, struct contact_case *k,
    struct chain_round *round, struct errinfo *ei)
{
	const char *package = cli_value(c->cli, "package");
	int r = contact_find(c, operand, k, ei);
	if (r == 0 && str_eq(k->sender, home_oin(c->home)))
		r = err_set(ei, GW_EREFUSED, "case %s is one that we send", k->case_id);
	if (r == 0)
		r = contact_read(c, k, ei);
	if (r < 0)
		return r;
	if (!contact_round(k, package, round) || !round->package[0])
		return err_set(ei, GW_ENOENT, "there is no package in case %s yet", k->case_id);
	if (case_ended(round->state))
		return err_set(ei, GW_ECONFLICT, "package %s is not to be had any more: it is '%s'",
		    round->package, case_state_word(round->state));
	return 0;
}

/* The slip of the round's package, verified when it was taken in: its text and its members. */
struct slip {
	struct buf json, p7s;
	json_t *body;
};

static void slip_release(struct slip *s)
{
	buf_release(&s->json);
	buf_release(&s->p7s);
	json_decref(s->body);
}

static int read_slip(
    struct contact_case *k, const char *package, struct slip *s, struct errinfo *ei)
{
	s->json = (struct buf)BUF_INIT(STATEMENT_MAX);
	s->p7s = (struct buf)BUF_INIT(CADES_MAX);
	int r = receipts_slip_read(k->receipts, package, &s->json, &s->p7s, ei);
	return r == 0 ? jx_parse("slip", s->json.data, s->json.len, &JX_SMALL, &s->body, ei) : r;
}

static int act_now(struct contact *c, struct contact_case *k, const char *kind,
    const struct chain_round *round, json_t *own, struct our_act *ret, struct errinfo *ei)
{
	*ret = (struct our_act){.kind = kind,
	    .package = round->package,
	    .slip = round->slip,
	    .policy = round->policy,
	    .own = own};
	text_copy(ret->peer, sizeof ret->peer, k->sender);
	return case_act(c, k, ret, ei);
}

/* ---- fetch ---- */

/* True when the package lies there already, whole. */
static bool there(const char *path, const char *sha256)
{
	struct hash h;
	uint8_t digest[HASH_BYTES];
	char hex[HASH_HEX], piece[65536];
	ssize_t n;
	int fd GW_CLEANUP(file_close_p) = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	hash_init(&h);
	while ((n = read(fd, piece, sizeof piece)) > 0)
		hash_add(&h, piece, (size_t)n);
	hash_final(&h, digest);
	hash_release(&h);
	str_hex(digest, sizeof digest, hex);
	return n == 0 && str_eq(hex, sha256);
}

/* The slip beside it, signature first; then the package gets its name. */
static int put(const char *dir, const char *package, const char *part, const char *path,
    const struct slip *s, struct errinfo *ei)
{
	char *slip GW_CLEANUP(str_free_p) = str_printf("%s/%s.slip.json", dir, package);
	char *p7s GW_CLEANUP(str_free_p) = str_printf("%s.p7s", slip);
	int r = file_write(p7s, s->p7s.data, s->p7s.len, 0600, FILE_REPLACE, ei);
	if (r == 0)
		r = file_write(slip, s->json.data, s->json.len, 0600, FILE_REPLACE, ei);
	if (r == 0 && rename(part, path) < 0)
		r = err_sys(ei, GW_EIO, "cannot rename '%s'", part);
	return r == 0 ? file_sync_parent(path, ei) : r;
}

static int download(struct contact *c, struct contact_case *k, const struct chain_round *round,
    const struct slip *s, const char *dir, const char *path, struct errinfo *ei)
{
	struct ledger_receipt intent;
	struct progress progress;
	char address[100];
	uint64_t bytes = (uint64_t)json_integer_value(json_object_get(s->body, "bytes"));
	char *part GW_CLEANUP(str_free_p) = str_printf("%s/.%s.tar.age.part", dir, round->package);
	const struct case_record record = {.act = "transfer.receive",
	    .peer = k->sender,
	    .policy = round->policy,
	    .package = round->package};
	int r = case_begin(c, k, &record, &intent, ei);
	if (r < 0)
		return r;
	(void)snprintf(address, sizeof address, "/v1/packages/%s/content", round->package);
	progress_transfer(&progress, "fetching", bytes);
	r = client_download(c->client, address, part, bytes, jx_str(s->body, "ciphertext"),
	    progress_moved, &progress, ei);
	progress_clear(&progress);
	if (r == 0)
		r = put(dir, round->package, part, path, s, ei);
	return case_end(c, &record, &intent, r, ei);
}

static int fetch(struct contact *c, const char *operand, struct contact_case *k,
    struct our_act *act, char **ret_path, struct errinfo *ei)
{
	struct chain_round round;
	struct slip s GW_CLEANUP(slip_release) = {0};
	const char *dir = c->packages;
	int r = begin(c, operand, k, &round, ei);
	if (r == 0)
		r = file_mkdirs(dir, 0700, ei);
	if (r == 0)
		r = case_resume(c, k, ei);
	if (r == 0 && contact_legal(k, "fetch_request"))
		r = act_now(c, k, "fetch_request", &round, NULL, act, ei);
	if (r == 0 && !round.released)
		r = err_set(ei, GW_ECONFLICT, "package %s was not released yet", round.package);
	if (r == 0)
		r = read_slip(k, round.package, &s, ei);
	if (r < 0)
		return r;
	*ret_path = str_printf("%s/%s.tar.age", dir, round.package);
	if (!there(*ret_path, jx_str(s.body, "ciphertext")))
		r = download(c, k, &round, &s, dir, *ret_path, ei);
	if (r < 0 || !contact_legal(k, "fetched"))
		return r;
	json_t *own GW_CLEANUP(jx_release) = json_object();
	jx_set(own, "ciphertext", json_string(jx_str(s.body, "ciphertext")));
	return act_now(c, k, "fetched", &round, own, act, ei);
}

static int fetch_one(struct contact *c, const char *operand)
{
	struct contact_case k GW_CLEANUP(contact_case_release) = {0};
	struct our_act act = {.kind = "fetched"};
	struct errinfo ei = ERRINFO_INIT;
	char *path GW_CLEANUP(str_free_p) = NULL;
	int r = fetch(c, operand, &k, &act, &path, &ei);
	json_t *more = json_object();
	if (act.sha256[0])
		jx_set(more, "statement", json_string(act.sha256));
	if (r == 0) {
		jx_set(more, "file", jx_text(path));
		jx_set(more, "note", jx_text(path));
	}
	return contact_tell(c, operand, &k, "fetched", r, &ei, more);
}

/* ---- ack ---- */

/* SHA-256 of the tag manifest of the bag in dir, or in dir/<package>. */
static int tag_of(const char *dir, const char *package, char out[HASH_HEX], struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(TAG_MANIFEST_MAX);
	char *inner GW_CLEANUP(str_free_p) =
	    str_printf("%s/%s/tagmanifest-sha256.txt", dir, package);
	char *outer GW_CLEANUP(str_free_p) = str_printf("%s/tagmanifest-sha256.txt", dir);
	int r = file_read(file_exists(inner) ? inner : outer, TAG_MANIFEST_MAX, &text, ei);
	if (r == GW_ENOENT)
		return err_set(ei, r,
		    "package %s was not opened in '%s': open it, and name the folder with --opened",
		    package, dir);
	if (r == 0)
		hash_sha256_hex(text.data, text.len, out);
	return r;
}

static int ack(struct contact *c, const char *operand, struct contact_case *k, struct our_act *act,
    struct errinfo *ei)
{
	struct chain_round round;
	struct slip s GW_CLEANUP(slip_release) = {0};
	char tag[HASH_HEX], commit[HASH_HEX];
	const char *dir = cli_value(c->cli, "opened");
	json_t *own GW_CLEANUP(jx_release) = json_object();
	int r = begin(c, operand, k, &round, ei);
	if (r == 0)
		r = tag_of(dir ? dir : ".", round.package, tag, ei);
	if (r == 0)
		r = read_slip(k, round.package, &s, ei);
	if (r < 0)
		return r;
	slip_open_commit(tag, commit);
	if (!str_eq(commit, jx_str(s.body, "open_commit")))
		return err_set(
		    ei, GW_EAUTH, "what was opened there is not package %s", round.package);
	jx_set(own, "tagmanifest", json_string(tag));
	return act_now(c, k, "opened", &round, own, act, ei);
}

static int ack_one(struct contact *c, const char *operand)
{
	struct contact_case k GW_CLEANUP(contact_case_release) = {0};
	struct our_act act = {.kind = "opened"};
	struct errinfo ei = ERRINFO_INIT;
	int r = ack(c, operand, &k, &act, &ei);
	json_t *more = json_object();
	if (act.sha256[0])
		jx_set(more, "statement", json_string(act.sha256));
	if (case_note(&act))
		jx_set(more, "note", json_string(case_note(&act)));
	return contact_tell(c, operand, &k, "opened", r, &ei, more);
}

/* ---- the commands ---- */

static int run(struct cli *cli)
{
	struct contact c GW_CLEANUP(contact_close) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int worst = 0, r = contact_open(&c, cli, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	for (int i = 0; i < cli_count(cli); i++) {
		const char *operand = cli_operand(cli, i);
		int code = cli_is(cli, &cmd_fetch) ? fetch_one(&c, operand) : ack_one(&c, operand);
		worst = code > worst ? code : worst;
	}
	return worst;
}

#define PACKAGE_OPTION                                                                             \
	{                                                                                          \
		"package", 0, "UUID", "an earlier package of the case (else: the last one)", false \
	}

static const struct cli_option fetch_options[] = {
    {"out", 0, "DIR", "where packages go (default: the home's inbox)", false},
    PACKAGE_OPTION,
    CONTACT_GATEWAY_OPTION,
    {0},
};

static const struct cli_option ack_options[] = {
    {"opened", 0, "DIR", "the folder that `handover open` left, or the one around it (default: .)",
	false},
    PACKAGE_OPTION,
    CONTACT_GATEWAY_OPTION,
    {0},
};

const struct cli_command cmd_fetch = {
    .name = "fetch",
    .operands = "CASE…",
    .least = 1,
    .most = -1,
    .summary = "fetch packages that were released to us",
    .detail =
	"We sign that we ask for the package, fetch it, compare its SHA-256 with the slip that the "
	"sender signed, and sign that we have it. It comes as DIR/<uuid>.tar.age with its slip beside "
	"it, for `handover open`. A download that was cut off goes on from there.",
    .options = fetch_options,
    .run = run,
};

const struct cli_command cmd_ack = {
    .name = "ack",
    .operands = "CASE…",
    .least = 1,
    .most = -1,
    .summary = "confirm that packages were opened",
    .detail =
	"The statement names the digest of the bag's tag manifest, which only somebody who opened the "
	"package can know; it is compared with the slip before anything is signed.",
    .options = ack_options,
    .run = run,
};
