/* SPDX-License-Identifier: EUPL-1.2 */
#include "cases/machine.h"

#include <string.h>

#include "base/str.h"

static const struct {
	const char *word, *dutch;
	struct case_clock clock;
} states[CASE_STATES] = {
    [CASE_NONE] = {"none", "geen", {0, 0, NULL}},
    [CASE_DRAFT] = {"draft", "concept", {0, 0, NULL}},
    [CASE_CHECKED] = {"checked", "getoetst", {0, 0, NULL}},
    [CASE_OFFERED] = {"offered", "aangeboden", {10, 0, "reminder, then the contract manager"}},
    [CASE_ON_HOLD] = {"on_hold", "aangehouden", {10, 0, "reminder, then the contract manager"}},
    [CASE_ACCEPTED] = {"accepted", "geaccepteerd", {10, 0, "the contract manager"}},
    [CASE_RELEASED] = {"released", "vrijgegeven",
	{0, 0, "reminders 7, 3 and 1 days before the package's term ends; then expired"}},
    [CASE_FETCHING] = {"fetching", "wordt opgehaald", {0, 5, "escalation"}},
    [CASE_FETCHED] = {"fetched", "opgehaald", {0, 5, "escalation"}},
    [CASE_OPENED] = {"opened", "geopend", {0, 42, "the return term ends"}},
    [CASE_TAKEN_OVER] = {"taken_over", "overgenomen",
	{0, 0, "reminder at the end of the sender's deletion term, then the privacy officer"}},
    [CASE_WITHDRAWAL_REQUESTED] = {"withdrawal_requested", "intrekking gevraagd",
	{10, 0, "the contract manager"}},
    [CASE_DECLINED] = {"declined", "geweigerd", {0, 0, NULL}},
    [CASE_WITHDRAWN] = {"withdrawn", "ingetrokken", {0, 0, NULL}},
    [CASE_CANCELLED] = {"cancelled", "vervallen", {0, 0, NULL}},
    [CASE_EXPIRED] = {"expired", "verlopen", {0, 0, NULL}},
    [CASE_RETURNED] = {"returned", "teruggegeven", {0, 0, NULL}},
    [CASE_CLOSED] = {"closed", "gesloten", {0, 0, NULL}},
    [CASE_MISDELIVERED] = {"misdelivered", "verkeerd bezorgd", {0, 3, "the 72-hour clock"}},
    [CASE_VOID] = {"void", "foutief", {0, 0, NULL}},
};

static const char *const acts[CASE_ACTS] = {
    [ACT_PREPARE] = "prepare",
    [ACT_CHECK] = "check",
    [ACT_OFFER] = "offer",
    [ACT_ACCEPT] = "accept",
    [ACT_DECLINE] = "decline",
    [ACT_HOLD] = "hold",
    [ACT_QUESTION] = "question",
    [ACT_RELEASE] = "release",
    [ACT_WITHDRAW] = "withdraw",
    [ACT_CANCEL] = "cancel",
    [ACT_EXTEND] = "extend",
    [ACT_FETCH_REQUEST] = "fetch_request",
    [ACT_FETCHED] = "fetched",
    [ACT_OPENED] = "opened",
    [ACT_CONVERSATION] = "conversation",
    [ACT_TAKEN_OVER] = "taken_over",
    [ACT_RETURN] = "return",
    [ACT_WITHDRAW_REQUEST] = "withdraw_request",
    [ACT_WITHDRAW_CONFIRM] = "withdraw_confirm",
    [ACT_DESTROYED] = "destroyed",
    [ACT_KEPT] = "kept",
    [ACT_MISDELIVERED] = "misdelivered",
    [ACT_ENTERED_IN_ERROR] = "entered_in_error",
    [ACT_CONSENT_WITHDRAWN] = "consent_withdrawn",
    [ACT_EXPIRE] = "expire",
};

