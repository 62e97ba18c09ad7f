/* SPDX-License-Identifier: EUPL-1.2 */
/* The circumstances of a rehearsal: what the policy expects, changed by --context, --to, --as-of.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "home/home.h"
#include "package/words.h"
#include "policy/words.h"
#include "tools/cmd_policy.h"
#include "tools/open_home.h"
#include "transfer/grounds.h"

static int unknown(
    const char *key, const char *word, const struct policy_words *words, struct errinfo *ei)
{
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(600);
	const char *near = str_suggest(word, words->list, words->n);
	if (near)
		return err_set(ei, GW_EUSAGE, "--context: unknown %s '%.60s', did you mean '%s'?",
		    key, word, near);
	for (size_t i = 0; i < words->n; i++)
		if (buf_addf(&all, "%s%s", i ? ", " : "", words->list[i]) < 0)
			break;
	return err_set(ei, GW_EUSAGE, "--context: unknown %s '%.60s', it is one of: %s", key, word,
	    all.data ? all.data : "");
}

/* One key=word. A key that is given for the first time takes the place of what the policy says. */
static int set_word(struct policy_given *g, const struct policy *p, const char *key,
    const char *word, unsigned *seen, struct errinfo *ei)
{
	static const char *const keys[] = {"sender", "recipient", "contract_status", "met",
	    "recipient_duty", "programme", "contract", "consent"};
	const struct policy_words *const words[] = {&policy_roles, &policy_roles, &policy_contracts,
	    &policy_requirements, &policy_duties, &policy_programmes};
	unsigned *const bits[] = {&g->ctx.sender, &g->ctx.recipient, &g->ctx.contract_status,
	    &g->ctx.met, &g->ctx.recipient_duties};
	const struct policy_words all = {keys, GW_LENGTH(keys)};
	unsigned which = policy_bit(&all, key);
	size_t i = 0;
	if (!which)
		return unknown("key", key, &all, ei);
	while (!str_eq(keys[i], key))
		i++;
	if (i < GW_LENGTH(words) && *word && !policy_bit(words[i], word))
		return unknown(key, word, words[i], ei);
	if (i < GW_LENGTH(bits)) {
		*bits[i] = (*seen & which ? *bits[i] : 0) | policy_bit(words[i], word);
	} else if (str_eq(key, "programme")) {
		g->ctx.programme = word;
	} else if (str_eq(key, "contract")) {
		g->ctx.contract = word;
	} else {
		size_t n;
		const char *const *scopes = catalogue_words(p->catalogue, LIST_CONSENTS, &n);
		const struct policy_words consents = {scopes, n};
		if (!catalogue_has_word(p->catalogue, LIST_CONSENTS, word))
			return unknown(key, word, &consents, ei);
		if (g->ctx.consents_n == GW_LENGTH(g->scopes))
			return err_set(ei, GW_EUSAGE, "--context: too many consents");
		g->scopes[g->ctx.consents_n++] = word;
	}
	*seen |= which;
	g->duties |= str_eq(key, "recipient_duty");
	return 0;
}

static void add_bits(
    struct buf *b, const char *key, const struct policy_words *words, unsigned bits)
{
	int r = 0;
	for (size_t i = 0; i < words->n && r == 0; i++)
		if (bits & 1U << i)
			r = buf_addf(b, "%s%s=%s", b->len ? "," : "", key, words->list[i]);
	(void)r; /* the text is cut where it is full */
}

static void add_word(struct buf *b, const char *key, const char *word)
{
	int r = word ? buf_addf(b, "%s%s=%s", b->len ? "," : "", key, word) : 0;
	(void)r;
}

char *policy_context_text(const struct policy_context *ctx)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(2000);
	char day[DATE_TEXT];
	add_bits(&b, "sender", &policy_roles, ctx->sender);
	add_bits(&b, "recipient", &policy_roles, ctx->recipient);
	add_bits(&b, "contract_status", &policy_contracts, ctx->contract_status);
	add_word(&b, "programme", ctx->programme);
	add_word(&b, "contract", ctx->contract);
	add_bits(&b, "recipient_duty", &policy_duties, ctx->recipient_duties);
	for (size_t i = 0; i < ctx->consents_n; i++)
		add_word(&b, "consent", ctx->consents[i]);
	add_bits(&b, "met", &policy_requirements, ctx->met);
	date_text(ctx->today, day);
	return str_printf("%s, as of %s", b.data ? b.data : "", day);
}

