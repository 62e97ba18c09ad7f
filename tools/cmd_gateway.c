/* SPDX-License-Identifier: EUPL-1.2 */
/* handover gateway: which gateways the home talks to. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "registry/text.h"
#include "tools/commands.h"
#include "tools/contact.h"
#include "tools/open_home.h"

static int print_profile(
    const struct cli *cli, const char *name, const struct gateway_profile *p, const char *what)
{
	if (!cli_json(cli)) {
		(void)printf("%s%s%s: %s, answered by %s%s%s\n", what, *what ? " " : "", name,
		    p->url, p->oin, p->proxy[0] ? ", by proxy " : "", p->proxy);
		return 0;
	}
	json_t *o = json_object();
	jx_set(o, "gateway", json_string(name));
	jx_set(o, "url", json_string(p->url));
	jx_set(o, "oin", json_string(p->oin));
	if (p->proxy[0])
		jx_set(o, "proxy", json_string(p->proxy));
	return cli_print_json(o);
}

static int run_add(struct cli *cli)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	struct gateway_profile p = {.url = ""};
	const char *name = cli_operand(cli, 0), *url = cli_value(cli, "url");
	const char *oin = cli_value(cli, "oin"), *proxy = cli_value(cli, "proxy");
	if (!url || !oin)
		return cli_usage(cli, "--url and --oin are needed");
	if (strlen(url) >= sizeof p.url || strlen(oin) >= sizeof p.oin ||
	    (proxy && strlen(proxy) >= sizeof p.proxy))
		return cli_usage(cli, "--url, --oin or --proxy is too long");
	text_copy(p.url, sizeof p.url, url);
	text_copy(p.oin, sizeof p.oin, oin);
	text_copy(p.proxy, sizeof p.proxy, proxy);
	int r = open_home(cli, HOME_REGISTRY, &h, &ei);
	if (r == 0)
		r = gateway_add(h, name, &p, &ei);
	if (r == GW_EUSAGE)
		return cli_usage(cli, "%s", ei.msg);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	const struct organisation *o = registry_organisation(home_registry(h), p.oin);
	if (!o || !o->tls.n)
		cli_warn("the registry %s of %s: nothing can be sent there before that",
		    o ? "pins no tls key" : "knows nothing", p.oin);
	return print_profile(cli, name, &p, "added");
}

static int run_list(struct cli *cli)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	struct file_list l = {0};
	int worst = 0, r = home_open(cli_home(cli), 0, &h, &ei);
	if (r == 0)
		r = gateway_names(h, &l, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	for (size_t i = 0; i < l.n; i++) {
		struct gateway_profile p;
		r = gateway_load(h, l.names[i], &p, &ei);
		int code = r < 0 ? cli_fail(cli, r, &ei) : print_profile(cli, l.names[i], &p, "");
		worst = code > worst ? code : worst;
	}
	file_list_release(&l);
	return worst;
}

static int run_remove(struct cli *cli)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	int r = home_open(cli_home(cli), 0, &h, &ei);
	if (r == 0)
		r = gateway_remove(h, cli_operand(cli, 0), &ei);
	if (r == GW_EUSAGE)
		return cli_usage(cli, "%s", ei.msg);
	return r < 0 ? cli_fail(cli, r, &ei) : 0;
}

static int run_check(struct cli *cli)
{
	struct contact c GW_CLEANUP(contact_close) = {0};
	struct errinfo ei = ERRINFO_INIT;
	json_t *cases GW_CLEANUP(jx_release) = NULL;
	const char *name = cli_count(cli) ? cli_operand(cli, 0) : GATEWAY_DEFAULT;
	int r = contact_open_named(&c, cli, name, &ei);
	int64_t began = clock_mono();
	if (r == 0)
		r = contact_get(&c, "/v1/cases?limit=1", &cases, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	int64_t ms = clock_mono() - began;
	if (!cli_json(cli)) {
		(void)printf("%s: good: %s answers as %s and knows us as %s (%lld ms)\n", name,
		    c.profile.url, c.profile.oin, home_oin(c.home), (long long)ms);
		return 0;
	}
	json_t *o = json_object();
	jx_set(o, "gateway", json_string(name));
	jx_set(o, "url", json_string(c.profile.url));
	jx_set(o, "oin", json_string(c.profile.oin));
	jx_set(o, "verdict", json_string("good"));
	jx_set(o, "ms", json_integer((json_int_t)ms));
	return cli_print_json(o);
}

static const struct cli_option add_options[] = {
    {"url", 0, "URL", "where it is: https://host:port", false},
    {"oin", 0, "OIN", "the organisation whose certificate answers there", false},
    {"proxy", 0, "URL", "the proxy on the way: http://host:port (else none)", false},
    {0},
};

static const struct cli_command add_command = {
    .name = "add",
    .operands = "NAME",
    .least = 1,
    .most = 1,
    .summary = "note a gateway under a name",
    .detail =
	"The commands about cases talk to the gateway of --gateway NAME, else to the one called "
	"`default`. A gateway is known by the OIN in its certificate and by its key, which the registry "
	"pins for that organisation; the name in the URL proves nothing.",
    .options = add_options,
    .run = run_add,
};

static const struct cli_command list_command = {
    .name = "list",
    .operands = "",
    .summary = "list the gateways that were noted",
    .run = run_list,
};

static const struct cli_command remove_command = {
    .name = "remove",
    .operands = "NAME",
    .least = 1,
    .most = 1,
    .summary = "forget a gateway",
    .run = run_remove,
};

static const struct cli_command check_command = {
    .name = "check",
    .operands = "[NAME]",
    .most = 1,
    .summary = "talk to a gateway and say who answers",
    .detail =
	"Exit 0: it is who it should be, and it knows us. Exit 5: somebody else answers, or our "
	"registry does not pin its key. Exit 7: nobody answers.",
    .run = run_check,
};

static const struct cli_command *const subcommands[] = {
    &add_command, &list_command, &remove_command, &check_command, NULL};

const struct cli_command cmd_gateway = {
    .name = "gateway",
    .operands = "",
    .summary = "the gateways that this home talks to",
    .subcommands = subcommands,
};
