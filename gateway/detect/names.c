/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/names.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "detect/normal.h"
#include "detect/scan.h"

/* Lists of words, each between spaces. */
static const char particles[] =
    " van de der den het t ter ten te op in aan bij uit over onder voor tot la le les l du da do dos "
    "das di del della des d von vom zu zum zur af el al as ad an ar ash at az ben bin bint ibn abu "
    "umm ould abd s ";

static const char titles[] =
    " dhr mevr mw mevrouw meneer mijnheer heer mej dr drs mr ir ing prof ds bc ba ma bsc msc "
    "partner echtgenoot echtgenote man vrouw vriend vriendin broer zus zuster zwager schoonzus "
    "vader moeder ouder ouders zoon dochter kind kinderen oom tante neef nicht opa oma buur "
    "buurman buurvrouw buren kennis contact contactpersoon bewindvoerder curator mentor "
    "beschermingsbewind klantmanager consulent coach trajectbegeleider begeleider jobcoach "
    "werkcoach casemanager taalcoach tolk tel telefoon mobiel mail email geb geboren adres "
    "postcode en of met via geen niet onbekend bv nv stichting vereniging gemeente werk "
    "nederland noodnummer noodcontact gehuwd samenwonend gescheiden ";

static const char offices[] =
    " team teams werk inkomen gemeente gemeenten afdeling dienst sociale sociaal zaken zorg wijkteam "
    "wijk bureau instelling organisatie bedrijf school opleiding cursus kantoor balie loket regio "
    "provincie rijk overheid ministerie rechtbank politie justitie reclassering ziekenhuis huisarts "
    "praktijk kliniek jeugd jeugdzorg onderwijs inburgering participatie uitkering schuldhulp "
    "schuldhulpverlening budget budgetbeheer maatschappelijk maatschappelijke ondersteuning "
    "begeleiding vluchtelingenwerk project traject uwv svb ggz ggd wmo cak duo ind coa igm isd "
    "wsw wajong bbl mbo hbo roc cwi idu vng ";

static const char shy[] =
    " januari februari maart april mei juni juli augustus september oktober november december jan "
    "feb mrt apr jun jul aug sep sept okt nov dec al an as do da du ei en er ga ge go ik in is ja je "
    "la me na nu of om op se so ta te ton uw we ze zo ";

static const char ordinary[] =
    " als alle ander andere april augustus been bent daar dan dat deze die dit doch doen dorp dus een "
    "eens eer eerst en er gaan gaat ge geen geweest haar had heb hebben heeft hem het hier hij hoe "
    "hun iemand iets ik is ja je juli juni komen komt kon kunnen leven maakt maand maar me men mens "
    "met mij mijn moet na naar niet niets nog nu of om omdat ons ook reeds stad te tegen tijd toch "
    "toen u uw van veel want waren was wat week weet werd werk wezen wie worden wordt zal ze zelf "
    "zich zij zijn zo zonder zou dag"
    " aard akker alles amber appel arend arm arts avond baan baas bakker bal balk band bank baron "
    "bast beek beer beet berg best beste bier bij bijl blauw bleek bloem blok bode boek boer bol "
    "boer bok boom boon boot bor bos bosch bot bouw bouwman brand brandt breed broek broer brood "
    "brouwer brug bruggen bruin buis buren burg burger buur can citroen daal dam dans dauw deken "
    "dekker dijk dijkstra doel donker door dorp draad draaier dreef drost druif duif duin duits "
    "eend eik eiland engel engels ezel faber fluit fort frank frans gans geel geer geest gerrit "
    "glas god goed goud graaf graan grand gras grens groen groot haag haak haan haas hals ham "
    "hamer hand hart haven heer heide heilig held helder hemel hendel hengst heuvel hoed hoek hof "
    "hond hooft hoop hoorn horst hout huis huisman iman jaar jager jansteen jong jonge joy kaas "
    "kamp kan kant kap karel kat keizer kelder kerk kers klaar klei klein kleine klok klomp knap "
    "koek koel kok kolk komen koning koop koopman koper korf kort korte kraai kramer kreek krijger "
    "kroon kruis kuip kuiper kunst kuyper kwik laan lam land lang lange laan last leen leer leeuw "
    "leiden lente licht lief linde linden loon loper maan maat mark markt meer mees mei meer meester "
    "meeuw melk mes metselaar meulen midden molen molenaar mol moor mooi muis mulder naald nacht "
    "nagel nieuw noord oord oost otter oud oude paal pad pan park paus peer pen peper pieters pijl "
    "plas ploeg pol polder pool poort pop post pot prins punt put raad raaf ram rand reed reiger "
    "rein ridder riet ring rijk rit roem rood roos rots ruiter ruim rust schaap schaar schepen "
    "schilder schild schip schipper school schouten slag slager slot smal smit snel snoek spaan "
    "spits sprong staal stad staf stam star steen ster sterk stok stoel storm straat stroom swart "
    "tak tand tang tas timmer timmerman tol toren tuin vaart vader vader valk veen veer veld velde "
    "verhoeven vet vis visser vlam vlag vlieger vlucht vogel volk vorst vos vrede vriend vries vrij "
    "vroeg waal wagen wagenaar wal wand water weber weg weide west wever wiel wijn wijs wil wild "
    "wilde wind winkel winter wit witte woerd wolf woud zaal zand zang zee zeeman zeil zijde zoet "
    "zomer zon zuid zwaan zwaar zwart zwarte ";

