/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * contract: who works for whom, in what and until when (registry/contracts.yaml, docs/FORMATS.md
 * §1).
 *
 * Days are Europe/Amsterdam calendar days, `until` is inclusive. The file is read strictly.
 */
#ifndef GW_REGISTRY_CONTRACT_H
#define GW_REGISTRY_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "registry/organisation.h"

/* A programme under which people are helped; a set of bits. */
enum programme {
	PROGRAMME_PARTICIPATIEWET = 1,
	PROGRAMME_WI2021 = 2,
	PROGRAMME_IOAW = 4,
	PROGRAMME_NUG = 8,
};

struct period {
	struct date from, until;
	bool given;
};

struct contract {
	char *id; /* [A-Za-z0-9._/-]{1,64} */
	char controller[OIN_TEXT], provider[OIN_TEXT];
	char *segment;
	unsigned programmes; /* enum programme */
	struct date from, until;
	struct date run_off_until; /* year 0: no run-off */
	struct period processor, mandate;
	size_t line;
};

struct contracts {
	struct contract *list;
	size_t n;
};

/* Best last, so that a higher value is a better status. */
enum contract_status { CONTRACT_NOT_CONTRACTED, CONTRACT_RUN_OFF, CONTRACT_CONTRACTED };

/* "contracted", "run_off", "not_contracted". */
const char *contract_status_name(enum contract_status s);

/* The word of a programme bit, and back; 0 for a word that is none. */
const char *programme_name(enum programme p);
enum programme programme_parse(const char *word);

/*
 * contracts_parse(file, p, n, ret, ei): read contracts.yaml; `file` stands in messages.
 *
 * GW_EFORMAT or GW_ELIMIT with file:line:col; an id twice, from after until, run-off that ends
 * before the contract are errors. `contracts: []` is fine. The caller releases *ret.
 */
int contracts_parse(const char *file, const void *p, size_t n, struct contracts *ret,
    struct errinfo *ei) GW_MUST_USE;
void contracts_release(struct contracts *l);
void contract_release(struct contract *c);

/* The contract with that id, or NULL. Borrowed. */
const struct contract *contracts_find(const struct contracts *l, const char *id);

/* The status of this one contract on the day. */
enum contract_status contract_status_on(const struct contract *c, struct date day);

/*
 * contracts_status(l, named, provider, programme, day, ret_best): what provider may do on the day:
 * the best status under any contract with the controller and segment of `named` that covers the
 * programme (one bit).
 *
 * *ret_best (may be NULL) is that contract, from which the agreements are read; NULL when the
 * status is not_contracted. Of equals `named` wins, then the one that runs longest.
 */
enum contract_status contracts_status(const struct contracts *l, const struct contract *named,
    const char *provider_oin, unsigned programme, struct date day,
    const struct contract **ret_best);

/* True when the period was agreed and the day lies in it. */
bool period_holds(const struct period *p, struct date day);

/* Append c as one item of the list in contracts.yaml, indented by two spaces. GW_ELIMIT. */
int contract_yaml(const struct contract *c, struct buf *out) GW_MUST_USE;

#endif
