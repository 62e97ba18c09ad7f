/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A source of chance that gives every process the same, to be put before the library's own with
 * LD_PRELOAD: then what a program writes depends on nothing but its input. For tests alone.
 */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

void randombytes_buf(void *buf, size_t n);

void randombytes_buf(void *buf, size_t n)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static uint64_t state = 88172645463325252;
	unsigned char *p = buf;
	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		p[i] = (unsigned char)(state >> 24);
	}
	(void)pthread_mutex_unlock(&lock);
}
