/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * edit: changes to the YAML files of the registry that leave a person's own lines and comments
 * alone.
 *
 * Each function takes the registry's lock (flock on the folder) for itself, and puts the new text
 * in place atomically only after it has been read back by the strict reader.
 */
#ifndef GW_REGISTRY_EDIT_H
#define GW_REGISTRY_EDIT_H

#include <stdbool.h>

#include "base/defs.h"
#include "base/err.h"
#include "registry/contract.h"
#include "registry/organisation.h"

/*
 * Take the lock of the registry at dir, to write (exclusive) or to read; waits for it. Close the
 * descriptor to let go; never take it twice. GW_EIO, GW_ENOENT.
 */
int registry_lock(const char *dir, bool exclusive, int *ret_fd, struct errinfo *ei) GW_MUST_USE;

/* Put o into organisations.yaml in the place of the entry with its OIN, or behind the last. */
int registry_put_organisation(const char *dir, const struct organisation *o, struct errinfo *ei)
    GW_MUST_USE;

/* Add c behind the last contract in contracts.yaml. GW_EEXIST when its id is there. */
int registry_add_contract(const char *dir, const struct contract *c, struct errinfo *ei)
    GW_MUST_USE;

#endif
