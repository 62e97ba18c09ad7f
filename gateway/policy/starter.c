/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/starter.h"

#include <inttypes.h>

static const char head[] =
    "# Een beleid zegt van elk veld in een dossier of het bij een overdracht meegaat. Wat geen regel noemt, blijft.\n"
    "# Dit is een begin waarin alles blijft. Controleer het na elke wijziging:\n"
    "#   handover policy check %s.yaml      alle fouten, met plaats en voorstel\n"
    "#   handover policy test %s.yaml       de gevallen in tests/%s.test.yaml\n"
    "#   handover policy coverage %s.yaml   wat nog niet is beproefd of besloten\n"
    "#   handover policy show %s.yaml       als tabel, met --html voor het verwerkingsregister\n"
    "policy: %s\n"
    "language: 1\n"
    "version: 1  # elke vastgestelde wijziging krijgt een hoger nummer\n"
    "status: draft  # draft | active | retired; alleen active werkt\n"
    "title: Nog te benoemen\n";

static const char purpose[] =
    "# waarvoor: continuity_of_support (voortzetting), referral (verwijzing), contract_steering\n"
    "purpose: continuity_of_support\n"
    "# gdpr: public_task | legal_obligation | consent | contract | vital_interest; law: artikelen als pwet-7, wi2021-15\n"
    "legal_basis: {gdpr: public_task, law: [pwet-7]}\n"
    "applies_to:\n"
    "  sender: [provider]  # municipality | region | provider | language_school | uwv\n"
    "  recipient: [provider]\n"
    "  contract_status: [contracted]  # contracted | run_off | not_contracted\n"
    "  # ook mogelijk, alleen voor deze contracten: contract: [RI-2026-08]\n"
    "  programme: [participatiewet]  # participatiewet | wi2021 | ioaw | nug\n"
    "requires: [protocol_accepted, processor_agreement]  # wat er eerst moet zijn; ook: mandate\n"
    "offer: required  # of direct: zonder aanbod vooraf\n"
    "\n"
    "# Wat meegaat. Een regel noemt elk veld met name. Zo ziet er een uit:\n"
    "#   - rule: bereikbaarheid\n"
    "#     fields: [contact.phone, contact.email]\n"
    "#     as: keep  # keep | initials | year | month | postcode4 | mask_last4 | present | scanned\n"
    "#               # of {age_band: 5} | {truncate: 4} | {pseudonym: domein}\n"
    "#     because: nodig om de kandidaat uit te nodigen\n"
    "# Bij een regel kan ook:\n"
    "#     only_if: {programme: [wi2021]}  # of recipient_duty: [bsn_processing], consent: [share_capacity]\n"
    "#     records: {newest: 1, by: ladder.date}  # of {since: P6M, by: appointments.date}\n"
    "#     exception: uavg-30-1-b  # verplicht bij bijzondere gegevens\n"
    "#     national_id_basis: uavg-46  # verplicht bij een nationaal nummer\n"
    "#     scan: streng  # verplicht bij as: scanned, de enige weg voor vrije tekst\n"
    "allow: []\n"
    "\n"
    "# Wat blijft, en waarom. Liefst per veld; wat overblijft per klasse.\n"
    "withhold:\n"
    "  - {class: [national_id, identifier, contact, ordinary], because: nog niet besloten}\n"
    "  - {class: [sensitive, free_text, third_party], because: nog niet besloten}\n"
    "  - {class: [special, criminal], because: niet noodzakelijk of verboden (AVG 9 en 10)}\n"
    "\n"
    "# Wat een scan doet met wat hij in vrije tekst vindt: keep | mask | review | block.\n"
    "# scan_profiles:\n"
    "#   streng: {default: mask, bsn: block, health: review, criminal: block, other_special: block}\n"
    "#   bijlagen: {default: review, bsn: block, criminal: block, other_special: block, date: keep}\n"
    "\n"
    "# Bijlagen die meegaan. Een bestand kan niet worden weggelakt: wat onder mask valt blijft achter.\n"
    "# attachments:\n"
    "#   - {types: [cv], formats: [jpeg, png], clean: strip, scan: bijlagen, max_mb: 5}\n"
    "limits: {attachments: 0, total_mb: 0}\n"
    "\n"
    "# Toestemming, als een regel daarom vraagt.\n"
    "# consent: {form: TF-2026-1, max_age: P1Y, scopes: [share_capacity]}\n"
    "\n"
    "# Hoe lang: het pakket (package), bij de ontvanger (keep), bij de afzender (delete, of never).\n"
    "# after: trajectory_end | receipt | no_start | period_end\n"
    "retention:\n"
    "  package: P28D\n"
    "  recipient: {keep: P2Y, after: trajectory_end}\n"
    "  sender: {delete: P30D, after: receipt}\n";

int starter_policy(const char *id, const struct catalogue *c, struct date today, struct buf *out)
{
	char from[DATE_TEXT], until[DATE_TEXT];
	date_text(today, from);
	date_text(date_add(today, (struct duration){1, 'Y'}, 1), until);
	int r = buf_addf(out, head, id, id, id, id, id, id);
	if (r == 0)
		r = buf_addf(out,
		    "valid: {from: %s, until: %s}  # niet langer dan het contract\n"
		    "approved: [{role: fg, date: %s}]  # wie ondertekenen: handover policy sign\n"
		    "catalogue: %" PRId64 "\n",
		    from, until, from, catalogue_version(c));
	return r == 0 ? buf_adds(out, purpose) : r;
}

int starter_tests(const char *id, struct date today, struct buf *out)
{
	char day[DATE_TEXT];
	date_text(today, day);
	return buf_addf(out,
	    "# Elk geval: omstandigheden, een verzonnen dossier, en wat er dan wel (present) en niet (absent) meegaat.\n"
	    "# Ook: count: {GROEP: n}, blocked: tekst, rules: {REGEL: taken | unmet | unused}.\n"
	    "tests_for: %s\n"
	    "as_of: %s\n"
	    "cases:\n"
	    "  - case: alles blijft\n"
	    "    context:\n"
	    "      sender: provider\n"
	    "      recipient: provider\n"
	    "      contract_status: contracted\n"
	    "      programme: participatiewet\n"
	    "      recipient_duty: []\n"
	    "      consent: []\n"
	    "      met: [protocol_accepted, processor_agreement]\n"
	    "    dossier:\n"
	    "      person: {bsn: '123456782', family_name: Voorbeeld, birth_date: 1984-03-09}\n"
	    "      plan: {goal: werk in de zorg}\n"
	    "      health: {diagnosis: verzonnen}\n"
	    "    expect:\n"
	    "      absent: [person.bsn, person.family_name, person.birth_date, plan.goal, health.diagnosis]\n"
	    "      report: {withheld: {national_id: 1, identifier: 2, free_text: 1, special: 1}}\n",
	    id, day);
}
