/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Capitalised words that are no names of persons, in normal form and lower case, written for this
 * project: places, and what else is written with a capital in letters of a municipality.
 */
#include "base/defs.h"
#include "detect/lexicon.h"

/* clang-format off: words in lines */
static const char *const places[] = {
    /* municipalities and larger places */
    "bilt meern lier hertogenbosch gravenhage gravenzande best zaandijk krommenie",
    "aalsmeer aalst aalten achtkarspelen alblasserdam albrandswaard alkmaar almelo almere",
    "alphen altena ameland amersfoort amstelveen amsterdam apeldoorn appingedam arnhem assen",
    "asten axel baarlo baarle baarn barendrecht barneveld beek beesel bemmel berg bergeijk",
    "bergen berkelland bernheze beuningen beverwijk bladel blaricum bloemendaal bodegraven",
    "boekel borculo borger borne borsele boskoop boxmeer boxtel breda brielle bronckhorst",
    "brummen brunssum bunnik bunschoten bussum buren capelle castricum coevorden cranendonck",
    "culemborg cuijk dalfsen dantumadiel delden delft delfzijl deurne deventer diemen",
    "dinkelland dinxperlo doesburg doetinchem dokkum dongen dordrecht drachten drimmelen",
    "dronten druten duiven echt edam ede eemnes eemsdelta eersel eijsden eindhoven elburg",
    "elst emmeloord emmen enkhuizen enschede epe ermelo etten ettenleur franeker",
    "geertruidenberg geldermalsen geldrop gemert gennep gilze goes goirle goor gorinchem",
    "gorredijk gouda grave groenlo groesbeek groningen gulpen haaksbergen haarlem",
    "haarlemmermeer haren hardenberg harderwijk hardinxveld harlingen hattem heemskerk",
    "heemstede heerde heerenveen heerhugowaard heerlen heeze heiloo helmond hellendoorn",
    "hellevoetsluis hengelo heusden hillegom hilvarenbeek hilversum hoensbroek hoofddorp",
    "hoogeveen hoogezand hoorn horst houten huizen hulst ijmuiden ijsselmuiden ijsselstein",
    "julianadorp kaatsheuvel kampen kapelle katwijk kerkrade koggenland krimpen landerd",
    "landgraaf landsmeer laren leerdam leeuwarden leeuwarderadeel leiden leiderdorp",
    "leidschendam lelystad leudal leusden leuven lichtenvoorde lisse lochem losser maasdriel",
    "maasgouw maashorst maassluis maastricht maarssen mechelen medemblik meerssen meierijstad",
    "meppel middelburg middelharnis mierlo mijdrecht moerdijk monnickendam montferland",
    "montfoort montfort mook naaldwijk naarden nederweert nieuwegein nieuwkoop nijkerk",
    "nijmegen nijverdal nissewaard noordenveld noordoostpolder noordwijk noordwijkerhout",
    "nuenen nunspeet oegstgeest oirschot oisterwijk oldambt oldebroek oldenzaal olst ommen",
    "oosterbeek oosterhout oosterwolde ootmarsum oss ouddorp oudewater papendrecht pekela",
    "pijnacker poortugaal purmerend putten raalte raamsdonksveer renkum reimerswaal renswoude",
    "reusel rheden rhenen ridderkerk rijen rijssen rijswijk roerdalen roermond roosendaal",
    "rosmalen rotterdam rozenburg rucphen sassenheim schagen scheemda schiedam schijndel",
    "schinnen schinveld schoonhoven schouwen simpelveld sittard sliedrecht sluis",
    "smallingerland sneek soest soesterberg someren son stadskanaal staphorst stede stein",
    "steenbergen steenwijk steenwijkerland stiens susteren terneuzen terschelling texel",
    "tholen tiel tilburg tubbergen tynaarlo tytsjerksteradiel uden udenhout uitgeest uithoorn",
    "urk utrecht vaals valkenburg valkenswaard veendam veenendaal veere veghel veldhoven velp",
    "velsen venlo venray vianen vlaardingen vlagtwedde vlieland vlijmen vlissingen volendam",
    "voorburg voorhout voorschoten voorst vorden vught waadhoeke waalre waalwijk waddinxveen",
    "wageningen wassenaar waterland weert weesp westerkwartier westerveld westervoort",
    "westland westerwolde weststellingwerf wierden wijchen wijdemeren winschoten winsum",
    "winterswijk woensdrecht woerden wolvega wormerveer woudenberg woudrichem zaandam",
    "zaanstad zaltbommel zandvoort zeewolde zeist zevenaar zevenbergen zierikzee zoetermeer",
    "zoeterwoude zuidhorn zuidlaren zuidplas zundert zutphen zwartewaterland zwijndrecht",
    "zwolle antwerpen brussel gent",
    NULL,
};

