/* SPDX-License-Identifier: EUPL-1.2 */
/* policies: the files under policies/, found by what they say and not by how they are called. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "base/yaml.h"
#include "dossier/catalogue.h"
#include "home/inside.h"

enum { POLICY_FILE_MAX = 1 << 20 };

/* The best file so far for one policy id. */
struct found {
	char *path;
	int64_t version;
	bool active, twice;
};

/* The policy or report policy in the file, or false. A file that cannot be read as YAML is no
 * policy that anybody could run. *ret_id is a new string. */
static bool read_policy(const char *path, char **ret_id, int64_t *ret_version, bool *ret_active)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(POLICY_FILE_MAX);
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	const char *s, *status = NULL;
	if (file_read(path, POLICY_FILE_MAX, &text, NULL) < 0 ||
	    yml_parse(path, text.data, text.len, &YML_SMALL, &root, NULL) < 0 ||
	    (yml_text(root, "policy", &s, NULL) < 0 &&
		yml_text(root, "report_policy", &s, NULL) < 0))
		return false;
	if (yml_int(root, "version", 0, INT64_MAX, ret_version, NULL) < 0)
		*ret_version = 0;
	*ret_active = yml_text(root, "status", &status, NULL) == 0 && str_eq(status, "active");
	*ret_id = str_dup(s);
	return true;
}

static void look_at(struct found *best, const char *path, const char *id)
{
	char *own GW_CLEANUP(str_free_p) = NULL;
	int64_t version;
	bool active;
	if (!read_policy(path, &own, &version, &active) || !str_eq(own, id))
		return;
	if (best->path && active == best->active && version == best->version)
		best->twice = true;
	if (best->path &&
	    (best->active > active || (best->active == active && best->version >= version)))
		return;
	free(best->path);
	*best = (struct found){.path = str_dup(path), .version = version, .active = active};
}

/* Nothing has that id: what was meant? */
static int not_there(const char *dir, const struct file_list *l, const char *id, struct errinfo *ei)
{
	char **ids = str_alloc((l->n + 1) * sizeof *ids);
	size_t n = 0;
	int64_t version;
	bool active;
	if (strchr(id, '/') || str_ends(id, ".yaml")) {
		free(ids);
		return err_set(ei, GW_ENOENT,
		    "there is no policy '%.200s': give the policy's id, not its file", id);
	}
	for (size_t i = 0; i < l->n; i++) {
		char *path GW_CLEANUP(str_free_p) = file_join(dir, l->names[i]);
		if (read_policy(path, &ids[n], &version, &active))
			n++;
	}
	const char *near = str_suggest(id, (const char *const *)ids, n);
	int r = near
	    ? err_set(ei, GW_ENOENT, "there is no policy '%.64s' in '%s', did you mean '%.64s'?",
		  id, dir, near)
	    : err_set(ei, GW_ENOENT, "there is no policy '%.64s' in '%s'", id, dir);
	while (n)
		free(ids[--n]);
	free(ids);
	return r;
}

static int find(struct home *h, const char *id, char **ret_path, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "policies");
	struct file_list l = {0};
	struct found best = {0};
	int r = file_list(dir, ".yaml", &l, ei);
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		char *path GW_CLEANUP(str_free_p) = file_join(dir, l.names[i]);
		look_at(&best, path, id);
	}
	if (r == 0 && !best.path)
		r = not_there(dir, &l, id, ei);
	file_list_release(&l);
	if (r == 0 && best.twice)
		r = err_set(ei, GW_EFORMAT,
		    "version %lld of policy '%.64s' stands in two files of '%s'",
		    (long long)best.version, id, dir);
	/* one without a good version is told of when it is loaded, with file, line and column */
	if (r == 0 && h->appends && best.active && best.version > 0)
		r = ledger_policy_check(h->ledger, id, best.version, ei);
	if (r == 0)
		*ret_path = str_dup(best.path);
	free(best.path);
	return r;
}

/* A file of policies/ that may be missing: then it is empty. */
static int read_optional(const char *path, struct buf *out, struct errinfo *ei)
{
	return file_exists(path) ? file_read(path, POLICY_FILE_MAX, out, ei) : 0;
}

static int read_mapping(const struct home *h, struct buf *out, struct errinfo *ei)
{
	if (!h->settings.ladder_map)
		return 0;
	char *name GW_CLEANUP(str_free_p) =
	    str_printf("policies/ladder-map-%s.yaml", h->settings.ladder_map);
	char *path GW_CLEANUP(str_free_p) = home_path(h, name);
	return file_read(path, POLICY_FILE_MAX, out, ei);
}

static int read_parts(const struct home *h, struct transfer_policy *p, struct errinfo *ei)
{
	char *p7s GW_CLEANUP(str_free_p) = str_printf("%s.p7s", p->file);
	char *baseline GW_CLEANUP(str_free_p) = home_path(h, "policies/baseline.yaml");
	size_t n;
	const void *catalogue = catalogue_bytes(home_catalogue(h), &n);
	int r = file_read(p->file, POLICY_FILE_MAX, &p->policy, ei);
	if (r == 0)
		r = read_optional(p7s, &p->p7s, ei);
	if (r == 0)
		r = buf_add(&p->catalogue, catalogue, n);
	if (r == 0)
		r = read_optional(baseline, &p->baseline, ei);
	return r == 0 ? read_mapping(h, &p->mapping, ei) : r;
}

int home_policy(struct home *h, const char *id, struct transfer_policy *ret, struct errinfo *ei)
{
	struct transfer_policy p = {
	    .policy = BUF_INIT(POLICY_FILE_MAX),
	    .p7s = BUF_INIT(POLICY_FILE_MAX),
	    .catalogue = BUF_INIT(4 * POLICY_FILE_MAX),
	    .baseline = BUF_INIT(POLICY_FILE_MAX),
	    .mapping = BUF_INIT(POLICY_FILE_MAX),
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
