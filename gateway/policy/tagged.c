/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/tagged.h"

#include "base/str.h"
#include "policy/meaning.h"
#include "policy/transform.h"

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
