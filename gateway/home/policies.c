/* SPDX-License-Identifier: EUPL-1.2 */
/* policies: the files under policies/, found by what they say and not by how they are called. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "base/yaml.h"
#include "dossier/catalogue.h"
#include "dossier/ladder.h"
#include "home/inside.h"

/* The policy or report policy in the file, or false. A file that cannot be read as YAML is no
 * policy that anybody could run. */
static bool read_policy(const char *path, struct home_policy_file *ret)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(POLICY_PART_MAX);
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	const char *s, *status = NULL;
	if (file_read(path, POLICY_PART_MAX, &text, NULL) < 0 ||
	    yml_parse(path, text.data, text.len, &YML_SMALL, &root, NULL) < 0 ||
	    (yml_text(root, "policy", &s, NULL) < 0 &&
		yml_text(root, "report_policy", &s, NULL) < 0))
		return false;
	*ret = (struct home_policy_file){.path = str_dup(path), .id = str_dup(s)};
	if (yml_int(root, "version", 0, INT64_MAX, &ret->version, NULL) < 0)
		ret->version = 0;
	ret->active = yml_text(root, "status", &status, NULL) == 0 && str_eq(status, "active");
	return true;
}

int home_policies_list(const char *dir, struct home_policies *ret, struct errinfo *ei)
{
	struct file_list l = {0};
	int r = file_list(dir, ".yaml", &l, ei);
	*ret = (struct home_policies){0};
	if (r == 0)
		ret->list = str_alloc((l.n + 1) * sizeof *ret->list);
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		char *path GW_CLEANUP(str_free_p) = file_join(dir, l.names[i]);
		ret->n += read_policy(path, &ret->list[ret->n]);
	}
	file_list_release(&l);
	return r;
}

void home_policies_release(struct home_policies *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->list[i].path);
		free(l->list[i].id);
	}
	free(l->list);
	*l = (struct home_policies){0};
}

/* Nothing has that id: what was meant, and which there are. */
static int not_there(
    const struct home_policies *l, const char *dir, const char *id, struct errinfo *ei)
{
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(500);
	const char **ids GW_CLEANUP(str_free_p) = str_alloc((l->n + 1) * sizeof *ids);
	size_t n = 0;
	int r = 0;
	for (size_t i = 0; i < l->n; i++) {
		bool known = false;
		for (size_t k = 0; k < n; k++)
			known |= str_eq(ids[k], l->list[i].id);
		if (known)
			continue;
		ids[n++] = l->list[i].id;
		if (r == 0)
			r = buf_addf(&all, "%s%.64s", n > 1 ? ", " : "", l->list[i].id);
	}
	const char *near = str_suggest(id, ids, n);
	if (near)
		return err_set(ei, GW_ENOENT,
		    "there is no policy '%.64s' in '%s', did you mean '%.64s'?", id, dir, near);
	if (!n)
		return err_set(ei, GW_ENOENT,
		    "there is no policy '%.64s' in '%s': no policy at all lies there", id, dir);
	return err_set(ei, GW_ENOENT, "there is no policy '%.64s' in '%s', its policies are: %s%s",
	    id, dir, all.data ? all.data : "", r < 0 ? ", …" : "");
}

/* The better of two files for one policy: active, then the highest version. */
static bool better(const struct home_policy_file *a, const struct home_policy_file *b)
{
	return a->active != b->active ? a->active : a->version > b->version;
}

/* The best file for the policy with that id. */
static int find_best(const struct home_policies *l, const char *dir, const char *id,
    const struct home_policy_file **ret, struct errinfo *ei)
{
	const struct home_policy_file *best = NULL, *twin = NULL;
	for (size_t i = 0; i < l->n; i++) {
		const struct home_policy_file *f = &l->list[i];
		if (!str_eq(f->id, id))
			continue;
		if (!best || better(f, best)) {
			best = f;
			twin = NULL;
		} else if (!better(best, f)) {
			twin = f;
		}
	}
	if (!best)
		return not_there(l, dir, id, ei);
	if (twin)
		return err_set(ei, GW_EFORMAT,
		    "version %lld of policy '%.64s' stands in two files, '%s' and '%s': take one away, "
		    "or give it another version",
		    (long long)best->version, id, best->path, twin->path);
	*ret = best;
	return 0;
}

int home_policies_find(const struct home_policies *l, const char *dir, const char *id,
    char **ret_path, struct errinfo *ei)
{
	const struct home_policy_file *best = NULL;
	int r = find_best(l, dir, id, &best, ei);
	if (r == 0 && best)
		*ret_path = str_dup(best->path);
	return r;
}

/* Does the file hold a policy whose `approved` names the role? */
static bool file_asks_role(const char *path, const char *role)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(POLICY_PART_MAX);
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	const struct yml *list = NULL;
	const char *s;
	if (file_read(path, POLICY_PART_MAX, &text, NULL) < 0 ||
	    yml_parse(path, text.data, text.len, &YML_SMALL, &root, NULL) < 0 ||
	    yml_list(root, "approved", &list, NULL) < 0)
		return false;
	for (size_t i = 0; i < list->n; i++)
		if (yml_text(list->items[i], "role", &s, NULL) == 0 && str_eq(s, role))
			return true;
	return false;
}

