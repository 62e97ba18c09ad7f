/* SPDX-License-Identifier: EUPL-1.2 */
/* handover age: the container alone, as the stock `age` tool has it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "age/age.h"
#include "base/file.h"
#include "base/str.h"
#include "tools/age_options.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/passphrase.h"

/* What the stock tool opens at most: 4 GiB of memory. */
enum { MOST_WORK_FACTOR = 22 };

/* Where the result goes: a file that appears when it is whole, or a descriptor as it comes. */
struct output {
	int fd;
	bool opened; /* fd is ours to close */
	struct file_out file;
};

static void output_release(struct output *o)
{
	file_out_abort(&o->file);
	if (o->opened)
		(void)close(o->fd);
	o->opened = false;
}

static void free_path(char **p)
{
	free(*p);
}

/* True when the result goes to standard output as it comes: also for a path to that same file. */
static bool to_stdout(const char *path)
{
	struct stat at, out;
	if (!path || str_eq(path, "-"))
		return true;
	return stat(path, &at) == 0 && fstat(STDOUT_FILENO, &out) == 0 && at.st_dev == out.st_dev &&
	    at.st_ino == out.st_ino;
}

/* GW_EUSAGE when the open file `fd` of that name is the one that `path` or standard output is. */
static int check_apart(int fd, const char *name, const char *path, struct errinfo *ei)
{
	struct stat in, out;
	if (fstat(fd, &in) < 0 || !S_ISREG(in.st_mode))
		return 0;
	if ((to_stdout(path) ? fstat(STDOUT_FILENO, &out) : stat(path, &out)) < 0)
		return 0;
	return in.st_dev == out.st_dev && in.st_ino == out.st_ino
	    ? err_set(ei, GW_EUSAGE, "%s and output are the same file: name another with -o", name)
	    : 0;
}

/* As check_apart, for the key files given with an option. */
static int check_keys_apart(const struct cli *cli, const char *option, struct errinfo *ei)
{
	const char *path, *out = cli_value(cli, "output");
	for (size_t i = 0; (path = cli_value_at(cli, option, i)); i++) {
		struct stat st;
		bool dash = str_eq(path, "-");
		if (!dash && (stat(path, &st) < 0 || !S_ISREG(st.st_mode)))
			continue;
		int own GW_CLEANUP(file_close_p) = dash ? -1 : open(path, O_RDONLY | O_CLOEXEC);
		int fd = dash ? STDIN_FILENO : own;
		int r = fd < 0 ? 0 : check_apart(fd, "a key file", out, ei);
		if (r < 0)
			return r;
	}
	return 0;
}

/* GW_EUSAGE when a key file is "-" and standard input is wanted for something else too. */
static int check_stdin(const struct cli *cli, const char *option, struct errinfo *ei)
{
	const char *v, *in = cli_operand(cli, 0);
	uint64_t fd = STDERR_FILENO;
	unsigned keys = 0;
	int r = age_option_number(cli, "passphrase-fd", 0, 65535, &fd, ei);
	for (size_t i = 0; (v = cli_value_at(cli, option, i)); i++)
		keys += str_eq(v, "-");
	if (r < 0 || keys == 0)
		return r;
	if (keys > 1 || !in || str_eq(in, "-") || fd == STDIN_FILENO)
		return err_set(ei, GW_EUSAGE,
		    "standard input can be only one of input, keys and passphrase: name files for the others");
	return 0;
}

static int add_recipients(struct age_recipients *to, const char *path, struct errinfo *ei)
{
	return str_eq(path, "-") ? age_recipients_add_fd(to, STDIN_FILENO, "standard input", ei)
				 : age_recipients_add_file(to, path, ei);
}

static int add_identities(struct age_identities *keys, const char *path, struct errinfo *ei)
{
	return str_eq(path, "-") ? age_identities_add_fd(keys, STDIN_FILENO, "standard input", ei)
				 : age_identities_add_file(keys, path, ei);
}

/* Open the operand, "-" or none being standard input; check it against the output. */
static int open_input(const struct cli *cli, int *ret_fd, struct errinfo *ei)
{
	const char *path = cli_operand(cli, 0);
	struct stat st;
	int fd = STDIN_FILENO;
	if (path && !str_eq(path, "-") && (fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0)
		return err_sys(ei, errno == ENOENT ? GW_ENOENT : GW_EIO, "cannot open '%s'", path);
	*ret_fd = fd; /* the caller closes it, also when this fails */
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(ei, GW_EIO, "cannot read '%s': it is a folder", path ? path : "-");
	return check_apart(fd, "input", cli_value(cli, "output"), ei);
}

/* A path that is no regular file (a device, a named pipe) is written as it comes. */
static int open_output(const struct cli *cli, mode_t mode, struct output *o, struct errinfo *ei)
{
	const char *path = cli_value(cli, "output");
	struct stat st;
	if (to_stdout(path))
		return 0;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(ei, GW_EUSAGE, "'%s' is a folder", path);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			return err_sys(ei, GW_EIO, "cannot open '%s'", path);
		o->fd = fd;
		o->opened = true;
		return 0;
	}
	char *real GW_CLEANUP(free_path) = realpath(path, NULL); /* through links */
	int r = file_out_open(&o->file, real ? real : path, mode, FILE_REPLACE, ei);
	o->fd = o->file.fd;
	return r;
}

