"""C7: redaction on 200 invented lines with an identifier in each, and 50 clean ones: recall, and false hits.

The lists of lines are invented by the author of the rules, who wrote other sentences and drew other names than the rules were
tried on; the rules were changed after runs on them, so these figures are optimistic. The honest one is the last: real comments of
patients (PATH), in which a name stands in the place of the first "he" or "she"; names of twelve countries are those of the package
Faker where it is installed. Comments and names are halved by their SHA-256: the rules were changed in sight of one half and
measured on the other.

    .venv/bin/python benchmarks/evidence/consultation_redaction.py [PATH]
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import re
from collections import Counter

import numpy as np
import polars as pl
from consultation_common import data_path, missing, say

from almoner.voices.consultation.names import first_names, vocabulary
from almoner.voices.consultation.redaction import candidates

LISTED = [
    "Deborah",
    "Kofi",
    "Siobhan",
    "Rajesh",
    "Malgorzata",
    "Trevor",
    "Yasmin",
    "Gwyneth",
    "Dilys",
    "Hamza",
    "Bernadette",
    "Callum",
    "Oluwaseun",
    "Noreen",
    "Piotr",
    "Chantelle",
]
UNLISTED = [
    "Zephyrine",
    "Tomasina",
    "Bronagh",
    "Ikechukwu",
    "Wren",
    "Aoibheann",
    "Thulani",
    "Fenella",
    "Caspian",
    "Oonagh",
    "Radomir",
    "Quillon",
]
SURNAMES = [
    "Hargreaves",
    "Okonjo",
    "Szymanska",
    "Pillai",
    "Fairweather",
    "Mbeki",
    "Strickland",
    "Nuttall",
    "Bhatt",
    "Ferreira",
    "Cholmondeley",
    "Ogden",
]
NAME_LINES = (
    "When {full} came to see us she never once looked at the care plan.",
    "My husband {first} waited eleven days for anyone to ring back.",
    "I would like to praise {first} {last} who stayed late to settle my dad.",
    "It was only because of {full} that we got through the winter.",
    "Mr {last} told us there was no money left until April.",
    "{first} was the best carer my mother ever had.",
    "Ask {first}, the night senior, she will tell you the same.",
    "My daughter {first} has worked in three homes and left all of them.",
    "Councillor {last} promised to look into the rota and did nothing.",
    "Yours sincerely, {full}",
    "my son {small} was told he could start on monday and then heard nothing",
    "we were visited by {small} who was lovely but very rushed",
    "The manager, {full}, resigned the same week.",
    "Dr. {last} agreed that staffing was unsafe.",
    "Nobody told {first} that the shift had moved.",
)
OTHER_LINES = (
    ("My number is {phone} if you want to hear more about the rota.", "phone"),
    ("Please ring {phone} after six, I am on days.", "phone"),
    ("You can write to {email} and I will send the payslips.", "email"),
    ("{email} is the best way to reach our branch.", "email"),
    ("We live at {address} and nobody has visited since May.", "address"),
    ("The home is near {postcode} and has had four managers.", "postcode"),
    ("I moved from {postcode} to be nearer to mum.", "postcode"),
    ("Her NHS number is {nhs} and they still lost the file.", "nhs_number"),
    ("National insurance {ni} was on the letter they sent to the wrong house.", "ni_number"),
    ("He was born on {birth} and has had carers since he was nine.", "birth"),
    ("The car was {vehicle} and the driver shouted at the carer.", "vehicle"),
    ("Message me @{handle} if you are recruiting.", "link"),
    ("Wages went to sort code {sort} by mistake.", "bank"),
)
CLEAN = (
    "Pay the staff properly and they will stay.",
    "The Care Certificate should count everywhere.",
    "In April 2024 the minimum wage rose to £11.44 an hour.",
    "I will not apply again until the hours are fixed.",
    "We lost 12 of our 40 staff between May and August.",
    "Skills for Care publishes these figures every year.",
    "Will anybody read this? I hope so.",
    "The Joseph Rowntree Foundation has said the same.",
    "St John Ambulance trained us for free.",
    "There is a mark on every rota where the gaps are.",
    "Good managers are worth more than gold.",
    "Band 3 pays more than we do for easier work.",
    "A register may help, but who will pay for it?",
    "Care at home is cheaper than 30 days in hospital.",
    "The vacancy rate fell from 9.9 to 8.3 per cent.",
    "Please end zero hours contracts.",
    "The Department of Health and Social Care should lead.",
    "Our agency charges 28.50 an hour and pays 11.60.",
    "Grace and patience are what this work needs.",
    "The council's answer came in section 42 of a letter.",
    "Faith groups and charities do a lot of this unpaid.",
    "We need joy in this work again.",
    "From Monday to Friday there is nobody on at night.",
    "Scotland and Wales have done it already.",
    "The CQC came in June and found nothing wrong.",
    "I agree strongly with proposal 4.2 on page 17.",
    "Brexit and covid made everything worse.",
    "Hope is not a plan.",
    "Dementia care needs more time, not more forms.",
    "Call the work what it is: skilled.",
    "Staff in Wakefield earn less than staff in Leeds.",
    "Apprentices should get at least the full rate.",
    "My team of 15 covers 200 square miles.",
    "Parkinson's nurses are stretched as well.",
    "Rose-tinted reports will not fix this.",
    "The rota is done by a computer in head office.",
    "Two in five leave within a year.",
    "It took 1,250 hours to fill one post.",
    "Alzheimer's Society leaflets are the only help we had.",
    "Cash for carers now.",
    "The bill for 2023-24 was £23.7bn.",
    "Ask people what they want.",
    "We are not angels, we are workers.",
    "Bank holidays should be paid double.",
    "Level 2 and Level 3 should come with a rise.",
    "A care home in Lancaster closed last week.",
    "I have nothing to add to my answer to question 3.",
    "Victoria House and Albert Court are both short of staff.",
    "This is Britain, not the workhouse.",
    "National Insurance went up by 1.2 points.",
)


# A second set, written after the rules were finished and run once: the honest figure.
FRESH_NAMES = (
    "Ottilie Brannigan", "Leszek Wojcik", "Nkechi Umeh", "Hugh Pemberton", "Sunniva Dahl", "Parveen Akhtar", "Col Treharne",
    "Ines Furtado",
    "Jed Rawsthorne", "Ming Ho", "Ruaridh Mackay", "Eluned Price",
)  # fmt: skip
FRESH_LINES = (
    "{full} from the agency signed me off without ever meeting me.",
    "I told {first} twice and she wrote it down wrong twice.",
    "In the end it was {first} and her sister who bathed him.",
    "Thanks to {first} in the office we were paid.",
    "There was a meeting with {full} in the chair.",
    "As {first} said at handover, you cannot be in two rooms at once.",
    "the new deputy, {small}, rings in sick every other friday",
    "Sister {last} ran that ward like a ship.",
    "We call her Nan but her name is {full}.",
    "{full} (registered manager)",
)
FRESH_CLEAN = (
    "The Government should act on the Casey review.",
    "My employer pays for the Blue Light Card.",
    "On Christmas Day I did a double shift.",
    "Homecare in Cornwall is on its knees.",
    "NVQ Level 3 took me two years in my own time.",
    "The Royal College of Nursing is right.",
    "I would rather stack shelves at Lidl.",
    "Social Work England already does this for us.",
    "Mileage is 25p and diesel is 150p.",
    "We use PASS and Birdie for records and both are slow.",
    "Sleep-ins at 40 pounds a night are an insult.",
    "Question 7 is badly worded.",
    "Zero. That is what we get for travel.",
    "Treat us like the NHS treats its people.",
    "Kindness cannot be taught in an hour of e-learning.",
)


def fresh(rng: np.random.Generator) -> list[tuple[str, str, str]]:
    """Return the second set's (line, piece that has to be found, kind)."""
    found = []
    for number in range(60):
        full = str(rng.choice(FRESH_NAMES))
        first, last = full.split()
        values = {"first": first, "last": last, "full": full, "small": first.casefold()}
        template = FRESH_LINES[number % len(FRESH_LINES)]
        piece = next(values[key] for key in ("full", "small", "first", "last") if "{" + key + "}" in template)
        found.append((template.format(**values), piece, "name"))
    return found


