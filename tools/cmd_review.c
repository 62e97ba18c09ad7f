/* SPDX-License-Identifier: EUPL-1.2 */
/* handover review: findings under `review` in one dossier, settled by a person. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/str.h"
#include "home/home.h"
#include "ledger/review.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/open_home.h"
#include "transfer/transfer.h"

enum { AROUND = 60, LINE_MOST = 80 };

/* What was said on the command line about one finding. */
struct said {
	char fingerprint[REVIEW_FINGERPRINT];
	bool keep, found;
	const char *reason;
};

struct review {
	const struct cli *cli;
	struct said *said;
	size_t said_n;
	bool looks;   /* only see which findings there are */
	bool asks;    /* a person sits at the terminal */
	bool stopped; /* and wants no more */
	bool listed;  /* something was printed for people */
};

/* The bytes [from, to) of the text that are whole characters, blanks and control characters as one
 * space; a new string. */
static char *piece(const char *text, size_t from, size_t to)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	while (from < to && ((unsigned char)text[from] & 0xc0) == 0x80)
		from++;
	for (size_t i = from; i < to; i++) {
		unsigned char c = (unsigned char)text[i];
		bool control = c < 0x20 || c == 0x7f;
		if (c == 0xc2 && i + 1 < to && (unsigned char)text[i + 1] < 0xa0) {
			control = true; /* U+0080 to U+009F */
			i++;
		}
		if (buf_add(&b, control ? " " : text + i, 1) < 0)
			break;
	}
	return str_dupn(b.data ? b.data : "", b.len);
}

/* A finding with what stands around it. */
struct passage {
	char *before, *found, *after;
};

static void passage_release(struct passage *p)
{
	str_wipe_p(&p->before);
	str_wipe_p(&p->found);
	str_wipe_p(&p->after);
}

static struct passage passage_of(const struct review_item *item)
{
	size_t end = item->offset + item->length;
	size_t from = item->offset > AROUND ? item->offset - AROUND : 0;
	size_t to = item->n - end > AROUND ? end + AROUND : item->n;
	while (to < item->n && to > end && ((unsigned char)item->text[to] & 0xc0) == 0x80)
		to--;
	return (struct passage){piece(item->text, from, item->offset),
	    piece(item->text, item->offset, end), piece(item->text, end, to)};
}

static void print_item(struct review *v, const struct review_item *item)
{
	struct passage p GW_CLEANUP(passage_release) = passage_of(item);
	if (!cli_json(v->cli)) {
		(void)printf("%s%s %s %s\n    %s>>%s<<%s\n", v->listed ? "\n" : "",
		    item->fingerprint, item->kind, item->field, p.before, p.found, p.after);
		v->listed = true;
		return;
	}
	json_t *o = json_object();
	jx_set(o, "finding", json_string(item->fingerprint));
	jx_set(o, "kind", json_string(item->kind));
	jx_set(o, "field", json_string(item->field));
	jx_set(o, "before", jx_text(p.before));
	jx_set(o, "found", jx_text(p.found));
	jx_set(o, "after", jx_text(p.after));
	(void)cli_print_json(o);
}

/* Ask a question on the terminal; the first word of the answer, lower case, "" at its end. */
static bool answer(const char *question, char word[LINE_MOST])
{
	char line[LINE_MOST];
	(void)fprintf(stderr, "%s", question);
	(void)fflush(stderr);
	word[0] = '\0';
	if (!fgets(line, sizeof line, stdin))
		return false;
	size_t skip = strspn(line, " \t\n"), n = strcspn(line + skip, " \t\n");
	memcpy(word, line + skip, n);
	word[n] = '\0';
	return true;
}

/* A reason out of the list for keeping or masking, by its word or number; NULL when none is given.
 */
static const char *ask_reason(bool keep)
{
	size_t from = keep ? 0 : REVIEW_KEEP, n = 0;
	char word[LINE_MOST];
	for (size_t i = from; review_reasons[i] && review_reason_fits(review_reasons[i], keep); i++)
		(void)fprintf(stderr, "  %zu %s\n", ++n, review_reasons[i]);
	while (answer("reason: ", word) && *word)
		for (size_t i = 0; i < n; i++) {
			const char number[2] = {(char)('1' + (char)i)};
			if (str_eq(word, number) || str_eq(word, review_reasons[from + i]))
				return review_reasons[from + i];
		}
	return NULL;
}

