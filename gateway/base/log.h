/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * log: one line per event on standard error, as logfmt with the priority that journald reads.
 *
 * Only programs and api/ log; the rooms below return errors. No personal data at any level: values
 * are words, numbers and identifiers made by the gateway itself, never text from a dossier.
 */
#ifndef GW_BASE_LOG_H
#define GW_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_prio { LOG_PRIO_ERR = 3, LOG_PRIO_WARNING = 4, LOG_PRIO_INFO = 6, LOG_PRIO_DEBUG = 7 };

/* Say nothing less urgent than prio (LOG_PRIO_INFO at start). */
void log_level(enum log_prio prio);

/*
 * log_line(prio, event, key, value, …, NULL): write one line `<prio>event=… key=value …`.
 *
 * Values are cut at 200 bytes; control characters, quotes and bytes that are not ASCII are escaped.
 */
void log_line(enum log_prio prio, const char *event, ...) __attribute__((sentinel));

/*
 * log_may(b, now, most, ret_more): may a line be written whose number somebody else chooses?
 *
 * At most `most` in a minute of clock_mono; *ret_more is then how many were left out since the last
 * that was said. A service manager that is told too much drops what matters, too. The caller
 * locks.
 */
struct log_brake {
	int64_t since;
	unsigned said;
	unsigned long more;
};
bool log_may(struct log_brake *b, int64_t now, unsigned most, unsigned long *ret_more);

#endif
