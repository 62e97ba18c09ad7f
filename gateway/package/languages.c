/* SPDX-License-Identifier: EUPL-1.2 */
/* Languages that candidates and interpreters often speak, by their names. */
#include "base/defs.h"
#include "base/str.h"
#include "package/labels.h"

struct language {
	const char *three, *two, *name[2]; /* ISO 639-3; ISO 639-1, "" without; Dutch, English */
};

static const struct language languages[] = {
    {"afr", "af", {"Afrikaans", "Afrikaans"}},
    {"amh", "am", {"Amhaars", "Amharic"}},
    {"ara", "ar", {"Arabisch", "Arabic"}},
    {"aze", "az", {"Azerbeidzjaans", "Azerbaijani"}},
    {"bel", "be", {"Wit-Russisch", "Belarusian"}},
    {"ben", "bn", {"Bengaals", "Bengali"}},
    {"ber", "", {"Berbers", "Berber"}},
    {"bos", "bs", {"Bosnisch", "Bosnian"}},
    {"bul", "bg", {"Bulgaars", "Bulgarian"}},
    {"ces", "cs", {"Tsjechisch", "Czech"}},
    {"ckb", "", {"Sorani-Koerdisch", "Sorani Kurdish"}},
    {"cmn", "", {"Mandarijn", "Mandarin Chinese"}},
    {"deu", "de", {"Duits", "German"}},
    {"dse", "", {"Nederlandse Gebarentaal", "Dutch Sign Language"}},
    {"ell", "el", {"Grieks", "Greek"}},
    {"eng", "en", {"Engels", "English"}},
    {"fas", "fa", {"Perzisch (Farsi)", "Persian (Farsi)"}},
    {"fra", "fr", {"Frans", "French"}},
    {"fry", "fy", {"Fries", "Frisian"}},
    {"ful", "ff", {"Fula", "Fula"}},
    {"hau", "ha", {"Hausa", "Hausa"}},
    {"hin", "hi", {"Hindi", "Hindi"}},
    {"hrv", "hr", {"Kroatisch", "Croatian"}},
    {"hun", "hu", {"Hongaars", "Hungarian"}},
    {"hye", "hy", {"Armeens", "Armenian"}},
    {"ibo", "ig", {"Igbo", "Igbo"}},
    {"ind", "id", {"Indonesisch", "Indonesian"}},
    {"ita", "it", {"Italiaans", "Italian"}},
    {"jpn", "ja", {"Japans", "Japanese"}},
    {"kat", "ka", {"Georgisch", "Georgian"}},
    {"kmr", "", {"Kurmançi-Koerdisch", "Kurmanji Kurdish"}},
    {"kor", "ko", {"Koreaans", "Korean"}},
    {"kur", "ku", {"Koerdisch", "Kurdish"}},
    {"lav", "lv", {"Lets", "Latvian"}},
    {"lin", "ln", {"Lingala", "Lingala"}},
    {"lit", "lt", {"Litouws", "Lithuanian"}},
    {"mkd", "mk", {"Macedonisch", "Macedonian"}},
    {"mnk", "", {"Mandinka", "Mandinka"}},
    {"nep", "ne", {"Nepalees", "Nepali"}},
    {"nld", "nl", {"Nederlands", "Dutch"}},
    {"orm", "om", {"Oromo", "Oromo"}},
    {"pan", "pa", {"Punjabi", "Punjabi"}},
    {"pap", "", {"Papiaments", "Papiamento"}},
    {"pes", "", {"Perzisch (Farsi)", "Persian (Farsi)"}},
    {"pol", "pl", {"Pools", "Polish"}},
    {"por", "pt", {"Portugees", "Portuguese"}},
    {"prs", "", {"Dari", "Dari"}},
    {"pus", "ps", {"Pasjtoe", "Pashto"}},
    {"rif", "", {"Tarifit-Berbers", "Tarifit Berber"}},
    {"ron", "ro", {"Roemeens", "Romanian"}},
    {"rus", "ru", {"Russisch", "Russian"}},
    {"slk", "sk", {"Slowaaks", "Slovak"}},
    {"som", "so", {"Somalisch", "Somali"}},
    {"spa", "es", {"Spaans", "Spanish"}},
    {"sqi", "sq", {"Albanees", "Albanian"}},
    {"srn", "", {"Sranantongo", "Sranan Tongo"}},
    {"srp", "sr", {"Servisch", "Serbian"}},
    {"swa", "sw", {"Swahili", "Swahili"}},
    {"tam", "ta", {"Tamil", "Tamil"}},
    {"tha", "th", {"Thais", "Thai"}},
    {"tir", "ti", {"Tigrinya", "Tigrinya"}},
    {"tur", "tr", {"Turks", "Turkish"}},
    {"uig", "ug", {"Oeigoers", "Uyghur"}},
    {"ukr", "uk", {"Oekraïens", "Ukrainian"}},
    {"urd", "ur", {"Urdu", "Urdu"}},
    {"uzb", "uz", {"Oezbeeks", "Uzbek"}},
    {"vie", "vi", {"Vietnamees", "Vietnamese"}},
    {"wol", "wo", {"Wolof", "Wolof"}},
    {"yor", "yo", {"Yoruba", "Yoruba"}},
    {"yue", "", {"Kantonees", "Cantonese"}},
    {"zgh", "", {"Standaard-Berbers", "Standard Moroccan Berber"}},
    {"zho", "zh", {"Chinees", "Chinese"}},
};

const char *language_name(const char *code, enum html_language language)
{
	for (size_t i = 0; *code && i < GW_LENGTH(languages); i++)
		if (str_eq(code, languages[i].three) || str_eq(code, languages[i].two))
			return languages[i].name[language];
	return code;
}
