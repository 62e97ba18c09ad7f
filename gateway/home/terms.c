/* SPDX-License-Identifier: EUPL-1.2 */
#include "home/terms.h"

#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "home/inside.h"
#include "policy/policy.h"
#include "registry/acceptance.h"
#include "registry/text.h"

static void fill(const char *file, const struct buf *bytes, const struct catalogue *catalogue,
    struct home_terms *ret)
{
	struct policy *p GW_CLEANUP(policy_free_p) = NULL;
	if (policy_parse(file, bytes->data, bytes->len, catalogue, NULL, &p, NULL) < 0)
		return;
	ret->known = true;
	ret->direct = p->direct;
	ret->delete_never = p->sender_never;
	ret->version = p->version;
	text_copy(ret->id, sizeof ret->id, p->id);
}

static void of_acceptance(const struct acceptance *a, struct home_terms *ret)
{
	struct catalogue *c GW_CLEANUP(catalogue_free_p) = NULL;
	if (catalogue_parse(
		"catalogue.yaml", a->catalogue_bytes.data, a->catalogue_bytes.len, &c, NULL) == 0)
		fill("policy.yaml", &a->policy_bytes, c, ret);
}

static void of_file(const struct home *h, const char *path, struct home_terms *ret)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(POLICY_PART_MAX);
	char sha256[HASH_HEX];
	if (file_read(path, POLICY_PART_MAX, &text, NULL) < 0)
		return;
	hash_sha256_hex(text.data, text.len, sha256);
	if (str_eq(sha256, ret->sha256))
		fill(path, &text, home_catalogue(h), ret);
}

struct home_terms home_terms(const struct home *h, const char *policy_sha256)
{
	struct home_terms t = {.known = false};
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "policies");
	struct file_list l = {0};
	text_copy(t.sha256, sizeof t.sha256, policy_sha256);
	for (size_t i = 0; !t.known && i < registry_acceptance_count(h->registry); i++) {
		const struct acceptance *a = registry_acceptance_at(h->registry, i);
		if (str_eq(a->policy_sha256, policy_sha256) && a->policy_bytes.len)
			of_acceptance(a, &t);
	}
	if (!t.known && file_list(dir, ".yaml", &l, NULL) == 0)
		for (size_t i = 0; !t.known && i < l.n; i++) {
			char *path GW_CLEANUP(str_free_p) = file_join(dir, l.names[i]);
			of_file(h, path, &t);
		}
	file_list_release(&l);
	return t;
}
