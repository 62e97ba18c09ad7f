/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dossier: one candidate's dossier as a value in memory, checked against the catalogue
 * (docs/FORMATS.md §6).
 *
 * It comes from a directory, or a .zip or .tar of one, with dossier.json or dossier.yaml and the
 * files that its `attachments` name. Nothing of it is ever written to disk, and all of it is zeroed
 * on release. What the catalogue lacks is left out of the value: counted and named, never kept.
 */
#ifndef GW_DOSSIER_DOSSIER_H
#define GW_DOSSIER_DOSSIER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"
#include "base/yaml.h"
#include "dossier/catalogue.h"
#include "dossier/ladder.h"

struct dossier_limits {
	size_t json_bytes;    /* of dossier.json or dossier.yaml: 8 MiB */
	size_t values;        /* values in it: 100,000 (YAML: 20,000) */
	size_t depth;         /* nesting: 8 */
	size_t files;         /* members of a directory or archive: 200 */
	size_t file_bytes;    /* of one member: 25 MiB */
	size_t total_bytes;   /* of all members together: 100 MiB */
	size_t archive_bytes; /* of the archive itself: 100 MiB */
	size_t ratio;         /* unpacked bytes for each packed one: 100 */
	/* No limit, but as much a matter of how a dossier is taken in: the sender's own ladder,
	 * borrowed; NULL: steps are national ones. */
	const struct ladder_map *ladder;
};

extern const struct dossier_limits DOSSIER_LIMITS;

/* A consent as it stands in the dossier; whether it counts today is the policy's question. */
struct consent {
	char *scope; /* one of the catalogue's LIST_CONSENTS */
	char *form;  /* the form it was given on, or NULL */
	struct date given;
	struct date withdrawn; /* year 0: not withdrawn */
};

/* A file that `attachments` names. Its name may be personal: it is not kept. */
struct dossier_file {
	const char *type; /* one of LIST_ATTACHMENTS or LIST_NEVER; "other" when it was neither */
	char ext[8];      /* lower case, without the point; "" for none; a longer one is cut */
	bool loaded;      /* bytes are there (not so when only the text was parsed) */
	struct buf bytes; /* may be given away by the user: leave a released buf behind */
};

/* Something left out on the way in. */
enum dossier_note_kind {
	DOSSIER_UNKNOWN,     /* the catalogue lacks this field */
	DOSSIER_CODE,        /* a code outside its closed list, a number outside its range */
	DOSSIER_LADDER,      /* a step that the sender's ladder map lacks */
	DOSSIER_EMPTY,       /* a value of a typed field that is empty or nothing but space */
	DOSSIER_CONSENT,     /* a consent with a scope outside the closed list */
	DOSSIER_ATTACHMENT,  /* an attachment type outside the closed list: counts as "other" */
	DOSSIER_UNNAMED_FILE /* a file that `attachments` does not name: path is "" */
};

struct dossier_note {
	enum dossier_note_kind kind;
	/* "ladder.step", without list indexes. A name that is no plain word is shown as one, with a
	 * digest ("Naam_kind-1f3a"): 40 of [A-Za-z0-9._-] at most. "?" for what came after 200. */
	char *path;
	size_t count; /* how often */
};

struct dossier {
	json_t *data;    /* groups and fields of the catalogue only, typed (see below) */
	char *programme; /* context.programme, one of LIST_PROGRAMMES, or NULL */
	char *contract;  /* context.contract, or NULL */
	struct consent *consents;
	size_t n_consents;
	struct dossier_file *files; /* in the order of `attachments` */
	size_t n_files;
	struct dossier_note *notes; /* each (kind, path) once, in the order first met */
	size_t n_notes;
};

/*
 * The shape of data: member order and list-or-object are as in the input. Values: int a JSON
 * integer; money a JSON integer or text; all else text as it came, but bsn padded to 9 digits. A
 * code may come as a whole number (a house number) and is text here. A value that an earlier policy
 * transformed, {"as": …, "v": …}, stays that object at any field. null means absent and is left
 * out, and so are consents, attachments and context that are null; a group or record with nothing
 * left in it stays as {} so that records keep their count.
 */

/*
 * dossier_read(path, c, limits, ret, ei): read the dossier directory, .zip or .tar at path.
 *
 * limits may be NULL for DOSSIER_LIMITS. GW_EFORMAT: wrong types (file:line:col in YAML, the field
 * path in JSON; never the value), broken or hostile archives, links, devices, missing attachments;
 * GW_ELIMIT: past a limit; GW_ENOENT; GW_EIO, also when archives cannot be parsed safely here
 * (sandbox/worker.h). The caller frees it.
 */
int dossier_read(const char *path, const struct catalogue *c, const struct dossier_limits *limits,
    struct dossier **ret_d, struct errinfo *ei) GW_MUST_USE;

/* Read a .zip or .tar that lies in the open file fd (from where it stands; often memory without a
 * name). `file` stands in messages. Errors as above; fd stays the caller's. */
int dossier_read_fd(int fd, const char *file, const struct catalogue *c,
    const struct dossier_limits *limits, struct dossier **ret_d, struct errinfo *ei) GW_MUST_USE;

/* Read dossier.json from memory; no file is loaded. `file` stands in messages. Else as above. */
int dossier_parse_json(const char *file, const void *p, size_t n, const struct catalogue *c,
    const struct dossier_limits *limits, struct dossier **ret_d, struct errinfo *ei) GW_MUST_USE;

/* Read dossier.yaml from memory; likewise. */
int dossier_parse_yaml(const char *file, const void *p, size_t n, const struct catalogue *c,
    const struct dossier_limits *limits, struct dossier **ret_d, struct errinfo *ei) GW_MUST_USE;

/* Take a dossier from a YAML map that was parsed before (a policy test's `dossier:`). */
int dossier_from_yml(const struct yml *map, const struct catalogue *c, struct dossier **ret_d,
    struct errinfo *ei) GW_MUST_USE;

/* Zero and free; NULL is fine. _p fits GW_CLEANUP. */
void dossier_free(struct dossier *d);
void dossier_free_p(struct dossier **d);

/* GW_EFORMAT with the first name when d has fields that the catalogue lacks (`--strict`). */
int dossier_strict(const struct dossier *d, struct errinfo *ei) GW_MUST_USE;

/* How many values were left out for that reason. */
size_t dossier_left_out(const struct dossier *d, enum dossier_note_kind kind);

/* The word for a kind of note in reports ("unknown_field", "unknown_code", …). */
const char *dossier_note_name(enum dossier_note_kind kind);

/* The identifiers by which the ledger knows this subject, normalised; NULL where absent. */
struct dossier_subject {
	char *bsn, *v_number, *client_number;
};

/* Find them in d; the caller releases them (zeroed). */
void dossier_subject(const struct dossier *d, struct dossier_subject *ret_s);
void dossier_subject_release(struct dossier_subject *s);

/*
 * dossier_get(d, path): the value of a field outside any list ("person.bsn"), or NULL. Where a
 * repeating group stands as a list, its first record counts. Borrowed.
 */
const json_t *dossier_get(const struct dossier *d, const char *path);

/*
 * dossier_each(data, f, fn, arg): call fn for each value of the field f in data (the data of a
 * dossier, or an outcome of the same shape), in order. Stops at, and returns, the first non-zero.
 */
typedef int (*dossier_each_fn)(json_t *record, const char *leaf, json_t *value, void *arg);
int dossier_each(json_t *data, const struct field *f, dossier_each_fn fn, void *arg);

#endif
