/* SPDX-License-Identifier: EUPL-1.2 */
/* The subcommands of handover organisation about the lives of its age identities. */
#include <stdio.h>

#include "base/str.h"
#include "home/home.h"
#include "home/identity.h"
#include "tools/cli.h"
#include "tools/open_home.h"
#include "tools/organisation.h"

static const char *state_of(const struct home_identity *id)
{
	if (id->newest)
		return id->stated ? "newest"
				  : "newest, not told to others yet: organisation export";
	if (id->revoked)
		return "revoked";
	if (id->replaced)
		return "superseded";
	if (id->stated)
		return "others still encrypt to it: organisation export";
	return id->doubtful
	    ? "told to others by a statement that does not count now: registry check"
	    : "never told to others";
}

static void print_one(const struct home_identity *id)
{
	char day[DATE_TEXT];
	date_text(id->keep, day);
	(void)printf("%s  %s  %s", id->name, id->recipient, state_of(id));
	if (id->replaced && !id->newest)
		(void)printf("; packages for it may come until %s", day);
	if (id->packages)
		(void)printf("; needed by %zu in inbox/", id->packages);
	if (id->waiting)
		(void)printf("; needed by %zu at the gateway", id->waiting);
	if (id->sealed) {
		date_text(date_of(id->sealed), day);
		(void)printf("; a package was sealed to it on %s", day);
	}
	(void)printf("\n");
}

static json_t *one_json(const struct home_identity *id)
{
	char day[DATE_TEXT];
	json_t *o = json_object();
	date_text(id->keep, day);
	jx_set(o, "file", json_string(id->name));
	jx_set(o, "recipient", json_string(id->recipient));
	jx_set(o, "newest", json_boolean(id->newest));
	jx_set(o, "stated", json_boolean(id->stated));
	jx_set(o, "replaced", json_boolean(id->replaced));
	jx_set(o, "revoked", json_boolean(id->revoked));
	if (id->replaced)
		jx_set(o, "keep", json_string(day));
	jx_set(o, "packages", json_integer((json_int_t)id->packages));
	jx_set(o, "waiting", json_integer((json_int_t)id->waiting));
	if (id->sealed) {
		date_text(date_of(id->sealed), day);
		jx_set(o, "sealed", json_string(day));
	}
	return o;
}

static int run_identities(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct home_identities ids GW_CLEANUP(home_identities_release) = {0};
	int r = open_home(cli, HOME_UNSIGNED, &h, &ei);
	if (r == 0)
		r = home_identities_list(h, &ids, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (cli_json(cli)) {
		json_t *j = json_object(), *list = json_array();
		for (size_t i = 0; i < ids.n; i++)
			jx_add(list, one_json(&ids.list[i]));
		jx_set(j, "identities", list);
		return cli_print_json(j);
	}
	for (size_t i = 0; i < ids.n; i++)
		print_one(&ids.list[i]);
	return 0;
}

static int run_destroy(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	int r = open_home(cli, HOME_PENDING | HOME_LEDGER, &h, &ei);
	if (r == 0)
		r = home_identity_destroy(h, cli_operand(cli, 0), cli_given(cli, "early"), &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	(void)printf("destroyed here; copies in backups of the keys are to be destroyed as well\n");
	return 0;
}

static int run_renew(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home_renewal done;
	int r = home_renew(cli_home(cli), !cli_given(cli, "if-due"), &done, &ei);
	if (cli_json(cli)) {
		json_t *j = json_object();
		jx_set(j, "made", json_boolean(done.made));
		jx_set(j, "told", json_boolean(done.told));
		jx_set(j, "destroyed", json_integer((json_int_t)done.destroyed));
		int printed = cli_print_json(j);
		return r < 0 ? cli_fail(cli, r, &ei) : printed;
	}
	if (done.made)
		(void)printf("made a new age identity\n");
	if (done.told)
		(void)printf(
		    "said so; tell others with: handover organisation export; save the keys again "
		    "with: handover backup --keys\n");
	if (done.destroyed)
		(void)printf("destroyed %zu old ones here; copies in backups of the keys are to be "
			     "destroyed as well\n",
		    done.destroyed);
	return r < 0 ? cli_fail(cli, r, &ei) : 0;
}

static const struct cli_option renew_options[] = {
    {"if-due", 0, NULL, "only when the newest is three months old, or was revoked", false},
    {NULL, 0, NULL, NULL, false},
};

static const struct cli_option destroy_options[] = {
    {"early", 0, NULL, "before its last day: it was taken, or nothing more will come", false},
    {NULL, 0, NULL, NULL, false},
};

const struct cli_command organisation_identities = {
    .name = "identities",
    .operands = "",
    .summary = "list the age identities of this home, and which of them are still needed",
    .run = run_identities,
};
const struct cli_command organisation_renew = {
    .name = "renew",
    .operands = "",
    .summary = "make a new age identity, say so, and destroy old ones that are not needed",
    .detail =
	"What the dates ask for, for a timer: with --if-due nothing happens, and nothing is printed,\n"
	"until the newest identity is three months old. The new one is stated by our signing key; the\n"
	"registry stays signed. An old one goes when 92 days have passed since it was superseded and\n"
	"since the last package that was sealed to it, and no package for it waits in inbox/ or at\n"
	"our gateway. In a home that told nobody of an identity yet nothing is due.",
    .options = renew_options,
    .run = run_renew,
};
const struct cli_command organisation_destroy = {
    .name = "destroy-identity",
    .operands = "FILE",
    .least = 1,
    .most = 1,
    .summary = "destroy an old age identity that no package needs any more",
    .detail =
	"Refused for the newest one, while others were not told of a newer one, while packages in\n"
	"inbox/ are for it, and, without --early, until 92 days after it was superseded or revoked.\n"
	"The file is overwritten and removed. What keeps older versions of it (file systems with\n"
	"snapshots, flash memory, backups) keeps the identity, too.",
    .options = destroy_options,
    .run = run_destroy,
};
