/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The acts of a case that need no more than a signature: accept, decline, hold, … One table says
 * which options of the command become which members of the statement.
 */
#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/str.h"
#include "registry/text.h"
#include "tools/case_act.h"
#include "tools/commands.h"

enum { OPTIONS = 4 };

/* What an option is for, and what stands in the statement when it was not given. */
enum otherwise {
	LEFT_OUT,
	NEEDED,
	MOMENT_NOW, /* a moment; given as RFC 3339, else this one */
	MOMENT,     /* a moment, needed */
	MOMENT_IF,  /* a moment, or left out */
	TODAY,      /* a day, else today */
};

struct act_option {
	const char *name, *member;
	enum otherwise otherwise;
};

struct act_command {
	const struct cli_command *command;
	const char *kind;
	struct act_option options[OPTIONS]; /* ends with a NULL name */
};

static int add_moment(
    json_t *own, const struct act_option *o, const char *given, struct errinfo *ei)
{
	int64_t ms = clock_now();
	char text[TIME_TEXT];
	if (given && time_parse(given, &ms) < 0)
		return err_set(
		    ei, GW_EUSAGE, "--%s: a moment like 2026-11-22T04:50:11Z expected", o->name);
	time_text(ms, text);
	jx_set(own, o->member, json_string(text));
	return 0;
}

static int add_member(
    const struct cli *cli, json_t *own, const struct act_option *o, struct errinfo *ei)
{
	const char *given = cli_value(cli, o->name);
	char day[DATE_TEXT];
	if (!given && (o->otherwise == NEEDED || o->otherwise == MOMENT))
		return err_set(ei, GW_EUSAGE, "--%s is needed", o->name);
	if (o->otherwise == MOMENT || o->otherwise == MOMENT_NOW ||
	    (o->otherwise == MOMENT_IF && given))
		return add_moment(own, o, given, ei);
	if (given && !str_utf8(given, strlen(given)))
		return err_set(ei, GW_EUSAGE, "--%s: is no text", o->name);
	if (given)
		jx_set(own, o->member, json_string(given));
	else if (o->otherwise == TODAY) {
		date_text(date_of(clock_now()), day);
		jx_set(own, o->member, json_string(day));
	}
	return 0;
}

/* All into own, and those that were given, not taken from the clock, into given, too. */
static int members(const struct cli *cli, const struct act_command *a, json_t *own, json_t *given,
    struct errinfo *ei)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < OPTIONS && a->options[i].name; i++) {
		const struct act_option *o = &a->options[i];
		r = add_member(cli, own, o, ei);
		if (r == 0 && cli_value(cli, o->name))
			jx_set(given, o->member, json_incref(json_object_get(own, o->member)));
	}
	return r;
}

/* take-over names the tag manifest that `opened` named. */
static int add_tag(
    const struct contact_case *k, const char *package, json_t *own, struct errinfo *ei)
{
	const struct chain *c = receipts_chain(k->receipts);
	for (size_t i = chain_count(c); i > 0; i--) {
		const struct chain_link *l = chain_at(c, i - 1);
		struct chain_round r = chain_round(c, l->round - 1);
		if (!str_eq(l->kind, "opened") || (package && !str_eq(r.package, package)))
			continue;
		jx_set(own, "tagmanifest", json_string(l->tagmanifest));
		return 0;
	}
	return err_set(ei, GW_ECONFLICT,
	    "the package of case %s was not acknowledged as opened: handover ack first",
	    k->case_id);
}

