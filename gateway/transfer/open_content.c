/* SPDX-License-Identifier: EUPL-1.2 */
#include "transfer/open_content.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "package/html_check.h"
#include "policy/apply.h"

enum { HEAD = 4096, PAGE_MAX = 64 << 20 };

static int open_part(
    int dirfd, const char *path, int *ret_fd, uint64_t *ret_size, struct errinfo *ei)
{
	struct stat st;
	int fd = openat(dirfd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(ei, GW_EIO, "cannot read '%s'", path);
	*ret_fd = fd;
	*ret_size = (uint64_t)st.st_size;
	return 0;
}

static int check_attachment(
    int dirfd, const struct policy *p, const json_t *one, uint64_t *total, struct errinfo *ei)
{
	int fd GW_CLEANUP(file_close_p) = -1;
	uint64_t size = 0;
	uint8_t head[HEAD];
	const char *file = jx_str(one, "file");
	char *path GW_CLEANUP(str_free_p) = str_printf("data/%s", file);
	int e = open_part(dirfd, path, &fd, &size, ei);
	if (e < 0)
		return e;
	ssize_t n = pread(fd, head, sizeof head, 0);
	if (n < 0)
		return err_sys(ei, GW_EIO, "cannot read '%s'", path);
	*total += size;
	return policy_admits_file(p, jx_str(one, "type"), file, head, (size_t)n, size, *total, ei);
}

static int check_attachments(int dirfd, const struct bag_manifest *m, const struct policy *p,
    const json_t *list, struct errinfo *ei)
{
	size_t n = json_array_size(list);
	uint64_t total = 0;
	if (n != m->n - 2)
		return err_set(ei, GW_EREFUSED,
		    "the package holds %zu attachments, its dossier.json names %zu", m->n - 2, n);
	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_array_get(list, i);
		const char *file = jx_str(one, "file");
		char *path GW_CLEANUP(str_free_p) = str_printf("data/%s", file ? file : "");
		if (!bag_manifest_find(m, path))
			return err_set(ei, GW_EREFUSED,
			    "attachments: the package does not hold what dossier.json names");
		int e = check_attachment(dirfd, p, one, &total, ei);
		if (e < 0)
			return e;
	}
	return 0;
}

static int check_page(int dirfd, struct errinfo *ei)
{
	int fd GW_CLEANUP(file_close_p) = -1;
	uint64_t size = 0;
	struct buf page GW_CLEANUP(buf_release) = BUF_INIT(PAGE_MAX);
	int e = open_part(dirfd, "data/dossier.html", &fd, &size, ei);
	if (e == 0 && size > PAGE_MAX)
		e = err_set(ei, GW_EREFUSED, "dossier.html is too large");
	if (e == 0)
		e = file_read_fd(fd, PAGE_MAX, &page, ei);
	return e < 0 ? e : html_check(page.data, page.len, ei);
}

int open_content(int dirfd, const struct bag_manifest *m, const struct policy *policy,
    const json_t *dossier, struct errinfo *ei)
{
	int e = check_attachments(dirfd, m, policy, json_object_get(dossier, "attachments"), ei);
	return e < 0 ? e : check_page(dirfd, ei);
}
