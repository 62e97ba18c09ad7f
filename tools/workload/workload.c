/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * workload: invented dossiers to show and measure the gateway with; a function of its arguments.
 *
 *   workload S OUTDIR   68 candidates of an ending contract, in all shapes, some of them bad
 *   workload F OUTDIR   one candidate with notes and files that a person has to look at
 *   workload R OUTDIR   one candidate of a municipality, to be referred; no files
 *   workload L OUTDIR   1,553 candidates with three PNG scans of about 200 kB each, one of them bad
 *
 * Options: --seed N (1), --today YYYY-MM-DD (today), --contract ID (RI-2023-07). On standard output
 * it says which dossiers are special and why. What must stay behind holds the word KANARIE.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/file.h"
#include "base/str.h"
#include "tools/workload/candidate.h"
#include "tools/workload/looked.h"
#include "tools/workload/output.h"
#include "tools/workload/pictures.h"

enum { SMALL = 68, LARGE = 1553, LARGE_BAD = 777 };

/* The dossiers of workload S that are not like the others, by number from 1. */
enum {
	IN_ZIP_1 = 3,
	PDF_CV = 5,
	BSN_IN_GOAL = 7,
	IN_YAML_1 = 11,
	REVIEW_IN_SUMMARY = 13,
	IN_ZIP_2 = 19,
	CRIME_IN_WORK = 21,
	UNKNOWN_FIELD = 24,
	IN_TAR = 26,
	WRONG_TYPE = 29,
	ARCHIVE_ESCAPES = 34,
	UNKNOWN_CODE = 38,
	OTHER_CONTRACT = 41,
	IN_YAML_2 = 45,
};

static void say(const char *name, const char *what)
{
	(void)printf("%s: %s\n", name, what);
}

/* Change the value of number k into what makes it special; says so. */
static void make_special(struct work *w, unsigned k, const struct person *p, const char *name)
{
	json_t *plan = json_object_get(w->value, "plan");
	json_t *report = json_array_get(json_object_get(w->value, "reports"), 0);
	json_t *job = json_array_get(json_object_get(w->value, "work"), 0);
	char *goal GW_CLEANUP(str_free_p) =
	    str_printf("Traject voor bsn %.4s.%.2s.%s naar werk", p->bsn, p->bsn + 4, p->bsn + 6);
	switch (k) {
	case BSN_IN_GOAL:
		jx_set(plan, "goal", json_string(goal));
		say(name, "a national number in plan.goal");
		break;
	case REVIEW_IN_SUMMARY:
		jx_set(report, "summary",
		    json_string(
			"Door een depressie in het voorjaar liep de opbouw vertraging op."));
		say(name, "an article 9 word in reports.summary");
		break;
	case CRIME_IN_WORK:
		jx_set(job, "description", json_string("Werk in de keuken tijdens detentie."));
		say(name, "an article 10 word in work.description");
		break;
	case UNKNOWN_FIELD:
		jx_set(json_object_get(w->value, "person"), "shoe_size",
		    json_string("KANARIE-schoenmaat"));
		say(name, "a field that the catalogue lacks");
		break;
	case UNKNOWN_CODE:
		jx_set(json_object_get(w->value, "wi"), "leerroute", json_string("KANARIE-route"));
		say(name, "a code outside its list");
		break;
	case WRONG_TYPE:
		jx_set(
		    json_object_get(w->value, "person"), "birth_date", json_string("9 maart 1984"));
		say(name, "a birth date that is no date: invalid");
		break;
	case OTHER_CONTRACT:
		jx_set(json_object_get(w->value, "context"), "contract", json_string("RI-2019-02"));
		say(name, "another contract than the one that is handed over");
		break;
	default:
		break;
	}
}

static enum shape shape_of(unsigned k)
{
	switch (k) {
	case IN_YAML_1:
	case IN_YAML_2:
		return AS_YAML;
	case IN_ZIP_1:
	case IN_ZIP_2:
		return AS_ZIP;
	case IN_TAR:
		return AS_TAR;
	case ARCHIVE_ESCAPES:
		return AS_BAD_TAR;
	default:
		return AS_JSON;
	}
}

/* Scans of diplomas and certificates, here and there a photo and a cv; all with marks inside. */
static int add_files(struct work *w, struct random *r, unsigned k)
{
	char mark[64];
	int e = 0;
	const char *type = k % 3 == 1 ? "certificate" : "diploma";
	(void)snprintf(mark, sizeof mark, "KANARIE-bijlage-%03u", k);
	if (k % 3 != 2) {
		candidate_attach(w->value, type, "attachments/KANARIE-scan.png");
		e = picture_png_scan(work_file(w, "attachments/KANARIE-scan.png"), r, mark);
	}
	if (e == 0 && k % 3 != 1) {
		candidate_attach(w->value, "diploma", "attachments/diploma.jpg");
		e = picture_jpeg(
		    work_file(w, "attachments/diploma.jpg"), r, false, k % 4 == 0, mark);
	}
	if (e == 0 && k % 12 == 5) {
		jx_set(json_object_get(w->value, "person"), "photo",
		    json_string("attachments/foto.jpg"));
		candidate_attach(w->value, "other", "attachments/foto.jpg");
		e = picture_jpeg(work_file(w, "attachments/foto.jpg"), r, true, false, mark);
	}
	if (e == 0 && k % 10 == PDF_CV) {
		candidate_attach(w->value, "cv", "attachments/cv.pdf");
		e = picture_pdf(work_file(w, "attachments/cv.pdf"), "Curriculum vitae", mark);
	}
	return e;
}

