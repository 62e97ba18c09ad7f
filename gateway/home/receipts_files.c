/* SPDX-License-Identifier: EUPL-1.2 */
#include "home/receipts_files.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "cases/machine.h"
#include "sign/statement.h"

bool receipts_same(int fd, const char *dir)
{
	struct stat a, b;
	return fstat(fd, &a) == 0 && stat(dir, &b) == 0 && a.st_dev == b.st_dev &&
	    a.st_ino == b.st_ino;
}

const char *receipts_kind(const char *name, const char *suffix)
{
	size_t n = strlen(name), k = strlen(suffix);
	if (n < 6 + k || strspn(name, "0123456789") != 4 || name[4] != '-' ||
	    !str_ends(name, suffix))
		return NULL;
	char *word GW_CLEANUP(str_free_p) = str_dupn(name + 5, n - 5 - k);
	int act = case_act_of(word);
	return act < 0 ? NULL : case_act_word((enum case_act)act);
}

int receipts_pair(const char *path, struct buf *json, struct buf *p7s, struct errinfo *ei)
{
	char *signature GW_CLEANUP(str_free_p) = str_printf("%s.p7s", path);
	int r = file_read(path, STATEMENT_MAX, json, ei);
	if (r == 0)
		r = file_read(signature, CADES_MAX, p7s, ei);
	else
		return r;
	return r == GW_ENOENT ? err_set(ei, GW_EAUTH, "%s: its signature is missing", path) : r;
}

static int keep_one(const char *path, const struct buf *b, struct errinfo *ei)
{
	struct buf there GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	int r = file_write(path, b->data, b->len, 0600, FILE_NEW, ei);
	if (r != GW_EEXIST)
		return r;
	r = file_read(path, CADES_MAX, &there, ei);
	if (r == 0 && (there.len != b->len || memcmp(there.data, b->data, b->len) != 0))
		r = err_set(ei, GW_EAUTH, "'%s' is there already, and says something else", path);
	return r;
}

int receipts_keep(
    const char *path, const struct buf *json, const struct buf *p7s, struct errinfo *ei)
{
	char *signature GW_CLEANUP(str_free_p) = str_printf("%s.p7s", path);
	if (!file_exists(path)) /* a signature without its statement is what a kill left */
		(void)unlink(signature);
	else
		return keep_one(path, json, ei); /* the same; it may have been signed twice */
	int r = keep_one(signature, p7s, ei);
	return r == 0 ? keep_one(path, json, ei) : r;
}

int receipts_forget(const char *path, struct errinfo *ei)
{
	char *signature GW_CLEANUP(str_free_p) = str_printf("%s.p7s", path);
	if (unlink(path) < 0 && errno != ENOENT)
		return err_sys(ei, GW_EIO, "cannot remove '%s'", path);
	if (unlink(signature) < 0 && errno != ENOENT)
		return err_sys(ei, GW_EIO, "cannot remove '%s'", signature);
	return file_sync_parent(path, ei);
}

/* ---- all of a folder ---- */

struct reading {
	const char *dir;
	struct chain *chain;
	bool verify;
};

static int read_one(const struct reading *g, const char *name, bool slip, struct errinfo *ei)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	char *path GW_CLEANUP(str_free_p) = file_join(g->dir, name);
	int r = receipts_pair(path, &json, &p7s, ei);
	if (r < 0)
		return r;
	return slip ? chain_slip(g->chain, path, json.data, json.len, g->verify ? p7s.data : NULL,
			  p7s.len, 0, ei)
		    : chain_add(g->chain, path, json.data, json.len, g->verify ? p7s.data : NULL,
			  p7s.len, 0, ei);
}

/* The name has the number and the kind that the statement has in the chain. */
static int check_name(const struct reading *g, const char *name, struct errinfo *ei)
{
	const struct chain_link *l = chain_at(g->chain, chain_count(g->chain) - 1);
	char *want GW_CLEANUP(str_free_p) =
	    str_printf("%04zu-%s%s", chain_count(g->chain), l->kind, RECEIPTS_STATEMENT);
	return str_eq(name, want)
	    ? 0
	    : err_set(ei, GW_EAUTH, "%s/%s: should be '%s': a statement is missing or was renamed",
		  g->dir, name, want);
}

