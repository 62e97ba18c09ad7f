/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/watch.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"

static void add_file(struct hash *h, const char *dir, const char *name)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	struct stat st;
	if (stat(path, &st) < 0)
		return;
	const int64_t facts[] = {(int64_t)st.st_ino, (int64_t)st.st_size, st.st_mtim.tv_sec,
	    st.st_mtim.tv_nsec, st.st_ctim.tv_sec, st.st_ctim.tv_nsec};
	hash_add(h, name, strlen(name) + 1);
	hash_add(h, facts, sizeof facts);
}

static void add_folder(struct hash *h, const char *registry, const char *name, const char *suffix)
{
	char *dir GW_CLEANUP(str_free_p) = file_join(registry, name);
	struct file_list l GW_CLEANUP(file_list_release) = {0};
	hash_add(h, name, strlen(name) + 1);
	if (file_list(dir, suffix, &l, NULL) < 0)
		return;
	for (size_t i = 0; i < l.n; i++)
		add_file(h, dir, l.names[i]);
}

static void look(const char *registry, uint8_t ret[HASH_BYTES])
{
	struct hash h = {0};
	hash_init(&h);
	add_file(&h, registry, "SHA256SUMS");
	add_file(&h, registry, "SHA256SUMS.p7s");
	add_folder(&h, registry, "trust", ".crl");
	add_folder(&h, registry, "trust/tls", ".pem");
	add_folder(&h, registry, "trust/signing", ".pem");
	hash_final(&h, ret);
	hash_release(&h);
}

void watch_reading(struct watch *w, const char *dir, int64_t now)
{
	w->dir = dir;
	w->looked = w->read = now;
	look(dir, w->seen);
	memcpy(w->reading, w->seen, sizeof w->reading);
}

void watch_read(struct watch *w, bool well)
{
	w->failed = !well;
}

bool watch_due(struct watch *w, int64_t now)
{
	uint8_t is[HASH_BYTES];
	if (now - w->looked < WATCH_LOOK_MS)
		return false;
	w->looked = now;
	look(w->dir, is);
	bool still = memcmp(is, w->seen, sizeof is) == 0;
	bool other = memcmp(is, w->reading, sizeof is) != 0;
	memcpy(w->seen, is, sizeof is);
	return still && (other || (w->failed && now - w->read >= WATCH_RETRY_MS));
}
