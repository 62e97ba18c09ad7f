/* SPDX-License-Identifier: EUPL-1.2 */
#include "home/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/str.h"
#include "base/yaml.h"
#include "detect/detect.h"

/* A limit: its word, where it goes and in what width, what one unit of it is, and its bounds. */
struct limit {
	const char *word;
	size_t offset, width;
	int64_t unit, low, high;
};

#define LIMIT(of, word, member, unit, low, high)                                       \
	{                                                                              \
		word, offsetof(of, member), sizeof(((of *)0)->member), unit, low, high \
	}
#define HOW_MUCH(...) LIMIT(struct settings_limits, __VA_ARGS__)
#define SERVES(...) LIMIT(struct settings_serve, __VA_ARGS__)

enum { KIB = 1 << 10, MIB = 1 << 20, GIB = 1 << 30 };

static const struct limit limits[] = {
    HOW_MUCH("dossier_json_mb", dossier.json_bytes, MIB, 1, 64),
    HOW_MUCH("dossier_values", dossier.values, 1, 100, 10000000),
    HOW_MUCH("dossier_depth", dossier.depth, 1, 4, 64),
    HOW_MUCH("dossier_files", dossier.files, 1, 1, 100000),
    HOW_MUCH("dossier_file_mb", dossier.file_bytes, MIB, 1, 4096),
    HOW_MUCH("dossier_total_mb", dossier.total_bytes, MIB, 1, 16384),
    HOW_MUCH("dossier_archive_mb", dossier.archive_bytes, MIB, 1, 16384),
    HOW_MUCH("dossier_ratio", dossier.ratio, 1, 2, 100000),
    HOW_MUCH("age_header_kb", age.header_bytes, KIB, 1, 1 << 20),
    HOW_MUCH("age_line_kb", age.line_bytes, KIB, 1, 1 << 10),
    HOW_MUCH("age_stanzas", age.stanzas, 1, 1, 1000000),
    HOW_MUCH("age_work_factor", age.work_factor, 1, 1, 30),
    HOW_MUCH("threads", threads, 1, 0, 1024),
};

static const struct limit serves[] = {
    SERVES("package_gb", cases.package_bytes, GIB, 1, 1 << 20),
    SERVES("organisation_gb", cases.organisation_bytes, GIB, 1, 1 << 20),
    SERVES("uploads", cases.uploads, 1, 1, 10000),
    SERVES("reserve_gb", cases.reserve_bytes, GIB, 1, 1 << 20),
    SERVES("upload_days", cases.upload_hours, 24, 1, 90),
    SERVES("free_gb", cases.free_bytes, GIB, 1, 1 << 20),
    SERVES("connections", connections, 1, 16, 100000),
    SERVES("per_address", per_address, 1, 1, 100000),
    SERVES("workers", workers, 1, 2, 256),
    SERVES("per_organisation", per_peer, 1, 1, 256),
    SERVES("grace_s", grace_s, 1, 1, 600),
    SERVES("cosign_minutes", cosign_minutes, 1, 1, 7 * 24 * 60),
    SERVES("cosign_warn_hours", cosign_warn_hours, 1, 1, 10000),
};
enum { LIMITS_MOST = 16, WITNESSES_MOST = 32 /* as many as a checkpoint is looked through for */ };
_Static_assert(GW_LENGTH(limits) <= LIMITS_MOST && GW_LENGTH(serves) <= LIMITS_MOST, "words fit");

static void store(void *at, size_t width, uint64_t v)
{
	unsigned u = (unsigned)v;
	if (width == sizeof u)
		memcpy(at, &u, sizeof u);
	else
		memcpy(at, &v, sizeof v);
}
_Static_assert(sizeof(size_t) == sizeof(uint64_t), "sizes are stored as 64 bits");

