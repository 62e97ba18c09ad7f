/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/words.h"

#include <stdbool.h>

#include "base/str.h"

static const char *const roles[] = {"municipality", "region", "provider", "language_school", "uwv"};
static const char *const contracts[] = {"contracted", "run_off", "not_contracted"};
static const char *const programmes[] = {"participatiewet", "wi2021", "ioaw", "nug"};
static const char *const requirements[] = {"protocol_accepted", "processor_agreement", "mandate"};
static const char *const duties[] = {"bsn_processing"};
static const char *const statuses[] = {"draft", "active", "retired"};
static const char *const formats[] = {"pdf", "docx", "jpeg", "png"};
static const char *const purposes[] = {"continuity_of_support", "referral", "contract_steering"};
static const char *const bases[] = {
    "public_task", "legal_obligation", "consent", "contract", "vital_interest"};
static const char *const events[] = {"trajectory_end", "receipt", "no_start", "period_end"};
static const char *const cleans[] = {"strip", "flatten", "text_only"};
static const char *const offers[] = {"required", "direct"};
static const char *const exceptions[] = {"uavg-30-1-a", "uavg-30-1-b", "gdpr-9-2-a"};
static const char *const id_bases[] = {"uavg-46"};
static const char *const transforms[] = {"keep", "initials", "year", "month", "postcode4",
    "mask_last4", "present", "scanned", "age_band", "truncate", "pseudonym"};

const struct policy_words policy_roles = {roles, GW_LENGTH(roles)};
const struct policy_words policy_contracts = {contracts, GW_LENGTH(contracts)};
const struct policy_words policy_programmes = {programmes, GW_LENGTH(programmes)};
const struct policy_words policy_requirements = {requirements, GW_LENGTH(requirements)};
const struct policy_words policy_duties = {duties, GW_LENGTH(duties)};
const struct policy_words policy_statuses = {statuses, GW_LENGTH(statuses)};
const struct policy_words policy_formats = {formats, GW_LENGTH(formats)};
const struct policy_words policy_purposes = {purposes, GW_LENGTH(purposes)};
const struct policy_words policy_bases = {bases, GW_LENGTH(bases)};
const struct policy_words policy_events = {events, GW_LENGTH(events)};
const struct policy_words policy_cleans = {cleans, GW_LENGTH(cleans)};
const struct policy_words policy_offers = {offers, GW_LENGTH(offers)};
const struct policy_words policy_exceptions = {exceptions, GW_LENGTH(exceptions)};
const struct policy_words policy_id_bases = {id_bases, GW_LENGTH(id_bases)};
const struct policy_words policy_transforms = {transforms, GW_LENGTH(transforms)};

unsigned policy_bit(const struct policy_words *words, const char *word)
{
	for (size_t i = 0; word && i < words->n; i++)
		if (str_eq(words->list[i], word))
			return 1U << i;
	return 0;
}

int policy_bits_text(const struct policy_words *words, unsigned bits, struct buf *out)
{
	bool first = true;
	for (size_t i = 0; i < words->n; i++) {
		if (!(bits & 1U << i))
			continue;
		int r = buf_addf(out, "%s%s", first ? "" : ", ", words->list[i]);
		if (r < 0)
			return r;
		first = false;
	}
	return 0;
}
