/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * file: reading with a limit, and writing that is there wholly or not at all.
 *
 * A result is written to a file without a name in its folder (O_TMPFILE; where the file system has
 * none, a temporary name of mode 0600), synced, then linked (a new name; renamed where there are no
 * links) or renamed (replacing), and the folder is synced. A crash at any moment leaves the old
 * state or the new; with a temporary name, a signal that ends the process removes it, and only
 * SIGKILL or a power cut leaves it behind.
 */
#ifndef GW_BASE_FILE_H
#define GW_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

/* Whether a result may take the place of a file that is there. */
enum file_how {
	FILE_NEW,     /* GW_EEXIST when the name is taken */
	FILE_REPLACE, /* the old file is replaced in one step */
};

/*
 * file_read(path, max, out, ei): append the content of the regular file at path to out.
 *
 * GW_ENOENT when there is none, GW_ELIMIT when it has more than max bytes (or out is full), GW_EIO
 * else, also for a folder or device. Symbolic links are followed. On error out is unchanged.
 */
int file_read(const char *path, size_t max, struct buf *out, struct errinfo *ei) GW_MUST_USE;

/*
 * As file_read, for a key: the file must belong to this user or root and have no group or other
 * bits, else GW_EMODE with the remedy. The folder is not looked at: see file_check_private.
 */
int file_read_secret(const char *path, size_t max, struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* GW_EMODE when the file or folder at path has group or other bits, or is another user's. */
int file_check_private(const char *path, struct errinfo *ei) GW_MUST_USE;

/* Read all that is left on fd, at most max bytes; GW_ELIMIT, GW_EIO. */
int file_read_fd(int fd, size_t max, struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* Write all n bytes to fd, through short writes and EINTR; GW_EIO names the system's reason. */
int file_write_fd(int fd, const void *p, size_t n, struct errinfo *ei) GW_MUST_USE;

/* Write p[0..n) as the file at path with that mode, atomically and durably; GW_EEXIST, GW_EIO. */
int file_write(const char *path, const void *p, size_t n, mode_t mode, enum file_how how,
    struct errinfo *ei) GW_MUST_USE;

/* A result on its way. Write to fd as you like, then commit or abort exactly once. */
struct file_out {
	int fd; /* -1 when not open */
	char *path, *tmp;
	mode_t mode;
	enum file_how how;
};

/* Open a result for path; nothing is visible under that name before file_out_commit. */
int file_out_open(struct file_out *f, const char *path, mode_t mode, enum file_how how,
    struct errinfo *ei) GW_MUST_USE;

/* Sync, give it its name, sync the folder, close. On failure it is aborted: nothing is left behind.
 */
int file_out_commit(struct file_out *f, struct errinfo *ei) GW_MUST_USE;

/*
 * As file_out_commit for n new results (FILE_NEW) in one folder, which is synced once. They get
 * their names in the order given, so a crash leaves the first few of them; on failure none is left.
 */
int file_out_commit_all(struct file_out *f, size_t n, struct errinfo *ei) GW_MUST_USE;

/* Drop the result. Harmless after commit or abort, and on a zeroed struct with fd -1. Fits
 * GW_CLEANUP. */
void file_out_abort(struct file_out *f);

/* Make path and its missing parents with that mode; an existing folder is left as it is. */
int file_mkdirs(const char *path, mode_t mode, struct errinfo *ei) GW_MUST_USE;

/* fsync the folder that holds path (file_sync_parent) or the folder itself (file_sync_dir). */
int file_sync_parent(const char *path, struct errinfo *ei) GW_MUST_USE;
int file_sync_dir(const char *dir, struct errinfo *ei) GW_MUST_USE;

/* "dir/name" as a new string; the caller frees it. */
char *file_join(const char *dir, const char *name) GW_MUST_USE;

/* The last part of path; points into path. */
const char *file_base(const char *path);

/* True when something of any kind stands at path; true when it is a folder. */
bool file_exists(const char *path);
bool file_is_dir(const char *path);

/* Remove the folder at path and all below it, never following a link. GW_EIO; fine when not there.
 */
int file_remove_tree(const char *path, struct errinfo *ei) GW_MUST_USE;

/* Names in a folder. */
struct file_list {
	char **names; /* sorted by byte value; without . and .. */
	size_t n;
};

/* List the entries of dir whose names end in suffix ("" for all), but for what a killed process
 * left on its way to a name. GW_ENOENT when dir is not there. */
int file_list(const char *dir, const char *suffix, struct file_list *ret_l, struct errinfo *ei)
    GW_MUST_USE;
void file_list_release(struct file_list *l);

/* Remove from dir what killed processes of this user left on its way to a name, an hour ago or
 * longer. */
void file_sweep(const char *dir);

/* For GW_CLEANUP on an int: close a descriptor that is not negative. */
void file_close_p(int *fd);

#endif