static void ask_person(struct review *v, struct review_answer *ret)
{
	char word[LINE_MOST];
	while (!v->stopped) {
		if (!answer("keep, mask, later or quit (k/m/l/q): ", word) || *word == 'q')
			v->stopped = true;
		if (v->stopped || *word == 'l')
			return;
		if (*word != 'k' && *word != 'm')
			continue;
		const char *reason = ask_reason(*word == 'k');
		if (!reason)
			continue;
		*ret =
		    (struct review_answer){*word == 'k' ? REVIEW_KEEP_IT : REVIEW_MASK_IT, reason};
		return;
	}
}

static int ask(void *arg, const struct review_item *item, struct review_answer *ret)
{
	struct review *v = arg;
	for (size_t i = 0; i < v->said_n; i++) {
		struct said *s = &v->said[i];
		if (!str_eq(s->fingerprint, item->fingerprint))
			continue;
		s->found = true;
		if (!v->looks)
			*ret = (struct review_answer){
			    s->keep ? REVIEW_KEEP_IT : REVIEW_MASK_IT, s->reason};
		return 0;
	}
	if (v->looks || v->stopped)
		return 0;
	print_item(v, item);
	if (v->asks)
		ask_person(v, ret);
	return 0;
}

/* FINGERPRINT=REASON of --keep, FINGERPRINT[=REASON] of --mask. */
static int read_said(struct review *v, const char *text, bool keep, struct errinfo *ei)
{
	struct said *s = &v->said[v->said_n];
	const char *equal = strchr(text, '=');
	size_t n = equal ? (size_t)(equal - text) : strlen(text);
	*s = (struct said){.keep = keep, .reason = equal ? equal + 1 : keep ? "" : "not_needed"};
	if (n != REVIEW_FINGERPRINT - 1)
		return err_set(ei, GW_EUSAGE,
		    "--%s takes a finding of 22 characters as `handover review` lists it%s",
		    keep ? "keep" : "mask", keep ? ", = and a reason" : "");
	memcpy(s->fingerprint, text, n);
	if (!review_reason_fits(s->reason, keep))
		return err_set(ei, GW_EUSAGE, "--%s: the reason is one of %s",
		    keep ? "keep" : "mask",
		    keep ? "false_hit, needed, agreed" : "not_needed, third_party");
	for (size_t i = 0; i < v->said_n; i++)
		if (str_eq(v->said[i].fingerprint, s->fingerprint))
			return err_set(ei, GW_EUSAGE, "one finding is named twice");
	v->said_n++;
	return 0;
}

static int read_all_said(struct review *v, struct errinfo *ei)
{
	static const char *const names[] = {"mask", "keep"};
	int r = 0;
	v->said = str_alloc((REVIEW_MOST + 1) * sizeof *v->said);
	for (size_t k = 0; k < 2; k++) {
		const char *text;
		for (size_t i = 0; r == 0 && (text = cli_value_at(v->cli, names[k], i)); i++)
			r = v->said_n < REVIEW_MOST
			    ? read_said(v, text, k == 1, ei)
			    : err_set(
				  ei, GW_EUSAGE, "more than %d findings at once", (int)REVIEW_MOST);
	}
	return r;
}

/* Before anything is settled: is each finding that was named there, and open? */
static int check_said(struct review *v, const struct transfer_env *env,
    const struct review_request *q, struct errinfo *ei)
{
	struct review_result ignored;
	v->looks = true;
	int r = transfer_review(env, q, &ignored, ei);
	v->looks = false;
	for (size_t i = 0; r == 0 && i < v->said_n; i++)
		if (!v->said[i].found)
			return err_set(ei, GW_EREFUSED,
			    "%s is no open finding of this dossier; nothing was settled",
			    v->said[i].fingerprint);
	return r;
}

