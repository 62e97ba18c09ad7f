/* SPDX-License-Identifier: EUPL-1.2 */
/* keyfile: files of recipients or secret keys, one a line, read through secret memory only. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "age/keys.h"
#include "base/file.h"
#include "base/secret.h"

enum { FILE_MOST = 16 << 20, LINE_MOST = 8192, ROOM = 2 * LINE_MOST };

/* A file on its way: p[at..n) is read and not used yet. */
struct lines {
	int fd;
	bool over;
	char *p; /* ROOM bytes of secret memory */
	size_t at, n, all;
};

typedef int add_fn(void *list, const char *line, size_t n, struct errinfo *ei);

static int add_recipient(void *list, const char *line, size_t n, struct errinfo *ei)
{
	/* it may be a secret key by mistake */
	char *text GW_CLEANUP(secret_free_p) = secret_alloc(n + 1);
	if (!text)
		return err_set(ei, GW_ENOMEM, "no secret memory for a line");
	memcpy(text, line, n);
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

/* The next line without its LF, in l->p until the next call; 1, or 0 at the end. */
static int next_line(struct lines *l, const char **ret_s, size_t *ret_n, struct errinfo *ei)
{
	for (;;) {
		char *s = l->p + l->at;
		size_t n = l->n - l->at;
		const char *end = n ? memchr(s, '\n', n) : NULL;
		if (end || (n && (l->over || n > LINE_MOST))) {
			*ret_s = s;
			*ret_n = end ? (size_t)(end - s) : n;
			l->at += *ret_n + (end != NULL);
			return 1;
		}
		if (l->over)
			return 0;
		if (n)
			memmove(l->p, s, n);
		l->at = 0;
		l->n = n;
		ssize_t r = read(l->fd, l->p + n, ROOM - n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_sys(ei, GW_EIO, "cannot read");
		l->over = r == 0;
		l->n += (size_t)r;
		l->all += (size_t)r;
		if (l->all > FILE_MOST)
			return err_set(ei, GW_ELIMIT, "more than %d bytes", FILE_MOST);
	}
}

/* Some editors put it before a text; as part of a key it would be invisible. UTF-8 or UTF-16. */
static bool byte_order_mark(const char *s, size_t n)
{
	return (n >= 3 && strncmp(s, "\xef\xbb\xbf", 3) == 0) ||
	    (n >= 2 && (strncmp(s, "\xff\xfe", 2) == 0 || strncmp(s, "\xfe\xff", 2) == 0));
}

static int add_line(const char *path, size_t line, const char *s, size_t n, add_fn *add, void *list,
    struct errinfo *ei)
{
	if (n > LINE_MOST)
		return err_at(ei, GW_ELIMIT, path, line, 0, "more than %d characters", LINE_MOST);
	if (line == 1 && byte_order_mark(s, n))
		return err_at(ei, GW_EFORMAT, path, line, 0,
		    "the file begins with a byte order mark: save it as plain text (UTF-8) without one");
	if (memchr(s, '\0', n))
		return err_at(ei, GW_EFORMAT, path, line, 0, "not a line of text");
	int r = add(list, s, n, ei);
	return r < 0 ? at_line(path, line, r, ei) : 0;
}

static int add_lines(struct lines *l, const char *path, add_fn *add, void *list, struct errinfo *ei)
{
	const char *s = NULL;
	size_t n = 0, line = 0, found = 0;
	int r = 0;
	while ((r = next_line(l, &s, &n, ei)) > 0) {
		line++;
		if (n && n <= LINE_MOST && s[n - 1] == '\r')
			n--;
		if (n <= LINE_MOST && (n == 0 || *s == '#'))
			continue;
		if ((r = add_line(path, line, s, n, add, list, ei)) < 0)
			return r;
		found++;
	}
	if (r < 0)
		return err_prefix(ei, r, path);
	return found ? 0 : err_set(ei, GW_EFORMAT, "no key in '%s'", path);
}

static int add_fd(int fd, const char *name, add_fn *add, void *list, struct errinfo *ei)
{
	char *room GW_CLEANUP(secret_free_p) = secret_alloc(ROOM);
	struct lines l = {.fd = fd, .p = room};
	if (!room)
		return err_set(ei, GW_ENOMEM, "no secret memory to read '%s'", name);
	return add_lines(&l, name, add, list, ei);
}

static int add_file(const char *path, add_fn *add, void *list, struct errinfo *ei)
{
	int fd GW_CLEANUP(file_close_p) = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(ei, GW_ENOENT, "cannot open '%s'", path);
	return add_fd(fd, path, add, list, ei);
}

int age_recipients_add_fd(struct age_recipients *l, int fd, const char *name, struct errinfo *ei)
{
	return add_fd(fd, name, add_recipient, l, ei);
}

int age_identities_add_fd(struct age_identities *l, int fd, const char *name, struct errinfo *ei)
{
	return add_fd(fd, name, add_identity, l, ei);
}

int age_recipients_add_file(struct age_recipients *l, const char *path, struct errinfo *ei)
{
	return add_file(path, add_recipient, l, ei);
}

int age_identities_add_file(struct age_identities *l, const char *path, struct errinfo *ei)
{
	return add_file(path, add_identity, l, ei);
}
