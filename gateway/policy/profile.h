/* SPDX-License-Identifier: EUPL-1.2 */
/* profile: a scan profile of a policy; for this room only. */
#ifndef GW_POLICY_PROFILE_H
#define GW_POLICY_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "detect/detect.h"

struct policy_profile {
	char *name;
	struct detect_profile verdicts;
	size_t line;
	bool used;
};

#endif