/* What must be so besides the state. */
enum only {
	ALWAYS,
	IF_DIRECT,
	IF_NOT_FETCHED,
	IF_OPENED,
	IF_NOT_OPENED,
	IF_RETURN_TERM,
	IF_DELETES,
	IF_KEEPS,
};

static const char *const onlys[] = {
    [ALWAYS] = "",
    [IF_DIRECT] = "the policy says `offer: direct`",
    [IF_NOT_FETCHED] = "it was not fetched before",
    [IF_OPENED] = "it was opened before",
    [IF_NOT_OPENED] = "it was not opened before",
    [IF_RETURN_TERM] = "within six weeks of `opened`",
    [IF_DELETES] = "the policy has the sender delete",
    [IF_KEEPS] = "the policy has the sender keep",
};

#define IN(state) (1U << CASE_##state)
#define STAY CASE_STATES

static const struct rule {
	enum case_act act;
	enum case_by by;
	unsigned from; /* a set of IN(…) */
	enum case_state to;
	enum only only;
} rules[] = {
    {ACT_PREPARE, BY_SENDER, IN(NONE), CASE_DRAFT, ALWAYS},
    {ACT_CHECK, BY_SENDER, IN(DRAFT), CASE_CHECKED, ALWAYS},
    {ACT_OFFER, BY_SENDER, IN(CHECKED) | IN(ON_HOLD), CASE_OFFERED, ALWAYS},
    {ACT_RELEASE, BY_SENDER, IN(CHECKED), CASE_RELEASED, IF_DIRECT},
    {ACT_ACCEPT, BY_RECIPIENT, IN(OFFERED), CASE_ACCEPTED, ALWAYS},
    {ACT_DECLINE, BY_RECIPIENT, IN(OFFERED), CASE_DECLINED, ALWAYS},
    {ACT_HOLD, BY_RECIPIENT, IN(OFFERED), CASE_ON_HOLD, ALWAYS},
    {ACT_QUESTION, BY_RECIPIENT, IN(OFFERED), STAY, ALWAYS},
    {ACT_WITHDRAW, BY_SENDER, IN(OFFERED) | IN(ON_HOLD) | IN(ACCEPTED) | IN(RELEASED),
	CASE_WITHDRAWN, ALWAYS},
    {ACT_CANCEL, BY_SENDER, IN(OFFERED) | IN(ON_HOLD) | IN(ACCEPTED), CASE_CANCELLED, ALWAYS},
    {ACT_RELEASE, BY_SENDER, IN(ACCEPTED), CASE_RELEASED, ALWAYS},
    {ACT_EXTEND, BY_SENDER, IN(RELEASED), STAY, ALWAYS},
    {ACT_EXPIRE, BY_GATEWAY, IN(RELEASED), CASE_EXPIRED, ALWAYS},
    {ACT_FETCH_REQUEST, BY_RECIPIENT, IN(RELEASED), CASE_FETCHING, ALWAYS},
    {ACT_FETCHED, BY_RECIPIENT, IN(FETCHING), CASE_FETCHED, ALWAYS},
    {ACT_OPENED, BY_RECIPIENT, IN(FETCHED), CASE_OPENED, ALWAYS},
    {ACT_CONVERSATION, BY_EITHER, IN(OPENED), STAY, ALWAYS},
    {ACT_TAKEN_OVER, BY_RECIPIENT, IN(OPENED), CASE_TAKEN_OVER, ALWAYS},
    {ACT_RETURN, BY_RECIPIENT, IN(OPENED) | IN(TAKEN_OVER), CASE_RETURNED, IF_RETURN_TERM},
    {ACT_WITHDRAW_REQUEST, BY_SENDER, IN(FETCHING) | IN(FETCHED) | IN(OPENED),
	CASE_WITHDRAWAL_REQUESTED, ALWAYS},
    {ACT_WITHDRAW_CONFIRM, BY_RECIPIENT, IN(WITHDRAWAL_REQUESTED), CASE_WITHDRAWN, ALWAYS},
    /* an outcome may overtake the request */
    {ACT_FETCHED, BY_RECIPIENT, IN(WITHDRAWAL_REQUESTED), STAY, IF_NOT_FETCHED},
    {ACT_OPENED, BY_RECIPIENT, IN(WITHDRAWAL_REQUESTED), STAY, IF_NOT_OPENED},
    {ACT_TAKEN_OVER, BY_RECIPIENT, IN(WITHDRAWAL_REQUESTED), CASE_TAKEN_OVER, IF_OPENED},
    {ACT_RETURN, BY_RECIPIENT, IN(WITHDRAWAL_REQUESTED), CASE_RETURNED, IF_OPENED},
    {ACT_DESTROYED, BY_SENDER, IN(TAKEN_OVER), CASE_CLOSED, IF_DELETES},
    {ACT_KEPT, BY_SENDER, IN(TAKEN_OVER), CASE_CLOSED, IF_KEEPS},
    {ACT_ENTERED_IN_ERROR, BY_SENDER,
	IN(DRAFT) | IN(CHECKED) | IN(OFFERED) | IN(ON_HOLD) | IN(ACCEPTED) | IN(RELEASED),
	CASE_VOID, ALWAYS},
    {ACT_CONSENT_WITHDRAWN, BY_SENDER,
	IN(DRAFT) | IN(CHECKED) | IN(OFFERED) | IN(ON_HOLD) | IN(ACCEPTED) | IN(RELEASED) |
	    IN(FETCHING) | IN(FETCHED) | IN(OPENED) | IN(TAKEN_OVER) | IN(WITHDRAWAL_REQUESTED),
	STAY, ALWAYS},
    {ACT_MISDELIVERED, BY_EITHER, ~(IN(NONE) | IN(MISDELIVERED)), CASE_MISDELIVERED, ALWAYS},
};