/* withdraw is three acts: which one depends on who we are and how far the package is. */
static const char *kind_of(const struct contact *c, const struct contact_case *k, const char *kind)
{
	if (!str_eq(kind, "withdraw"))
		return kind;
	if (!str_eq(home_oin(c->home), k->sender))
		return "withdraw_confirm";
	if (contact_legal(k, "withdraw") || contact_legal(k, "withdraw_request"))
		return contact_legal(k, "withdraw") ? "withdraw" : "withdraw_request";
	/* neither any more: then it is the one that was done */
	const struct chain *chain = receipts_ahead(k->receipts);
	for (size_t i = chain_count(chain); i > 0; i--)
		if (chain_at(chain, i - 1)->round == chain_rounds(chain) &&
		    str_eq(chain_at(chain, i - 1)->kind, "withdraw_request"))
			return "withdraw_request";
	return "withdraw";
}

/* Of withdraw: only the members that the act has in the end. */
static int narrow(const char *kind, json_t *own, struct errinfo *ei)
{
	if (!str_starts(kind, "withdraw"))
		return 0;
	bool confirm = str_eq(kind, "withdraw_confirm");
	if (confirm && !json_object_get(own, "destroyed"))
		return err_set(ei, GW_EUSAGE,
		    "--destroyed is needed: when everything of the package was destroyed here");
	if (json_object_get(own, confirm ? "reason" : "destroyed"))
		return err_set(ei, GW_EUSAGE, "--%s is not for this side of a withdrawal",
		    confirm ? "reason" : "destroyed");
	return 0;
}

static int act_on(struct contact *c, const struct act_command *a, const char *operand,
    struct contact_case *k, const char **ret_kind, json_t **ret_more, struct errinfo *ei)
{
	json_t *own GW_CLEANUP(jx_release) = json_object();
	json_t *given GW_CLEANUP(jx_release) = json_object();
	struct our_act act = {
	    .kind = a->kind, .own = own, .given = given, .package = cli_value(c->cli, "package")};
	int r = members(c->cli, a, own, given, ei);
	if (r == 0)
		r = contact_find(c, operand, k, ei);
	if (r == 0)
		r = contact_read(c, k, ei);
	if (r < 0)
		return r;
	*ret_kind = act.kind = kind_of(c, k, a->kind);
	text_copy(act.peer, sizeof act.peer, contact_other(c, k));
	act.free = act.package != NULL;
	r = narrow(act.kind, own, ei);
	if (r == 0 && str_eq(act.kind, "taken_over"))
		r = add_tag(k, act.package, own, ei);
	if (r == 0)
		r = case_act(c, k, &act, ei);
	if (r < 0)
		return r;
	*ret_more = json_object();
	jx_set(*ret_more, "statement", json_string(act.sha256));
	if (case_note(&act))
		jx_set(*ret_more, "note", json_string(case_note(&act)));
	return 0;
}

static const struct act_command *find(const struct cli *cli);

static int run(struct cli *cli)
{
	struct contact c GW_CLEANUP(contact_close) = {0};
	struct errinfo ei = ERRINFO_INIT;
	const struct act_command *a = find(cli);
	json_t *own GW_CLEANUP(jx_release) = json_object();
	json_t *given GW_CLEANUP(jx_release) = json_object();
	int worst = 0, r = members(cli, a, own, given, &ei); /* before anything is opened */
	if (r < 0)
		return cli_usage(cli, "%s", ei.msg);
	if ((r = contact_open(&c, cli, &ei)) < 0)
		return cli_fail(cli, r, &ei);
	for (int i = 0; i < cli_count(cli); i++) {
		struct contact_case k GW_CLEANUP(contact_case_release) = {0};
		const char *operand = cli_operand(cli, i), *kind = a->kind;
		json_t *more = NULL;
		r = act_on(&c, a, operand, &k, &kind, &more, &ei);
		int code = contact_tell(&c, operand, &k, kind, r, &ei, more);
		worst = code > worst ? code : worst;
	}
	return worst;
}

/* ---- the commands ---- */

#define PACKAGE_OPTION                                                                          \
	{                                                                                       \
		"package", 0, "UUID", "of an earlier package of the case (else: the last one)", \
		    false                                                                       \
	}
#define COMMON                                  \
	CONTACT_GATEWAY_OPTION, PACKAGE_OPTION, \
	{                                       \
		NULL, 0, NULL, NULL, false      \
	}

