/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/age_options.h"

#include "base/str.h"

int age_option_number(const struct cli *cli, const char *name, uint64_t least, uint64_t most,
    uint64_t *v, struct errinfo *ei)
{
	const char *text = cli_value(cli, name);
	uint64_t got = 0;
	if (!text)
		return 0;
	if (str_u64(text, most, &got) < 0 || got < least)
		return err_set(ei, GW_EUSAGE, "--%s is a number from %llu to %llu", name,
		    (unsigned long long)least, (unsigned long long)most);
	*v = got;
	return 0;
}

int age_limits_read(const struct cli *cli, struct age_limits *ret_l, struct errinfo *ei)
{
	uint64_t bytes = AGE_LIMITS.header_bytes, line = AGE_LIMITS.line_bytes,
		 stanzas = AGE_LIMITS.stanzas, factor = AGE_LIMITS.work_factor;
	int r = age_option_number(cli, "max-header", 1, 1 << 30, &bytes, ei);
	if (r == 0)
		r = age_option_number(cli, "max-line", 1, 1 << 30, &line, ei);
	if (r == 0)
		r = age_option_number(cli, "max-stanzas", 1, 10000000, &stanzas, ei);
	if (r == 0)
		r = age_option_number(cli, "max-work-factor", 1, 30, &factor, ei);
	if (r == 0)
		*ret_l = (struct age_limits){.header_bytes = (size_t)bytes,
		    .line_bytes = (size_t)line,
		    .stanzas = (size_t)stanzas,
		    .work_factor = (unsigned)factor};
	return r;
}