static int tell(const struct review *v, const struct review_result *result)
{
	const struct cli *cli = v->cli;
	bool refused = result->code < 0 && result->open == 0;
	if (cli_json(cli)) {
		json_t *o = json_object();
		jx_set(o, "open", json_integer((json_int_t)result->open));
		jx_set(o, "kept", json_integer((json_int_t)result->kept));
		jx_set(o, "masked", json_integer((json_int_t)result->masked));
		jx_set(o, "settled_before", json_integer((json_int_t)result->before));
		jx_set(o, "result", json_string(result->code < 0 ? err_name(result->code) : "ok"));
		if (refused)
			jx_set(o, "why", jx_text(result->why.msg));
		int e = cli_print_json(o);
		if (e)
			return e;
	} else {
		(void)printf("%s%zu open, %zu kept, %zu masked, %zu settled before\n",
		    v->listed ? "\n" : "", result->open, result->kept, result->masked,
		    result->before);
	}
	if (refused)
		return cli_fail(cli, result->code, &result->why);
	return result->open ? err_exit(GW_EREFUSED) : 0;
}

static int review(struct review *v, struct home *home, struct errinfo *ei)
{
	const struct cli *cli = v->cli;
	struct transfer_env env;
	struct review_result result = {0};
	const struct review_request q = {.policy = cli_value(cli, "policy"),
	    .to = cli_value(cli, "to"),
	    .contract = cli_value(cli, "contract"),
	    .dossier = cli_operand(cli, 0),
	    .strict = cli_given(cli, "strict"),
	    .ask = ask,
	    .arg = v};
	home_transfer(home, &env);
	int r = v->said_n ? check_said(v, &env, &q, ei) : 0;
	if (r == 0)
		r = transfer_review(&env, &q, &result, ei);
	return r < 0 ? cli_fail(cli, r, ei) : tell(v, &result);
}

static int run(struct cli *cli)
{
	struct home *home GW_CLEANUP(home_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	struct review v = {.cli = cli};
	if (!cli_given(cli, "policy") || !cli_given(cli, "to"))
		return cli_usage(cli, "--policy and --to are needed");
	int r = read_all_said(&v, &ei);
	v.asks =
	    r == 0 && !v.said_n && !cli_json(cli) && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	if (r == 0)
		r = secret_init(&ei);
	if (r == 0)
		r = open_home(cli, HOME_SEAL, &home, &ei);
	int code = r < 0 ? cli_fail(cli, r, &ei) : review(&v, home, &ei);
	free(v.said);
	return code;
}

static const struct cli_option options[] = {
    {"policy", 0, "ID", "the policy that the dossier is to be sealed under", false},
    {"to", 0, "OIN", "the recipient", false},
    {"contract", 0, "ID", "the contract that the candidate comes from", false},
    {"strict", 0, NULL, "refuse a dossier with a field that the catalogue lacks", false},
    {"keep", 0, "FINDING=REASON", "let this finding stand: false_hit, needed or agreed", true},
    {"mask", 0, "FINDING[=REASON]", "mask it: not_needed (when not given) or third_party", true},
    {0},
};

const struct cli_command cmd_review = {
    .name = "review",
    .operands = "DOSSIER",
    .least = 1,
    .most = 1,
    .summary = "settle what the policy wants a person to look at",
    .detail =
	"Lists the findings in free text that the policy's scan profile puts under review, each "
	"with the words around it (between >> and <<). On a terminal it asks about each: keep or "
	"mask, and why. Elsewhere --keep and --mask name findings by the first word of their "
	"line.\n\n"
	"Reasons to keep: false_hit (it says nothing about a person), needed (for the purpose of "
	"the handover), agreed (with the person). To mask: not_needed, third_party.\n\n"
	"Decisions are recorded (review.signoff) and remembered for this dossier by a fingerprint, "
	"not by any text; a changed text is asked about again. `handover seal` keeps and masks "
	"accordingly. What a profile blocks cannot be settled here. Exit code 4 while something is "
	"open.",
    .options = options,
    .run = run,
};
