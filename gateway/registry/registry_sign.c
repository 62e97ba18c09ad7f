/* SPDX-License-Identifier: EUPL-1.2 */
/* registry_sign: an officer puts a signature under everything in the registry. */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "registry/edit.h"
#include "registry/inside.h"
#include "registry/sums.h"
#include "sign/signer.h"

/* What changed since the last signature, for the one who signs. */
static int changes(const char *list, const struct buf *now, struct buf *out, struct errinfo *ei)
{
	struct buf before GW_CLEANUP(buf_release) = BUF_INIT(SUMS_MAX);
	int r = file_exists(list) ? file_read(list, SUMS_MAX, &before, ei) : 0;
	if (r == 0 && sums_diff(&before, now, out) < 0)
		r = err_set(ei, GW_ELIMIT, "too many changes to show");
	return r;
}

/* The signature goes away first: a kill in between leaves a registry that nobody takes for signed.
 */
static int write_pair(const char *list, const char *p7s, const struct buf *sums,
    const struct buf *der, struct errinfo *ei)
{
	if (unlink(p7s) < 0 && file_exists(p7s))
		return err_sys(ei, GW_EIO, "cannot remove '%s'", p7s);
	int r = file_write(list, sums->data, sums->len, 0644, FILE_REPLACE, ei);
	return r == 0 ? file_write(p7s, der->data, der->len, 0644, FILE_REPLACE, ei) : r;
}

int registry_sign(const char *dir, const struct signer *signer, const struct registry_trust *rt,
    int64_t now, struct buf *ret_changes, struct errinfo *ei)
{
	char *list GW_CLEANUP(str_free_p) = file_join(dir, "SHA256SUMS");
	char *p7s GW_CLEANUP(str_free_p) = file_join(dir, "SHA256SUMS.p7s");
	struct buf der GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct registry *r GW_CLEANUP(registry_free_p) = NULL;
	struct cades_signer by[CADES_SIGNERS];
	size_t n = 0;
	int lock GW_CLEANUP(file_close_p) = -1;
	int code = registry_lock(dir, true, &lock, ei);
	if (code == 0)
		code = registry_load_locked(dir, NULL, now, &r, ei);
	if (code != 0)
		return code;
	if (!r->trust)
		return err_set(ei, GW_EAUTH, "%s", r->no_trust);
	const struct buf *sums =
	    &r->list; /* what was read and found good, not what lies there now */
	code = cades_sign(signer, sums->data, sums->len, now, &der, ei);
	if (code == 0)
		code = cades_verify(r->trust, der.data, der.len, sums->data, sums->len, now, now,
		    by, GW_LENGTH(by), &n, ei);
	if (code == 0)
		code = officer_signed(rt, by, n, ei);
	if (code == 0 && ret_changes)
		code = changes(list, sums, ret_changes, ei);
	return code == 0 ? write_pair(list, p7s, sums, &der, ei) : code;
}