static const char *const common[] = {
    /* countries, peoples, languages */
    "afghanistan albanie algerije amerika angola antillen armenie aruba australie",
    "azerbeidzjan azie belarus belgie benin bolivia bosnie brazilie bulgarije burundi",
    "cambodja canada chili china colombia congo cuba curacao cyprus denemarken duitsland",
    "ecuador egypte engeland eritrea estland ethiopie europa europese finland frankrijk",
    "gambia georgie ghana griekenland guinee guyana haiti hongarije ierland india indonesie",
    "irak iran israel italie ivoorkust jamaica japan jemen jordanie kameroen kaapverdie",
    "kazachstan kenia kirgizie koerdistan kosovo kroatie koeweit letland libanon liberia",
    "libie litouwen luxemburg macedonie mali malta marokko mauritanie mexico moldavie",
    "mongolie montenegro mozambique myanmar nederland nepal nicaragua nigeria noorwegen",
    "oeganda oekraine oezbekistan oostenrijk pakistan palestina panama peru polen portugal",
    "roemenie rusland rwanda saoedi senegal servie sierra singapore slovenie slowakije soedan",
    "somalie spanje suriname syrie tadzjikistan taiwan tanzania thailand tibet togo tsjechie",
    "tsjaad tunesie turkije turkmenistan venezuela vietnam wales zambia zimbabwe zweden",
    "zwitserland nederlands nederlandse nederlander nederlanders tigrinya farsi dari pasjtoe",
    "arabisch amharisch oromo urdu koerdisch kurmanci sorani duits italiaans portugees grieks russisch pools roemeens bulgaars turks frans spaans noors deens zweeds fins engels tsjechisch hongaars chinees japans perzisch oekraiens somalisch",
    /* provinces, regions, waters */
    "brabant noordbrabant drenthe flevoland friesland fryslan gelderland limburg overijssel",
    "zeeland holland twente achterhoek veluwe betuwe randstad baronie waddenzee noordzee",
    "ijsselmeer maas rijn waal schelde benelux vlaanderen wallonie zuid noord oost west",
    /* organisations, laws, programmes, brands */
    "participatiewet gemeentewet gemeenteblad staatsblad staatscourant ziektewet toeslagenwet",
    "werkloosheidswet inburgeringswet vreemdelingenwet grondwet awb avg wmo wajong ioaw ioaz",
    "bbz suwi uwv svb duo ind coa ggz ggd vng divosa belastingdienst kadaster rijkswaterstaat",
    "vluchtelingenwerk humanitas unhcr facebook google microsoft windows android linkedin",
    "whatsapp instagram youtube twitter tiktok skype teams zoom outlook excel word powerpoint",
    "gmail hotmail iphone ipad samsung internet intranet digid mijnoverheid werknl jobnet",
    "tempo manpower adecco olympia youngcapital startpeople unique timing lidl aldi jumbo",
    "albert heijn action hema blokker gamma praxis karwei hornbach kruidvat etos ikea",
    "mediamarkt bol coolblue amazon zalando postnl dhl ups dpd fedex picnic gorillas",
    "thuisbezorgd deliveroo ubereats uber philips asml dafs daf vdl heineken unilever shell",
    "schiphol klm prorail arriva connexxion transdev qbuzz connexion ziggo kpn odido vodafone",
    "rabobank abn amro ing sns asn triodos interpolis achmea zilveren kruis menzis vgz cz dsw",
    "nationale nederlanden cordaid unicef wikipedia javascript python linux github covid",
    "corona vca btw bv nv mbo hbo roc cao kvk klantplein",
    NULL,
};

/* clang-format on */

static const char *const particles[] = {
    "van de der den het t ter ten te in op aan bij uit von vom zu la le du da do dos das di el al",
    "as ad ash bin bint ibn abu ben abd ould s",
    NULL,
};

/* What stands before a name: whatever has a capital behind these is one. */
static const char *const titles[] = {
    "dhr mevr mw mevrouw meneer mijnheer mijnh heer mej juffrouw drs ir ing dr mr prof fam familie",
    "achternaam voornaam voornamen roepnaam familienaam geslachtsnaam",
    NULL,
};

/* What may stand before a name: a capital word behind these is one when it is no Dutch word. */
static const char *const roles[] = {
    "partner echtgenoot echtgenote man vrouw vriend vriendin broer broertje zus zusje zuster zwager",
    "schoonzus vader moeder zoon zoontje dochter dochtertje kind oom tante neef nicht opa oma",
    "buurman buurvrouw contactpersoon bewindvoerder curator mentor klantmanager consulent consulente",
    "coach trajectbegeleider begeleider begeleidster jobcoach werkcoach casemanager taalcoach tolk",
    "advocaat voogd gezinsvoogd maatje taalmaatje collega leidinggevende teamleider docent docente",
    "kandidaat client cliente klant leerling deelnemer deelneemster regisseur loopbaancoach",
    "aanspreekpunt gesproken contact namens",
    NULL,
};

/* The first words of places of several; the places stand in place.c. */
static const char *const towns[] = {
    "den etten bergen berg alphen capelle krimpen baarle gilze oude nieuwe sint hoek wijk",
    NULL,
};

const struct lexicon_list lexicon_things[] = {
    {WORD_PLACE, places},
    {WORD_TOWN, towns},
    {WORD_COMMON, common},
    {WORD_PARTICLE, particles},
    {WORD_TITLE, titles},
    {WORD_ROLE, roles},
    {0, NULL},
};
