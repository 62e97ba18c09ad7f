/* SPDX-License-Identifier: EUPL-1.2 */
/* keyfile: files of recipients or secret keys, one a line. */
#include <fcntl.h>
#include <string.h>

#include "age/keys.h"
#include "base/file.h"
#include "base/str.h"

enum { FILE_MOST = 16 << 20, LINE_MOST = 8192 };

typedef int add_fn(void *list, const char *line, size_t n, struct errinfo *ei);

static int add_recipient(void *list, const char *line, size_t n, struct errinfo *ei)
{
	char *text GW_CLEANUP(str_free_p) = str_dupn(line, n);
	return age_recipients_add(list, text, ei);
}

static int add_identity(void *list, const char *line, size_t n, struct errinfo *ei)
{
	return age_identities_add(list, line, n, ei);
}

/* Put "path:line: " before what a line's own error says. */
static int at_line(const char *path, size_t line, int code, struct errinfo *ei)
{
	struct errinfo why = ei ? *ei : (struct errinfo)ERRINFO_INIT;
	return err_at(ei, code, path, line, 0, "%s", why.msg);
}

static int each_line(
    const char *path, const struct buf *b, add_fn *add, void *list, struct errinfo *ei)
{
	size_t line = 0, found = 0;
	for (size_t at = 0; at < b->len;) {
		const char *s = b->data + at, *end = memchr(s, '\n', b->len - at);
		size_t n = end ? (size_t)(end - s) : b->len - at;
		at += n + 1;
		line++;
		if (n > LINE_MOST)
			return err_at(
			    ei, GW_ELIMIT, path, line, 0, "more than %d characters", LINE_MOST);
		if (n && s[n - 1] == '\r')
			n--;
		if (n == 0 || *s == '#')
			continue;
		if (memchr(s, '\0', n))
			return err_at(ei, GW_EFORMAT, path, line, 0, "not a line of text");
		int r = add(list, s, n, ei);
		if (r < 0)
			return at_line(path, line, r, ei);
		found++;
	}
	return found ? 0 : err_set(ei, GW_EFORMAT, "no key in '%s'", path);
}

static int add_file(const char *path, add_fn *add, void *list, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(FILE_MOST + 1);
	int fd GW_CLEANUP(file_close_p) = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(ei, GW_ENOENT, "cannot open '%s'", path);
	int r = file_read_fd(fd, FILE_MOST, &b, ei);
	return r < 0 ? err_prefix(ei, r, path) : each_line(path, &b, add, list, ei);
}

int age_recipients_add_file(struct age_recipients *l, const char *path, struct errinfo *ei)
{
	return add_file(path, add_recipient, l, ei);
}

int age_identities_add_file(struct age_identities *l, const char *path, struct errinfo *ei)
{
	return add_file(path, add_identity, l, ei);
}
