/* SPDX-License-Identifier: EUPL-1.2 */
#include "transfer/partial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/id.h"
#include "base/str.h"

static const char prefix[] = ".partial-";

/* Open and lock a folder; -1 when it is gone, no folder, or in use. */
static int lock(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0)
		file_close_p(&fd);
	return fd;
}

int partial_sweep(const char *into, struct errinfo *ei)
{
	struct file_list l = {0};
	int r = file_list(into, "", &l, ei);
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		if (!str_starts(l.names[i], prefix) || !id_is_v4(l.names[i] + strlen(prefix)))
			continue; /* somebody else's */
		char *path GW_CLEANUP(str_free_p) = file_join(into, l.names[i]);
		int fd GW_CLEANUP(file_close_p) = lock(path);
		struct stat st;
		if (fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid())
			r = file_remove_tree(path, ei);
	}
	file_list_release(&l);
	return r;
}

int partial_make(struct partial *p, const char *into, const char *package, struct errinfo *ei)
{
	char *path = str_printf("%s/%s%s", into, prefix, package);
	*p = (struct partial){.fd = -1};
	int made = mkdir(path, 0700);
	int fd = made == 0 ? lock(path) : -1;
	if (fd < 0) {
		int r = made < 0 && errno != EEXIST
		    ? err_sys(ei, GW_EIO, "cannot make '%s'", path)
		    : err_set(ei, GW_EEXIST, "the package is being opened there already");
		str_free_p(&path);
		return r;
	}
	p->fd = fd;
	p->path = path;
	return 0;
}

int partial_opened_before(const char *path, struct errinfo *ei)
{
	return err_set(ei, GW_EEXIST,
	    "'%s' is already there: the package was opened before (to open it again, name another "
	    "folder with --into)",
	    path);
}

int partial_commit(struct partial *p, const char *into, const char *path, struct errinfo *ei)
{
	if (renameat2(AT_FDCWD, p->path, AT_FDCWD, path, RENAME_NOREPLACE) < 0)
		return errno == EEXIST ? partial_opened_before(path, ei)
				       : err_sys(ei, GW_EIO, "cannot make '%s'", path);
	str_free_p(&p->path);
	file_close_p(&p->fd);
	return file_sync_dir(into, ei);
}

void partial_release(struct partial *p)
{
	bool removed = !p->path || p->fd < 0 || file_remove_tree(p->path, NULL) == 0;
	(void)removed; /* what cannot be removed now, the next run sweeps away */
	str_free_p(&p->path);
	file_close_p(&p->fd);
}
