/* SPDX-License-Identifier: EUPL-1.2 */
/* Compiler attributes and the few macros that every file may use. */
#ifndef GW_BASE_DEFS_H
#define GW_BASE_DEFS_H

#define GW_MUST_USE __attribute__((warn_unused_result))
#define GW_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
/* Run fn(&var) when var leaves scope: struct buf b GW_CLEANUP(buf_release) = BUF_INIT(4096); */
#define GW_CLEANUP(fn) __attribute__((cleanup(fn)))

/* The number of elements of an array (not of a pointer). */
#define GW_LENGTH(array) (sizeof(array) / sizeof *(array))

#endif