static int finish_output(struct output *o, struct errinfo *ei)
{
	return o->file.fd >= 0 ? file_out_commit(&o->file, ei) : 0;
}

static bool wants_passphrase(const struct cli *cli)
{
	return cli_given(cli, "passphrase") || cli_given(cli, "passphrase-fd");
}

static int get_passphrase(
    const struct cli *cli, bool twice, int input, struct secret_text *t, struct errinfo *ei)
{
	uint64_t fd = 0;
	if (!cli_given(cli, "passphrase-fd"))
		return passphrase_ask(
		    "Passphrase: ", twice ? "Again: " : NULL, AGE_MOST_PASSPHRASE, t, ei);
	int r = age_option_number(cli, "passphrase-fd", 0, 65535, &fd, ei);
	if (r < 0)
		return r;
	if ((int)fd == input)
		return err_set(
		    ei, GW_EUSAGE, "passphrase and input cannot come from one descriptor");
	return passphrase_read((int)fd, AGE_MOST_PASSPHRASE, t, ei);
}

/* ---- keygen ---- */

static int keygen(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct buf file GW_CLEANUP(buf_release) = BUF_INIT(1024);
	char recipient[AGE_RECIPIENT_TEXT];
	const char *path = cli_value(cli, "output");
	int r = age_identity_generate(recipient, &file, &ei);
	if (r == 0 && path && !str_eq(path, "-"))
		r = file_write(path, file.data, file.len, 0600, FILE_NEW, &ei);
	else if (r == 0 && !cli_json(cli))
		return file_write_fd(STDOUT_FILENO, file.data, file.len, &ei) < 0
		    ? cli_fail(cli, GW_EIO, &ei)
		    : 0;
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (!cli_json(cli))
		return printf("Public key: %s\n", recipient) < 0;
	json_t *o = json_object();
	jx_set(o, "recipient", json_string(recipient));
	if (!path || str_eq(path, "-")) /* else it would be lost */
		jx_set(o, "identity", json_string(file.data));
	else
		jx_set(o, "file", jx_text(path));
	return cli_print_json(o);
}

/* ---- encrypt ---- */

static int collect_recipients(
    const struct cli *cli, int input, struct age_recipients *to, struct errinfo *ei)
{
	struct secret_text pass GW_CLEANUP(secret_text_release) = {.p = NULL};
	uint64_t factor = AGE_WORK_FACTOR;
	const char *v;
	int r = age_option_number(cli, "work-factor", 1, MOST_WORK_FACTOR, &factor, ei);
	bool keys = cli_given(cli, "recipient") || cli_given(cli, "recipients-file");
	if (r < 0)
		return r;
	if (wants_passphrase(cli) && keys)
		return err_set(ei, GW_EUSAGE, "-p cannot be combined with -r or -R");
	if (!wants_passphrase(cli) && !keys)
		return err_set(ei, GW_EUSAGE, "no recipient: give -r, -R or -p");
	for (size_t i = 0; r == 0 && (v = cli_value_at(cli, "recipient", i)); i++)
		r = age_recipients_add(to, v, ei);
	for (size_t i = 0; r == 0 && (v = cli_value_at(cli, "recipients-file", i)); i++)
		r = add_recipients(to, v, ei);
	if (r < 0 || keys)
		return r;
	if (factor > AGE_LIMITS.work_factor)
		cli_warn(
		    "work factor %u takes %u GiB of memory, and 'age decrypt' refuses it without --max-work-factor %u",
		    (unsigned)factor, 1U << (factor - 20), (unsigned)factor);
	r = get_passphrase(cli, true, input, &pass, ei);
	return r < 0 ? r : age_recipients_set_passphrase(to, pass.p, pass.n, (unsigned)factor, ei);
}

/*
 * True when the open file has the size that it told before although fewer bytes, n, can be read:
 * so it is in sysfs. What became shorter has another size now, or more bytes again.
 */
static bool size_is_made_up(int fd, const struct stat *before, uint64_t n)
{
	struct stat now;
	char more;
	return fstat(fd, &now) == 0 && now.st_size == before->st_size &&
	    pread(fd, &more, 1, (off_t)n) == 0;
}

