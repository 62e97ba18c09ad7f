/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * corpus_words: names, sentences and traps for the generated corpus of corpus_test.c. The names
 * were written down apart from the lists in gateway/detect, common ones and rare ones as they came;
 * many stand in no list. A slot such as {phone} is filled and known to be one.
 */
#ifndef TESTS_SUPPORT_CORPUS_WORDS_H
#define TESTS_SUPPORT_CORPUS_WORDS_H

static const char *const corpus_given[] = {"Anneloes", "Bouke", "Carlijn", "Dirkje", "Evert",
    "Fleur", "Geeske", "Hidde", "Ingmar", "Joke", "Klaas", "Liesbeth", "Mieke", "Nynke", "Onno",
    "Petra", "Quirijn", "Roelien", "Sjoukje", "Tjalling", "Ursula", "Vincent", "Wietske", "Yvonne",
    "Zeger", "Jan", "Mark", "Roos", "Wil", "Johanna", "Pieter", "Bram", "Truus", "Aad", "Ay\u015fe",
    "Berkay", "Cemre", "Dilan", "Eyl\u00fcl", "Feride", "G\u00fclten", "H\u00fcseyin",
    "\u0130smail", "Kadir", "Melis", "Nurg\u00fcl", "\u00d6mer", "R\u0131dvan", "\u015eeyma",
    "Tu\u011fba", "Umut", "Volkan", "Z\u00fcleyha", "Abdelmalek", "Btissam", "Chaimae", "Driss",
    "Fatima-Zahra", "Ghizlane", "Hayat", "Ilyas", "Jamila", "Khadija", "Loubna", "Mohamed",
    "Naoual", "Othmane", "Rachid", "Soukaina", "Tarik", "Wafae", "Yassine", "Zakaria", "Bassel",
    "Diyar", "Ghazwan", "Hadeel", "Joudi", "Kinan", "Mayada", "Nizar", "Obaida", "Rasha", "Samer",
    "Thaer", "Wissam", "Yazan", "Abrehet", "Biniam", "Dejen", "Elilta", "Feven", "Goitom", "Hermon",
    "Isayas", "Kisanet", "Luwam", "Merhawit", "Natnael", "Okbazghi", "Rahwa", "Samrawit", "Teklu",
    "Weyni", "Yonatan", "Zemichael", "Mulubrhan", "Aregash", "Tsigehana", "Amina", "Hodan",
    "Warsame", "Kofi", "Chidinma", "Oluwakemi", "Zahra", "Behrouz", "Nilofar", "Golnaz", "Kamran",
    "Agnieszka", "Zbigniew", "Oksana", "Mykola", "Svitlana", "Nguyet", "Xiulan", "Rajesh", "Sunita",
    "Jos\u00e9", "Luz", "Jo\u00e3o"};

static const struct {
	const char *prefix, *family;
} corpus_family[] = {{"", "Jansen"}, {"de", "Vries"}, {"van den", "Berg"}, {"van der", "Meulen"},
    {"", "Hoogeveen"}, {"ter", "Horst"}, {"van 't", "Hoff"}, {"", "Kuperus"}, {"", "Zwaagstra"},
    {"", "Oudenampsen"}, {"van", "Wijngaarden"}, {"", "Schuurmans"}, {"", "Verhulst"},
    {"de", "Graaf"}, {"", "Bakker"}, {"", "Brouwer"}, {"", "Hollander"}, {"", "Nieuwpoort"},
    {"", "Tuinhof"}, {"van de", "Sande"}, {"", "Rademaker"}, {"", "Yal\u00e7\u0131nkaya"},
    {"", "\u00d6zbek"}, {"", "G\u00fcrb\u00fcz"}, {"", "Ta\u015fdemir"}, {"", "Karabulut"},
    {"", "\u015eent\u00fcrk"}, {"", "B\u00fcy\u00fck"}, {"", "Demirel"}, {"", "El Khattabi"},
    {"", "Ait Lahcen"}, {"", "Bouzambou"}, {"", "Oulad Ali"}, {"", "Azzouz"}, {"", "Benslimane"},
    {"", "El Bouazzati"}, {"", "Al-Jundi"}, {"", "Al Zoubi"}, {"", "Kabbani"}, {"", "Shahin"},
    {"", "Hamwi"}, {"", "Sukkar"}, {"", "Dabbagh"}, {"", "Gebrekidan"}, {"", "Tesfazion"},
    {"", "Habteab"}, {"", "Woldegebriel"}, {"", "Mehreteab"}, {"", "Asgedom"}, {"", "Ghirmatsion"},
    {"", "Berhane"}, {"", "Hailu"}, {"", "Abdikadir"}, {"", "Owusu"}, {"", "Okonkwo"},
    {"", "Rezaei"}, {"", "Noorzai"}, {"", "Kowalczyk"}, {"", "Wojciechowska"}, {"", "Shevchenko"},
    {"", "Bondarenko"}, {"", "Nguyen"}, {"", "Zhao"}, {"", "Ramcharan"}, {"", "Fern\u00e1ndez"},
    {"", "Pereira"}, {"", "Martina"}};

