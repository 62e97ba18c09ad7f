/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/workload/candidate.h"

#include <stdio.h>

#include "base/str.h"
#include "tools/workload/texts.h"

static json_t *group(json_t *value, const char *name)
{
	json_t *g = json_object();
	jx_set(value, name, g);
	return g;
}

static json_t *record(json_t *value, const char *name)
{
	json_t *list = json_object_get(value, name), *one = json_object();
	if (!list) {
		list = json_array();
		jx_set(value, name, list);
	}
	jx_add(list, one);
	return one;
}

static void text(json_t *o, const char *name, const char *s)
{
	jx_set(o, name, json_string(s));
}

static void number(json_t *o, const char *name, uint64_t v)
{
	jx_set(o, name, json_integer((json_int_t)v));
}

/* A day so many days from today. */
static void day(json_t *o, const char *name, const struct setting *s, int64_t days)
{
	char t[DATE_TEXT];
	date_text(date_from_days(date_days(s->today) + days), t);
	text(o, name, t);
}

/* A value that must stay behind: KANARIE, what it is, whose. */
static void canary(json_t *o, const char *name, const char *what, unsigned i)
{
	char *s GW_CLEANUP(str_free_p) = str_printf("KANARIE-%s-%03u", what, i);
	text(o, name, s);
}

static void add_person(json_t *v, const struct person *p, unsigned i)
{
	json_t *o = group(v, "person");
	text(o, "bsn", p->bsn);
	if (p->newcomer)
		text(o, "v_number", p->v_number);
	text(o, "client_number", p->client_number);
	text(o, "family_name", p->family);
	if (p->prefix)
		text(o, "name_prefix", p->prefix);
	text(o, "given_names", p->given);
	text(o, "salutation", p->woman ? "mevrouw" : "heer");
	text(o, "birth_date", p->birth_date);
	text(o, "birth_country", p->country);
	text(o, "nationality", p->nationality);
	text(o, "gender", p->woman ? "V" : "M");
	if (p->newcomer)
		canary(o, "residence_permit", "vergunning", i);
}

static void add_contact(json_t *v, const struct person *p, struct random *r, unsigned i)
{
	static const char *const cities[] = {"Rijen", "Gilze", "Dongen", "Alphen"};
	static const unsigned postcodes[] = {5121, 5126, 5104, 5131};
	uint64_t city = random_below(r, GW_LENGTH(cities));
	json_t *o = group(v, "contact");
	char *postcode GW_CLEANUP(str_free_p) = str_printf("%u %c%c", postcodes[city],
	    (int)('A' + random_below(r, 5)), (int)('R' + random_below(r, 3)));
	char *house GW_CLEANUP(str_free_p) = str_printf("%u", (unsigned)random_below(r, 180) + 1);
	text(o, "street", RANDOM_PICK(r, text_streets));
	text(o, "house_number", house);
	text(o, "postcode", postcode);
	text(o, "city", cities[city]);
	text(o, "phone", p->phone);
	text(o, "email", p->email);
	text(o, "preferred_channel", i % 3 ? "telefoon" : "email");
	if (p->newcomer)
		text(o, "interpreter_language", p->language);
	o = group(v, "household");
	canary(o, "partner", "partner", i);
	number(o, "children_count", random_below(r, 5));
	canary(o, "emergency_contact", "noodcontact", i);
	if (i % 8 == 0)
		canary(group(v, "representative"), "name", "bewindvoerder", i);
}

static void add_benefit(
    json_t *v, const struct person *p, const struct setting *s, struct random *r, unsigned i)
{
	json_t *o = group(v, "benefit");
	text(o, "type", i % 9 == 4 ? "ioaw" : "pwet");
	day(o, "start_date", s, -400 - (int64_t)random_below(r, 900));
	text(o, "work_obligation", i % 5 ? "volledig" : "gedeeltelijk");
	canary(o, "measures", "maatregel", i);
	text(o, "amount", i % 2 ? "1283.12" : "916.44");
	text(o, "iban", p->iban);
}

static void add_ladder(json_t *v, const struct setting *s, struct random *r)
{
	uint64_t step = 1 + random_below(r, 3);
	for (int k = 0; k < 3; k++) {
		json_t *o = record(v, "ladder");
		day(o, "date", s, -540 + 180 * k);
		number(o, "step", step);
		number(o, "target_step", step < 4 ? step + 2 : 6);
		day(o, "target_date", s, 200);
		if (step < 6 && random_below(r, 4))
			step++;
	}
}