bool case_ended(enum case_state state)
{
	return state >= CASE_DECLINED;
}

bool case_corrects(enum case_state state)
{
	return (state >= CASE_RELEASED && state <= CASE_WITHDRAWAL_REQUESTED) ||
	    state == CASE_CLOSED;
}

const char *case_state_word(enum case_state state)
{
	return states[state].word;
}

const char *case_state_dutch(enum case_state state)
{
	return states[state].dutch;
}

const char *case_act_word(enum case_act act)
{
	return acts[act];
}

int case_state_of(const char *word)
{
	for (int i = 0; i < CASE_STATES; i++)
		if (strcmp(states[i].word, word) == 0)
			return i;
	return -1;
}

int case_act_of(const char *word)
{
	for (int i = 0; i < CASE_ACTS; i++)
		if (strcmp(acts[i], word) == 0)
			return i;
	return -1;
}

struct case_clock case_clock(enum case_state state)
{
	return states[state].clock;
}

static bool holds(enum only only, const struct case_facts *f)
{
	switch (only) {
	case IF_DIRECT:
		return f->direct;
	case IF_NOT_FETCHED:
		return !f->fetched;
	case IF_OPENED:
		return f->opened;
	case IF_NOT_OPENED:
		return f->fetched && !f->opened;
	case IF_RETURN_TERM:
		return !f->return_term_over;
	case IF_DELETES:
		return !f->delete_never;
	case IF_KEEPS:
		return f->delete_never;
	default:
		return true;
	}
}

/* Say what is legal in that state. */
static int not_legal(
    enum case_state state, enum case_act act, const struct case_facts *f, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(700);
	for (size_t i = 0; i < GW_LENGTH(rules); i++)
		if ((rules[i].from & 1U << state) && holds(rules[i].only, f) &&
		    buf_addf(&b, "%s'%s'", b.len ? ", " : "", acts[rules[i].act]) < 0)
			break;
	return err_set(ei, GW_ECONFLICT, "'%s' is not legal for a case that is '%s'; legal: %s",
	    acts[act], states[state].word, b.len ? b.data : "nothing");
}