/* What was read must be what lay there: shorter is a failure, longer is said. */
static int check_size(int fd, const struct stat *before, uint64_t n, struct errinfo *ei)
{
	uint64_t size = (uint64_t)before->st_size;
	if (!S_ISREG(before->st_mode) || size == 0 || n == size)
		return 0;
	if (n < size && size_is_made_up(fd, before, n))
		return 0;
	if (n < size)
		return err_set(ei, GW_EIO, "the input became shorter while it was read");
	cli_warn("the input grew while it was read: %llu bytes are in the result",
	    (unsigned long long)n);
	return 0;
}

static int encrypt_to(const struct cli *cli, int in, const struct age_recipients *to,
    unsigned threads, int out, struct errinfo *ei)
{
	struct age_writer *w GW_CLEANUP(age_writer_free_p) = NULL;
	struct stat st = {.st_size = 0};
	uint64_t n = 0;
	off_t at = lseek(in, 0, SEEK_CUR);
	(void)fstat(in, &st);
	int r = cli_given(cli, "armor") ? age_writer_new_armored(out, to, threads, &w, ei)
					: age_writer_new(out, to, threads, &w, ei);
	if (r < 0 || (r = age_writer_copy(w, in, &n, ei)) < 0)
		return r;
	if ((r = check_size(in, &st, n + (at > 0 ? (uint64_t)at : 0), ei)) < 0)
		return r;
	return age_writer_finish(w, ei);
}

static int encrypt(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct age_recipients *to GW_CLEANUP(age_recipients_free_p) = age_recipients_new();
	struct output o GW_CLEANUP(output_release) = {.fd = STDOUT_FILENO, .file = {.fd = -1}};
	int in GW_CLEANUP(file_close_p) = -1;
	uint64_t threads = 0;
	mode_t mask = umask(0);
	(void)umask(mask);
	int r = age_option_number(cli, "threads", 1, 1024, &threads, &ei);
	if (r == 0)
		r = open_input(cli, &in, &ei);
	if (r == 0)
		r = check_stdin(cli, "recipients-file", &ei);
	if (r == 0)
		r = check_keys_apart(cli, "recipients-file", &ei);
	if (r == 0)
		r = collect_recipients(cli, in, to, &ei);
	if (r == 0)
		r = open_output(cli, 0666 & ~mask, &o, &ei);
	if (r == 0 && isatty(o.fd) && !cli_given(cli, "armor"))
		r = err_set(&ei, GW_EUSAGE, "a terminal shows no binary file: give -a or -o");
	if (r == 0)
		r = encrypt_to(cli, in, to, (unsigned)threads, o.fd, &ei);
	if (r == 0)
		r = finish_output(&o, &ei);
	return r < 0 ? cli_fail(cli, r, &ei) : 0;
}

/* ---- decrypt ---- */

static int collect_identities(const struct cli *cli, const struct age_reader *reader, int input,
    struct age_identities *keys, struct errinfo *ei)
{
	struct secret_text pass GW_CLEANUP(secret_text_release) = {.p = NULL};
	const char *v;
	int r = 0;
	bool files = cli_given(cli, "identity"),
	     ask = wants_passphrase(cli) || (!files && age_reader_passphrase(reader));
	if (!files && !ask)
		return err_set(ei, GW_EUSAGE, "no key to decrypt with: give -i or -p");
	if (!files && !age_reader_passphrase(reader))
		return err_set(ei, GW_ENOMATCH,
		    "no match: the file is encrypted to keys, not with a passphrase: give -i");
	for (size_t i = 0; r == 0 && (v = cli_value_at(cli, "identity", i)); i++)
		r = add_identities(keys, v, ei);
	if (r < 0 || !ask || !age_reader_passphrase(reader)) /* nobody is asked in vain */
		return r;
	r = get_passphrase(cli, false, input, &pass, ei);
	return r < 0 ? r : age_identities_set_passphrase(keys, pass.p, pass.n, ei);
}

/* A malformed header that may well be right for a key which this build lacks: say both. */
static void note_post_quantum(const struct cli *cli, struct errinfo *ei)
{
	struct age_identities *keys GW_CLEANUP(age_identities_free_p) = age_identities_new();
	struct errinfo why = *ei, ignored;
	const char *v;
	for (size_t i = 0; (v = cli_value_at(cli, "identity", i)); i++)
		if (add_identities(keys, v, &ignored) < 0)
			return;
	if (age_identities_post_quantum(keys))
		(void)err_set(
		    ei, GW_EFORMAT, "%s; post-quantum recipients are not in this build", why.msg);
}

