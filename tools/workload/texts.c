/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/workload/texts.h"

const char *const text_goals[TEXTS] = {
    "Binnen een jaar betaald werk van ten minste 24 uur per week, bij voorkeur in de logistiek.",
    "Vast ritme opbouwen en via een participatieplaats doorgroeien naar betaald werk.",
    "Halen van een startkwalificatie en daarna werk in de techniek.",
    "Parttime baan in de horeca, te combineren met de schooltijden van de kinderen.",
    "Werk als chauffeur; eerst het rijbewijs C en de code 95 halen.",
    "Uitstroom naar betaald werk in de schoonmaak, met een leidinggevende taak op termijn.",
    "Eigen netwerk vergroten en twee dagen per week vrijwilligerswerk doen in het buurthuis.",
    "Taalniveau B1 halen en daarna een leerwerkplek in de bouw.",
    "Van trede 3 naar trede 5 op de participatieladder binnen achttien maanden.",
    "Een baan als heftruckchauffeur of orderpicker binnen een half uur reizen.",
    "Zelfstandig solliciteren en een proefplaatsing bij een werkgever in de regio.",
    "Terugkeer in het oude beroep van lasser, na een opfriscursus van zes weken.",
};

const char *const text_steps[TEXTS] = {
    "1. Kennismaking en intake.\n2. Twee dagen per week werkervaring in het magazijn.\n3. "
    "Sollicitatietraining vanaf volgende maand.",
    "Eerst oriëntatie op beroepen, daarna drie korte stages en een keuze voor één richting.",
    "Elke maandag taalles, op dinsdag en donderdag werk in de kringloopwinkel.",
    "Cursus VCA volgen; examen plannen zodra het oefenexamen goed gaat.",
    "Cv vernieuwen, vijf werkgevers benaderen, wekelijks terugkoppelen aan de coach.",
    "Rijlessen starten; theorie-examen is aangevraagd. Daarna aanmelden bij het uitzendbureau.",
    "Opbouw van 8 naar 16 en dan 24 uur in drie maanden, met elke maand een gesprek op de werkplek.",
    "Kinderopvang regelen, daarna starten met de leerwerkplek in de keuken.",
    "Digitale vaardigheden oefenen in de bibliotheek; inschrijven bij drie vacaturesites.",
    "Meelopen met een ervaren collega, daarna zelfstandig een afdeling draaien.",
    "Netwerkgesprekken voeren met twee oud-collega's en een werkgever uit de regio.",
    "Portfolio samenstellen en inleveren voor een ervaringscertificaat.",
};

const char *const text_agreements[TEXTS] = {
    "Kandidaat levert voor het einde van de maand het bijgewerkte cv aan.",
    "Coach neemt contact op met de werkgever over verlenging van de proefplaatsing.",
    "Wekelijks gesprek op woensdag om 10.00 uur op kantoor.",
    "Reiskosten worden vergoed tot het eind van de proefplaatsing.",
    "Kandidaat meldt zich bij verhindering vóór 9.00 uur af.",
    "De werkplek wordt na zes weken geëvalueerd met werkgever en coach.",
    "Kandidaat schrijft zich in bij twee uitzendbureaus en mailt de bevestiging.",
    "Taalles gaat voor; het rooster van het werk wordt daarop aangepast.",
    "Het driegesprek met de nieuwe coach volgt binnen vier weken.",
    "De huurtoeslag wordt opnieuw berekend zodra het loon bekend is.",
    "Werkkleding wordt door de werkgever verstrekt, schoenen door het bureau.",
    "Evaluatie aan het einde van de periode; uren worden dan opnieuw vastgesteld.",
};

const char *const text_summaries[TEXTS] = {
    "De kandidaat is op tijd, leert snel en werkt goed samen. De werkgever is tevreden en wil de "
    "plaatsing verlengen.",
    "De opbouw in uren ging goed. Er is gewerkt aan presenteren en bellen met werkgevers.",
    "Aanwezigheid was goed, op één week vakantie na. De doelen voor deze periode zijn gehaald.",
    "De taal gaat vooruit: korte gesprekken op de werkvloer lukken zonder hulp. Schrijven blijft "
    "lastig.",
    "Twee sollicitaties gedaan, één uitnodiging gekregen. Werkgever koos voor iemand met meer "
    "ervaring.",
    "De kandidaat wisselde van werkplek omdat de reistijd te lang was. Op de nieuwe plek loopt het "
    "goed.",
    "Er is een stap gezet op de ladder. Het volgende doel is een proefplaatsing van twee maanden.",
    "De motivatie is groot. Het netwerk is nog klein; daaraan wordt in het najaar gewerkt.",
    "Het examen is gehaald. Samen met de kandidaat is een lijst van tien werkgevers gemaakt.",
    "De kandidaat neemt meer initiatief dan in de vorige periode en plant zijn week zelf.",
    "Door de verhuizing lag het traject drie weken stil; daarna is het volgens plan hervat.",
    "De stage in de keuken is afgerond met een goede beoordeling van de chef.",
};

