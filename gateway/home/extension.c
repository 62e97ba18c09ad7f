/* SPDX-License-Identifier: EUPL-1.2 */
#include "home/extension.h"

#include "base/file.h"
#include "base/str.h"
#include "home/receipts.h"

/* What the chain says of the package's term. */
static int in_chain(
    const struct chain *c, const char *package, struct transfer_term *ret, struct errinfo *ei)
{
	for (size_t i = chain_rounds(c); i > 0; i--) {
		struct chain_round r = chain_round(c, i - 1);
		if (!str_eq(r.package, package) || !r.extended)
			continue;
		*ret = (struct transfer_term){.at = r.extended, .until = r.expires};
		return 0;
	}
	return err_set(ei, GW_ENOENT, "package %s was not extended", package);
}

int extension_find(const char *root, const struct chain_env *env, const char *us,
    const char *sender, const char *case_id, const char *package, struct transfer_term *ret,
    struct errinfo *ei)
{
	struct chain *c GW_CLEANUP(chain_free_p) = NULL;
	size_t pending = 0;
	if (!str_oin(sender) || !receipts_case_good(case_id))
		return err_set(ei, GW_ENOENT, "nothing was seen of that case");
	char *dir GW_CLEANUP(str_free_p) = str_printf("%s/%s-%s", root, sender, case_id);
	if (!file_exists(dir))
		return err_set(ei, GW_ENOENT, "nothing was seen of case %s", case_id);
	int r = receipts_verify(dir, env, &c, &pending, ei);
	if (r < 0)
		return r;
	if (!str_eq(chain_sender(c), sender) || !str_eq(chain_case(c), case_id) ||
	    !str_eq(chain_recipient(c), us))
		return err_set(ei, GW_EAUTH, "'%s' is of another case", dir);
	return in_chain(c, package, ret, ei);
}