static unsigned first_bit(unsigned bits)
{
	return bits & (~bits + 1);
}

static int read_words(struct policy_given *g, const struct policy *p, struct errinfo *ei)
{
	unsigned seen = 0;
	char *next = NULL;
	for (char *c = g->text; c && *c; c = next) {
		size_t n = strcspn(c, ",");
		next = c[n] ? c + n + 1 : NULL;
		c[n] = 0;
		char *eq = strchr(c, '=');
		if (!eq)
			return err_set(
			    ei, GW_EUSAGE, "--context: key=word expected, found '%.60s'", c);
		*eq = 0;
		int r = set_word(g, p, c, eq + 1, &seen, ei);
		if (r < 0)
			return r;
	}
	return 0;
}

static unsigned role_bits(const struct organisation *o)
{
	unsigned bits = 0;
	for (size_t i = 0; o && i < policy_roles.n; i++)
		if (o->roles & (unsigned)org_role_parse(policy_roles.list[i]))
			bits |= 1U << i;
	return bits;
}

/* --to: both parties as the registry has them. */
static int read_recipient(const struct cli *cli, struct policy_given *g, struct errinfo *ei)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	const struct organisation *we = NULL, *they = NULL;
	const char *to = cli_value(cli, "to");
	if (!to)
		return 0;
	int r = open_home(cli, HOME_REGISTRY, &h, ei);
	if (r == 0)
		r = registry_known(home_registry(h), to, &they, ei);
	if (r == 0)
		r = registry_known(home_registry(h), home_oin(h), &we, ei);
	if (r < 0)
		return r;
	g->ctx.sender = role_bits(we);
	g->ctx.recipient = role_bits(they);
	g->ctx.recipient_duties = grounds_duties(they);
	g->duties = true;
	g->to = str_dup(to);
	return 0;
}

int policy_given_read(
    const struct cli *cli, const struct policy *p, struct policy_given *ret, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
	const char *s;
	int r = 0;
	*ret = (struct policy_given){.ctx = {.sender = first_bit(p->sender),
					 .recipient = first_bit(p->recipient),
					 .contract_status = first_bit(p->contract_status),
					 .met = p->requires,
					 .today = date_of(clock_now()),
					 .rehearsal = true}};
	for (size_t i = 0; r == 0 && (s = cli_value_at(cli, "context", i)); i++)
		r = buf_addf(&text, "%s%s", i ? "," : "", s);
	if (r < 0)
		return err_set(ei, GW_EUSAGE, "--context is too long");
	ret->text = text.len ? str_dup(text.data) : NULL;
	r = read_recipient(cli, ret, ei);
	if (r == 0)
		r = read_words(ret, p, ei);
	ret->ctx.consents = ret->scopes;
	s = cli_value(cli, "as-of");
	if (r == 0 && s && date_parse(s, &ret->ctx.today) < 0)
		r = err_set(ei, GW_EUSAGE, "--as-of: a date such as 2026-12-31 is expected");
	return r;
}

void policy_given_release(struct policy_given *g)
{
	free(g->text);
	free(g->to);
	g->text = g->to = NULL;
}

char *policy_assumed(const struct policy_given *g, enum html_language language)
{
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(200);
	if (g->duties)
		return NULL;
	int r = policy_bits_text(&policy_duties, ~0U, &all);
	return str_printf("%s (%s): %s",
	    words_say(language, "de ontvanger heeft geen wettelijke taak",
		"the recipient has no legal duty"),
	    r == 0 && all.data ? all.data : "",
	    words_say(language,
		"--to OIN neemt die uit het register, --context recipient_duty=… zegt het",
		"--to OIN takes it from the registry, --context recipient_duty=… says it"));
}
