/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tempname: temporary names that go when a signal ends the process.
 *
 * Only for results that cannot be unnamed until they are whole (file.h). From the first name on,
 * SIGINT, SIGTERM, SIGHUP and SIGQUIT unlink what is remembered and then end the process as they
 * would have; a signal that is ignored or has a handler of its own is left alone. Nothing helps
 * against SIGKILL.
 */
#ifndef GW_BASE_TEMPNAME_H
#define GW_BASE_TEMPNAME_H

/* Remember a copy of path, before or after it is made; past 64 at a time it is not remembered. */
void tempname_remember(const char *path);

/* Forget path, which has gone or has become a result. Harmless when it was not remembered. */
void tempname_forget(const char *path);

#endif