#define CASE_WORDS                                                                                 \
	"\n\nCASE is a case id, or sender/case where two senders use the same. The act is a "      \
	"signed statement; it and what the other side said lie in the home's receipts/. What was " \
	"done already is not done again, and says so. Intent "                                     \
	"and result stand in the ledger. One case that fails never stops the others; the exit "    \
	"code is the highest that occurred."

/* A command without options of its own, and one with. */
#define PLAIN(name_, word, summary_, detail_)                        \
	static const struct cli_option name_##_options[] = {COMMON}; \
	COMMAND(name_, word, summary_, detail_)
#define COMMAND(name_, word, summary_, detail_)  \
	const struct cli_command cmd_##name_ = { \
	    .name = (word),                      \
	    .operands = "CASE…",                 \
	    .least = 1,                          \
	    .most = -1,                          \
	    .summary = (summary_),               \
	    .detail = (detail_),                 \
	    .options = name_##_options,          \
	    .run = run,                          \
	}

PLAIN(accept, "accept", "accept cases that were offered",
    "You say that you can take the candidate on; the package follows when the sender releases it." CASE_WORDS);

static const struct cli_option decline_options[] = {
    {"reason", 0, "WORD", "no_capacity, not_target_group, not_in_segment or other", false},
    COMMON,
};
COMMAND(decline, "decline", "decline cases that were offered",
    "The reason is a word of a closed list: nothing about the candidate." CASE_WORDS);

static const struct cli_option hold_options[] = {
    {"month", 0, "YYYY-MM", "the month in which you could begin", false},
    COMMON,
};
COMMAND(hold, "hold", "propose another month for cases that were offered",
    "The sender may offer it again, for that month or another, or withdraw it." CASE_WORDS);

static const struct cli_option question_options[] = {
    {"about", 0, "WORD", "programme, product, region, start_month or other", false},
    COMMON,
};
COMMAND(question, "question", "ask about what was offered",
    "It says what the question is about and no more; the conversation itself is for the telephone." CASE_WORDS);

static const struct cli_option conversation_options[] = {
    {"state", 0, "WORD", "planned, held or no_show", false},
    {"day", 0, "YYYY-MM-DD", "of the conversation", false},
    COMMON,
};
COMMAND(conversation, "conversation", "say how it stands with the first conversation",
    "Either side may say so, any number of times, while the case is opened." CASE_WORDS);

PLAIN(take_over, "take-over", "take over the responsibility for candidates",
    "From here on the candidate is yours; the sender may delete its dossier, as its policy says." CASE_WORDS);

static const struct cli_option return_options[] = {
    {"reason", 0, "WORD", "no_show, not_target_group, not_in_segment, no_capacity or other", false},
    {"proposal", 0, "WORD", "what you propose instead, one word", false},
    {"destroyed", 0, "TIME", "when everything of the package was destroyed here (else: now)",
	false},
    COMMON,
};
COMMAND(return, "return", "give cases back within six weeks of opening",
    "You sign that everything of the package was destroyed at your side: destroy it first." CASE_WORDS);

static const struct cli_option withdraw_options[] = {
    {"reason", 0, "WORD", "candidate, consent, content or other", false},
    {"destroyed", 0, "TIME",
	"as recipient, confirming: when everything of the package was destroyed", false},
    COMMON,
};
COMMAND(withdraw, "withdraw", "take a case back, ask for it, or confirm that",
    "As sender: before the recipient fetched the package the case is withdrawn at once, afterwards "
    "the recipient is asked. As recipient: confirm that request, when everything was destroyed." CASE_WORDS);

PLAIN(cancel, "cancel", "cancel offers that are not needed any more",
    "For what was offered and not released: the candidate found work, moved away, …." CASE_WORDS);

