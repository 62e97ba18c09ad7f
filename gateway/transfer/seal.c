/* SPDX-License-Identifier: EUPL-1.2 */
/* The sealing run: set up once, then dossiers on several threads, told in their order. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "sign/cades.h"
#include "sign/signer.h"
#include "transfer/seal_one.h"

/* Most of an item's time goes into waiting for the disk: more threads than processors pay. */
enum { THREADS_PER_CORE = 4, THREADS_MAX = 16, CHECKPOINT_MAX = 4096 };

struct queue {
	struct seal_run *run;
	struct act *acts;
	bool *ready;
	size_t next; /* the first that nobody has taken */
	pthread_mutex_t lock;
	bool stopped;
	pthread_cond_t turned; /* one more is ready, or no more are begun */
};

static void *work(void *arg)
{
	struct queue *q = arg;
	for (;;) {
		(void)pthread_mutex_lock(&q->lock);
		if (q->run->request->stop && *q->run->request->stop)
			q->stopped = true;
		size_t i = !q->stopped && q->next < q->run->request->n ? q->next++ : SIZE_MAX;
		if (q->stopped)
			(void)pthread_cond_signal(&q->turned);
		(void)pthread_mutex_unlock(&q->lock);
		if (i == SIZE_MAX)
			return NULL;
		seal_one(q->run, q->run->request->dossiers[i], &q->acts[i]);
		(void)pthread_mutex_lock(&q->lock);
		q->ready[i] = true;
		(void)pthread_cond_signal(&q->turned);
		(void)pthread_mutex_unlock(&q->lock);
	}
}

/* Tell each item when it and all before it are done; how many were begun before a stop. */
static size_t tell(struct queue *q)
{
	const struct seal_request *request = q->run->request;
	for (size_t i = 0; i < request->n; i++) {
		(void)pthread_mutex_lock(&q->lock);
		while (!q->ready[i] && !(q->stopped && i >= q->next))
			(void)pthread_cond_wait(&q->turned, &q->lock);
		bool begun = q->ready[i];
		(void)pthread_mutex_unlock(&q->lock);
		if (!begun)
			return i;
		act_tell(&q->acts[i], i, request->dossiers[i], request->done, request->arg);
		act_release(&q->acts[i]);
	}
	return request->n;
}

static size_t thread_count(const struct seal_run *run)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = run->env->threads ? run->env->threads
				     : (size_t)(cores > 0 ? cores : 1) * THREADS_PER_CORE;
	if (n > THREADS_MAX)
		n = THREADS_MAX;
#ifdef __SANITIZE_ADDRESS__
	n = 1; /* archives are parsed in a fork, and the sanitizer's locks do not survive one from
	          threads */
#endif
	return n < run->request->n ? n : run->request->n;
}

static int run_threads(struct seal_run *run, struct errinfo *ei)
{
	struct queue q = {.run = run};
	pthread_t threads[THREADS_MAX];
	size_t want = thread_count(run), n = 0, items = run->request->n, told = items;
	run->cipher_threads = want > 1 ? 1 : run->env->threads;
	q.acts = str_alloc((items + 1) * sizeof *q.acts);
	q.ready = str_alloc((items + 1) * sizeof *q.ready);
	if (pthread_mutex_init(&q.lock, NULL) != 0 || pthread_cond_init(&q.turned, NULL) != 0)
		abort();
	while (n < want && pthread_create(&threads[n], NULL, work, &q) == 0)
		n++;
	if (n)
		told = tell(&q);
	for (size_t i = 0; i < n; i++)
		(void)pthread_join(threads[i], NULL);
	(void)pthread_cond_destroy(&q.turned);
	(void)pthread_mutex_destroy(&q.lock);
	free(q.acts);
	free(q.ready);
	if (!n && items)
		return err_set(ei, GW_EFAIL, "no thread can be started");
	return act_stopped(told, items, run->request->dossiers, ei);
}

