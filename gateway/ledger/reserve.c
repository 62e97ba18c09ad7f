/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * reserve: a file beside the database that holds disk space.
 *
 * While it is whole, anything may be appended. When the disk is full it is emptied, and the space
 * serves only the records that must always work; others are refused until it could be made whole.
 * A process that ends leaves in it what it did not use: opening the databases takes room as well.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "ledger/internal.h"

enum { RESERVE = 4 << 20, RESERVE_LEAST = 64 << 10 };

int reserve_open(const char *db_path, int *ret_fd, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = str_printf("%s-reserve", db_path);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(ei, GW_ELEDGER, "the ledger's reserve cannot be opened");
	*ret_fd = fd;
	return 0;
}

bool reserve_whole(int fd)
{
	struct stat st;
	/* the size alone may be a hole, as in a copy made by cp --sparse or tar -S */
	if (fstat(fd, &st) == 0 && st.st_size >= RESERVE && (int64_t)st.st_blocks * 512 >= RESERVE)
		return true;
	if (posix_fallocate(fd, 0, RESERVE) == 0)
		return true;
	reserve_release(fd);
	return false;
}

int reserve_check(int fd, struct errinfo *ei)
{
	if (reserve_whole(fd))
		return 0;
	return err_set(ei, GW_ELEDGER,
	    "the ledger's disk is full: make room on its disk; what is left is kept for "
	    "withdrawing, destroying and finishing");
}

void reserve_regain(int fd)
{
	struct stat st;
	if (fstat(fd, &st) == 0 && st.st_size > 0)
		return; /* nobody took from it, or somebody regained it already */
	for (off_t n = RESERVE; n >= RESERVE_LEAST; n /= 2) {
		if (posix_fallocate(fd, 0, n) == 0)
			return;
		reserve_release(fd);
	}
}

void reserve_release(int fd)
{
	(void)!ftruncate(fd, 0);
}