def nhs_number(rng: np.random.Generator) -> str:
    """Return an invented number with a true check digit."""
    while True:
        digits = [9, 9, *rng.integers(0, 10, 7)]
        check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            text = "".join(str(int(digit)) for digit in digits) + str(0 if check == 11 else check)
            return f"{text[:3]} {text[3:6]} {text[6:]}"


def lines(rng: np.random.Generator) -> list[tuple[str, str, str]]:
    """Return 200 (line, piece that has to be found, kind)."""
    found = []
    for number in range(120):
        first = str(rng.choice(UNLISTED if number % 4 == 0 else LISTED))
        last = str(rng.choice(SURNAMES))
        template = NAME_LINES[number % len(NAME_LINES)]
        values = {"first": first, "last": last, "full": f"{first} {last}", "small": first.casefold()}
        piece = next(values[key] for key in ("full", "small", "first", "last") if "{" + key + "}" in template)
        found.append((template.format(**values), piece, "name"))
    for number in range(80):
        template, kind = OTHER_LINES[number % len(OTHER_LINES)]
        a, b = (f"{int(rng.integers(100, 1000))}" for _ in range(2))
        values = {
            "phone": (f"07700 900{a}", f"+44 7700 900{a}", f"01632 960{a}", f"(01632) 960 {a}", f"07700-900-{a}")[number % 5],
            "email": (f"care.worker{a}@example.org", f"branch_{a} @ example.co.uk", f"night.shift{a} at example dot com")[
                number % 3
            ],
            "address": (f"{a} Tithebarn Lane", f"Flat 3, {a} Cobden Street", f"{a} Harbour View Terrace")[number % 3],
            "postcode": (f"ZE{a[0]} {b[0]}QX", f"zz{a[0]}{a[1]} {b[0]}ab", f"SW{a[0]}A {b[0]}AA")[number % 2 * 2],
            "nhs": nhs_number(rng),
            "ni": (f"AB{a[:2]}{b[:2]}{a[1:]}C", f"JT {a[:2]} {b[:2]} {a[1:]} D")[number % 2],
            "birth": (f"{1 + int(a) % 28}/0{1 + int(b) % 9}/19{b[:2]}", f"{1 + int(a) % 28} March 19{b[:2]}")[number % 2],
            "vehicle": f"YK{a[:2]} FZD",
            "handle": f"carer_{a}",
            "sort": f"{a[:2]}-{b[:2]}-{a[1:]}",
        }
        piece = next(values[key] for key in values if "{" + key + "}" in template)
        found.append((template.format(**values), piece, kind))
    return found