int case_step(enum case_state state, enum case_act act, enum case_by by,
    const struct case_facts *facts, enum case_state *ret_state, struct errinfo *ei)
{
	const struct rule *found = NULL;
	for (size_t i = 0; i < GW_LENGTH(rules); i++)
		if (rules[i].act == act && (rules[i].from & 1U << state) &&
		    holds(rules[i].only, facts))
			found = &rules[i];
	if (!found)
		return not_legal(state, act, facts, ei);
	if ((found->by & by) == 0)
		return err_set(ei, GW_EREFUSED, "'%s' is for the %s to do", acts[act],
		    found->by == BY_SENDER          ? "sender"
			: found->by == BY_RECIPIENT ? "recipient"
						    : "gateway");
	*ret_state = found->to == STAY ? state : found->to;
	return 0;
}

static const char *who(enum case_by by)
{
	return by == BY_SENDER   ? "sender"
	    : by == BY_RECIPIENT ? "recipient"
	    : by == BY_EITHER    ? "either"
				 : "the clock";
}

static int print_states(struct buf *out)
{
	int r = buf_adds(out, "| State | Dutch | Clock | Then |\n|---|---|---|---|\n");
	for (int i = CASE_DRAFT; r == 0 && i < CASE_STATES; i++) {
		const struct case_clock *c = &states[i].clock;
		r = buf_addf(out, "| %s%s | %s | ", states[i].word,
		    case_ended((enum case_state)i) ? " ■" : "", states[i].dutch);
		if (r == 0 && (c->working_days || c->days))
			r = buf_addf(out, "%u %s", c->working_days ? c->working_days : c->days,
			    c->working_days ? "working days" : "days");
		if (r == 0)
			r = buf_addf(out, " | %s |\n", c->then ? c->then : "");
	}
	return r;
}

static int print_rule(struct buf *out, const struct rule *p)
{
	int r = 0;
	bool any = (p->from & IN(CLOSED)) != 0;
	r = buf_adds(out, any ? "| any" : "| ");
	for (int i = 0, n = 0; r == 0 && !any && i < CASE_STATES; i++)
		if (p->from & 1U << i)
			r = buf_addf(out, "%s%s", n++ ? ", " : "", i ? states[i].word : "–");
	if (r == 0)
		r = buf_addf(out, " | %s | %s | %s | %s |\n", acts[p->act], who(p->by),
		    p->to == STAY ? "(unchanged)" : states[p->to].word, onlys[p->only]);
	return r;
}

static int print_diagram(struct buf *out)
{
	int r = buf_adds(out, "```mermaid\nstateDiagram-v2\n");
	for (size_t i = 0; r == 0 && i < GW_LENGTH(rules); i++)
		for (int s = 0; r == 0 && s < CASE_STATES; s++)
			if ((rules[i].from & 1U << s) && rules[i].to != STAY &&
			    rules[i].act != ACT_MISDELIVERED)
				r = buf_addf(out, "    %s --> %s: %s\n", s ? states[s].word : "[*]",
				    states[rules[i].to].word, acts[rules[i].act]);
	for (int s = CASE_DECLINED; r == 0 && s < CASE_STATES; s++)
		r = buf_addf(out, "    %s --> [*]\n", states[s].word);
	return r == 0 ? buf_adds(out, "```\n") : r;
}

int case_print(struct buf *out)
{
	int r = print_states(out);
	if (r == 0)
		r = buf_adds(out,
		    "\n■ ended. Once ended only `misdelivered` is legal.\n\n"
		    "| From | Act | By | To | Only if |\n|---|---|---|---|---|\n");
	for (size_t i = 0; r == 0 && i < GW_LENGTH(rules); i++)
		r = print_rule(out, &rules[i]);
	if (r == 0)
		r = buf_adds(out, "\n");
	return r == 0 ? print_diagram(out) : r;
}