/* Read what the map `key` says of table[0..n) into *into. */
static int read_limits(const struct yml *root, const char *key, const struct limit *table, size_t n,
    void *into, struct errinfo *ei)
{
	const char *words[LIMITS_MOST];
	const struct yml *map;
	if (!yml_get(root, key))
		return 0;
	for (size_t i = 0; i < n; i++)
		words[i] = table[i].word;
	int r = yml_map(root, key, &map, ei);
	if (r == 0)
		r = yml_closed(map, words, n, ei);
	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct limit *m = &table[i];
		int64_t v;
		if (!yml_get(map, m->word))
			continue;
		r = yml_int(map, m->word, m->low, m->high, &v, ei);
		if (r == 0)
			store((char *)into + m->offset, m->width, (uint64_t)v * (uint64_t)m->unit);
	}
	return r;
}

/* A list of OINs, or of nothing; each once. */
static int read_oins(
    const struct yml *root, const char *key, char ***ret, size_t *ret_n, struct errinfo *ei)
{
	enum { MOST = 1000 };
	const struct yml *list;
	if (!yml_get(root, key))
		return 0;
	int r = yml_list(root, key, &list, ei);
	if (r == 0 && list->n > MOST)
		r = yml_err(list, ei, GW_ELIMIT, "%s: at most %d", key, (int)MOST);
	if (r < 0)
		return r;
	*ret = str_alloc((list->n + 1) * sizeof **ret);
	for (size_t i = 0; i < list->n; i++) {
		const struct yml *item = list->items[i];
		if (item->kind != YML_SCALAR || !str_oin(item->text))
			return yml_err(
			    item, ei, GW_EFORMAT, "%s: an OIN of 20 digits expected", key);
		for (size_t k = 0; k < *ret_n; k++)
			if (str_eq((*ret)[k], item->text))
				return yml_err(item, ei, GW_EFORMAT, "%s: stands there twice", key);
		(*ret)[(*ret_n)++] = str_dup(item->text);
	}
	return 0;
}

static int read_officers(const struct yml *root, struct settings *s, struct errinfo *ei)
{
	const struct yml *list;
	if (!yml_get(root, "registry_officers"))
		return 0;
	int r = yml_list(root, "registry_officers", &list, ei);
	if (r < 0)
		return r;
	s->officers = str_alloc((list->n + 1) * sizeof *s->officers);
	for (size_t i = 0; i < list->n; i++) {
		const struct yml *item = list->items[i];
		if (item->kind != YML_SCALAR || !spki_valid(item->text))
			return yml_err(item, ei, GW_EFORMAT,
			    "\"sha256:\" and 64 lower-case hex digits expected");
		s->officers[s->officers_n++] = str_dup(item->text);
	}
	return 0;
}

static int read_processing(const struct yml *root, struct settings *s, struct errinfo *ei)
{
	static const char *const purposes[] = {
	    "continuity_of_support", "referral", "contract_steering"};
	const struct yml *map;
	if (!yml_get(root, "processing"))
		return 0;
	int r = yml_map(root, "processing", &map, ei);
	if (r == 0)
		r = yml_closed(map, purposes, GW_LENGTH(purposes), ei);
	if (r < 0)
		return r;
	s->processing = str_alloc((map->n + 1) * sizeof *s->processing);
	for (size_t i = 0; i < map->n; i++) {
		const char *uri = map->items[i]->kind == YML_SCALAR ? map->items[i]->text : "";
		if (!strchr(uri, ':') || strpbrk(uri, " \t\n\"\\") || strlen(uri) > 500)
			return yml_err(map->items[i], ei, GW_EFORMAT, "a URI is expected");
		struct settings_purpose *p = &s->processing[s->processing_n++];
		*p = (struct settings_purpose){str_dup(map->keys[i]->text), str_dup(uri)};
	}
	return 0;
}

