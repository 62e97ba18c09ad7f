/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pending: the registry as it stands to its officer's signature, and what our own commands wrote
 * since.
 *
 * Between two signatures the registry differs from what was signed. Whether by our commands or by
 * somebody's edit is told by keys/registry.pending: the SHA-256 of the list of files as the last
 * command left it. It is written only when that command began from a registry that was signed or
 * pending itself, so that no command launders an edit, and goes with the next signature.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/str.h"
#include "home/inside.h"

static bool never_signed(const char *dir)
{
	char *list GW_CLEANUP(str_free_p) = file_join(dir, "SHA256SUMS");
	char *p7s GW_CLEANUP(str_free_p) = file_join(dir, "SHA256SUMS.p7s");
	return !file_exists(list) && !file_exists(p7s);
}

/* True when the registry that was read is what our last command left. */
static bool as_we_left_it(const struct home *h)
{
	char *path GW_CLEANUP(str_free_p) = home_path(h, "keys/registry.pending");
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(HASH_HEX);
	return file_read_secret(path, HASH_HEX, &b, NULL) == 0 && b.len == HASH_HEX &&
	    b.data[HASH_HEX - 1] == '\n' &&
	    memcmp(b.data, registry_sha256(h->registry), HASH_HEX - 1) == 0;
}

int home_open_registry(struct home *h, unsigned what, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	const struct registry_trust rt = home_registry_trust(h);
	struct errinfo why = ERRINFO_INIT;
	int r = registry_load(dir, &rt, clock_now(), &h->registry, &why);
	if (r == 0)
		h->state =
		    registry_is_unsigned(h->registry) ? REGISTRY_NEVER_SIGNED : REGISTRY_SIGNED;
	else
		h->state = never_signed(dir) ? REGISTRY_NEVER_SIGNED : REGISTRY_EDITED;
	if (r == GW_EAUTH && what & (HOME_UNSIGNED | HOME_PENDING) &&
	    (r = registry_read(dir, clock_now(), &h->registry, ei)) == 0) {
		if (h->state == REGISTRY_EDITED && as_we_left_it(h))
			h->state = REGISTRY_PENDING;
		else if (what & HOME_PENDING)
			r = GW_EAUTH;
		else
			h->edited = str_dup(why.msg);
	}
	if (r == GW_EAUTH || (r < 0 && !(what & HOME_UNSIGNED)))
		return err_set(ei, r, "%s", why.msg);
	return r;
}

enum home_registry_state home_registry_state(const struct home *h, const char **ret_why)
{
	*ret_why = h->edited ? h->edited : "";
	return h->state;
}

int home_reread(struct home *h, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	struct registry *r = NULL;
	int code = registry_read(dir, clock_now(), &r, ei);
	if (code < 0)
		return code;
	registry_free(h->registry);
	h->registry = r;
	return 0;
}

/* What was changed was a key statement of ours alone: no officer is needed. */
static bool still_signed(const struct home *h)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	const struct registry_trust rt = home_registry_trust(h);
	struct registry *r GW_CLEANUP(registry_free_p) = NULL;
	return registry_load(dir, &rt, clock_now(), &r, NULL) == 0 && !registry_is_unsigned(r);
}

int home_registry_changed(struct home *h, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = home_path(h, "keys/registry.pending");
	if (h->state != REGISTRY_SIGNED && h->state != REGISTRY_PENDING)
		return 0;
	int r = home_reread(h, ei);
	if (r < 0)
		return r;
	if (still_signed(h))
		return home_registry_signed(h, ei);
	char *line GW_CLEANUP(str_free_p) = str_printf("%s\n", registry_sha256(h->registry));
	r = file_write(path, line, strlen(line), 0600, FILE_REPLACE, ei);
	if (r == 0)
		h->state = REGISTRY_PENDING;
	return r;
}

int home_registry_signed(struct home *h, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = home_path(h, "keys/registry.pending");
	h->state = REGISTRY_SIGNED;
	if (unlink(path) < 0 && errno != ENOENT)
		return err_sys(ei, GW_EIO, "cannot remove '%s'", path);
	return 0;
}