bool home_asks_role(const struct home *h, const char *role)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "policies");
	struct file_list l = {0};
	bool asks = false;
	if (file_list(dir, ".yaml", &l, NULL) < 0)
		return false;
	for (size_t i = 0; i < l.n && !asks; i++) {
		char *path GW_CLEANUP(str_free_p) = file_join(dir, l.names[i]);
		asks = file_asks_role(path, role);
	}
	file_list_release(&l);
	return asks;
}

static int find(struct home *h, const char *id, char **ret_path, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "policies");
	struct home_policies l GW_CLEANUP(home_policies_release) = {0};
	const struct home_policy_file *best = NULL;
	if (strchr(id, '/') || str_ends(id, ".yaml"))
		return err_set(ei, GW_ENOENT,
		    "there is no policy '%.200s': give the policy's id, not its file", id);
	int r = home_policies_list(dir, &l, ei);
	if (r == 0)
		r = find_best(&l, dir, id, &best, ei);
	/* one without a good version is told of when it is loaded, with file, line and column */
	if (r == 0 && best && h->appends && best->active && best->version > 0)
		r = ledger_policy_check(h->ledger, id, best->version, ei);
	if (r == 0 && best)
		*ret_path = str_dup(best->path);
	return r;
}

/* A file of policies/ that may be missing: then out stays empty, as no file that is there may be.
 */
static int read_optional(const char *path, struct buf *out, struct errinfo *ei)
{
	if (!file_exists(path))
		return 0;
	int r = file_read(path, POLICY_PART_MAX, out, ei);
	return r == 0 && !out->len
	    ? err_at(ei, GW_EFORMAT, path, 1, 1, "the file is empty: fill it or take it away")
	    : r;
}

int home_baseline(const struct home *h, struct buf *ret, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = home_path(h, "policies/baseline.yaml");
	return read_optional(path, ret, ei);
}

/* The map is the one that the settings mean, whatever its file is called. */
static int check_id(const struct home *h, const char *path, const struct buf *b, struct errinfo *ei)
{
	struct ladder_map *m GW_CLEANUP(ladder_free_p) = NULL;
	int r = ladder_parse(path, b->data, b->len, home_catalogue(h), &m, ei);
	if (r == 0 && !str_eq(ladder_id(m), h->settings.ladder_map))
		r = err_at(ei, GW_EFORMAT, path, 0, 0,
		    "its id is '%s', and gateway.yaml names ladder_map '%s'", ladder_id(m),
		    h->settings.ladder_map);
	return r;
}

int home_ladder(const struct home *h, struct buf *ret, struct errinfo *ei)
{
	if (!h->settings.ladder_map)
		return 0;
	char *name GW_CLEANUP(str_free_p) =
	    str_printf("policies/ladder-map-%s.yaml", h->settings.ladder_map);
	char *path GW_CLEANUP(str_free_p) = home_path(h, name);
	if (!file_exists(path))
		return err_set(ei, GW_ENOENT,
		    "gateway.yaml names ladder_map '%s', and there is no '%s': put it there or take the "
		    "key away",
		    h->settings.ladder_map, path);
	int r = read_optional(path, ret, ei);
	return r < 0 ? r : check_id(h, path, ret, ei);
}

static int read_parts(const struct home *h, struct transfer_policy *p, struct errinfo *ei)
{
	char *p7s GW_CLEANUP(str_free_p) = str_printf("%s.p7s", p->file);
	size_t n;
	const void *catalogue = catalogue_bytes(home_catalogue(h), &n);
	int r = file_read(p->file, POLICY_PART_MAX, &p->policy, ei);
	if (r == 0)
		r = read_optional(p7s, &p->p7s, ei);
	if (r == 0)
		r = buf_add(&p->catalogue, catalogue, n);
	if (r == 0)
		r = home_baseline(h, &p->baseline, ei);
	return r == 0 ? home_ladder(h, &p->mapping, ei) : r;
}

int home_policy(struct home *h, const char *id, struct transfer_policy *ret, struct errinfo *ei)
{
	struct transfer_policy p = {
	    .policy = BUF_INIT(POLICY_PART_MAX),
	    .p7s = BUF_INIT(POLICY_PART_MAX),
	    .catalogue = BUF_INIT(4 * POLICY_PART_MAX),
	    .baseline = BUF_INIT(POLICY_PART_MAX),
	    .mapping = BUF_INIT(POLICY_PART_MAX),
	};
	int r = find(h, id, &p.file, ei);
	if (r == 0)
		r = read_parts(h, &p, ei);
	if (r < 0)
		transfer_policy_release(&p);
	else
		*ret = p;
	return r;
}