static int small(const char *outdir, const struct setting *s, uint64_t seed, struct errinfo *ei)
{
	int e = 0;
	for (unsigned k = 1; e == 0 && k <= SMALL; k++) {
		struct random r;
		struct person p;
		struct work w GW_CLEANUP(work_release) = {.shape = shape_of(k)};
		char name[32];
		(void)snprintf(name, sizeof name, "kandidaat-%03u", k);
		random_start(&r, seed, k);
		person_make(&p, &r, k, SMALL + 1, k % 5 < 2 || k == UNKNOWN_CODE, s->today);
		w.value = candidate_make(&p, s, &r, k);
		make_special(&w, k, &p, name);
		if (add_files(&w, &r, k) < 0)
			return err_set(ei, GW_EFAIL, "cannot draw a picture");
		if (w.shape == AS_BAD_TAR)
			say(name, "an archive with a member that climbs out of it: invalid");
		e = work_write(&w, outdir, name, ei);
	}
	(void)printf("%d dossiers in %s\n", SMALL, outdir);
	return e;
}

static int large(const char *outdir, const struct setting *s, uint64_t seed, struct errinfo *ei)
{
	static const char *const files[] = {
	    "attachments/scan-1.png", "attachments/scan-2.png", "attachments/scan-3.png"};
	int e = 0;
	for (unsigned k = 1; e == 0 && k <= LARGE; k++) {
		struct random r;
		struct person p;
		struct work w GW_CLEANUP(work_release) = {.shape = AS_JSON};
		char name[32], mark[64];
		(void)snprintf(name, sizeof name, "kandidaat-%04u", k);
		(void)snprintf(mark, sizeof mark, "KANARIE-bijlage-%04u", k);
		random_start(&r, seed, k);
		person_make(&p, &r, k, LARGE + 1, k % 5 < 2, s->today);
		w.value = candidate_make(&p, s, &r, k);
		for (size_t i = 0; e == 0 && i < GW_LENGTH(files); i++) {
			candidate_attach(w.value, i == 2 ? "certificate" : "diploma", files[i]);
			e = picture_png_noise(work_file(&w, files[i]), &r, mark);
		}
		if (e < 0)
			return err_set(ei, e, "cannot draw a picture");
		if (k == LARGE_BAD)
			make_special(&w, WRONG_TYPE, &p, name);
		e = work_write(&w, outdir, name, ei);
	}
	(void)printf("%d dossiers in %s\n", LARGE, outdir);
	return e;
}

static int files(const char *outdir, const struct setting *s, uint64_t seed, struct errinfo *ei)
{
	struct work w GW_CLEANUP(work_release) = {0};
	if (looked_make(&w, s, seed, "KANARIE-bijlage-069") < 0)
		return err_set(ei, GW_EFAIL, "cannot make a paper");
	say("kandidaat-069", "an illness, names and a number in notes and files: for a person");
	return work_write(&w, outdir, "kandidaat-069", ei);
}

static int referral(const char *outdir, const struct setting *s, uint64_t seed, struct errinfo *ei)
{
	enum { K = SMALL + 2 };
	struct work w GW_CLEANUP(work_release) = {.shape = AS_JSON};
	struct random r;
	struct person p;
	random_start(&r, seed, K);
	person_make(&p, &r, K, K + 1, false, s->today);
	w.value = candidate_make(&p, s, &r, K);
	say("kandidaat-070", "to be referred under this contract");
	return work_write(&w, outdir, "kandidaat-070", ei);
}

static int usage(void)
{
	(void)fputs(
	    "usage: workload S|F|R|L OUTDIR [--seed N] [--today YYYY-MM-DD] [--contract ID]\n",
	    stderr);
	return err_exit(GW_EUSAGE);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"seed", required_argument, NULL, 's'},
	    {"today", required_argument, NULL, 't'}, {"contract", required_argument, NULL, 'c'},
	    {NULL, 0, NULL, 0}};
	struct setting s = {.today = date_of(clock_now()), .contract = "RI-2023-07"};
	int (*const make[])(const char *, const struct setting *, uint64_t, struct errinfo *) = {
	    ['S'] = small, ['F'] = files, ['R'] = referral, ['L'] = large};
	struct errinfo ei = ERRINFO_INIT;
	uint64_t seed = 1;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == 's' && str_u64(optarg, UINT64_MAX, &seed) == 0)
			continue;
		if (c == 't' && date_parse(optarg, &s.today) == 0)
			continue;
		if (c != 'c')
			return usage();
		s.contract = optarg;
	}
	if (argc - optind != 2 || strlen(argv[optind]) != 1 || !strchr("SFRL", *argv[optind]))
		return usage();
	const char *outdir = argv[optind + 1];
	int e = file_mkdirs(outdir, S_IRWXU, &ei);
	if (e == 0)
		e = make[(unsigned char)*argv[optind]](outdir, &s, seed, &ei);
	if (e < 0)
		(void)fprintf(stderr, "workload: %s\n", ei.msg);
	return err_exit(e);
}
