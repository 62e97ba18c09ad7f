/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/output.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

static int why;           /* errno of the write that failed, else 0 */
static bool pipe_ignored; /* by our caller */

static ssize_t write_output(void *cookie, const char *p, size_t n)
{
	size_t done = 0;
	(void)cookie;
	while (done < n && !why) {
		ssize_t got = write(STDOUT_FILENO, p + done, n - done);
		if (got >= 0)
			done += (size_t)got;
		else if (errno != EINTR)
			why = errno;
	}
	return (ssize_t)done;
}

void output_begin(void)
{
	pipe_ignored = signal(SIGPIPE, SIG_IGN) == SIG_IGN;
	(void)signal(SIGXFSZ, SIG_IGN);
	FILE *f = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_output});
	if (!f)
		abort();
	(void)setvbuf(f, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, BUFSIZ);
	stdout = f;
}

bool output_heard(void)
{
	return fflush(stdout) == 0 && !ferror(stdout);
}

static void say(void)
{
	(void)fprintf(stderr, "handover: cannot write to standard output: %s\n", strerror(why));
}

int output_finish(void)
{
	static bool closed, failed; /* what a command asked before is not told twice */
	if (closed || failed)
		return closed ? 0 : err_exit(GW_EIO);
	/* some file systems tell a full disk or quota only when the file is closed */
	closed = output_heard() && close(STDOUT_FILENO) == 0;
	if (closed)
		return 0;
	failed = true;
	if (!why)
		why = errno;
	if (why != EPIPE || pipe_ignored)
		say();
	return err_exit(GW_EIO);
}

int output_end(int code)
{
	if (why != EPIPE || code != err_exit(GW_EIO) || pipe_ignored)
		return code;
	(void)signal(SIGPIPE, SIG_DFL);
	(void)raise(SIGPIPE);
	return code;
}
