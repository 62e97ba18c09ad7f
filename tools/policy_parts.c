/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/policy_parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "base/yaml.h"
#include "home/home.h"

static int read_baseline(const char *path, const struct policy_source *f,
    struct policy_baseline *ret, struct errinfo *ei)
{
	*ret = (struct policy_baseline){.text = BUF_INIT(POLICY_TEXT_MAX)};
	if (!path)
		return 0;
	ret->path = str_dup(path);
	int r = file_read(path, POLICY_TEXT_MAX, &ret->text, ei);
	return r < 0 ? r
		     : baseline_parse(path, ret->text.data ? ret->text.data : "", ret->text.len,
			   f->catalogue, NULL, &ret->baseline, ei);
}

int policy_baseline_find(const struct cli *cli, const struct policy_source *f,
    struct policy_baseline *ret, struct errinfo *ei)
{
	const char *given = cli_value(cli, "baseline");
	char *beside GW_CLEANUP(str_free_p) = policy_beside(f->path, "baseline.yaml");
	if (!given && !file_exists(beside))
		return policy_baseline_own(cli, f, ret, ei);
	return read_baseline(given ? given : beside, f, ret, ei);
}

int policy_baseline_own(const struct cli *cli, const struct policy_source *f,
    struct policy_baseline *ret, struct errinfo *ei)
{
	char *home GW_CLEANUP(str_free_p) = str_printf("%s/policies/baseline.yaml", cli_home(cli));
	return read_baseline(*cli_home(cli) && file_exists(home) ? home : NULL, f, ret, ei);
}

void policy_baseline_release(struct policy_baseline *b)
{
	baseline_free_p(&b->baseline);
	buf_release(&b->text);
	str_free_p(&b->path);
}

int policy_baseline_keeps(const struct policy_baseline *b, const struct policy_source *f,
    struct policy_findings *findings, struct errinfo *ei)
{
	if (!b->baseline)
		return 0;
	return f->report
	    ? report_keeps(f->report, b->baseline, f->text.data, f->text.len, findings, ei)
	    : baseline_check(b->baseline, f->policy, NULL, f->text.data, f->text.len, findings, ei);
}

int policy_keeps(const struct cli *cli, const struct policy_source *f, struct errinfo *ei)
{
	struct policy_baseline b GW_CLEANUP(policy_baseline_release) = {0};
	int r = policy_baseline_find(cli, f, &b, ei);
	return r < 0 ? r : policy_baseline_keeps(&b, f, NULL, ei);
}

/* ---- ladder maps ---- */

int ladder_given_read(
    const struct cli *cli, const struct catalogue *c, struct ladder_given *ret, struct errinfo *ei)
{
	const char *path = cli_value(cli, "mapping");
	*ret = (struct ladder_given){.text = BUF_INIT(POLICY_TEXT_MAX)};
	if (!path)
		return 0;
	int r = file_read(path, POLICY_TEXT_MAX, &ret->text, ei);
	return r < 0 ? r
		     : ladder_parse(path, ret->text.data ? ret->text.data : "", ret->text.len, c,
			   &ret->map, ei);
}

int ladder_given_find(
    const struct cli *cli, const struct catalogue *c, struct ladder_given *ret, struct errinfo *ei)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	int r = ladder_given_read(cli, c, ret, ei);
	if (r < 0 || ret->map || home_open(cli_home(cli), 0, &h, NULL) < 0 ||
	    !home_settings(h)->ladder_map)
		return r;
	ret->text.max = POLICY_PART_MAX;
	r = home_ladder(h, &ret->text, ei);
	return r < 0
	    ? r
	    : ladder_parse("ladder-map.yaml", ret->text.data, ret->text.len, c, &ret->map, ei);
}

void ladder_given_release(struct ladder_given *g)
{
	ladder_free_p(&g->map);
	buf_release(&g->text);
}

/* ---- as documents of their own ---- */

static int say_good(const struct cli *cli, const struct policy_source *f, const char *what,
    const char *id, int64_t version)
{
	if (!cli_json(cli))
		(void)printf(
		    "%s: %s %s version %lld: good\n", f->path, what, id, (long long)version);
	return 0;
}

bool policy_part_check(const struct cli *cli, const struct policy_source *f, int *ret_exit)
{
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	const char *text = f->text.data ? f->text.data : "";
	if (!f->catalogue || yml_parse(f->path, text, f->text.len, &YML_SMALL, &root, NULL) < 0 ||
	    yml_get(root, "policy"))
		return false;
	if (yml_get(root, "baseline")) {
		struct policy_findings findings GW_CLEANUP(policy_findings_release) = {0};
		struct baseline *b GW_CLEANUP(baseline_free_p) = NULL;
		int r =
		    baseline_parse(f->path, text, f->text.len, f->catalogue, &findings, &b, &ei);
		int e = policy_say_findings(cli, f->path, &findings, NULL);
		*ret_exit = r < 0 ? err_exit(r)
		    : e           ? e
			: say_good(cli, f, "baseline", baseline_id(b), baseline_version(b));
		return true;
	}
	if (yml_get(root, "ladder_map")) {
		struct ladder_map *m GW_CLEANUP(ladder_free_p) = NULL;
		int r = ladder_parse(f->path, text, f->text.len, f->catalogue, &m, &ei);
		*ret_exit = r < 0 ? policy_say_error(cli, f->path, r, &ei)
				  : say_good(cli, f, "ladder map", ladder_id(m), ladder_version(m));
		return true;
	}
	return false;
}
