/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/bag.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/str.h"

const char BAG_DECLARATION[] = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

static const char *const tag_files[] = {
    "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "handover.json"};

bool bag_path_ok(const char *path, bool payload)
{
	size_t n = strlen(path);
	if (n == 0 || n >= BAG_PATH)
		return false;
	if (!payload) {
		for (size_t i = 0; i < GW_LENGTH(tag_files); i++)
			if (str_eq(path, tag_files[i]))
				return true;
		return false;
	}
	if (!str_starts(path, "data/"))
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = path[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
		bool inner = (c == '.' || c == '-' || c == '/') && i > 0 && i + 1 < n &&
		    path[i - 1] != '/' && path[i - 1] != '.';
		if (!word && !inner)
			return false;
	}
	return true;
}

void bag_manifest_release(struct bag_manifest *m)
{
	free(m->files);
	*m = (struct bag_manifest){0};
}

/* Room for one more file at the end; the caller fills it in and counts it. */
static struct bag_file *append(struct bag_manifest *m)
{
	if (m->n >= BAG_FILES_MAX)
		return NULL;
	if (!m->files || (m->n & (m->n - 1)) == 0) {
		size_t cap = m->n ? m->n * 2 : 1;
		struct bag_file *f = realloc(m->files, cap * sizeof *f);
		if (!f)
			return NULL;
		m->files = f;
	}
	m->files[m->n] = (struct bag_file){0};
	return &m->files[m->n];
}

int bag_manifest_add(struct bag_manifest *m, const char *path, const void *p, size_t n)
{
	if (!bag_path_ok(path, str_starts(path, "data/")) || bag_manifest_find(m, path))
		return GW_EFAIL;
	struct bag_file *f = append(m);
	if (!f)
		return GW_ELIMIT;
	memcpy(f->path, path, strlen(path) + 1);
	hash_sha256_hex(p, n, f->sha256);
	f->size = n;
	m->n++;
	return 0;
}

const struct bag_file *bag_manifest_find(const struct bag_manifest *m, const char *path)
{
	for (size_t i = 0; i < m->n; i++)
		if (str_eq(m->files[i].path, path))
			return &m->files[i];
	return NULL;
}

int bag_manifest_write(const struct bag_manifest *m, struct buf *out)
{
	for (size_t i = 0; i < m->n; i++) {
		int r = buf_addf(out, "%s  %s\n", m->files[i].sha256, m->files[i].path);
		if (r < 0)
			return r;
	}
	return 0;
}

/* One line without its newline: 64 lower-case hex digits, two spaces, a path. */
static int parse_line(const char *line, size_t n, bool payload, struct bag_file *f)
{
	uint8_t digest[HASH_BYTES];
	if (n < HASH_HEX + 2 || n - (HASH_HEX + 1) >= BAG_PATH || line[64] != ' ' ||
	    line[65] != ' ' || memchr(line, 0, n))
		return GW_EAUTH;
	memcpy(f->sha256, line, 64);
	f->sha256[64] = 0;
	memcpy(f->path, line + 66, n - 66);
	f->path[n - 66] = 0;
	if (str_unhex(f->sha256, digest, sizeof digest) < 0 || !bag_path_ok(f->path, payload))
		return GW_EAUTH;
	return 0;
}

int bag_manifest_parse(const char *what, const void *p, size_t n, bool payload,
    struct bag_manifest *ret_m, struct errinfo *ei)
{
	struct bag_manifest m GW_CLEANUP(bag_manifest_release) = {0};
	const char *s = n ? p : "", *end = s + n;
	for (size_t line = 1; s < end; line++) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		struct bag_file f = {0};
		if (!nl || parse_line(s, (size_t)(nl - s), payload, &f) < 0)
			return err_at(
			    ei, GW_EAUTH, what, line, 0, "no line of a package's manifest");
		if (bag_manifest_find(&m, f.path))
			return err_at(ei, GW_EAUTH, what, line, 0, "a file is listed twice");
		struct bag_file *slot = append(&m);
		if (!slot)
			return err_at(
			    ei, GW_EAUTH, what, line, 0, "more than %d files", BAG_FILES_MAX);
		*slot = f;
		m.n++;
		s = nl + 1;
	}
	*ret_m = m;
	m = (struct bag_manifest){0};
	return 0;
}

int bag_info_write(
    struct buf *out, const char *package, struct date day, const struct bag_manifest *payload)
{
	char text[DATE_TEXT];
	uint64_t bytes = 0;
	for (size_t i = 0; i < payload->n; i++)
		bytes += payload->files[i].size;
	date_text(day, text);
	return buf_addf(out,
	    "External-Identifier: %s\nBagging-Date: %s\nPayload-Oxum: %" PRIu64 ".%zu\n", package,
	    text, bytes, payload->n);
}

/* The value of `label: value\n` at *s, which moves behind it; false when it is not there. */
static bool member(const char **s, const char *end, const char *label, char *out, size_t cap)
{
	size_t l = strlen(label);
	const char *nl = memchr(*s, '\n', (size_t)(end - *s));
	if (!nl || (size_t)(nl - *s) < l + 2 || memcmp(*s, label, l) != 0 || (*s)[l] != ':' ||
	    (*s)[l + 1] != ' ')
		return false;
	size_t n = (size_t)(nl - *s) - l - 2;
	if (n >= cap || memchr(*s, 0, (size_t)(nl - *s)))
		return false;
	memcpy(out, *s + l + 2, n);
	out[n] = 0;
	*s = nl + 1;
	return true;
}

int bag_info_parse(const void *p, size_t n, struct bag_info *ret_info, struct errinfo *ei)
{
	struct bag_info info = {0};
	char day[DATE_TEXT], oxum[48];
	const char *s = n ? p : "", *end = s + n;
	bool ok = member(&s, end, "External-Identifier", info.package, sizeof info.package) &&
	    member(&s, end, "Bagging-Date", day, sizeof day) &&
	    member(&s, end, "Payload-Oxum", oxum, sizeof oxum) && s == end &&
	    id_is_v4(info.package) && date_parse(day, &info.day) == 0;
	char *dot = ok ? strchr(oxum, '.') : NULL;
	if (dot)
		*dot = 0;
	if (!dot || str_u64(oxum, UINT64_C(1) << 40, &info.bytes) < 0 ||
	    str_u64(dot + 1, BAG_FILES_MAX, &info.files) < 0)
		return err_set(ei, GW_EAUTH, "bag-info.txt is not as a package has it");
	*ret_info = info;
	return 0;
}
