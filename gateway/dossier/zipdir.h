/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * zipdir: does the directory at the end of a zip say what its members say themselves? Inside
 * dossier/ only.
 *
 * libarchive takes names and types from the members and so never shows a directory that lies; other
 * programs read the directory. This looks at both (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16) and reads no
 * content.
 */
#ifndef GW_DOSSIER_ZIPDIR_H
#define GW_DOSSIER_ZIPDIR_H

#include <stddef.h>

#include "base/defs.h"

/*
 * NULL when the zip of n bytes at p ends with its directory, without comment, zip64 or second disk,
 * and each entry of it agrees with its member in name, method, flags, sizes and check, and is a
 * regular file, folder or link; else what is wrong, for a message.
 */
const char *zipdir_check(const void *p, size_t n) GW_MUST_USE;

#endif
