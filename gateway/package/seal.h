/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * seal: the bytes of a package, from what a policy let through to the ciphertext.
 *
 * All that is readable stays in memory; only age ciphertext reaches the descriptor.
 */
#ifndef GW_PACKAGE_SEAL_H
#define GW_PACKAGE_SEAL_H

#include <stddef.h>

#include "age/age.h"
#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "package/note.h"
#include "package/slip.h"
#include "sign/signer.h"

/* One file of the payload, in the order of the bag. Borrowed. */
struct package_file {
	const char *path; /* data/… */
	const void *data;
	size_t n;
};

/*
 * package_seal(fd, note, files, n, recipients, signer, threads, ret, ei): write the package.
 *
 * Makes the tag files, signs the tag manifest at note->created, writes tar and Padmé padding
 * through age to fd (a regular file, empty, open for reading too), and gives the slip's facts.
 * threads: for the cipher. GW_EIO, GW_ELIMIT (tag files above 4 MiB), or the signer's failure; fd
 * then holds rubbish and must be dropped.
 */
int package_seal(int fd, const struct note *note, const struct package_file *files, size_t n,
    const struct age_recipients *recipients, const struct signer *signer, unsigned threads,
    struct slip_facts *ret_facts, struct errinfo *ei) GW_MUST_USE;

/* Fill in sha256 and bytes of facts from the ciphertext in fd (from its start); GW_EIO. */
int package_measure(int fd, struct slip_facts *facts, struct errinfo *ei) GW_MUST_USE;

#endif
