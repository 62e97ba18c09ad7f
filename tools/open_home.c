/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/open_home.h"

int open_home(const struct cli *cli, unsigned what, struct home **ret, struct errinfo *ei)
{
	int r = home_open(cli_home(cli), what, ret, ei);
	if (r == 0 && registry_is_unsigned(home_registry(*ret)))
		cli_warn("nobody has signed the registry: this is a test home");
	return r;
}
