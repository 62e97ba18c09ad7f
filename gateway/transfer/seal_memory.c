/* SPDX-License-Identifier: EUPL-1.2 */
/* A sealing whose dossier lies in memory and whose package gets no name here. */
#include <fcntl.h>

#include "base/file.h"
#include "base/str.h"
#include "dossier/dossier.h"
#include "package/open.h"
#include "package/slip.h"
#include "transfer/seal_one.h"

enum { SLIP_MAX = 64 << 10 };

int seal_memory_read(struct sealing *s, const struct dossier_limits *limits, struct errinfo *ei)
{
	return dossier_read_fd(s->run->memory->archive, SEAL_MEMORY_NAME,
	    s->run->grounds.rules.catalogue, limits, &s->dossier, ei);
}

int seal_memory_party(
    const struct seal_memory *m, const struct contract *contract, struct errinfo *ei)
{
	if (!m->mandate || str_eq(m->mandate, contract->controller) ||
	    str_eq(m->mandate, contract->provider))
		return 0;
	return err_set(ei, GW_EREFUSED,
	    "contract '%s' is not one of %s: who hands in a dossier for us must be a party of its "
	    "contract",
	    contract->id, m->mandate);
}

int seal_memory_write(struct sealing *s, struct errinfo *ei)
{
	const struct seal_memory *m = s->run->memory;
	struct buf slip GW_CLEANUP(buf_release) = BUF_INIT(SLIP_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	int fd GW_CLEANUP(file_close_p) = open(m->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(ei, GW_EIO, "%s: no file without a name can be made", m->folder);
	int e = seal_write_package(s, fd, ei);
	if (e == 0)
		e = slip_sign(&s->note, &s->facts, s->run->env->signer, &slip, &p7s, ei);
	if (e == 0) /* before it is there for others: it is never unknown to its case */
		e = seal_keep_case(s, ei);
	if (e < 0)
		return e;
	s->act->bytes = s->facts.bytes;
	const struct seal_made made = {.package = s->note.package,
	    .case_id = s->note.case_id,
	    .seq = s->note.seq,
	    .fd = fd,
	    .bytes = s->facts.bytes,
	    .slip = &slip,
	    .p7s = &p7s,
	    .report = s->outcome.sender_report};
	return m->place(m->arg, &made, ei);
}
