"""Names are found by a list, by their place and by what follows them; words, slips of the pen, places and bodies are none."""

from __future__ import annotations

import pytest

from almoner.voices.consultation import names
from almoner.voices.consultation.redaction import candidates


def found(text: str) -> list[str]:
    return [text[each.start : each.end] for each in candidates(text) if each.kind == "name"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Raffaellino listened and answered.", "Raffaellino"),
        ("Nothing really. Íris Machado listened to everything.", "Íris Machado"),
        ("Kim had no mattress.", "Kim"),
        ("when carolina went into hospital we were not told", "carolina"),
        ("Then franklin wasn't very helpful.", "franklin"),
        ("The nurse, and later nonhlanhla explained it again.", "nonhlanhla"),
        ("They told Adebukola that there was no bed.", "Adebukola"),
    ],
)
def test_a_name_is_a_candidate(text: str, name: str) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hope is not a plan.",
        "Faith groups do much of this.",
        "The managment helped nobody.",
        "Definately asked for more staff.",
        "The Casey review said so, and the Francis inquiry before it.",
        "In Wakefield the neurological team explained it well.",
        "Grace and patience are what this work needs.",
    ],
)
def test_what_is_no_name_of_a_person_is_none(text: str) -> None:
    assert found(text) == []


def test_lists_hold_each_word_once_and_no_word_of_our_own_tools() -> None:
    first, also = names.first_names(), names.names_that_are_words()
    assert also & first
    assert not {"numpy", "xlsxwriter", "pytest", "wakefeild"} & names._common()
    assert not names._common() & {"priya", "siobhan", "kofi", "malgorzata"}
