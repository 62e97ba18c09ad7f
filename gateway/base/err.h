/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * err: one table of failures for the whole house.
 *
 * A function that can fail returns 0 or one of these negative codes, never a positive number. The
 * table in err.c gives each code its stable machine name, its HTTP status and the exit code of
 * docs/FORMATS.md §7. What a person needs to know (file, line, key, what was expected) travels
 * beside the code in a struct errinfo.
 */
#ifndef GW_BASE_ERR_H
#define GW_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"

enum gw_err {
	GW_OK = 0,
	GW_ENOMEM = -1,     /* out of memory */
	GW_EFAIL = -2,      /* a failure that no other code names */
	GW_EIO = -3,        /* the system refused: read, write, full disk, permission */
	GW_EEXIST = -4,     /* the result is already there and would have been overwritten */
	GW_ENOENT = -5,     /* what was named is not there */
	GW_EUSAGE = -6,     /* the call's own words are wrong */
	GW_EFORMAT = -7,    /* input does not follow its format */
	GW_ELIMIT = -8,     /* input passes a configured or built-in limit */
	GW_EMODE = -9,      /* a secret file or its folder is readable by others */
	GW_ESUPPORT = -10,  /* valid, but not in this build */
	GW_EREFUSED = -11,  /* refused by policy, contract, acceptance or expiry */
	GW_ECONFLICT = -12, /* not legal in the present state */
	GW_EAUTH = -13,     /* authenticity or integrity could not be shown */
	GW_ENOMATCH = -14,  /* none of our keys opens it */
	GW_ENET = -15,      /* network or counterparty */
	GW_ELEDGER = -16,   /* the ledger could not be written, so nothing was done */
};

/* The message that belongs to a failure; all zero (ERRINFO_INIT) when nothing is said. */
struct errinfo {
	bool located;   /* msg begins with file:line:col, so no program name goes before it */
	char msg[1000]; /* lower case, no full stop, NUL-terminated, cut when longer */
};

#define ERRINFO_INIT \
	{            \
		0    \
	}

/* Return the stable machine name of err ("limit-reached"); never NULL. */
const char *err_name(int err);

/* Return the HTTP status that answers err (200 for 0, 500 for an unknown code). */
int err_http(int err);

/* Return the process exit code for err (docs/FORMATS.md §7); 0 for 0, 1 for an unknown code. */
int err_exit(int err);

/*
 * err_set(ei, code, fmt, ...): write the message into ei (which may be NULL); the value is code, so
 * that a failure is one statement: `return err_set(ei, GW_EFORMAT, "…")`.
 *
 * A macro, so that compilers and analysers see which code comes out. errno is left as it was.
 */
#define err_set(ei, code, ...) (err_say((ei), __VA_ARGS__), (code))

/* As err_set, with "file:line:col: " before the message; line and col from 1, 0 is left out:
 * err_at(ei, code, file, line, col, fmt, ...). */
#define err_at(ei, code, ...) (err_say_at((ei), __VA_ARGS__), (code))

/* As err_set, with ": <what errno means>" behind the message. */
#define err_sys(ei, code, ...) (err_say_sys((ei), __VA_ARGS__), (code))

/* Put "prefix: " before what ei says, unless it is located: err_prefix(ei, code, prefix). */
#define err_prefix(ei, code, prefix) (err_say_prefix((ei), (prefix)), (code))

/* What the four above call. */
void err_say(struct errinfo *ei, const char *fmt, ...) GW_PRINTF(2, 3);
void err_say_at(struct errinfo *ei, const char *file, size_t line, size_t col, const char *fmt, ...)
    GW_PRINTF(5, 6);
void err_say_sys(struct errinfo *ei, const char *fmt, ...) GW_PRINTF(2, 3);
void err_say_prefix(struct errinfo *ei, const char *prefix);

#endif