static void add_trajectory(json_t *v, const struct setting *s, struct random *r, unsigned i)
{
	static const char *const products[] = {
	    "werkfit", "naar-werk", "participatieplaats", "taal-en-werk", "leerwerktraject"};
	char *id GW_CLEANUP(str_free_p) = str_printf("TR-%04u", 4000 + i);
	json_t *o = record(v, "trajectory");
	text(o, "id", id);
	text(o, "product", RANDOM_PICK(r, products));
	day(o, "start", s, -560);
	day(o, "end", s, 170);
	text(o, "status", i % 11 == 7 ? "afgesloten" : "lopend");
	if (i % 11 == 7)
		text(o, "end_reason", "einde-contract");
}

static void add_plan(json_t *v, const struct setting *s, struct random *r, unsigned i)
{
	json_t *o = group(v, "plan");
	text(o, "goal", RANDOM_PICK(r, text_goals));
	text(o, "steps", RANDOM_PICK(r, text_steps));
	canary(o, "motivation", "motivatie", i);
	canary(o, "notes", "notitie", i);
	for (int k = 0; k < 2; k++) {
		o = record(v, "agreements");
		text(o, "text", RANDOM_PICK(r, text_agreements));
		day(o, "due", s, 14 + (int64_t)random_below(r, 60));
	}
}

static void add_integration(
    json_t *v, const struct person *p, const struct setting *s, struct random *r, unsigned i)
{
	static const char *const parts[] = {"spreken", "luisteren", "lezen", "schrijven", "KNM"};
	uint64_t route = random_below(r, 20);
	json_t *o = group(v, "wi");
	text(o, "leerroute", route < 13 ? "B1" : route < 18 ? "onderwijs" : "Z");
	day(o, "term_start", s, -500);
	day(o, "term_end", s, 595);
	day(o, "pip_date", s, -470);
	text(o, "pip_goal", RANDOM_PICK(r, text_pip_goals));
	text(o, "learnability", i % 2 ? "gemiddeld" : "hoog");
	text(o, "map_status", i % 3 ? "gestart" : "behaald");
	text(o, "pvt_status", "behaald");
	for (size_t k = 0; k < GW_LENGTH(parts); k++) {
		json_t *exam = record(o, "exams");
		text(exam, "part", parts[k]);
		text(exam, "result", random_below(r, 3) ? "behaald" : "niet-afgelegd");
	}
	number(o, "hours_language", 120 + random_below(r, 500));
	number(o, "hours_participation", 40 + random_below(r, 300));
	number(o, "absence_unpermitted", random_below(r, 12));
	if (i % 6 == 3)
		canary(o, "extension_ground", "verlenging", i);
	text(o, "fine", "0.00");
	json_t *spoken = record(v, "language");
	text(spoken, "code", p->language);
	text(spoken, "literacy", i % 7 ? "gealfabetiseerd" : "anders-gealfabetiseerd");
}

static void add_profile(json_t *v, const struct setting *s, struct random *r)
{
	static const char *const levels[] = {"A1", "A2", "B1", "B2"};
	uint64_t job = random_below(r, JOBS);
	json_t *o = record(v, "language");
	text(o, "code", "nld");
	text(o, "cefr", RANDOM_PICK(r, levels));
	o = record(v, "education");
	text(o, "level", random_below(r, 2) ? "mbo-2" : "vmbo");
	text(o, "title", RANDOM_PICK(r, text_courses));
	text(o, "institute", RANDOM_PICK(r, text_schools));
	text(o, "diploma", random_below(r, 3) ? "ja" : "nee");
	o = record(v, "work");
	text(o, "role", text_jobs[job]);
	text(o, "employer", RANDOM_PICK(r, text_employers));
	day(o, "start", s, -2600 + (int64_t)random_below(r, 400));
	day(o, "end", s, -1400 + (int64_t)random_below(r, 400));
	text(o, "description", text_duties[job]);
	o = group(v, "profile");
	text(o, "occupation_wish", RANDOM_PICK(r, text_jobs));
	number(o, "hours_available", 16 + 4 * random_below(r, 6));
	text(o, "driving_licence", random_below(r, 2) ? "B" : "geen");
	text(o, "transport", "fiets");
	number(o, "max_travel", 15 + 15 * random_below(r, 4));
	text(o, "digital_skills", "basis");
	o = record(v, "competencies");
	text(o, "name", "samenwerken");
	text(o, "level", "voldoende");
	o = record(v, "placements");
	text(o, "employer", RANDOM_PICK(r, text_employers));
	day(o, "start", s, -120);
	text(o, "kind", random_below(r, 2) ? "proefplaatsing" : "participatieplaats");
}

