"""Finding names of people in answers: a list of first names, and words that neither English nor the other answers use.

In: a text. Out: (start, end, rule) of what may be a name. Lists are package data of Almoner's own making; areas of England are
known from the reference tables, so that a council is not taken for a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Final

WORD: Final = r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+(?:['’\-][A-Z]?[a-zà-öø-ÿ]+)*|(?:O['’]|Mc|Mac|D['’])[A-Z][a-zà-öø-ÿ]+"
"""A capitalised word, O'Brien and McKay among them."""

RELATIVES: Final = (
    "mum|mam|mother|dad|father|son|daughter|wife|husband|partner|brother|sister|nan|gran|grandmother|granddad|grandad|grandfather|"
    "grandson|granddaughter|aunt|auntie|uncle|nephew|niece|cousin|friend|neighbour|colleague|manager|boss|supervisor|carer|nurse|"
    "social worker|doctor|gp|consultant|key ?worker|support worker|deputy|team leader|care worker|occupational therapist|colleagues"
)
_SHORTEST_SMALL: Final = 4
"""A first name in small letters is taken only from this many letters on."""

_ACTS: Final = (
    "was|is|has|had|who|told|said|came|went|looked|helped|stayed|works|worked|did|does|never|always|and|left|waited|moved|rang"
)
_DEEDS: Final = (
    "said|says|told|tells|had|came|went|helped|helps|looked|rang|listened|listens|gave|gives|asked|spoke|explained|made|took|kept|"
    "visited|arrived|stayed|worked|works|treated|answered|wrote|phoned|called|left|cared|cares|waited|moved|knew|knows|"
    "wasn['’]t|isn['’]t|didn['’]t|doesn['’]t|hasn['’]t"
)
"""What people do and words of another kind seldom."""

_SMALL_BEFORE_A_DEED: Final = re.compile(
    rf"(?<![\w'’@.-])(?P<it>[a-zà-öø-ÿ]{{{_SHORTEST_SMALL},}})\s(?:{_ACTS}|{_DEEDS}|[a-z]{{3,}}ed)\b"
)
_SLIP_FROM: Final = 8
"""A word of so many letters may have two letters wrong and still be an English word; a shorter one, one."""

_BODY: Final = re.compile(
    r"['’]?s?\s(?:House|Home|Court|Lodge|Hospital|Hospice|Ward|Centre|Trust|Foundation|Society|Ambulance|Report|Review|Act|Rowntree|"
    r"Council|Day|Week|Street|Certificate|Commission|Group|Ltd|Limited|Care|Plan|Strategy|Paper|University|College|School|Party|"
    r"review|report|inquiry|commission)\b"
)
_ENGLISH_ENDINGS: Final = ("ing", "ed", "s", "ly", "er", "es", "'s", "’s", "ers", "al", "ful", "less", "ness", "ment")