const char *const text_pip_goals[TEXTS] = {
    "Inburgeren op niveau B1 en tegelijk werkervaring opdoen in de zorg voor groen.",
    "Binnen twee jaar naar het mbo, niveau 2, richting horeca.",
    "Taal leren in de praktijk: drie dagen les en twee dagen werk.",
    "Z-route: zelfredzaam worden in de eigen buurt, met taalmaatje en buurthuis.",
    "Onderwijsroute: schakeljaar volgen en doorstromen naar een hbo-studie techniek.",
    "Module arbeidsmarkt en participatie afronden en een bedrijf bezoeken.",
    "Niveau B1 voor spreken en lezen, A2 voor schrijven.",
    "Werken in de bakkerij, waar ervaring uit het land van herkomst telt.",
    "Diploma laten waarderen en bijscholen tot elektromonteur.",
    "Participatieverklaring tekenen en vrijwilligerswerk bij de voedselbank.",
    "Taalstage bij de gemeentewerf, daarna een leerbaan.",
    "Rijbewijs halen en werk als bezorger naast de lessen.",
};

const char *const text_duties[JOBS] = {
    "Orders verzamelen, pallets stapelen, voorraad tellen met de scanner.",
    "Groente snijden, afwassen, gerechten klaarzetten volgens de lijst.",
    "Kamers schoonmaken en linnengoed aanvullen, vier collega's inwerken.",
    "Bestellingen bezorgen in de stad en de kas opmaken.",
    "Lassen van frames, aftekenen van werktekeningen.",
    "Perken onderhouden, snoeien en bestrating herstellen.",
    "Klanten helpen in de winkel en kassadienst draaien.",
    "Stukadoren en tegelzetten in nieuwbouw.",
    "Kleding herstellen en maat nemen voor klanten.",
    "Broden vormen en de oven bedienen in de nachtploeg.",
};

const char *const text_notes[TEXTS] = {
    "Kandidaat komt op de fiets.",
    "Gesprek verliep prettig.",
    "Wil graag vroege diensten.",
    "Vraagt om uitleg over de loonstrook.",
    "Heeft een oude laptop gekregen.",
    "Werkt liever buiten dan binnen.",
    "Zoekt een andere woning.",
    "Kookt graag voor de groep.",
    "Heeft nieuwe werkschoenen nodig.",
    "Spreekt met collega's steeds meer Nederlands.",
    "Is lid van een voetbalclub.",
    "Vakantie is goedgekeurd.",
};

const char *const text_jobs[JOBS] = {"orderpicker", "keukenhulp", "medewerker huishouding",
    "bezorger", "lasser", "hovenier", "winkelmedewerker", "stukadoor", "kleermaker", "broodbakker"};

const char *const text_employers[JOBS] = {"Magazijn De Linde", "Eetcafé Het Anker",
    "Hotel Zonzicht", "Fietskoeriers Brabant", "Metaalwerken Noord", "Groenvoorziening Rijen",
    "Kringloop De Cirkel", "Bouwbedrijf Van Steen", "Atelier Draad", "Bakkerij Het Stoepje"};

const char *const text_courses[JOBS] = {"VCA basis", "Heftruckcertificaat", "Sociale hygiëne",
    "Basiskwalificatie lassen", "Nederlands als tweede taal B1", "Mbo 2 logistiek",
    "Groenvoorziening niveau 1", "Mbo 3 bouw", "Bedrijfshulpverlening", "Kok niveau 2"};

const char *const text_schools[JOBS] = {"ROC Midden", "Taalschool De Brug", "Praktijkhuis Zuid",
    "Vakcollege West", "Volwassenenonderwijs Baronie", "Bedrijfsschool Techniek",
    "Groenschool Dongemond", "Bouwmensen Regio", "Opleidingshuis De Stap", "Horecaschool"};

const char *const text_streets[JOBS] = {"Dorpsstraat", "Molenweg", "Kerkstraat", "Lindelaan",
    "Stationsplein", "Oude Baan", "Veldakker", "Raadhuisplein", "Wilhelminastraat", "Hoevedreef"};