/* What the law keeps apart: it is there, and stays there. */
static void add_special(json_t *v, struct random *r, unsigned i)
{
	json_t *o;
	if (i % 2 == 0) {
		o = group(v, "capacity");
		text(o, "functional", i % 4 ? "maximaal 15 kg tillen" : "liefst zittend werk");
		number(o, "hours_max", 16 + 4 * random_below(r, 5));
		canary(o, "register", "doelgroep", i);
	}
	if (i % 4 == 0) {
		o = group(v, "health");
		canary(o, "diagnosis", "diagnose", i);
		canary(o, "treatment", "behandeling", i);
	}
	o = group(v, "obstacles");
	text(o, "debts", i % 3 ? "geen" : "regeling");
	text(o, "housing", "stabiel");
	if (i % 4 == 1)
		canary(o, "mental", "psyche", i);
	if (i % 10 == 6)
		canary(o, "justice", "justitie", i);
	if (i % 5 == 2)
		canary(group(v, "special"), "religion", "religie", i);
	if (i % 10 == 6) {
		o = group(v, "criminal");
		canary(o, "record", "strafblad", i);
		canary(o, "probation", "reclassering", i);
	}
}

static void add_course(json_t *v, const struct setting *s, struct random *r, unsigned i)
{
	static const char *const kinds[] = {"start", "tussen", "tussen"};
	const char *email;
	for (int k = 0; k < 5; k++) {
		json_t *o = record(v, "appointments");
		bool shown = random_below(r, 6) != 0;
		day(o, "date", s, -330 + 75 * k);
		text(o, "attendance", shown ? "present" : "no_show");
		if (!shown)
			canary(o, "reason", "reden", i);
	}
	json_t *o = record(v, "coaches");
	text(o, "name", person_coach(r, &email));
	text(o, "email", email);
	for (size_t k = 0; k < GW_LENGTH(kinds); k++) {
		o = record(v, "reports");
		text(o, "kind", kinds[k]);
		day(o, "date", s, -540 + 180 * (int64_t)k);
		text(o, "summary", RANDOM_PICK(r, text_summaries));
	}
	number(group(v, "satisfaction"), "score", 6 + random_below(r, 4));
}

/* Given, withdrawn, too old, on another form: what counts is the policy's question. */
static void add_consents(json_t *v, const struct setting *s, unsigned i)
{
	if (i % 2)
		return;
	json_t *o = record(v, "consents");
	text(o, "scope", "share_capacity");
	text(o, "form", i % 20 == 12 ? "TF-2024-3" : "TF-2026-1");
	day(o, "given", s, i % 20 == 8 ? -500 : -45 - (int64_t)(i % 30));
	if (i % 12 == 4)
		day(o, "withdrawn", s, -3);
}

/* Telephone numbers, addresses, the candidate's and the coach's name in texts, to be masked. */
static void add_mentions(json_t *v, const struct person *p, struct random *r, unsigned i)
{
	json_t *plan = json_object_get(v, "plan");
	json_t *summary = json_array_get(json_object_get(v, "reports"), 1);
	json_t *agreement = json_array_get(json_object_get(v, "agreements"), 0);
	const char *note = RANDOM_PICK(r, text_notes);
	char *s = NULL;
	if (i % 6 == 1) {
		s = str_printf("%s Bereikbaar op %s na 17.00 uur.", note, p->phone);
		text(plan, "steps", s);
		str_wipe_p(&s);
	}
	if (i % 9 == 4) {
		s = str_printf("Rooster mailen naar %s. %s", p->email, note);
		text(agreement, "text", s);
		str_wipe_p(&s);
	}
	if (i % 5 == 3) {
		s = str_printf("%s %s%s%s werkt inmiddels zelfstandig. %s",
		    p->woman ? "Mevrouw" : "Meneer", p->prefix ? p->prefix : "",
		    p->prefix ? " " : "", p->family, note);
		text(summary, "summary", s);
		str_wipe_p(&s);
	}
	if (i % 7 == 3) {
		const char *coach =
		    jx_str(json_array_get(json_object_get(v, "coaches"), 0), "name");
		s = str_printf("Driegesprek met %s en de nieuwe coach is gepland.", coach);
		text(agreement, "text", s);
		str_wipe_p(&s);
	}
}

json_t *candidate_make(
    const struct person *p, const struct setting *setting, struct random *r, unsigned i)
{
	json_t *v = json_object(), *o;
	number(v, "catalogue", 1);
	o = group(v, "context");
	text(o, "programme", p->newcomer ? "wi2021" : "participatiewet");
	text(o, "contract", setting->contract);
	add_person(v, p, i);
	add_contact(v, p, r, i);
	add_benefit(v, p, setting, r, i);
	add_ladder(v, setting, r);
	add_trajectory(v, setting, r, i);
	add_plan(v, setting, r, i);
	if (p->newcomer)
		add_integration(v, p, setting, r, i);
	add_profile(v, setting, r);
	add_special(v, r, i);
	add_course(v, setting, r, i);
	add_consents(v, setting, i);
	add_mentions(v, p, r, i);
	return v;
}

void candidate_attach(json_t *value, const char *type, const char *file)
{
	json_t *o = record(value, "attachments");
	text(o, "type", type);
	text(o, "file", file);
}