/* An optional line of text that begins with prefix. */
static int read_text(const struct yml *root, const char *key, const char *prefix,
    const char *expected, char **ret_s, struct errinfo *ei)
{
	const char *text = NULL;
	if (!yml_get(root, key))
		return 0;
	int r = yml_text(root, key, &text, ei);
	if (r < 0)
		return r;
	if (!str_starts(text, prefix) || strpbrk(text, "\n\t"))
		return yml_err(
		    yml_get(root, key), ei, GW_EFORMAT, "%s: %s expected", key, expected);
	*ret_s = str_dup(text);
	return 0;
}

/* tls_profile: nl-goed or digikoppeling. */
static int read_tls_profile(const struct yml *root, struct settings *s, struct errinfo *ei)
{
	static const char *const words[] = {"nl-goed", "digikoppeling"};
	size_t i = SETTINGS_NL_GOED;
	const struct yml *v = yml_get(root, "tls_profile");
	int r = v ? yml_scalar(v, "nl-goed or digikoppeling", ei) : 0;
	if (v && r == 0)
		r = yml_word(v, words, GW_LENGTH(words), &i, ei);
	s->tls_profile = i ? SETTINGS_DIGIKOPPELING : SETTINGS_NL_GOED;
	return r;
}

/* security_contact: {uri: URI, until: DAY}: what RFC 9116 asks for. */
static int read_security(const struct yml *root, struct settings *s, struct errinfo *ei)
{
	static const char *const words[] = {"uri", "until"};
	static const char *const schemes[] = {"mailto:", "https://", "tel:"};
	enum { MOST = 200 };
	const struct yml *map;
	const char *uri = "", *until = "";
	struct date d;
	bool known = false;
	if (!yml_get(root, "security_contact"))
		return 0;
	int r = yml_map(root, "security_contact", &map, ei);
	if (r == 0)
		r = yml_closed(map, words, GW_LENGTH(words), ei);
	if (r == 0)
		r = yml_text(map, "uri", &uri, ei);
	if (r == 0)
		r = yml_text(map, "until", &until, ei);
	if (r < 0)
		return r;
	for (size_t i = 0; i < GW_LENGTH(schemes); i++)
		known = known || (str_starts(uri, schemes[i]) && strlen(uri) > strlen(schemes[i]));
	for (const char *c = uri; *c; c++)
		known = known && *c > ' ' && *c < 0x7f;
	if (!known || strlen(uri) > MOST)
		return yml_err(yml_get(map, "uri"), ei, GW_EFORMAT,
		    "security_contact: mailto:, https:// or tel: and where to is expected");
	if (date_parse(until, &d) < 0)
		return yml_err(yml_get(map, "until"), ei, GW_EFORMAT,
		    "security_contact: a day such as 2027-06-30 is expected");
	s->security = (struct settings_security){str_dup(uri), date_end(d)};
	return 0;
}

/* What the daemon is told. */
static int read_daemon(const struct yml *root, struct settings *s, struct errinfo *ei)
{
	int r = read_text(root, "listen", "", "ADDR:PORT", &s->listen, ei);
	if (r == 0)
		r = read_text(root, "local", "", "ADDR:PORT or a path", &s->local, ei);
	if (r == 0)
		r = read_tls_profile(root, s, ei);
	if (r == 0)
		r = read_oins(root, "mandates", &s->mandates, &s->mandates_n, ei);
	if (r == 0)
		r = read_oins(root, "witnesses", &s->witnesses, &s->witnesses_n, ei);
	if (r == 0 && s->witnesses_n > WITNESSES_MOST)
		r = yml_err(yml_get(root, "witnesses"), ei, GW_ELIMIT, "witnesses: at most %d",
		    (int)WITNESSES_MOST);
	if (r == 0)
		r = read_security(root, s, ei);
	if (r == 0)
		r = read_limits(root, "serve", serves, GW_LENGTH(serves), &s->serve, ei);
	if (r == 0 && s->serve.connections && s->serve.connections < s->serve.workers)
		r = yml_err(yml_get(root, "serve"), ei, GW_EFORMAT,
		    "serve: there are more workers than connections");
	return r;
}

