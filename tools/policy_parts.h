/* SPDX-License-Identifier: EUPL-1.2 */
/* policy_parts: what a policy rests on besides its catalogue, baseline and ladder map, for
 * commands. */
#ifndef TOOLS_POLICY_PARTS_H
#define TOOLS_POLICY_PARTS_H

#include "dossier/ladder.h"
#include "policy/baseline.h"
#include "tools/cmd_policy.h"

#define POLICY_BASELINE_OPTION                                                                   \
	{                                                                                        \
		"baseline", 0, "FILE",                                                           \
		    "the baseline that it is to keep to (else baseline.yaml beside the policy, " \
		    "or in the home)",                                                           \
		    false                                                                        \
	}
#define LADDER_MAPPING_OPTION                                                                    \
	{                                                                                        \
		"mapping", 0, "FILE",                                                            \
		    "the sender's ladder map (else the one that the home's gateway.yaml names)", \
		    false                                                                        \
	}

/* A baseline as it was read; all NULL and empty when there is none. */
struct policy_baseline {
	char *path;
	struct buf text;
	struct baseline *baseline;
};

/*
 * Find and read the baseline for a policy: --baseline, else baseline.yaml beside it, else that of
 * the home. GW_EFORMAT, GW_ENOENT; release *ret in any case. Its catalogue is that of f, which must
 * live longer.
 */
int policy_baseline_find(const struct cli *cli, const struct policy_source *f,
    struct policy_baseline *ret, struct errinfo *ei) GW_MUST_USE;

/* The home's own baseline, whatever the command line says. */
int policy_baseline_own(const struct cli *cli, const struct policy_source *f,
    struct policy_baseline *ret, struct errinfo *ei) GW_MUST_USE;
void policy_baseline_release(struct policy_baseline *b);

/* Does the policy keep to it? GW_EREFUSED; findings may be NULL. 0 when there is none. */
int policy_baseline_keeps(const struct policy_baseline *b, const struct policy_source *f,
    struct policy_findings *findings, struct errinfo *ei) GW_MUST_USE;

/* Find it and ask that: for commands that only go on when it does. */
int policy_keeps(const struct cli *cli, const struct policy_source *f, struct errinfo *ei)
    GW_MUST_USE;

/* A ladder map as it was read; NULL and empty when there is none. */
struct ladder_given {
	struct buf text;
	struct ladder_map *map;
};

/* --mapping, else what the home's gateway.yaml names. GW_EFORMAT, GW_ENOENT; release in any case.
 */
int ladder_given_find(const struct cli *cli, const struct catalogue *c, struct ladder_given *ret,
    struct errinfo *ei) GW_MUST_USE;

/* --mapping alone. */
int ladder_given_read(const struct cli *cli, const struct catalogue *c, struct ladder_given *ret,
    struct errinfo *ei) GW_MUST_USE;
void ladder_given_release(struct ladder_given *g);

/*
 * What policy_source_read could not read as a policy may be a baseline or a ladder map: then check
 * it as that, say what is wrong or that it is good, and set *ret_exit. False when it is neither.
 */
bool policy_part_check(const struct cli *cli, const struct policy_source *f, int *ret_exit);

#endif