int seal_check_signer(const struct transfer_env *env, struct errinfo *ei)
{
	struct cades_signer own = {.not_after = signer_not_after(env->signer)};
	int64_t now = clock_now();
	(void)snprintf(own.oin, sizeof own.oin, "%s", signer_oin(env->signer));
	(void)snprintf(own.spki, sizeof own.spki, "%s", signer_spki(env->signer));
	int e = signer_judge(env->signer, registry_trust(env->registry), now, ei);
	if (e == 0)
		e = registry_signed_by(env->registry, &own, env->oin, date_of(now), ei);
	return e < 0 ? err_prefix(ei, e, "our own signature would not be accepted") : 0;
}

static int set_up(struct seal_run *run, struct buf *checkpoint, struct errinfo *ei)
{
	const struct seal_request *q = run->request;
	if (!str_oin(q->to))
		return err_set(ei, GW_EUSAGE, "--to takes an OIN of 20 digits");
	if (q->case_id && q->n > 1)
		return err_set(ei, GW_EUSAGE, "a case has one dossier: --case goes with one only");
	if (q->case_id && !note_case_ok(q->case_id))
		return err_set(ei, GW_EUSAGE,
		    "--case takes a uuid or up to 64 letters, digits, '.', '_', '-'; not digits alone, "
		    "no BSN");
	int e = grounds_load(&run->grounds, run->env, q->policy, q->to, ei);
	if (e == 0)
		e = seal_check_signer(run->env, ei);
	if (e == 0)
		e = file_mkdirs(run->out, 0700, ei);
	if (e == 0)
		e = ledger_checkpoint(run->env->ledger, checkpoint, ei);
	return e;
}

/* What stops the whole run is told and recorded for each dossier: every item has its own line. */
static int refuse_all(
    const struct seal_run *run, int code, const struct errinfo *why, struct errinfo *ei)
{
	const struct seal_request *q = run->request;
	size_t i = 0;
	for (; i < q->n && !(q->stop && *q->stop); i++) {
		struct act a GW_CLEANUP(act_release) = {0};
		(void)snprintf(a.from, sizeof a.from, "%s", run->env->oin);
		(void)snprintf(a.to, sizeof a.to, "%s", q->to);
		seal_refuse(run, &a, NULL, code, why);
		act_tell(&a, i, q->dossiers[i], q->done, q->arg);
	}
	return act_stopped(i, q->n, q->dossiers, ei);
}

int transfer_seal_memory(
    const struct transfer_env *env, const struct seal_memory *m, struct errinfo *ei)
{
	struct seal_run run = {.env = env,
	    .request = m->request,
	    .out = m->folder,
	    .cipher_threads = env->threads,
	    .memory = m};
	struct act a GW_CLEANUP(act_release) = {0};
	struct buf checkpoint GW_CLEANUP(buf_release) = BUF_INIT(CHECKPOINT_MAX);
	struct errinfo why = ERRINFO_INIT;
	int e = set_up(&run, &checkpoint, &why);
	run.checkpoint = checkpoint.data;
	if (e == GW_EUSAGE || e == GW_ELEDGER) {
		grounds_release(&run.grounds);
		return ei ? (*ei = why, e) : e;
	}
	if (e == 0) {
		seal_one(&run, SEAL_MEMORY_NAME, &a);
	} else {
		(void)snprintf(a.from, sizeof a.from, "%s", env->oin);
		(void)snprintf(a.to, sizeof a.to, "%s", m->request->to);
		seal_refuse(&run, &a, NULL, e, &why);
	}
	act_tell(&a, 0, SEAL_MEMORY_NAME, m->request->done, m->request->arg);
	grounds_release(&run.grounds);
	return 0;
}

int transfer_seal(
    const struct transfer_env *env, const struct seal_request *request, struct errinfo *ei)
{
	struct seal_run run = {
	    .env = env, .request = request, .out = request->out ? request->out : env->outbox};
	struct buf checkpoint GW_CLEANUP(buf_release) = BUF_INIT(CHECKPOINT_MAX);
	struct errinfo why = ERRINFO_INIT;
	int e = set_up(&run, &checkpoint, &why);
	run.checkpoint = checkpoint.data;
	if (e == 0)
		e = run_threads(&run, ei);
	else if (e == GW_EUSAGE || e == GW_ELEDGER)
		e = ei ? (*ei = why, e) : e;
	else
		e = refuse_all(&run, e, &why, ei);
	grounds_release(&run.grounds);
	return e;
}
