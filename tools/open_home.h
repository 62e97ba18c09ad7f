/* SPDX-License-Identifier: EUPL-1.2 */
/* open_home: the home of a command that relies on the registry, or changes it. */
#ifndef TOOLS_OPEN_HOME_H
#define TOOLS_OPEN_HOME_H

#include "home/home.h"
#include "tools/cli.h"

/* home_open of the home that cli names; `what` has HOME_REGISTRY, HOME_PENDING or HOME_UNSIGNED in
 * it. A registry that nobody has signed passes in a test home only, and is then warned of; so is,
 * with HOME_UNSIGNED, one that is neither as it was signed nor as our own commands left it. */
int open_home(const struct cli *cli, unsigned what, struct home **ret, struct errinfo *ei)
    GW_MUST_USE;

#endif
