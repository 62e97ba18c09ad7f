/* SPDX-License-Identifier: EUPL-1.2 */
/* handover inspect: what an age file or package shows to anybody, without a key. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "age/age.h"
#include "base/file.h"
#include "base/id.h"
#include "base/str.h"
#include "package/note.h"
#include "tools/age_options.h"
#include "tools/cli.h"
#include "tools/commands.h"

enum { UUID = 36, SLIP_MAX = 64 << 10 };

/* The uuid in a name <uuid>.tar.age as a new string, or NULL: then it is any age file. */
static char *package_id(const char *path)
{
	const char *name = file_base(path);
	if (strlen(name) != UUID + strlen(".tar.age") || !str_ends(name, ".tar.age"))
		return NULL;
	char *id = str_dupn(name, UUID);
	if (!id_is_v4(id))
		str_free_p(&id);
	return id;
}

/* What the slip beside a package says, or NULL: unproven as the rest, and only of the right forms.
 */
static json_t *read_slip(const char *path)
{
	static const char end[] = ".tar.age";
	char *stem GW_CLEANUP(str_free_p) = str_dupn(path, strlen(path) - strlen(end));
	char *file GW_CLEANUP(str_free_p) = str_printf("%s.slip.json", stem);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(SLIP_MAX);
	json_t *slip GW_CLEANUP(jx_release) = NULL;
	json_int_t seq = 0;
	if (file_read(file, SLIP_MAX, &b, NULL) < 0 ||
	    jx_parse("slip", b.data, b.len, &JX_SMALL, &slip, NULL) < 0)
		return NULL;
	const char *case_id = jx_str(slip, "case"), *sender = jx_str(slip, "sender"),
		   *recipient = jx_str(slip, "recipient"), *before = jx_str(slip, "supersedes");
	if (!case_id || !note_case_ok(case_id) || !sender || !str_oin(sender) || !recipient ||
	    !str_oin(recipient) || jx_int(slip, "seq", 1, INT32_MAX, &seq) < 0 ||
	    (before && !id_is_v4(before)))
		return NULL;
	json_t *o = json_object();
	jx_set(o, "sender", json_string(sender));
	jx_set(o, "recipient", json_string(recipient));
	jx_set(o, "case", json_string(case_id));
	jx_set(o, "seq", json_integer(seq));
	if (before)
		jx_set(o, "supersedes", json_string(before));
	return o;
}

static void print_slip(const json_t *slip)
{
	const char *before = jx_str(slip, "supersedes");
	(void)printf(
	    "  slip       from %s to %s\n", jx_str(slip, "sender"), jx_str(slip, "recipient"));
	(void)printf("  case       %s, package number %" JSON_INTEGER_FORMAT "\n",
	    jx_str(slip, "case"), json_integer_value(json_object_get(slip, "seq")));
	if (before)
		(void)printf("  supersedes %s\n", before);
}

static void print_text(
    const char *path, const char *id, const struct age_facts *f, const json_t *slip)
{
	(void)printf("%s\n  kind       %s\n", path, id ? "handover package" : "age file");
	(void)printf("  format     age v1, %s\n", f->armored ? "armored" : "binary");
	(void)printf("  stanzas    %zu:", f->stanzas);
	for (size_t i = 0; i < f->kinds_n; i++)
		(void)printf("%s %s %zu", i ? "," : "", f->kinds[i].type, f->kinds[i].n);
	(void)printf("\n");
	if (f->work_factor)
		(void)printf("  passphrase work factor %u\n", f->work_factor);
	(void)printf("  payload    %" PRIu64 " bytes in %" PRIu64 " chunk%s\n", f->payload_bytes,
	    f->chunks, f->chunks == 1 ? "" : "s");
	(void)printf("  file       %" PRIu64 " bytes, header %" PRIu64 " bytes\n", f->file_bytes,
	    f->header_bytes);
	if (slip)
		print_slip(slip);
}

static void print_json(const char *path, const char *id, const struct age_facts *f, json_t *slip)
{
	json_t *o = json_object(), *kinds = json_array();
	jx_set(o, "file", json_string(str_utf8(path, strlen(path)) ? path : ""));
	jx_set(o, "kind", json_string(id ? "package" : "age"));
	if (id)
		jx_set(o, "package", json_string(id));
	jx_set(o, "format", json_string("age-encryption.org/v1"));
	jx_set(o, "armored", json_boolean(f->armored));
	jx_set(o, "stanzas", json_integer((json_int_t)f->stanzas));
	for (size_t i = 0; i < f->kinds_n; i++) {
		json_t *k = json_object();
		jx_set(k, "type", json_string(f->kinds[i].type));
		jx_set(k, "count", json_integer((json_int_t)f->kinds[i].n));
		jx_add(kinds, k);
	}
	jx_set(o, "types", kinds);
	if (f->work_factor)
		jx_set(o, "work_factor", json_integer((json_int_t)f->work_factor));
	jx_set(o, "payload_bytes", json_integer((json_int_t)f->payload_bytes));
	jx_set(o, "chunks", json_integer((json_int_t)f->chunks));
	jx_set(o, "header_bytes", json_integer((json_int_t)f->header_bytes));
	jx_set(o, "file_bytes", json_integer((json_int_t)f->file_bytes));
	if (slip)
		jx_set(o, "slip", json_incref(slip));
	(void)cli_print_json(o);
}

static int inspect_one(const struct cli *cli, const struct age_limits *limits, const char *path)
{
	struct errinfo ei = ERRINFO_INIT;
	struct age_facts f = {.armored = false};
	int own GW_CLEANUP(file_close_p) = -1;
	int fd = STDIN_FILENO, r = 0;
	if (!str_eq(path, "-")) {
		fd = own = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			r = err_sys(&ei, errno == ENOENT ? GW_ENOENT : GW_EIO, "cannot open");
	}
	if (r == 0)
		r = age_inspect(fd, limits, &f, &ei);
	if (r < 0) {
		(void)err_prefix(&ei, r, path);
		return cli_fail(cli, r, &ei);
	}
	char *id GW_CLEANUP(str_free_p) = package_id(path);
	json_t *slip GW_CLEANUP(jx_release) = id ? read_slip(path) : NULL;
	if (cli_json(cli))
		print_json(path, id, &f, slip);
	else
		print_text(path, id, &f, slip);
	age_facts_release(&f);
	return 0;
}

static int inspect(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct age_limits limits;
	int worst = 0, e = age_limits_read(cli, &limits, &ei);
	if (e < 0)
		return cli_fail(cli, e, &ei);
	for (int i = 0; i < cli_count(cli); i++) {
		int r = inspect_one(cli, &limits, cli_operand(cli, i));
		worst = r > worst ? r : worst;
	}
	return worst;
}

static const struct cli_option options[] = {
    AGE_LIMIT_OPTIONS,
    {NULL, 0, NULL, NULL, false},
};

const struct cli_command cmd_inspect = {
    .name = "inspect",
    .operands = "PACKAGE…",
    .least = 1,
    .most = -1,
    .summary = "show what a package or age file tells without a key",
    .detail = "Recipients by type and number, armored or not, and the exact size of what is "
	      "inside; of a package with its slip beside it also from whom to whom, its number in "
	      "the case and which package it supersedes. Nothing of it is proven: only opening "
	      "verifies, or `handover statement verify` the slip.",
    .options = options,
    .run = inspect,
};
