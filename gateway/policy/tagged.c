/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/tagged.h"

#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "policy/meaning.h"
#include "policy/transform.h"
#include "policy/words.h"

bool tagged_rule(const struct policy_rule *rule)
{
	return rule->as != AS_KEEP && rule->as != AS_SCANNED;
}

json_t *tagged_new(const struct policy_rule *rule, json_t *v)
{
	json_t *out = json_object();
	jx_set(out, "as", meaning_as(rule));
	jx_set(out, "v", v);
	return out;
}

bool tagged_by(const struct policy_rule *rule, const json_t *value)
{
	json_t *as GW_CLEANUP(jx_release) = NULL;
	if (!tagged_rule(rule) || !json_is_object(value) || json_object_size(value) != 2)
		return false;
	as = meaning_as(rule);
	const json_t *v = json_object_get(value, "v");
	return v && str_eq(jx_str(value, "as"), json_string_value(as)) && transform_result(rule, v);
}

int tagged_parse(const char *text, struct policy_rule *ret_r)
{
	static const char domain[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	struct policy_rule r = {0};
	size_t n = strcspn(text, ":"), i = 0;
	const char *parameter = text[n] ? text + n + 1 : NULL;
	while (i < policy_transforms.n &&
	    (strlen(policy_transforms.list[i]) != n ||
		memcmp(policy_transforms.list[i], text, n) != 0))
		i++;
	if (i == policy_transforms.n || (i >= AS_AGE_BAND) != (parameter != NULL))
		return GW_EFORMAT;
	r.as = (enum policy_as)i;
	if (r.as == AS_PSEUDONYM) {
		size_t length = strspn(parameter, domain);
		if (!length || length > 64 || parameter[length])
			return GW_EFORMAT;
		r.domain = (char *)(uintptr_t)parameter;
	} else if (parameter) {
		uint64_t v = 0;
		if (str_u64(parameter, 200, &v) < 0 || !v)
			return GW_EFORMAT;
		r.n = (int64_t)v;
	}
	*ret_r = r;
	return 0;
}

bool tagged_by_some(enum field_type type, const json_t *value)
{
	struct policy_rule r = {0};
	const char *as = jx_str(value, "as");
	return as && tagged_parse(as, &r) == 0 && transform_takes(r.as, type) &&
	    tagged_by(&r, value);
}