/* antivirus: off, or {socket: PATH}. */
static int read_antivirus(const struct yml *root, struct settings *s, struct errinfo *ei)
{
	static const char *const words[] = {"socket"};
	const struct yml *v = yml_get(root, "antivirus");
	const char *path = NULL;
	if (!v || (v->kind == YML_SCALAR && str_eq(v->text, "off")))
		return 0;
	if (v->kind != YML_MAP)
		return yml_err(v, ei, GW_EFORMAT, "antivirus: off, or {socket: PATH} expected");
	int r = yml_closed(v, words, GW_LENGTH(words), ei);
	if (r == 0)
		r = yml_text(v, "socket", &path, ei);
	if (r == 0 && *path != '/')
		r = yml_err(yml_get(v, "socket"), ei, GW_EFORMAT,
		    "antivirus: the whole path of clamd's socket expected");
	if (r == 0)
		s->antivirus = str_dup(path);
	return r;
}

/* ocr: auto or off. */
static int read_ocr(const struct yml *root, struct settings *s, struct errinfo *ei)
{
	const char *word = "auto";
	int r = yml_get(root, "ocr") ? yml_text(root, "ocr", &word, ei) : 0;
	if (r == 0 && !str_eq(word, "auto") && !str_eq(word, "off"))
		r = yml_err(yml_get(root, "ocr"), ei, GW_EFORMAT, "ocr: auto or off expected");
	s->no_ocr = str_eq(word, "off");
	return r;
}

int settings_clock(const struct settings *s, struct errinfo *ei)
{
	const char *moment = getenv("HANDOVER_TEST_CLOCK");
	if (!s->test || !moment || !*moment)
		return 0;
	int r = clock_set_test(moment, ei);
	return r < 0 ? err_set(ei, GW_EUSAGE, "HANDOVER_TEST_CLOCK is no RFC 3339 moment") : 0;
}

struct attach_setup settings_attach(const struct settings *s)
{
	return (struct attach_setup){
	    .antivirus = s->antivirus, .ocr = !s->no_ocr && attach_can_ocr()};
}

static int read_ladder_map(const struct yml *root, struct settings *s, struct errinfo *ei)
{
	int r = read_text(root, "ladder_map", "", "the id of a ladder map", &s->ladder_map, ei);
	if (r == 0 && s->ladder_map &&
	    strspn(s->ladder_map, "abcdefghijklmnopqrstuvwxyz0123456789-_") !=
		strlen(s->ladder_map))
		r = yml_err(yml_get(root, "ladder_map"), ei, GW_EFORMAT,
		    "ladder_map: lower-case letters, digits, - and _ expected");
	return r;
}

static int read_client_numbers(const struct yml *root, struct settings *s, struct errinfo *ei)
{
	enum { MOST = 8 };
	const struct yml *list = NULL;
	if (!yml_get(root, "client_numbers"))
		return 0;
	int r = yml_list(root, "client_numbers", &list, ei);
	if (r == 0 && list->n > MOST)
		r = yml_err(list, ei, GW_ELIMIT, "client_numbers: at most %d", (int)MOST);
	s->client_numbers = str_alloc((r == 0 ? list->n + 1 : 1) * sizeof *s->client_numbers);
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		const char *text = list->items[i]->kind == YML_SCALAR ? list->items[i]->text : "";
		if (detect_pattern_check(text) < 0)
			return yml_err(list->items[i], ei, GW_EFORMAT,
			    "client_numbers: 9 for a digit, A for a letter, such as \"K-9999\"");
		s->client_numbers[s->client_numbers_n++] = str_dup(text);
	}
	return r;
}

