/* SPDX-License-Identifier: EUPL-1.2 */
/* handover backup, handover restore: a copy of a home, and a home from one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/file.h"
#include "base/str.h"
#include "home/backup.h"
#include "tools/age_options.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/passphrase.h"
#include "tools/progress.h"

/* ---- progress: in MiB, for one file may be all there is ---- */

struct bar {
	struct progress line;
	const char *verb;
	uint64_t shown; /* bytes */
	bool begun;
};

static void show(void *arg, uint64_t bytes, uint64_t total)
{
	struct bar *b = arg;
	if (!b->begun)
		progress_begin(&b->line, b->verb, (size_t)(total >> 20) + 1);
	b->begun = true;
	for (; b->shown + (1 << 20) <= bytes; b->shown += 1 << 20)
		progress_step(&b->line, 1 << 20);
}

static void hide(struct bar *b)
{
	if (b->begun)
		progress_clear(&b->line);
}

/* ---- keys ---- */

static bool wants_passphrase(const struct cli *cli)
{
	return cli_given(cli, "passphrase") || cli_given(cli, "passphrase-fd");
}

static int get_passphrase(
    const struct cli *cli, bool twice, struct secret_text *t, struct errinfo *ei)
{
	uint64_t fd = 0;
	if (!cli_given(cli, "passphrase-fd"))
		return passphrase_ask(
		    "Passphrase: ", twice ? "Again: " : NULL, AGE_MOST_PASSPHRASE, t, ei);
	int r = age_option_number(cli, "passphrase-fd", 0, 65535, &fd, ei);
	return r < 0 ? r : passphrase_read((int)fd, AGE_MOST_PASSPHRASE, t, ei);
}

static int collect_recipients(const struct cli *cli, struct age_recipients *to, struct errinfo *ei)
{
	struct secret_text pass GW_CLEANUP(secret_text_release) = {.p = NULL};
	const char *v;
	int r = 0;
	for (size_t i = 0; r == 0 && (v = cli_value_at(cli, "recipient", i)); i++)
		r = age_recipients_add(to, v, ei);
	if (r < 0 || !wants_passphrase(cli))
		return r;
	if (cli_given(cli, "recipient"))
		return err_set(ei, GW_EUSAGE, "-p cannot be combined with -r");
	r = get_passphrase(cli, true, &pass, ei);
	return r < 0 ? r : age_recipients_set_passphrase(to, pass.p, pass.n, AGE_WORK_FACTOR, ei);
}

static int collect_identities(
    const struct cli *cli, struct age_identities *keys, struct errinfo *ei)
{
	struct secret_text pass GW_CLEANUP(secret_text_release) = {.p = NULL};
	const char *v;
	int r = 0;
	for (size_t i = 0; r == 0 && (v = cli_value_at(cli, "identity", i)); i++)
		r = age_identities_add_file(keys, v, ei);
	if (r < 0 || !wants_passphrase(cli))
		return r;
	r = get_passphrase(cli, false, &pass, ei);
	return r < 0 ? r : age_identities_set_passphrase(keys, pass.p, pass.n, ei);
}

static json_t *head_json(const struct checkpoint *head)
{
	json_t *j = json_object();
	struct buf root GW_CLEANUP(buf_release) = BUF_INIT(64);
	jx_set(j, "origin", json_string(head->origin));
	jx_set(j, "size", json_integer((json_int_t)head->size));
	jx_set(j, "root",
	    str_b64(&root, head->root.b, MERKLE_HASH) < 0 ? json_null() : json_string(root.data));
	return j;
}

/* ---- one for each day ---- */

enum { KEEP_MOST = 3650, KEEP_NEWER = 7 };

/* "2026-11-29.tar", and no other name. */
static bool day_of(const char *name, struct date *ret)
{
	char day[DATE_TEXT] = "";
	if (strlen(name) != DATE_TEXT - 1 + strlen(".tar") || !str_ends(name, ".tar"))
		return false;
	memcpy(day, name, DATE_TEXT - 1);
	return date_parse(day, ret) == 0;
}

/* Remove those of more than `days` days ago that have KEEP_NEWER newer ones: a clock that ran years
 * ahead shall not have all of them removed in one night. */
static int drop_old(const char *dir, uint64_t days, struct errinfo *ei)
{
	struct file_list l = {0};
	struct date d;
	size_t newer = 0;
	int64_t today = date_days(date_of(clock_now()));
	int r = file_list(dir, ".tar", &l, ei);
	for (size_t i = l.n; r == 0 && i-- > 0;) { /* the newest first */
		char *path GW_CLEANUP(str_free_p) = file_join(dir, l.names[i]);
		if (!day_of(l.names[i], &d))
			continue;
		if (today - date_days(d) > (int64_t)days && newer >= KEEP_NEWER && unlink(path) < 0)
			r = err_sys(ei, GW_EIO, "cannot remove '%s'", path);
		newer++;
	}
	file_list_release(&l);
	return r;
}

