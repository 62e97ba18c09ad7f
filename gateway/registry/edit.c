/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/edit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "base/yaml.h"
#include "registry/inside.h"

int registry_lock(const char *dir, bool exclusive, int *ret_fd, struct errinfo *ei)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(ei, errno == ENOENT || errno == ENOTDIR ? GW_ENOENT : GW_EIO,
		    "cannot open the registry '%s'", dir);
	while (flock(fd, exclusive ? LOCK_EX : LOCK_SH) < 0)
		if (errno != EINTR) {
			int r = err_sys(ei, GW_EIO, "cannot lock the registry '%s'", dir);
			(void)close(fd);
			return r;
		}
	if (exclusive)
		file_sweep(dir);
	*ret_fd = fd;
	return 0;
}

/* Offset of the beginning of a line, counted from 1; the end of the text past the last. */
static size_t line_start(const struct buf *text, size_t line)
{
	size_t at = 0;
	while (line > 1 && at < text->len) {
		const char *nl = memchr(text->data + at, '\n', text->len - at);
		at = nl ? (size_t)(nl - text->data) + 1 : text->len;
		line--;
	}
	return at;
}

/* True when the line is blank, or a comment that stands at the margin or before an item. */
static bool remark(const struct buf *text, size_t start, size_t end)
{
	while (start < end && (text->data[start] == ' ' || text->data[start] == '\n'))
		start++;
	return start == end || text->data[start] == '#';
}

/* Where item i of a block list ends: before the remarks that lead to the next, or the list's end.
 */
static size_t item_end(const struct buf *text, const struct yml *list, size_t i)
{
	if (i + 1 >= list->n)
		return text->len;
	size_t line = list->items[i + 1]->line;
	while (line > list->items[i]->line + 1 &&
	    remark(text, line_start(text, line - 1), line_start(text, line)))
		line--;
	return line_start(text, line);
}

/* True when item i begins on the line of its dash, two spaces in, as the writers here put it. */
static bool plain_item(const struct buf *text, const struct yml *item)
{
	size_t at = line_start(text, item->line);
	return item->col == 5 && text->len - at > 4 && memcmp(text->data + at, "  - ", 4) == 0;
}

static int add_text(struct buf *out, const char *p, size_t n)
{
	return n ? buf_add(out, p, n) : 0;
}

/*
 * Put `item` (YAML of one list item, two spaces in) in the place of item i of the list in text, or
 * behind the last when i is none, into out. False when the list is not in the form that allows it.
 */
static bool place_item(const struct buf *text, const struct yml *list, size_t i,
    const struct buf *item, struct buf *out)
{
	if (list->n == 0 || list->flow)
		return false;
	for (size_t k = 0; k < list->n; k++)
		if (!plain_item(text, list->items[k]))
			return false;
	bool there = i < list->n;
	size_t start = there ? line_start(text, list->items[i]->line) : text->len;
	size_t end = there ? item_end(text, list, i) : text->len;
	int r = add_text(out, text->data, start);
	if (r == 0 && start && text->data[start - 1] != '\n')
		r = buf_adds(out, "\n");
	if (r == 0)
		r = buf_add(out, item->data, item->len);
	return r == 0 && add_text(out, text->data + end, text->len - end) == 0;
}

static int whole_organisations(
    const struct organisations *l, const struct organisation *o, struct buf *out)
{
	bool put = false;
	int r = buf_adds(out, "organisations:\n");
	for (size_t i = 0; r == 0 && i < l->n; i++) {
		bool same = str_eq(l->list[i]->oin, o->oin);
		r = organisation_yaml(same ? o : l->list[i], out);
		put |= same;
	}
	return r == 0 && !put ? organisation_yaml(o, out) : r;
}

/* Read back what is to be written, so that a wrong edit never lands. */
static int write_organisations(const char *path, const struct buf *text,
    const struct organisation *o, size_t n, struct errinfo *ei)
{
	struct organisations l = {0};
	int r = organisations_parse(path, text->data, text->len, &l, ei);
	if (r < 0)
		return r;
	bool good = l.n == n && organisations_find(&l, o->oin);
	organisations_release(&l);
	if (!good)
		return err_set(ei, GW_EFAIL, "'%s' cannot be edited: change it by hand", path);
	return file_write(path, text->data, text->len, 0644, FILE_REPLACE, ei);
}

