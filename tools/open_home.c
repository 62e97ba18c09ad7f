/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/open_home.h"

static void warn_unused(const struct settings *s)
{
	const char *const unused[][2] = {
	    {"listen", s->listen}, {"time_stamping", s->time_stamping}};
	for (size_t i = 0; i < GW_LENGTH(unused); i++)
		if (unused[i][1])
			cli_warn("gateway.yaml: this build does not use %s", unused[i][0]);
}

int open_home(const struct cli *cli, unsigned what, struct home **ret, struct errinfo *ei)
{
	int r = home_open(cli_home(cli), what, ret, ei);
	const char *why;
	if (r < 0)
		return r;
	warn_unused(home_settings(*ret));
	enum home_registry_state state = home_registry_state(*ret, &why);
	if (state == REGISTRY_EDITED && what & HOME_UNSIGNED)
		cli_warn("%s", why);
	else if (state == REGISTRY_NEVER_SIGNED && !(what & HOME_UNSIGNED))
		cli_warn("nobody has signed the registry: this is a test home");
	return r;
}