static int read_statements(struct reading *g, const struct file_list *l, struct errinfo *ei)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < l->n; i++)
		if (str_ends(l->names[i], RECEIPTS_SLIP))
			r = read_one(g, l->names[i], true, ei);
	for (size_t i = 0; r == 0 && i < l->n; i++) {
		const char *name = l->names[i];
		if (str_ends(name, RECEIPTS_SLIP) || str_ends(name, ".p7s") ||
		    str_ends(name, RECEIPTS_PENDING) || str_eq(name, RECEIPTS_GATEWAY))
			continue;
		if (!receipts_kind(name, RECEIPTS_STATEMENT)) {
			r = g->verify
			    ? err_set(ei, GW_EAUTH, "%s/%s: does not belong there", g->dir, name)
			    : 0;
			continue;
		}
		r = read_one(g, name, false, ei);
		if (r == 0)
			r = check_name(g, name, ei);
	}
	return r;
}

int receipts_read(const char *dir, struct chain *c, bool verify, struct errinfo *ei)
{
	struct reading g = {.dir = dir, .chain = c, .verify = verify};
	struct file_list l = {0};
	int r = file_list(dir, "", &l, ei);
	if (r == 0)
		r = read_statements(&g, &l, ei);
	file_list_release(&l);
	return r;
}

int receipts_statement(
    const char *root, const struct chain *c, size_t i, json_t **ret, struct errinfo *ei)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	char *path GW_CLEANUP(str_free_p) = str_printf("%s/%s-%s/%04zu-%s%s", root, chain_sender(c),
	    chain_case(c), i + 1, chain_at(c, i)->kind, RECEIPTS_STATEMENT);
	int r = file_read(path, STATEMENT_MAX, &json, ei);
	return r == 0 ? jx_parse(path, json.data, json.len, &JX_SMALL, ret, ei) : r;
}

/* Whose case it is: as its first statement says. */
static int first_of(const char *dir, const struct file_list *l, char sender[OIN_TEXT],
    char case_id[CHAIN_CASE], struct errinfo *ei)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	json_t *body GW_CLEANUP(jx_release) = NULL;
	const char *first = NULL;
	for (size_t i = 0; !first && i < l->n; i++)
		if (!str_ends(l->names[i], RECEIPTS_PENDING) &&
		    receipts_kind(l->names[i], RECEIPTS_STATEMENT))
			first = l->names[i];
	if (!first)
		return err_set(ei, GW_ENOENT, "there is no statement in '%s'", dir);
	char *path GW_CLEANUP(str_free_p) = file_join(dir, first);
	int r = file_read(path, STATEMENT_MAX, &json, ei);
	if (r == 0)
		r = jx_parse(path, json.data, json.len, &JX_SMALL, &body, ei);
	if (r == 0)
		r = statement_check(path, body, NULL, NULL, ei);
	const char *by = r == 0 ? jx_str(body, "by") : NULL;
	const char *name = r == 0 ? jx_str(body, "case") : NULL;
	if (r == 0 && (!by || !name))
		return err_set(ei, GW_EFORMAT, "%s: is no act of a case", path);
	if (r == 0) {
		(void)stpncpy(sender, by, OIN_TEXT - 1);
		(void)stpncpy(case_id, name, CHAIN_CASE - 1);
	}
	return r;
}

int receipts_verify(const char *dir, const struct chain_env *env, struct chain **ret,
    size_t *ret_pending, struct errinfo *ei)
{
	struct file_list l = {0};
	char sender[OIN_TEXT] = "", case_id[CHAIN_CASE] = "";
	struct chain *c = NULL;
	int r = file_list(dir, "", &l, ei);
	if (r == 0)
		r = first_of(dir, &l, sender, case_id, ei);
	if (r == 0) {
		struct reading g = {.dir = dir, .verify = true};
		g.chain = c = chain_new(env, sender, case_id);
		r = read_statements(&g, &l, ei);
	}
	*ret_pending = 0;
	for (size_t i = 0; i < l.n; i++)
		*ret_pending += str_ends(l.names[i], RECEIPTS_PENDING);
	file_list_release(&l);
	if (r < 0)
		chain_free(c);
	else
		*ret = c;
	return r;
}
