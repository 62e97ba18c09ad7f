/* SPDX-License-Identifier: EUPL-1.2 */
/* comments: the comments of a YAML text, which its reader leaves out; for policy fmt. */
#ifndef GW_POLICY_COMMENTS_H
#define GW_POLICY_COMMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"
#include "base/yaml.h"

struct comment {
	size_t line;   /* from 1 */
	bool trailing; /* something stands before it on its line */
	char *text;    /* from the # to the end of the line, without trailing blanks */
};

struct comments {
	struct comment *items;
	size_t n;
	bool *blank; /* by line number: the line has nothing but blanks */
	size_t lines;
};

/*
 * Find the comments in the n bytes at p, of which root is the tree. Quoted and block scalars are
 * told by the tree, so that a # in them is none. The caller releases *ret.
 */
void comments_find(const char *p, size_t n, const struct yml *root, struct comments *ret);
void comments_release(struct comments *c);

#endif