static const struct cli_option extend_options[] = {
    {"expires", 0, "TIME", "the new end of the package's term", false},
    COMMON,
};
COMMAND(extend, "extend", "give the recipient more time to fetch",
    "At most as long as the policy lets a package run." CASE_WORDS);

static const struct cli_option destroyed_options[] = {
    {"destroyed", 0, "TIME", "when the dossier was destroyed (else: now)", false},
    COMMON,
};
COMMAND(destroyed, "destroyed", "say that your own dossier was destroyed",
    "For a sender whose policy has it delete after the take-over. Destroy it first; the case is "
    "then closed." CASE_WORDS);

static const struct cli_option kept_options[] = {
    {"until", 0, "YYYY-MM-DD", "the last day on which you keep the dossier", false},
    {"ground", 0, "WORD", "the law or duty for it, one word", false},
    COMMON,
};
COMMAND(kept, "kept", "say that you keep your own dossier, until when and on what ground",
    "For a sender whose policy has it keep the dossier. The case is then closed." CASE_WORDS);

static const struct cli_option misdelivered_options[] = {
    {"found", 0, "TIME", "when it was found out (else: now)", false},
    COMMON,
};
COMMAND(misdelivered, "misdelivered", "say that something went to the wrong party",
    "Legal at any time and from either side; the 72 hours of a data breach begin. What is still at "
    "the gateway is deleted there." CASE_WORDS);

PLAIN(entered_in_error, "entered-in-error", "say that a case should never have been",
    "For what was not fetched yet; the case is void." CASE_WORDS);

static const struct cli_option consent_withdrawn_options[] = {
    {"scope", 0, "WORD", "of the consent, as the policy names it", false},
    {"withdrawn", 0, "YYYY-MM-DD", "the day on which it was withdrawn (else: today)", false},
    COMMON,
};
COMMAND(consent_withdrawn, "consent-withdrawn", "pass on that the candidate withdrew a consent",
    "The case goes on. What was sealed before and was not fetched yet cannot be fetched any more: "
    "withdraw it and seal it again, or let a correction take its place. Who has it stops using "
    "what rested on that consent." CASE_WORDS);

static const struct act_command acts[] = {
    {&cmd_accept, "accept", {{0}}},
    {&cmd_decline, "decline", {{"reason", "reason", NEEDED}}},
    {&cmd_hold, "hold", {{"month", "start_month", NEEDED}}},
    {&cmd_question, "question", {{"about", "about", NEEDED}}},
    {&cmd_conversation, "conversation", {{"state", "state", NEEDED}, {"day", "day", LEFT_OUT}}},
    {&cmd_take_over, "taken_over", {{0}}},
    {&cmd_return, "return",
	{{"reason", "reason", NEEDED}, {"proposal", "proposal", LEFT_OUT},
	    {"destroyed", "destroyed", MOMENT_NOW}}},
    {&cmd_withdraw, "withdraw",
	{{"reason", "reason", LEFT_OUT}, {"destroyed", "destroyed", MOMENT_IF}}},
    {&cmd_cancel, "cancel", {{0}}},
    {&cmd_extend, "extend", {{"expires", "expires", MOMENT}}},
    {&cmd_destroyed, "destroyed", {{"destroyed", "destroyed", MOMENT_NOW}}},
    {&cmd_kept, "kept", {{"until", "until", NEEDED}, {"ground", "ground", NEEDED}}},
    {&cmd_misdelivered, "misdelivered", {{"found", "found", MOMENT_NOW}}},
    {&cmd_entered_in_error, "entered_in_error", {{0}}},
    {&cmd_consent_withdrawn, "consent_withdrawn",
	{{"scope", "scope", NEEDED}, {"withdrawn", "withdrawn", TODAY}}},
};

static const struct act_command *find(const struct cli *cli)
{
	for (size_t i = 0; i < GW_LENGTH(acts); i++)
		if (cli_is(cli, acts[i].command))
			return &acts[i];
	return &acts[0]; /* no other command runs this */
}