/* DIR/<today>.tar; *ret_made is false when that is there already. */
static int back_up_today(
    struct cli *cli, struct home_backup *b, uint64_t keep, bool *ret_made, struct errinfo *ei)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	const char *dir = cli_operand(cli, 0);
	char day[DATE_TEXT];
	if (!file_is_dir(dir)) /* of a disk that is not there, perhaps */
		return err_set(ei, GW_ENOENT, "there is no folder '%s'", dir);
	int r = home_open(cli_home(cli), HOME_LEDGER, &h, ei);
	if (r < 0)
		return r;
	date_text(date_of(clock_now()), day); /* a test home has set the clock by now */
	char *target GW_CLEANUP(str_free_p) = str_printf("%s/%s.tar", dir, day);
	*ret_made = !file_exists(target);
	b->target = target;
	r = *ret_made ? home_backup(h, b, ei) : 0;
	b->target = dir;
	return r == 0 && keep ? drop_old(dir, keep, ei) : r;
}

static int run_daily(struct cli *cli, struct home_backup *b)
{
	struct errinfo ei = ERRINFO_INIT;
	uint64_t keep = 0;
	bool made = false;
	const char *v = cli_value(cli, "keep");
	if (b->keys || cli_given(cli, "recipient") || wants_passphrase(cli))
		return cli_usage(cli, "--daily is without keys: those are saved when one was made");
	if (v && (str_u64(v, KEEP_MOST, &keep) < 0 || keep == 0))
		return cli_usage(cli, "--keep: a number of days is needed");
	int r = back_up_today(cli, b, keep, &made, &ei);
	hide(b->arg);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (cli_json(cli)) {
		json_t *j = json_object();
		jx_set(j, "made", json_boolean(made));
		return cli_print_json(j);
	}
	if (made)
		(void)printf("wrote today's backup into %s: %" PRIu64 " files, %" PRIu64 " bytes\n",
		    b->target, b->files, b->bytes);
	return 0;
}

/* ---- backup ---- */

static int run_backup(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct age_recipients *to GW_CLEANUP(age_recipients_free_p) = age_recipients_new();
	struct bar bar = {.verb = "copying MiB"};
	struct home_backup b = {.target = cli_operand(cli, 0),
	    .keys = cli_value(cli, "keys"),
	    .to = to,
	    .progress = show,
	    .arg = &bar};
	bool whom = cli_given(cli, "recipient") || wants_passphrase(cli);
	if (cli_given(cli, "daily"))
		return run_daily(cli, &b);
	if (cli_given(cli, "keep"))
		return cli_usage(cli, "--keep is for --daily");
	if (b.keys && !whom)
		return cli_usage(cli, "--keys: give -r RECIPIENT or -p, to encrypt them");
	if (!b.keys && whom)
		return cli_usage(cli, "-r and -p are for --keys FILE");
	int r = collect_recipients(cli, to, &ei);
	if (r == 0)
		r = home_open(cli_home(cli), HOME_LEDGER, &h, &ei);
	if (r == 0)
		r = home_backup(h, &b, &ei);
	hide(&bar);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (cli_json(cli)) {
		json_t *j = json_object();
		jx_set(j, "backup", jx_text(b.target));
		if (b.keys)
			jx_set(j, "keys", jx_text(b.keys));
		jx_set(j, "files", json_integer((json_int_t)b.files));
		jx_set(j, "bytes", json_integer((json_int_t)b.bytes));
		jx_set(j, "ledger", head_json(&b.head));
		jx_set(j, "vkey", json_string(b.vkey));
		return cli_print_json(j);
	}
	(void)printf(
	    "wrote %s: %" PRIu64 " files, %" PRIu64 " bytes\n", b.target, b.files, b.bytes);
	(void)printf("it holds the ledger up to record %" PRIu64 "\n", b.head.size - 1);
	(void)printf("the ledger's key vouches for it: %s\n", b.vkey);
	if (b.keys)
		(void)printf("wrote the keys to %s: keep it elsewhere than the backup\n", b.keys);
	else
		(void)printf("it holds no keys: without a file made by --keys it is of no use\n");
	return 0;
}

/* ---- restore ---- */

static void advise(const char *home, const struct home_restore *s)
{
	(void)printf(
	    "restored %s: %" PRIu64 " files, %" PRIu64 " bytes\n", home, s->files, s->bytes);
	if (s->vouch.at) {
		char moment[TIME_TEXT];
		time_text(s->vouch.at, moment);
		(void)printf("made at %s, which %s vouches for\n", moment, s->vouch.vkey);
	} else {
		(void)printf(
		    "nobody vouches for it: that it is the one that was made is your word\n");
	}
	(void)printf("%s\n%" PRIu64 " records, verified\n", s->head.origin, s->head.size);
	if (s->lost)
		(void)printf(
		    "records were lost: the ledger is refused until 'handover ledger restart'\n");
	else
		(void)printf(
		    "if the old home worked on after the backup, do not go on yet: get a later\n"
		    "checkpoint of this ledger from a witness or a counterparty, and restore with\n"
		    "--seen FILE\n");
}