def measured(drawn: list[tuple[str, str, str]], clean: tuple[str, ...]) -> tuple[dict[str, list[bool]], list[str]]:
    """Return hits by kind, and false hits in the clean lines."""
    by_kind: dict[str, list[bool]] = {}
    known = vocabulary([*(text for text, _, _ in drawn), *clean])
    for text, piece, kind in drawn:
        start = text.index(piece)
        covered = {i for span in candidates(text, known) for i in range(span.start, span.end)}
        needed = {i for i in range(start, start + len(piece)) if not text[i].isspace()}
        by_kind.setdefault(kind, []).append(needed <= covered)
    return by_kind, [text[span.start : span.end] for text in clean for span in candidates(text, known)]


LANDS = ("en_GB", "en_IE", "en_IN", "en_NG", "en_PK", "en_KE", "pl_PL", "ro_RO", "pt_PT", "yo_NG", "zu_ZA", "it_IT")
FORMS = ("first name", "full name", "first name in small letters")
PRONOUN = re.compile(r"\b([Ss]he|[Hh]e)\b (?!')")


def half(text: str) -> int:
    """Return 0 or 1 by the text's SHA-256."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2


def names_of(land: str, which: int) -> tuple[list[str], list[str]]:
    """Return first names and surnames of a country, one half of each."""
    provider = importlib.import_module(f"faker.providers.person.{land}").Provider
    own = {
        kind: sorted({name for list_name in lists for name in getattr(provider, list_name, None) or ()})
        for kind, lists in (("first", ("first_names", "first_names_female", "first_names_male")), ("last", ("last_names",)))
    }
    usable = {
        kind: [name for name in found if re.fullmatch(r"[A-ZÀ-Ý][a-zà-ÿ'’-]{2,}", name) and half(name) == which]
        for kind, found in own.items()
    }
    return usable["first"], usable["last"]


def in_real_comments(texts: list[str], which: int) -> tuple[dict[str, list[bool]], int]:
    """Return hits by form of the name, and how many candidates for a name there are in 500 comments as they came."""
    rng = np.random.default_rng(5 + which)
    known = vocabulary(texts)
    names = {land: names_of(land, which) for land in LANDS}
    own = [text for text in texts if half(text) == which]
    found: dict[str, list[bool]] = {form: [] for form in FORMS}
    for number, text in enumerate(own[i] for i in rng.permutation(len(own)) if PRONOUN.search(own[i])):
        first, last = names[LANDS[number % len(LANDS)]]
        form = FORMS[number // len(LANDS) % len(FORMS)]
        if not first or (form == "full name" and not last):
            continue
        name = str(rng.choice(first))
        piece = {FORMS[0]: name, FORMS[1]: f"{name} {rng.choice(last) if last else ''}", FORMS[2]: name.casefold()}[form]
        match = PRONOUN.search(text)
        start = match.start(1)
        line = text[:start] + piece + text[match.end(1) :]
        covered = {i for span in candidates(line, known) for i in range(span.start, span.end)}
        found[form].append({i for i in range(start, start + len(piece)) if not line[i].isspace()} <= covered)
    plain = [own[i] for i in rng.permutation(len(own))[:500]]
    kinds = Counter(span.kind for text in plain for span in candidates(text, known))
    return found, kinds["name"]


def real() -> None:
    """Print C7 on real comments."""
    measure = "names in real comments of patients, the half that the rules were not changed in sight of: recall by form"
    aim, peer = ">= .95 of all identifiers; < 1 in 50 clean lines", "none published on such text"
    path = data_path("nhs_fft", "fft_multilabel_two_trusts.csv")
    if path is None or importlib.util.find_spec("faker") is None:
        missing("C7r", measure, aim, peer, "give the folder with nhs_fft/, and install the package Faker for its names")
        return
    texts = [text or "" for text in pl.read_csv(path, infer_schema_length=0)["FFT answer"]]
    by_form, candidates_found = in_real_comments([text for text in texts if 8 < len(text.split()) < 80], 1)
    every = [hit for hits in by_form.values() for hit in hits]
    said = ", ".join(f"{form} {np.mean(hits):.2f} of {len(hits)}" for form, hits in by_form.items())
    say(
        "C7r",
        measure,
        f"{np.mean(every):.3f} of {len(every)} ({said}); {candidates_found} candidates for a name in 500 comments as they came, "
        "true names of places and people among them",
        aim,
        peer,
        bool(np.mean(every) >= 0.95),
    )


def main() -> None:
    """Print C7."""
    real()
    rng = np.random.default_rng(20260103)
    by_kind, false = measured(lines(rng), CLEAN)
    every = [hit for hits in by_kind.values() for hit in hits]
    fresh_kinds, fresh_false = measured(fresh(rng), FRESH_CLEAN)
    unlisted = sum(name.casefold() not in first_names() for name in UNLISTED)
    say(
        "C7",
        f"recall on {len(every)} invented lines (wholly covered; {unlisted} of {len(UNLISTED)} rare names in no list); false "
        f"hits in {len(CLEAN)} clean lines",
        f"{np.mean(every):.3f} ("
        + ", ".join(f"{kind} {np.mean(hits):.2f} of {len(hits)}" for kind, hits in by_kind.items())
        + f"); {len(false)} false. "
        f"Second set, names only, run once: {np.mean(fresh_kinds['name']):.3f} of {len(fresh_kinds['name'])}, "
        f"{len(fresh_false)} false in {len(FRESH_CLEAN)} lines ({', '.join(fresh_false) or 'none'})",
        ">= .95; < 1 in 50 clean lines",
        "Presidio .73 recall, 13 false hits in 12 clean lines; regexes and spaCy .88",
        bool(np.mean(every) >= 0.95 and len(false) < 1 and np.mean(fresh_kinds["name"]) >= 0.95),
    )


if __name__ == "__main__":
    main()
