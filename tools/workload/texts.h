/* SPDX-License-Identifier: EUPL-1.2 */
/* texts: what coaches write about trajectories, without anything that may not leave. */
#ifndef TOOLS_WORKLOAD_TEXTS_H
#define TOOLS_WORKLOAD_TEXTS_H

enum { TEXTS = 12, JOBS = 10 };

extern const char *const text_goals[TEXTS],
    *const text_steps[TEXTS], *const text_agreements[TEXTS], *const text_summaries[TEXTS],
								 *const text_pip_goals[TEXTS],
								     *const text_duties[JOBS],
									 *const text_notes[TEXTS];

/* Jobs, employers, schools and streets. */
extern const char *const text_jobs[JOBS],
    *const text_employers[JOBS], *const text_courses[JOBS], *const text_schools[JOBS],
								*const text_streets[JOBS];

#endif