static int read_identity(const struct yml *root, struct settings *s, struct errinfo *ei)
{
	const char *oin, *name;
	int r = yml_text(root, "oin", &oin, ei);
	if (r < 0)
		return r;
	if (!str_oin(oin))
		return yml_err(
		    yml_get(root, "oin"), ei, GW_EFORMAT, "oin: 20 digits in quotes expected");
	memcpy(s->oin, oin, sizeof s->oin);
	r = yml_text(root, "name", &name, ei);
	if (r == 0)
		s->name = str_dup(name);
	if (r == 0 && yml_get(root, "test"))
		r = yml_bool(root, "test", &s->test, ei);
	if (r == 0 && !s->test && str_starts(s->oin, "00000099"))
		r = yml_err(yml_get(root, "oin"), ei, GW_EFORMAT,
		    "oin: prefix 00000099 is for tests (test: true)");
	return r;
}

static int read_settings(const struct yml *root, struct settings *s, struct errinfo *ei)
{
	static const char *const words[] = {"oin", "name", "test", "registry_officers", "listen",
	    "local", "tls_profile", "mandates", "witnesses", "serve", "signing_key", "tls_key",
	    "antivirus", "time_stamping", "ladder_map", "limits", "ocr", "processing",
	    "client_numbers", "security_contact"};
	int r = yml_closed(root, words, GW_LENGTH(words), ei);
	if (r == 0)
		r = read_identity(root, s, ei);
	if (r == 0)
		r = read_officers(root, s, ei);
	if (r == 0)
		r = read_daemon(root, s, ei);
	if (r == 0)
		r = read_text(root, "signing_key", "pkcs11:", "a pkcs11: URI", &s->signing_key, ei);
	if (r == 0)
		r = read_text(root, "tls_key", "pkcs11:", "a pkcs11: URI", &s->tls_key, ei);
	if (r == 0)
		r = read_antivirus(root, s, ei);
	if (r == 0)
		r = read_ocr(root, s, ei);
	if (r == 0)
		r = read_text(
		    root, "time_stamping", "http", "an address https://…", &s->time_stamping, ei);
	if (r == 0)
		r = read_ladder_map(root, s, ei);
	if (r == 0)
		r = read_client_numbers(root, s, ei);
	if (r == 0)
		r = read_limits(root, "limits", limits, GW_LENGTH(limits), &s->limits, ei);
	return r == 0 ? read_processing(root, s, ei) : r;
}

int settings_parse(
    const char *file, const void *p, size_t n, struct settings *ret, struct errinfo *ei)
{
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	struct settings s = {.limits = {
				 .dossier = DOSSIER_LIMITS,
				 .age = AGE_LIMITS,
			     }};
	int r = yml_parse(file, p, n, &YML_SMALL, &root, ei);
	if (r == 0)
		r = read_settings(root, &s, ei);
	if (r < 0)
		settings_release(&s);
	else
		*ret = s;
	return r;
}

void settings_release(struct settings *s)
{
	for (size_t i = 0; i < s->officers_n; i++)
		free(s->officers[i]);
	for (size_t i = 0; i < s->processing_n; i++) {
		free(s->processing[i].purpose);
		free(s->processing[i].uri);
	}
	for (size_t i = 0; i < s->client_numbers_n; i++)
		free(s->client_numbers[i]);
	for (size_t i = 0; i < s->mandates_n; i++)
		free(s->mandates[i]);
	for (size_t i = 0; i < s->witnesses_n; i++)
		free(s->witnesses[i]);
	free(s->mandates);
	free(s->witnesses);
	free(s->client_numbers);
	free(s->officers);
	free(s->processing);
	free(s->name);
	free(s->listen);
	free(s->local);
	free(s->security.uri);
	free(s->signing_key);
	free(s->tls_key);
	free(s->antivirus);
	free(s->time_stamping);
	free(s->ladder_map);
	*s = (struct settings){0};
}

const char *settings_processing(const struct settings *s, const char *purpose)
{
	for (size_t i = 0; i < s->processing_n; i++)
		if (str_eq(s->processing[i].purpose, purpose))
			return s->processing[i].uri;
	return NULL;
}