/* Sentences in which nothing may be found but what the slots say. */
static const char *const corpus_prose[] = {
    "De kandidaat volgt sinds het voorjaar een traject naar betaald werk.",
    "Tijdens het gesprek zijn de afspraken over het rooster vastgelegd.",
    "Het college stelt nadere regels vast over de hoogte van de vergoeding.",
    "De werkgever is tevreden over de inzet en wil de proefplaatsing verlengen.",
    "Op grond van de Participatiewet biedt de gemeente ondersteuning bij het vinden van werk.",
    "Er is gewerkt aan presenteren, plannen en het bellen met werkgevers.",
    "Door de verhuizing lag het traject drie weken stil.",
    "De reiskosten worden vergoed op vertoon van de kaartjes.",
    "De aanvrager ontvangt binnen acht weken een besluit op de aanvraag.",
    "Na afloop vult de coach samen met de kandidaat het evaluatieformulier in.",
    "Wie het niet eens is met de beslissing kan binnen zes weken bezwaar maken.",
    "In het plan van aanpak staan de doelen voor de komende 12 maanden.",
    "De voortgang wordt elke vier weken met het UWV besproken.",
    "Voor de cursus Nederlands op niveau B1 is een plaats aangevraagd.",
    "Het contract loopt tot en met het einde van het jaar en omvat 24 uur per week.",
    "Begeleiding gebeurt door het team Werk en Inkomen.",
    "Hij leert orders verzamelen met de scanner en haalt zijn heftruckcertificaat.",
    "Zij solliciteert naar functies in de zorg, de schoonmaak en de horeca.",
    "Artikel 7, eerste lid, van de wet is hier niet van toepassing.",
    "De loonwaarde is vastgesteld op 60 procent van het minimumloon.",
    "Kinderopvang is geregeld; de begindatum volgt nog.",
    "Op de werkvloer gaat het spreken beter dan het schrijven.",
    "Het driegesprek met de nieuwe coach vindt plaats op kantoor.",
    "Bij verhindering meldt de deelnemer zich voor 9.00 uur af."};

static const char *const corpus_slots[] = {"Het burgerservicenummer is {bsn}.", "BSN: {bsn}.",
    "In de brief van de gemeente staat {bsn} als nummer.", "Bsn {bsn} is gecontroleerd.",
    "Het loon gaat naar rekening {iban}.", "IBAN {iban} op naam van de kandidaat.",
    "Graag storten op {iban} voor het eind van de maand.", "Bel {phone} voor een afspraak.",
    "De coach is bereikbaar op {phone} of via de receptie.", "Tel. {phone}.",
    "Bij spoed belt hij {phone}, ook na vijf uur.", "Mail naar {email} als er iets verandert.",
    "Het adres is {email}.", "Stuur het cv aan {email} of kom langs.",
    "Zie {url} voor de vacature.", "De kandidaat is geboren op {birth}.", "Geboortedatum: {birth}.",
    "Zij is op {birth} geboren in het buitenland.", "Geb. {birth}, gehuwd.", "Woont op {address}.",
    "Adres: {address}.", "De post gaat naar {address} tot nader bericht.",
    "Het v-nummer is {vnumber}.", "Ingeschreven onder KvK {kvk}.",
    "Rijdt in een auto met kenteken {plate}.", "Mevrouw {surname} heeft gebeld.",
    "Er is overlegd met dhr. {surname}.", "Zijn partner {given} werkt ook.",
    "Klantmanager {full} doet de nazorg.", "Gisteren kwam {given} langs op kantoor.",
    "{full} is akkoord met het plan.", "Volgens {full} gaat het beter.",
    "Er is gesproken met {initials}.", "De afspraak met {given} is verzet.",
    "De werkgever, {full}, wil verlengen.", "{given} volgt de cursus op dinsdag.",
    "Vandaag heeft {known} zich gemeld.", "Het gaat goed met {known}.",
    "De moeder van {known} zorgt voor de kinderen.",
    "Volgens de coach wil {known} meer uren werken."};

static const char *const corpus_traps[] = {"RSIN {rawbsn} van de stichting.",
    "Het btw-nummer is NL{rawbsn}B01.", "Zaaknummer Z{rawbsn} is gesloten.",
    "Er is \u20ac 12.450,00 betaald op 12-01-2026.", "Vergadering van 09.00-17.00 in zaal 3.",
    "De periode 2024-2025 is afgesloten.", "Bsn onbekend.", "Het bsn {badbsn} is onjuist.",
    "Rekening {badiban} bestaat niet.", "Ordernummer 0119 123456 is geleverd.",
    "De cursus begon op 03-02-2025 en eindigt op 28 juni.", "2 stuks @ 3.50 euro.",
    "In 2021 IN de regio gestart.", "Hij slikte 4000 MG per dag niet meer.",
    "Versie 10.11.12 van het formulier.", "Product GX-123-B is uitverkocht.",
    "Contract van 2 jaar met een 25-jarig bedrijf.", "In dienst sinds 09-03-2019 bij de gemeente.",
    "Nummer 12345678 staat op de factuur.", "Op 14 mei om 10.30 uur.",
    "Kerkstraat wordt opgeknapt.", "Bakker is een mooi beroep.",
    "De Gemeente Tilburg en het UWV werken samen.", "Het Anker en De Linde zijn leerbedrijven.",
    "Werk en Inkomen van de gemeente Breda.", "Er zijn 123456 inwoners en 45.678 banen.",
    "Lees punt 3.2 en bijlage A. Daarna volgt B."};

#endif