int registry_put_organisation(const char *dir, const struct organisation *o, struct errinfo *ei)
{
	int lock GW_CLEANUP(file_close_p) = -1;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(REGISTRY_FILE_MAX);
	struct buf item GW_CLEANUP(buf_release) = BUF_INIT(REGISTRY_FILE_MAX);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(REGISTRY_FILE_MAX);
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	char *path GW_CLEANUP(str_free_p) = file_join(dir, "organisations.yaml");
	const struct yml_limits limits = {.bytes = REGISTRY_FILE_MAX, .depth = 8, .nodes = 500000};
	struct organisations l = {0};
	int r = registry_lock(dir, true, &lock, ei);
	if (r == 0)
		r = file_read(path, REGISTRY_FILE_MAX, &text, ei);
	if (r == 0)
		r = organisations_parse(path, text.data, text.len, &l, ei);
	if (r == 0)
		r = yml_parse(path, text.data, text.len, &limits, &root, ei);
	if (r == 0 && organisation_yaml(o, &item) < 0)
		r = err_set(ei, GW_ELIMIT, "'%s' would become too long", path);
	if (r == 0) {
		size_t i = 0;
		while (i < l.n && !str_eq(l.list[i]->oin, o->oin))
			i++;
		if (!place_item(&text, yml_get(root, "organisations"), i, &item, &out)) {
			buf_clear(&out);
			r = whole_organisations(&l, o, &out);
		}
		if (r == 0)
			r = write_organisations(path, &out, o, i == l.n ? l.n + 1 : l.n, ei);
	}
	organisations_release(&l);
	return r;
}

static int whole_contracts(const struct contracts *l, const struct contract *c, struct buf *out)
{
	int r = buf_adds(out, "contracts:\n");
	for (size_t i = 0; r == 0 && i < l->n; i++)
		r = contract_yaml(&l->list[i], out);
	return r == 0 ? contract_yaml(c, out) : r;
}

static int write_contracts(const char *path, const struct buf *text, const struct contract *c,
    size_t n, struct errinfo *ei)
{
	struct contracts l = {0};
	int r = contracts_parse(path, text->data, text->len, &l, ei);
	if (r < 0)
		return r;
	bool good = l.n == n && contracts_find(&l, c->id);
	contracts_release(&l);
	if (!good)
		return err_set(ei, GW_EFAIL, "'%s' cannot be edited: change it by hand", path);
	return file_write(path, text->data, text->len, 0644, FILE_REPLACE, ei);
}

int registry_add_contract(const char *dir, const struct contract *c, struct errinfo *ei)
{
	int lock GW_CLEANUP(file_close_p) = -1;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(REGISTRY_FILE_MAX);
	struct buf item GW_CLEANUP(buf_release) = BUF_INIT(REGISTRY_FILE_MAX);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(REGISTRY_FILE_MAX);
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	char *path GW_CLEANUP(str_free_p) = file_join(dir, "contracts.yaml");
	const struct yml_limits limits = {.bytes = REGISTRY_FILE_MAX, .depth = 8, .nodes = 500000};
	struct contracts l = {0};
	int r = registry_lock(dir, true, &lock, ei);
	if (r == 0)
		r = file_exists(path) ? file_read(path, REGISTRY_FILE_MAX, &text, ei)
				      : buf_adds(&text, "contracts: []\n");
	if (r == 0)
		r = contracts_parse(path, text.data, text.len, &l, ei);
	if (r == 0 && contracts_find(&l, c->id))
		r = err_set(ei, GW_EEXIST, "contract \"%s\" is already there", c->id);
	if (r == 0)
		r = yml_parse(path, text.data, text.len, &limits, &root, ei);
	if (r == 0 && contract_yaml(c, &item) < 0)
		r = err_set(ei, GW_ELIMIT, "'%s' would become too long", path);
	if (r == 0 && !place_item(&text, yml_get(root, "contracts"), SIZE_MAX, &item, &out)) {
		buf_clear(&out);
		r = whole_contracts(&l, c, &out);
	}
	if (r == 0)
		r = write_contracts(path, &out, c, l.n + 1, ei);
	contracts_release(&l);
	return r;
}
