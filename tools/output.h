/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * output: what becomes of standard output, for all commands.
 *
 * By the end of a command errno is that of something else than the write that failed: what is
 * printed goes through a stream that remembers why, and tries no more once it could not.
 */
#ifndef TOOLS_OUTPUT_H
#define TOOLS_OUTPUT_H

#include <stdbool.h>

/* Before anything is printed. From here on a closed pipe and a limit on file size are errors of
 * write, not signals. */
void output_begin(void);

/* Flush; false once a write has failed: for what goes on until it is stopped. */
bool output_heard(void);

/* Flush, close, and say on standard error what went wrong with it, once: a full disk, say. That a
 * reader went away is no news. 0, or the exit code 1. */
int output_finish(void);

/*
 * output_end(code): the last thing before the program ends with code, which it gives back.
 *
 * A reader that has seen enough, as `head`, ends a command as it ends others: without a word, by
 * SIGPIPE. Only now, when what was begun has come to its end; and what went wrong besides counts
 * for more. Where the caller ignores SIGPIPE it is said, as others say it.
 */
int output_end(int code);

#endif
