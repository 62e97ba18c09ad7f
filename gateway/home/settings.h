/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * settings: gateway.yaml, read strictly (docs/FORMATS.md §1). Every limit has a default.
 */
#ifndef GW_HOME_SETTINGS_H
#define GW_HOME_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "age/age.h"
#include "attach/attach.h"
#include "base/defs.h"
#include "base/err.h"
#include "cases/cases.h"
#include "dossier/dossier.h"
#include "registry/organisation.h"

/* limits: in gateway.yaml; the word there and what it stands for. */
struct settings_limits {
	/* dossier_json_mb, dossier_values, dossier_depth, dossier_files, dossier_file_mb,
	 * dossier_total_mb, dossier_archive_mb, dossier_ratio */
	struct dossier_limits dossier;
	/* age_header_kb, age_line_kb, age_stanzas, age_work_factor */
	struct age_limits age;
	unsigned threads; /* threads: of sealing; 0 (the default): one for each processor */
};

/* serve: what the daemon may hold and how much it does at once; 0 where nothing is said. */
struct settings_serve {
	/* package_gb, organisation_gb, uploads, reserve_gb, upload_days, free_gb; 0: the defaults
	 * there */
	struct cases_limits cases;
	/* connections, per_address, workers, per_organisation; 0: the defaults of http/server.h */
	unsigned connections, per_address, workers, per_peer;
	unsigned grace_s; /* for what runs when the daemon stops; 0: 20 */
	/* between two heads of the ledger for the witnesses (60), and how old the last signature of
	 * one may be (48); 0: these */
	unsigned cosign_minutes, cosign_warn_hours;
};

/* security_contact: who is told of a weakness, and until the end of which day. */
struct settings_security {
	char *uri;     /* mailto:, https: or tel:; NULL: nothing is said */
	int64_t until; /* the last millisecond of that day */
};

enum settings_tls { SETTINGS_NL_GOED, SETTINGS_DIGIKOPPELING };

struct settings_purpose {
	char *purpose, *uri;
};

struct settings {
	char oin[OIN_TEXT];
	char *name;
	bool test;
	char **officers; /* registry_officers: pins */
	size_t officers_n;
	char *listen; /* ADDR:PORT or [ADDR]:PORT, or NULL */
	char *local;  /* of health and figures: likewise on loopback, or the path of a Unix
	                 socket (not whole: in the home); NULL: none */
	enum settings_tls tls_profile; /* nl-goed unless said */
	char **mandates;               /* OINs besides our own whose clients may hand in dossiers */
	size_t mandates_n;
	char **witnesses; /* OINs whose gateways the daemon asks to vouch for the ledger */
	size_t witnesses_n;
	struct settings_serve serve;
	struct settings_security security;
	char *signing_key;   /* pkcs11: URI of the signing key, or NULL: organisation/signing.key */
	char *tls_key;       /* likewise for organisation/tls.key */
	char *antivirus;     /* path of clamd's socket, or NULL: off */
	bool no_ocr;         /* ocr: off; else pictures are read where tesseract is */
	char *time_stamping; /* URL of the time-stamping service, or NULL */
	char *ladder_map;    /* id of policies/ladder-map-<id>.yaml, or NULL: ladders are the common
	                        one */
	char **client_numbers; /* what numbers of our clients look like, see detect_known_pattern */
	size_t client_numbers_n;
	struct settings_limits limits;
	struct settings_purpose *processing;
	size_t processing_n;
};

/* Read gateway.yaml. GW_EFORMAT with file:line:col. The caller releases *ret. */
int settings_parse(const char *file, const void *p, size_t n, struct settings *ret,
    struct errinfo *ei) GW_MUST_USE;
void settings_release(struct settings *s);

/*
 * Let $HANDOVER_TEST_CLOCK set the clock, where s says `test: true`; else nothing. GW_EUSAGE when
 * it is no RFC 3339 moment. For home/ and for the daemon before it divides.
 */
int settings_clock(const struct settings *s, struct errinfo *ei) GW_MUST_USE;

/* How attachments are looked at; it points into s. */
struct attach_setup settings_attach(const struct settings *s);

/* The processing URI for a purpose; NULL when none is set. */
const char *settings_processing(const struct settings *s, const char *purpose);

#endif
