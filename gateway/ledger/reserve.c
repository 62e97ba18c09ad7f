/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * reserve: a file beside the database that holds disk space.
 *
 * While it is whole, anything may be appended. When the disk is full it is emptied, and the space
 * serves only the records that must always work; others are refused until it could be made whole.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "ledger/internal.h"

enum { RESERVE = 4 << 20 };

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
	if (fstat(fd, &st) == 0 && st.st_size >= RESERVE)
		return true;
	if (posix_fallocate(fd, 0, RESERVE) == 0)
		return true;
	reserve_release(fd);
	return false;
}

void reserve_release(int fd)
{
	(void)!ftruncate(fd, 0);
}