static int decrypt_to(
    const struct cli *cli, int in, unsigned threads, struct output *o, struct errinfo *ei)
{
	struct age_limits limits;
	struct age_reader *reader GW_CLEANUP(age_reader_free_p) = NULL;
	struct age_identities *keys GW_CLEANUP(age_identities_free_p) = age_identities_new();
	int r = age_limits_read(cli, &limits, ei);
	if (r == 0 && (r = age_reader_open(in, &limits, threads, &reader, ei)) == GW_EFORMAT)
		note_post_quantum(cli, ei);
	if (r == 0)
		r = collect_identities(cli, reader, in, keys, ei);
	if (r == 0)
		r = age_reader_unlock(reader, keys, ei);
	if (r == 0)
		r = open_output(cli, 0600, o, ei);
	return r < 0 ? r : age_reader_copy(reader, o->fd, ei);
}

static int decrypt(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct output o GW_CLEANUP(output_release) = {.fd = STDOUT_FILENO, .file = {.fd = -1}};
	int in GW_CLEANUP(file_close_p) = -1;
	uint64_t threads = 0;
	int r = age_option_number(cli, "threads", 1, 1024, &threads, &ei);
	if (r == 0)
		r = open_input(cli, &in, &ei);
	if (r == 0)
		r = check_stdin(cli, "identity", &ei);
	if (r == 0)
		r = check_keys_apart(cli, "identity", &ei);
	if (r == 0)
		r = decrypt_to(cli, in, (unsigned)threads, &o, &ei);
	if (r == 0)
		r = finish_output(&o, &ei);
	return r < 0 ? cli_fail(cli, r, &ei) : 0;
}

/* ---- the table ---- */

static const struct cli_option keygen_options[] = {
    {"output", 'o', "FILE", "write the secret key to FILE (mode 0600); it must not exist", false},
    {NULL, 0, NULL, NULL, false},
};
static const struct cli_option encrypt_options[] = {
    {"recipient", 'r', "RECIPIENT", "encrypt to this age1… key", true},
    {"recipients-file", 'R', "FILE",
	"encrypt to the keys in FILE (- is standard input), one a line", true},
    {"passphrase", 'p', NULL, "encrypt with a passphrase, asked for twice", false},
    {"passphrase-fd", 0, "N", "read the passphrase from descriptor N (implies -p)", false},
    {"armor", 'a', NULL, "write text instead of binary", false},
    {"output", 'o', "OUT", "write to OUT; it is there when it is whole", false},
    {"work-factor", 0, "N", "log2 of the cost of a passphrase (18; at most 22)", false},
    {"threads", 0, "N", "work with N threads (one for each core)", false},
    {NULL, 0, NULL, NULL, false},
};
static const struct cli_option decrypt_options[] = {
    {"identity", 'i', "FILE", "decrypt with the secret keys in FILE (- is standard input)", true},
    {"passphrase", 'p', NULL, "decrypt with a passphrase", false},
    {"passphrase-fd", 0, "N", "read the passphrase from descriptor N (implies -p)", false},
    {"output", 'o', "OUT", "write to OUT; it is there when all of it has verified", false},
    {"threads", 0, "N", "work with N threads (one for each core)", false},
    AGE_LIMIT_OPTIONS,
    {"max-work-factor", 0, "N", "refuse costlier passphrases (20: 1 GiB of memory)", false},
    {NULL, 0, NULL, NULL, false},
};

static const struct cli_command cmd_keygen = {
    .name = "keygen",
    .operands = "",
    .summary = "make a secret key",
    .detail =
	"Prints an identity file, or writes it and prints its public key. With --json and no FILE "
	"the whole identity file stands in the member `identity`.",
    .options = keygen_options,
    .run = keygen,
};
static const struct cli_command cmd_encrypt = {
    .name = "encrypt",
    .operands = "[IN]",
    .most = 1,
    .summary = "encrypt a file to keys or with a passphrase",
    .detail = "IN is standard input when it is left out or -. An OUT that is there is replaced in "
	      "one step.",
    .options = encrypt_options,
    .run = encrypt,
};
static const struct cli_command cmd_decrypt = {
    .name = "decrypt",
    .operands = "[IN]",
    .most = 1,
    .summary = "decrypt a file, binary or text",
    .detail = "IN is standard input when it is left out or -. A file appears only when its last "
	      "chunk has verified; a pipe gets each chunk when it has. Failures begin with their "
	      "class: header failure, armor failure (exit 3), payload failure, HMAC failure (exit "
	      "5), no match (exit 6).",
    .options = decrypt_options,
    .run = decrypt,
};

const struct cli_command cmd_age = {
    .name = "age",
    .operands = "",
    .summary = "encrypt and decrypt files in the age format",
    .subcommands =
	(const struct cli_command *const[]){&cmd_keygen, &cmd_encrypt, &cmd_decrypt, NULL},
};
