/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"

enum { BREAK = 3, END = 4 }; /* ^C and ^D, as they come while signals are off */

void secret_text_release(struct secret_text *t)
{
	secret_free(t->p);
	*t = (struct secret_text){.p = NULL};
}

static int no_memory(struct errinfo *ei)
{
	return err_set(ei, GW_ENOMEM, "no secret memory for the passphrase");
}

int passphrase_read(int fd, size_t most, struct secret_text *ret_t, struct errinfo *ei)
{
	struct secret_text t GW_CLEANUP(secret_text_release) = {.p = secret_alloc(most + 2)};
	ssize_t r = 0;
	if (!t.p)
		return no_memory(ei);
	do {
		r = read(fd, t.p + t.n, most + 2 - t.n);
		if (r > 0)
			t.n += (size_t)r;
	} while ((r > 0 && t.n < most + 2) || (r < 0 && errno == EINTR));
	if (r < 0)
		return err_sys(ei, GW_EIO, "cannot read the passphrase");
	if (t.n && t.p[t.n - 1] == '\n')
		t.n--;
	if (t.n > most)
		return err_set(ei, GW_EUSAGE, "the passphrase has more than %zu bytes", most);
	*ret_t = t;
	t.p = NULL;
	return 0;
}

/* Read characters up to Enter. */
static int read_answer(int tty, uint8_t *p, size_t most, size_t *ret_n, struct errinfo *ei)
{
	for (size_t n = 0;;) {
		uint8_t c = 0;
		ssize_t r = read(tty, &c, 1);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_sys(ei, GW_EIO, "cannot read from the terminal");
		if (r == 0 || c == BREAK || (c == END && n == 0))
			return err_set(ei, GW_EFAIL, "broken off");
		if (c == '\n' || c == '\r') {
			*ret_n = n;
			return 0;
		}
		if (n == most)
			return err_set(
			    ei, GW_EUSAGE, "the passphrase has more than %zu bytes", most);
		p[n++] = c;
	}
}

/*
 * A signal from outside while the terminal is quiet: put echo back, then end as without us. What
 * stood before the prompt (the default, or a handler) gets the signal. Ignored ones stay so.
 */
static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static struct sigaction former[GW_LENGTH(ending)];
static struct termios loud; /* as the terminal was */
static int quiet_tty = -1;

static void restore_signals(void)
{
	for (size_t i = 0; i < GW_LENGTH(ending); i++)
		(void)sigaction(ending[i], &former[i], NULL);
}

static void echo_and_end(int sig)
{
	int before = errno;
	(void)tcsetattr(quiet_tty, TCSANOW, &loud);
	restore_signals();
	(void)raise(sig); /* comes when this handler returns */
	errno = before;
}

static void catch_signals(int tty, const struct termios *before)
{
	struct sigaction act = {.sa_handler = echo_and_end};
	quiet_tty = tty;
	loud = *before;
	(void)sigfillset(&act.sa_mask); /* one at a time */
	for (size_t i = 0; i < GW_LENGTH(ending); i++)
		(void)sigaction(ending[i], NULL, &former[i]);
	for (size_t i = 0; i < GW_LENGTH(ending); i++)
		if (former[i].sa_handler != SIG_IGN)
			(void)sigaction(ending[i], &act, NULL);
}

static int ask_once(
    int tty, const char *prompt, size_t most, uint8_t *p, size_t *ret_n, struct errinfo *ei)
{
	struct termios before, quiet;
	if (tcgetattr(tty, &before) < 0)
		return err_set(ei, GW_EUSAGE, "no terminal to ask for the passphrase");
	quiet = before;
	/* ^C is a character here, and ends the line so that it is seen at once */
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	quiet.c_cc[VEOL] = BREAK;
	catch_signals(tty, &before);
	if (tcsetattr(tty, TCSAFLUSH, &quiet) < 0) {
		restore_signals();
		return err_sys(ei, GW_EIO, "cannot turn echo off");
	}
	int r = file_write_fd(tty, prompt, strlen(prompt), ei);
	if (r == 0)
		r = read_answer(tty, p, most, ret_n, ei);
	(void)tcsetattr(tty, TCSAFLUSH, &before);
	restore_signals();
	int w = file_write_fd(tty, "\n", 1, ei);
	return r < 0 ? r : w;
}

int passphrase_ask(const char *prompt, const char *again, size_t most, struct secret_text *ret_t,
    struct errinfo *ei)
{
	struct secret_text t GW_CLEANUP(secret_text_release) = {.p = secret_alloc(most)};
	struct secret_text second GW_CLEANUP(secret_text_release) = {.p = secret_alloc(most)};
	int tty GW_CLEANUP(file_close_p) = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (tty < 0)
		return err_set(
		    ei, GW_EUSAGE, "no terminal to ask for the passphrase: give --passphrase-fd");
	if (!t.p || !second.p)
		return no_memory(ei);
	int r = ask_once(tty, prompt, most, t.p, &t.n, ei);
	if (r == 0 && again)
		r = ask_once(tty, again, most, second.p, &second.n, ei);
	if (r < 0)
		return r;
	if (again && (t.n != second.n || !secret_equal(t.p, second.p, t.n)))
		return err_set(ei, GW_EUSAGE, "the two passphrases differ");
	if (t.n == 0)
		return err_set(ei, GW_EUSAGE, "the passphrase is empty");
	*ret_t = t;
	t.p = NULL;
	return 0;
}