enum list { PARTICLES, TITLES, OFFICES, SHY, ORDINARY, LISTS };

static const char *const lists[LISTS] = {particles, titles, offices, shy, ordinary};

/* The words of all lists in one table, each with the lists that it stands in. */
enum { SLOTS = 4096 };
static struct slot {
	const char *word;
	size_t n;
	unsigned in; /* bit per list */
} slots[SLOTS];

/* Where a word stands, or the free place where it would. */
static struct slot *slot_of(const char *text, size_t n)
{
	uint32_t h = 0x811c9dc5; /* FNV-1a */
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)text[i]) * 16777619u;
	struct slot *s = &slots[h % SLOTS];
	while (s->word && (s->n != n || memcmp(s->word, text, n) != 0))
		s = s + 1 < slots + SLOTS ? s + 1 : slots;
	return s;
}

static void fill(void)
{
	for (size_t l = 0; l < LISTS; l++)
		for (const char *at = lists[l] + 1; *at; at += strcspn(at, " ") + 1) {
			size_t n = strcspn(at, " ");
			struct slot *s = slot_of(at, n);
			*s = (struct slot){at, n, s->in | 1U << l};
		}
}

static bool is_in(enum list list, const char *text, size_t n)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void)pthread_once(&once, fill);
	return slot_of(text, n)->in & 1U << list;
}

bool name_is_particle(const char *text, size_t n)
{
	return is_in(PARTICLES, text, n);
}

bool name_is_title(const char *text, size_t n)
{
	return is_in(TITLES, text, n);
}

bool name_is_office(const char *text, size_t n)
{
	return is_in(OFFICES, text, n);
}

bool name_is_shy(const char *text, size_t n)
{
	return is_in(SHY, text, n);
}

bool name_is_ordinary(const char *text, size_t n)
{
	return is_in(ORDINARY, text, n);
}

int name_split(struct name_parts *p, const char *text)
{
	struct normal z GW_CLEANUP(normal_release) = {0};
	int r = text ? normal_make(&z, text, strlen(text)) : 0;
	for (size_t i = 0; r == 0 && i < z.text.len;) {
		size_t end = i;
		while (end < z.text.len && scan_is_letter(z.text.data[end]))
			end++;
		if (end == i) {
			i++;
			continue;
		}
		if (p->n == NAME_PARTS)
			return GW_ELIMIT;
		struct name_part *w = &p->part[p->n++];
		w->text = str_dupn(z.text.data + i, end - i);
		w->n = end - i;
		w->capital =
		    scan_lower(w->text[0]) != w->text[0] || (unsigned char)w->text[0] >= 0x80;
		for (size_t k = 0; k < w->n; k++)
			w->text[k] = scan_lower(w->text[k]);
		i = end;
	}
	return r;
}

void name_parts_release(struct name_parts *p)
{
	for (size_t i = 0; i < p->n; i++)
		str_wipe_p(&p->part[i].text);
	p->n = 0;
}
