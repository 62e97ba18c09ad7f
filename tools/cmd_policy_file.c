/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading a policy with its catalogue, and the circumstances given on the command line. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/words.h"
#include "tools/cmd_policy.h"

char *policy_beside(const char *path, const char *name)
{
	const char *base = file_base(path);
	return str_printf("%.*s%s", (int)(base - path), path, name);
}

/* --catalogue, beside the policy, in the home, or the one compiled in. */
static int find_catalogue(const struct cli *cli, struct policy_source *f, struct errinfo *ei)
{
	const char *given = cli_value(cli, "catalogue");
	char *beside GW_CLEANUP(str_free_p) = policy_beside(f->path, "catalogue.yaml");
	char *home GW_CLEANUP(str_free_p) = str_printf("%s/policies/catalogue.yaml", cli_home(cli));
	const char *path = given  ? given
	    : file_exists(beside) ? beside
	    : file_exists(home)   ? home
				  : NULL;
	int r = path ? catalogue_load(path, &f->own, ei) : 0;
	f->catalogue = f->own ? f->own : catalogue_builtin();
	return r;
}

static int read_source(
    const struct cli *cli, const char *operand, struct policy_source *ret, struct errinfo *ei)
{
	*ret = (struct policy_source){.text = BUF_INIT(POLICY_TEXT_MAX)};
	ret->path = str_dup(operand);
	if (!file_exists(operand) && !strchr(operand, '/')) {
		char *home GW_CLEANUP(str_free_p) =
		    str_printf("%s/policies/%s.yaml", cli_home(cli), operand);
		if (file_exists(home)) {
			free(ret->path);
			ret->path = str_dup(home);
		}
	}
	int r = file_read(ret->path, POLICY_TEXT_MAX, &ret->text, ei);
	return r == 0 ? find_catalogue(cli, ret, ei) : r;
}

static int parse_policy(struct policy_source *f, struct errinfo *ei)
{
	int r = policy_parse(f->path, f->text.data ? f->text.data : "", f->text.len, f->catalogue,
	    &f->findings, &f->policy, ei);
	f->head = f->policy;
	return r;
}

int policy_source_read(
    const struct cli *cli, const char *operand, struct policy_source *ret, struct errinfo *ei)
{
	int r = read_source(cli, operand, ret, ei);
	return r == 0 ? parse_policy(ret, ei) : r;
}

int policy_source_any(
    const struct cli *cli, const char *operand, struct policy_source *ret, struct errinfo *ei)
{
	int r = read_source(cli, operand, ret, ei);
	if (r < 0 || !report_is(ret->text.data ? ret->text.data : "", ret->text.len))
		return r == 0 ? parse_policy(ret, ei) : r;
	r = report_parse(ret->path, ret->text.data, ret->text.len, ret->catalogue, &ret->findings,
	    &ret->report, ei);
	ret->head = ret->report ? ret->report->head : NULL;
	return r;
}

void policy_source_release(struct policy_source *f)
{
	policy_findings_release(&f->findings);
	policy_free_p(&f->policy);
	report_free_p(&f->report);
	catalogue_free_p(&f->own);
	buf_release(&f->text);
	free(f->path);
	f->path = NULL;
}

static int unknown(
    const char *key, const char *word, const struct policy_words *words, struct errinfo *ei)
{
	const char *near = str_suggest(word, words->list, words->n);
	return near ? err_set(ei, GW_EUSAGE, "--context: unknown %s '%.60s', did you mean '%s'?",
			  key, word, near)
		    : err_set(ei, GW_EUSAGE, "--context: unknown %s '%.60s'", key, word);
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
		if (!catalogue_has_word(p->catalogue, LIST_CONSENTS, word))
			return err_set(ei, GW_EUSAGE, "--context: unknown consent '%.60s'", word);
		if (g->ctx.consents_n == GW_LENGTH(g->scopes))
			return err_set(ei, GW_EUSAGE, "--context: too many consents");
		g->scopes[g->ctx.consents_n++] = word;
	}
	*seen |= which;
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
	ret->some = text.len > 0;
	ret->text = text.len ? str_dup(text.data) : NULL;
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
	g->text = NULL;
}