static int run_restore(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct age_identities *keys GW_CLEANUP(age_identities_free_p) = age_identities_new();
	struct buf seen GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct bar bar = {.verb = "copying MiB"};
	struct home_restore s = {.from = cli_operand(cli, 0),
	    .keys = cli_value(cli, "keys"),
	    .with = keys,
	    .vkey = cli_value(cli, "vkey"),
	    .unvouched = cli_given(cli, "unsigned"),
	    .progress = show,
	    .arg = &bar};
	if (!s.keys || (!cli_given(cli, "identity") && !wants_passphrase(cli)))
		return cli_usage(cli, "--keys FILE is needed, and -i FILE or -p to open it");
	if (s.vkey && s.unvouched)
		return cli_usage(cli, "--vkey cannot be combined with --unsigned");
	int r = collect_identities(cli, keys, &ei);
	if (r == 0 && cli_value(cli, "seen")) {
		r = file_read(cli_value(cli, "seen"), NOTE_MAX - 1, &seen, &ei);
		s.seen = seen.data ? seen.data : "";
		s.seen_n = seen.len;
	}
	if (r == 0)
		r = home_restore(cli_operand(cli, 1), &s, &ei);
	hide(&bar);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (cli_json(cli)) {
		json_t *j = json_object();
		jx_set(j, "home", jx_text(cli_operand(cli, 1)));
		jx_set(j, "files", json_integer((json_int_t)s.files));
		jx_set(j, "bytes", json_integer((json_int_t)s.bytes));
		jx_set(j, "ledger", head_json(&s.head));
		jx_set(j, "lost", json_boolean(s.lost));
		if (s.vouch.at) {
			char moment[TIME_TEXT];
			time_text(s.vouch.at, moment);
			jx_set(j, "made", json_string(moment));
			jx_set(j, "vkey", json_string(s.vouch.vkey));
		}
		return cli_print_json(j);
	}
	advise(cli_operand(cli, 1), &s);
	return 0;
}

static const struct cli_option backup_options[] = {
    {"daily", 0, NULL, "TARGET is a folder: write <today>.tar into it, unless that is there",
	false},
    {"keep", 0, "DAYS",
	"with --daily: remove those of more than so many days ago that have seven newer ones",
	false},
    {"keys", 0, "FILE", "also the secrets, encrypted, into FILE", false},
    {"recipient", 'r', "RECIPIENT", "encrypt the secrets to this age1… key", true},
    {"passphrase", 'p', NULL, "encrypt the secrets with a passphrase, asked for twice", false},
    {"passphrase-fd", 0, "N", "read the passphrase from descriptor N (implies -p)", false},
    {NULL, 0, NULL, NULL, false},
};
static const struct cli_option restore_options[] = {
    {"keys", 0, "FILE", "the file with the secrets", false},
    {"identity", 'i', "FILE", "open the secrets with the age keys in FILE", true},
    {"passphrase", 'p', NULL, "open the secrets with a passphrase", false},
    {"passphrase-fd", 0, "N", "read the passphrase from descriptor N (implies -p)", false},
    {"seen", 0, "FILE", "a later checkpoint of this ledger, as others have seen it", false},
    {"vkey", 0, "VKEY", "the ledger's verifier key, as backup printed it or others know it", false},
    {"unsigned", 0, NULL, "take a backup that nobody vouches for, of an earlier version", false},
    {NULL, 0, NULL, NULL, false},
};

const struct cli_command cmd_backup = {
    .name = "backup",
    .operands = "TARGET",
    .least = 1,
    .most = 1,
    .summary = "copy the home while it runs; its secrets go apart",
    .detail =
	"Writes TARGET, a folder, or one tar file when its name ends in .tar: databases as of one\n"
	"moment, registry and policies as they stood together, sealed packages, receipts. Check it\n"
	"with sha256sum -c SHA256SUMS. The secrets (keys, age identities) are never in it: with --keys\n"
	"they go into a file of their own, encrypted with age, which belongs elsewhere. The ledger's\n"
	"key, which is one of them, vouches for the whole in SHA256SUMS.note.",
    .options = backup_options,
    .run = run_backup,
};
const struct cli_command cmd_restore = {
    .name = "restore",
    .operands = "BACKUP HOME",
    .least = 2,
    .most = 2,
    .summary = "make a home out of a backup and its secrets",
    .detail =
	"Makes the folder HOME, which must not be there, out of BACKUP and the file of secrets, and\n"
	"verifies its ledger wholly. Nothing of BACKUP is written unless the ledger's key in the file\n"
	"of secrets vouches for all of it; --vkey says which key that must be, in case the file of\n"
	"secrets may have been put in another's place as well. What the old home recorded after the backup is lost; if others\n"
	"saw later heads of the ledger, going on would give it two histories. Give the latest\n"
	"checkpoint that a witness or counterparty has with --seen: the ledger is then refused until\n"
	"handover ledger restart begins a new one that names the lost head.",
    .options = restore_options,
    .run = run_restore,
};
