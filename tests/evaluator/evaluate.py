#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""
A second evaluator of policy language 1, written from docs/FORMATS.md §5 and §6: evaluate.py CATALOGUE <cases >answers

A case is a line {"policy": TEXT, "context": {...}, "today": DAY, "dossier": {...}}, its answer {"invalid": why},
{"refused": why} or {"data": {...}, "withheld": {CLASS: n}, "fields": n}. The context is that of a policy test; pseudonym
keys are zeros. Of the detectors it knows what the cases hold: BSN, IBAN, phones (06-…), mail, four family names.
"""
import base64, calendar, datetime, hashlib, hmac, json, re, sys, unicodedata, yaml

TAKES = {"initials": "name", "year": "date", "month": "date", "age_band": "date", "postcode4": "postcode",
         "mask_last4": "code phone iban email", "scanned": "text", "truncate": "code name text_short",
         "pseudonym": "bsn v_number code name date email phone", "present": None,
         "keep": "bsn v_number iban email phone postcode date code lang money int name text_short"}
FORMS = {"initials": r"(IJ\.|[^\W\d_]\.)+", "year": r"\d{4}", "month": r"\d{4}-\d\d", "postcode4": r"\d{4}",
         "mask_last4": r"\W*\*{1,7}\W*|\W*\*{4}.*\w{4}", "truncate": r".+", "pseudonym": r"[\w-]{22}"}

Invalid, Refused = (type(name, (Exception,), {}) for name in ("Invalid", "Refused"))

def ask(truth, why):
    if not truth:
        raise Invalid(why)
def words(v, allowed):
    ask(isinstance(v, list) and v and len(set(v)) == len(v), "different words are expected")
    for w in v:
        ask(w in allowed, f"{w} is no word here")
    return v
def closed(m, keys):
    ask(isinstance(m, dict) and set(m) <= set(keys.replace("!", "").split()), "unknown key")
    ask(all(k[:-1] in m for k in keys.split() if k[-1] == "!"), "a key is missing")
    return m
def day(v):
    return datetime.date.fromisoformat(v)
def shift(d, term, sign):
    n, unit = sign * int(term[1:-1]), term[-1]
    if unit in "DW":
        return d + datetime.timedelta(days=n * (7 if unit == "W" else 1))
    months = max(d.year * 12 + d.month - 1 + n * (12 if unit == "Y" else 1), 12)
    y, m = months // 12, months % 12 + 1
    return datetime.date(y, m, min(d.day, calendar.monthrange(y, m)[1]))

class Catalogue:
    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            self.all = yaml.load(f, yaml.BaseLoader)
        self.fields, self.tree = {f["path"]: f for f in self.all["fields"]}, {}
        for path in self.fields:
            at, (*groups, leaf) = self.tree, path.split(".")
            for g in groups:
                at = at.setdefault(g, {})
            at[leaf] = path

def check_rule(cat, p, r):
    closed(r, "rule! fields! as! because! only_if records exception national_id_basis scan")
    r["how"], r["n"] = list(r["as"].items())[0] if isinstance(r["as"], dict) else (r["as"], "")
    ask(r["how"] in TAKES and bool(r["n"]) == (r["how"] in ("age_band", "truncate", "pseudonym")), "as")
    r["tag"] = r["how"] + (":" + r["n"] if r["n"] else "")
    ask((r["how"] == "scanned") == ("scan" in r) and r.get("scan") in [None, *p.get("scan_profiles", {})], "scan")
    only = closed(r.get("only_if", {}), "programme consent recipient_duty")
    for key, allowed in (("programme", cat.all["programmes"]), ("recipient_duty", cat.all["duties"]),
                         ("consent", p.get("consent", {}).get("scopes", []))):
        ask(key not in only or words(only[key], allowed), key)
    by = closed(r.get("records", {"by": None}), "newest since by!")["by"]
    ask(not by or (("newest" in r["records"]) != ("since" in r["records"]) and by in cat.fields and
        cat.fields[by]["type"] == "date" and by.rsplit(".", 1)[0] in cat.all["repeats"]), "records")
    for path in words(r["fields"], cat.fields):
        f, how = cat.fields[path], r["how"]
        ask(TAKES[how] is None or f["type"] in TAKES[how].split(), f"{path} is {f['type']}")
        ask({"criminal": False, "special": "exception" in r, "free_text": how == "scanned", "national_id": how ==
             "pseudonym" or "national_id_basis" in r}.get(f["class"], True), f"{path} is {f['class']}")
        ask(not by or by.rsplit(".", 1)[0] == path.rsplit(".", 1)[0], f"{path} is not in the group of records.by")
        ask(p["decided"].setdefault(path, r) is r, f"{path} is decided twice")

def check(cat, text):
    p = closed(yaml.load(text, yaml.BaseLoader), "policy! language! version! status! title! valid! approved! "
               "catalogue! purpose! legal_basis! applies_to! requires offer allow! withhold! scan_profiles "
               "attachments limits! consent retention!")
    p["decided"] = {}
    for r in p["allow"]:
        check_rule(cat, p, r)
    ask(len({r["rule"] for r in p["allow"]}) == len(p["allow"]), "a rule stands twice")
    held = [f for w in p["withhold"] for f in words(w.get("fields", [""]), ["", *cat.fields]) if f]
    ask(len(set(held)) == len(held) and not set(held) & set(p["decided"]), "withhold")
    for r in p["allow"]:
        by = p["decided"].get(r["records"]["by"]) if "records" in r else None
        ask(("records" not in r) or (by and by["how"] == "keep" and by.get("only_if", r.get("only_if")) ==
            r.get("only_if") and by.get("records", r["records"]) == r["records"]), "records.by must itself be kept")
    return p

def is_bsn(s):
    return int(s) > 0 and (sum(int(c) * (9 - i) for i, c in enumerate(s[:8])) - int(s[8])) % 11 == 0
def found(kind, text):
    pattern = {"bsn": r"\b\d{9}\b", "iban": r"\bNL\d\d[A-Z]{4}\d{10}\b", "phone": r"\b06-\d{8}\b",
               "email": r"\b[a-z0-9]+@[a-z.]+\b", "name": r"\b(Haile|Okafor|Vermeulen|Özdemir)\b"}[kind]
    return [m.span() for m in re.finditer(pattern, text) if kind != "bsn" or is_bsn(m[0])]
def scanned(profile, text):
    hits = []
    for kind in ("bsn", "iban", "phone", "email", "name"):
        verdict, spans = profile.get(kind, profile["default"]), found(kind, text)
        if spans and verdict in ("review", "block"):
            raise Refused(kind)
        hits += spans if verdict == "mask" else []
    for start, end in sorted(hits, reverse=True):
        text = text[:start] + "[…]" + text[end:]
    return text

def normal(kind, v):
    """The one spelling that equal values share."""
    return {"phone": re.sub("[ -]", "", re.sub("^0", "+31", v)), "v_number": re.sub("[ .-]", "", v).upper(),
            "name": " ".join(v.casefold().split()), "email": v.casefold()}.get(kind, v)
def transform(r, kind, v, today):
    """What the transform gives, or None when too little is known."""
    how, n = r["how"], r["n"]
    if how in ("year", "month", "age_band") and (v[:4] == "0000" or how == "month" and v[5:7] == "00"):
        return None
    if how == "age_band":
        age = today.year - int(v[:4]) - ((today.month, today.day) < (int(v[5:7]) or 7, int(v[8:]) or 15))
        low = age // int(n) * int(n)
        return f"{low}-{low + int(n) - 1}" if 0 <= age <= 130 else None
    if how == "initials":
        parts = [re.sub(r"[\W\d_]+", "", w) for w in re.split(r"[\s-]", unicodedata.normalize("NFC", v))]
        return "".join((w[:2] if w[:2].upper() == "IJ" else w[0]).upper() + "." for w in parts if w) or None
    if how == "mask_last4":
        shown, out = 4 if sum(c.isalnum() for c in v) >= 8 else 0, ""
        for c in reversed(v):
            out, shown = ("*" if c.isalnum() and shown <= 0 else c) + out, shown - c.isalnum()
        return out
    if how == "pseudonym":
        text = f"{kind}\0" + unicodedata.normalize("NFC", normal(kind, v))
        mac = hmac.new(bytes(32), text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(mac[:16]).decode().rstrip("=")
    return unicodedata.normalize("NFC", v)[:int(n)] if how == "truncate" else v[:7 if how == "month" else 4]
def result_of(r, v):
    """Could v be what the transform of r gave?"""
    if r["how"] in ("keep", "scanned", "present") or not isinstance(v, str):
        return r["how"] == "present" and v is True
    if r["how"] == "age_band":
        m, n = re.fullmatch(r"(0|[1-9]\d{0,2})-(\d+)", v), int(r["n"])
        return bool(m) and int(m[1]) % n == 0 and int(m[2]) == int(m[1]) + n - 1
    return bool(re.fullmatch(FORMS[r["how"]], v)) and (r["how"] != "truncate" or len(v) <= int(r["n"]))

class Run:
    def __init__(self, cat, p, case):
        self.cat, self.p, self.ctx, self.today = cat, p, case["context"], day(case["today"])
        self.dossier, self.met, self.withheld, self.fields = case["dossier"], {}, {}, set()
    def check_context(self):
        to, ctx, p = self.p["applies_to"], self.ctx, self.p
        if p["status"] != "active" or not p["valid"]["from"] <= str(self.today) <= p["valid"]["until"] or \
                any(ctx[k] not in to[k] for k in ("sender", "recipient", "contract_status", "programme")) or \
                ctx["contract"] not in to.get("contract", [ctx["contract"]]) or \
                set(p.get("requires", [])) - set(ctx["met"]):
            raise Refused("the policy is not for this")
    def consented(self, scope):
        all_of = [c for c in self.dossier.get("consents", []) if c["scope"] == scope]
        gone = [c["withdrawn"] for c in all_of if "withdrawn" in c]
        return scope in self.ctx["consent"] or any(
            c["form"] == self.p["consent"]["form"] and "withdrawn" not in c and all(w < c["given"] for w in gone) and
            day(c["given"]) <= self.today <= shift(day(c["given"]), self.p["consent"]["max_age"], 1) for c in all_of)
    def holds(self, only):
        return self.ctx["programme"] in only.get("programme", [self.ctx["programme"]]) and \
            set(only.get("recipient_duty", [])) <= set(self.ctx["recipient_duty"]) and \
            all(self.consented(s) for s in only.get("consent", []))
    def intake(self, tree, data):
        """The values that count, as they are typed."""
        out = {}
        for key, v in data.items():
            if v is None or key not in tree or isinstance(v, str) and not v.strip():
                continue
            if isinstance(tree[key], dict):
                out[key] = [self.intake(tree[key], d) for d in v] if isinstance(v, list) else self.intake(tree[key], v)
                continue
            f = self.cat.fields[tree[key]]
            v = str(v) if f["type"] == "code" and isinstance(v, int) else v
            v = v.zfill(9) if f["type"] == "bsn" and isinstance(v, str) else v
            low, high = map(int, f.get("range", [0, 1000000]))
            if isinstance(v, dict) or (low <= v <= high if f["type"] == "int" else v in f.get("codes", [v])):
                out[key] = v
        return out
    def records(self, rec):
        """For each record of the group, in the order of the dossier: may it go?"""
        at, (*groups, leaf) = [self.data], rec["by"].split(".")
        for g in groups:
            at = [x for d in at for x in (d.get(g, []) if isinstance(d.get(g, []), list) else [d[g]])]
        days = [isinstance(s, str) and s[:4] != "0000" and day(f"{s[:4]}-{max(s[5:7], '01')}-{max(s[8:], '01')}")
                for s in (d.get(leaf) for d in at)]
        if "since" in rec:
            return [bool(d) and d >= shift(self.today, rec["since"], -1) for d in days]
        best = sorted((d, i) for i, d in enumerate(days) if d)[-int(rec["newest"]):]
        return [(d, i) in best for i, d in enumerate(days)]
    def value(self, path, v, number):
        r, f = self.p["decided"].get(path), self.cat.fields[path]
        if not r or not r["holds"] or not (r["may"] is None or r["may"][number]):
            self.withheld[f["class"]] = self.withheld.get(f["class"], 0) + 1
            return None
        text = v["v"] if isinstance(v, dict) else v
        if isinstance(v, dict) and (v["as"] != r["tag"] or not result_of(r, text)) or text == "0000-00-00":
            return None
        if r["how"] in ("keep", "truncate") and isinstance(text, str):
            digits = re.sub("[._/-]", "", text)
            if f["type"] == "text_short" and (found("bsn", text) or found("iban", text)) or \
                    f["type"] == "code" and digits.isdigit() and len(digits) >= 8 and digits.zfill(9) == self.own:
                raise Refused(path)
        if r["how"] in ("keep", "scanned") or isinstance(v, dict):
            return v if r["how"] != "scanned" else scanned(self.p["scan_profiles"][r["scan"]], v)
        out = True if r["how"] == "present" else transform(r, f["type"], v, self.today)
        return None if out is None else {"as": r["tag"], "v": out}
    def walk(self, tree, data, number=0):
        out = {}
        for key, sub in tree.items():
            made = self.value(sub, data[key], number) if key in data and isinstance(sub, str) else None
            self.fields |= {sub} if made is not None else set()
            if key in data and isinstance(sub, dict):
                many = []
                for d in data[key] if isinstance(data[key], list) else [data[key]]:
                    self.met[id(sub)] = self.met.get(id(sub), -1) + 1
                    many += [m for m in [self.walk(sub, d, self.met[id(sub)])] if m]
                made = (many if isinstance(data[key], list) else many[0]) if many else None
            if made is not None:
                out[key] = made
        return out
    def answer(self):
        self.check_context()
        self.data = self.intake(self.cat.tree, self.dossier)
        who = self.data.get("person", {})
        self.own = who.get("bsn") if isinstance(who.get("bsn"), str) else None
        for r in self.p["allow"]:
            r["holds"] = self.holds(r.get("only_if", {}))
            r["may"] = self.records(r["records"]) if "records" in r else None
        data = self.walk(self.cat.tree, self.data)
        if not self.fields:
            raise Refused("nothing leaves")
        return {"data": {"catalogue": int(self.p["catalogue"]), **data}, "withheld": self.withheld,
                "fields": len(self.fields)}

def main():
    cat, known = Catalogue(sys.argv[1]), {}
    for line in sys.stdin:
        case = json.loads(line)
        try:
            if case["policy"] not in known:
                known[case["policy"]] = check(cat, case["policy"])
            answer = Run(cat, known[case["policy"]], case).answer()
        except (Invalid, Refused) as e:
            answer = {type(e).__name__.lower(): str(e)}
        print(json.dumps(answer))

main()