def listed(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield listed first names, with the capitalised words after them that may be the surname."""
    names, also_words = first_names(), names_that_are_words()
    for match in re.finditer(r"[A-Za-zÀ-ÿ]+", text):
        word = match[0]
        plain = word.casefold()
        if plain not in names:
            continue
        if word[0].isupper() and not (len(word) > 1 and word.isupper()):
            end = _with_surname(text, match.end())
            alone = end == match.end()
            unsure = alone and plain in also_words and (_starts_sentence(text, match.start()) or plain in _months())
            if unsure and not _does(text, end):
                continue
            if not _is_a_body(text, match.start(), match.end()):
                yield match.start(), end, "list of first names"
        elif len(plain) >= _SHORTEST_SMALL and word.islower() and (plain not in also_words or _does(text, match.end())):
            yield match.start(), match.end(), "list of first names, small letters"


def unknown(text: str, vocabulary: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Yield words that stand where a name may stand and that neither English, the map nor the other answers know."""
    for match in re.finditer(WORD, text):
        word = match[0]
        if _is_known(word, vocabulary) or _is_a_body(text, match.start(), match.end()):
            continue
        end = _with_surname(text, match.end())
        inside = not _starts_sentence(text, match.start()) or end > match.end()
        if inside or re.match(rf"\s(?:{_ACTS})\b", text[match.end() :]) or not _is_slip(word.casefold()):
            yield match.start(), end, "unknown word with a capital"
    for match in re.finditer(_SMALL_BEFORE_A_DEED, text):
        word = match["it"]
        if not _is_known(word, vocabulary) and not _is_slip(word):
            yield *match.span("it"), "unknown word that does something"
    cues = (
        rf"\b(?:(?:my|our|his|her|their)\s(?:{RELATIVES})\s(?P<one>[a-z]{{3,}})\s(?:{_ACTS})|(?:by|with|from|to|"
        rf"called)\s(?P<two>[a-z]{{3,}})\swho)\b"
    )
    for match in re.finditer(cues, text):
        group = "one" if match["one"] else "two"
        if not _is_known(match[group], vocabulary):
            yield *match.span(group), "unknown word where a name stands"


def vocabulary(texts: Iterable[str], fewest: int = 3) -> frozenset[str]:
    """Return the words that at least `fewest` answers use in small letters."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(re.findall(r"(?<![\w'’])[a-zà-ÿ]{2,}(?![\w'’])", text)))
    return frozenset(word for word, count in counts.items() if count >= fewest)


@lru_cache(maxsize=1)
def first_names() -> frozenset[str]:
    """Return the shipped first names, in small letters."""
    return _words_of("first_names.txt")


@lru_cache(maxsize=1)
def names_that_are_words() -> frozenset[str]:
    """Return first names that are common words too (grace, mark), taken only with a capital inside a sentence."""
    return _words_of("names_also_words.txt")


@lru_cache(maxsize=1)
def no_names() -> frozenset[str]:
    """Return words that may stand capitalised after a cue without being a name."""
    return _words_of("not_names.txt")


def _with_surname(text: str, end: int) -> int:
    """Return the end of the name that begins before `end`, with a surname of one or two words."""
    for _ in range(2):
        following = re.match(rf"\s(?:[A-Z]\.?\s)?(?P<it>{WORD})", text[end:])
        if following is None or following["it"].casefold() in no_names() or _BODY.match(text[end:]):
            break
        end += following.end()
    return end - 2 if text[end - 2 : end] in ("'s", "’s") else end


def _starts_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"'(“‘-–•*")
    return not before or before[-1] in ".!?:\n"


def _does(text: str, end: int) -> bool:
    """Return whether what follows is a deed of a person."""
    return bool(re.match(rf"\s(?:{_DEEDS})\b", text[end:]))


def _is_a_body(text: str, start: int, end: int) -> bool:
    """Return whether a word stands in the name of a place or body, such as St John or Jordan House."""
    return bool(re.search(r"\bSt\.?$", text[:start].rstrip()[-4:]) or _BODY.match(text[end : end + 24]))


def _is_known(word: str, vocabulary: frozenset[str]) -> bool:
    plain = re.sub(r"['’]s$", "", word.casefold())
    known = (vocabulary, _common(), no_names(), names_that_are_words(), _map())
    if len(plain) < 3 or any(plain in words for words in known):
        return True
    parts = re.split(r"[-'’]", plain)
    if len(parts) > 1 and all(len(part) < 3 or part in _common() or part in vocabulary for part in parts):
        return True
    stems = {plain.removesuffix(ending) for ending in _ENGLISH_ENDINGS}
    return any(stem in _common() or stem + "e" in _common() or f"{stem}s" in _common() for stem in stems if len(stem) >= 3)


@lru_cache(maxsize=50_000)
def _is_slip(word: str) -> bool:
    """Return whether a word that is not known is a common one with a slip of the pen."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    wrong = 2 if len(word) >= _SLIP_FROM else 1
    return process.extractOne(word, _common_by_length(len(word)), scorer=OSA.distance, score_cutoff=wrong) is not None


@lru_cache(maxsize=64)
def _common_by_length(length: int) -> tuple[str, ...]:
    """Return the common words of about a length, in order."""
    return tuple(sorted(word for word in _common() if abs(len(word) - length) <= 2))


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return _words_of("common_words.txt")


@lru_cache(maxsize=1)
def _months() -> frozenset[str]:
    return frozenset(("april", "may", "june", "august"))


@lru_cache(maxsize=1)
def _map() -> frozenset[str]:
    """Return the words in the names of England's areas and regions, and of the nations of the United Kingdom."""
    from almoner.reference.areas import areas, icbs, regions
    from almoner.reference.tables import load

    places = [place.name for place in (*areas(), *regions(), *icbs())]
    districts = load("lad_to_area")
    places += [name for column in districts.columns if column.endswith("name") for name in districts[column]]
    return frozenset(re.findall(r"[a-z]+", " ".join(places).casefold()))


def _words_of(file: str) -> frozenset[str]:
    return frozenset((files("almoner.voices.consultation") / "data" / file).read_text(encoding="utf-8").split())
