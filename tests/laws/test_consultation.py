"""Laws of reading answers: nothing is lost or shifted, spans lie where they say, order does not matter."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from almoner.voices.consultation.agreement import cohen_kappa, krippendorff_alpha
from almoner.voices.consultation.chance import folds, in_random_order
from almoner.voices.consultation.cleaning import clean
from almoner.voices.consultation.counting import hide_small
from almoner.voices.consultation.importing import take_in
from almoner.voices.consultation.mapping import Column, Mapping
from almoner.voices.consultation.names import vocabulary
from almoner.voices.consultation.redaction import candidates, redact
from almoner.voices.consultation.segments import sentences
from almoner.voices.consultation.sheet import column_number, letters
from almoner.voices.consultation.spreadsheet import read_sheet

MAPPING = Mapping(
    columns=(
        Column(column="A", header="id", role="respondent_id"),
        Column(column="B", header="why", role="open", question="q1"),
        Column(column="C", header="what", role="open", question="q2"),
    )
)
TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=60)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8))
def test_whatever_people_write_comes_back_from_its_own_cell(tmp_path: Path, answers: list[tuple[str, str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["id", "why", "what"], *([f"r{n}", *pair] for n, pair in enumerate(answers))])
    path = tmp_path / "a.csv"
    path.write_bytes(out.getvalue().encode("utf-8-sig"))
    taken = take_in(read_sheet(path), MAPPING, "f1").answers
    found = {(row, column): raw for row, column, raw in taken.select("row", "column", "raw").iter_rows()}
    expected = {(n + 2, "BC"[k]): text for n, pair in enumerate(answers) for k, text in enumerate(pair) if text.strip()}
    assert found == expected


@given(st.integers(1, 20_000))
def test_letters_and_numbers_of_columns_are_inverse(number: int) -> None:
    assert column_number(letters(number)) == number


@given(st.text(max_size=300))
def test_sentences_are_in_order_do_not_overlap_and_leave_out_no_word(text: str) -> None:
    cleaned = clean(text)
    spans = sentences(cleaned)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(cleaned[span.start : span.end].strip() == cleaned[span.start : span.end] for span in spans)
    covered = {i for span in spans for i in range(span.start, span.end)}
    left_out = "".join(letter for i, letter in enumerate(cleaned) if i not in covered)
    # Only the marks of bullets and the dashes of divided lists may lie between sentences.
    assert len([letter for letter in left_out if letter.isalnum()]) <= 3 * max(1, cleaned.count("\n") + 1)


@given(st.text(alphabet="abcdefghij ABC.@0123456789\n'", max_size=120))
def test_redaction_leaves_every_other_word_as_it_is(text: str) -> None:
    found = candidates(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    redacted = redact(text, [(each.start, each.end, each.kind) for each in found])
    kept = [
        text[a:b] for a, b in zip([0, *(each.end for each in found)], [*(each.start for each in found), len(text)], strict=True)
    ]
    place = 0
    for piece in kept:
        place = redacted.index(piece, place) + len(piece)


@given(st.lists(st.text(alphabet="abc ", max_size=20), max_size=10))
def test_a_word_is_in_the_vocabulary_only_when_enough_answers_use_it(texts: list[str]) -> None:
    assert vocabulary(texts, 1) >= vocabulary(texts, 2) >= vocabulary(texts, 3)


@given(st.sets(st.text(min_size=1, max_size=6), min_size=1, max_size=40), st.integers(0, 5), st.integers(1, 40))
def test_a_larger_random_sample_holds_the_smaller_whatever_the_order(ids: set[str], seed: int, size: int) -> None:
    order = in_random_order(seed, "audit", sorted(ids))
    assert order == in_random_order(seed, "audit", sorted(ids, reverse=True))
    assert set(order[:size]) <= set(order[: size + 3])
    assert sorted(order) == sorted(ids)


@given(st.integers(5, 200))
def test_folds_differ_in_size_by_at_most_one(number: int) -> None:
    sizes = [list(folds(0, "x", [str(i) for i in range(number)], 5)).count(fold) for fold in range(5)]
    assert max(sizes) - min(sizes) <= 1


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=30))
def test_agreement_with_oneself_is_perfect(codes: list[str]) -> None:
    expected = None if len(set(codes)) == 1 else 1.0
    assert cohen_kappa(codes, codes) == expected
    assert krippendorff_alpha([(code, code) for code in codes]) == expected


@given(st.dictionaries(st.text(min_size=1, max_size=4), st.integers(1, 60), min_size=2, max_size=8))
def test_no_hidden_group_can_be_found_by_subtraction(sizes: dict[str, int]) -> None:
    hidden = hide_small(sizes)
    assert {name for name, size in sizes.items() if size < 10} <= hidden
    if hidden and hidden != set(sizes):
        assert len(hidden) > 1
        assert sum(sizes[name] for name in hidden) >= 10


@settings(max_examples=20)
@given(st.permutations(range(12)))
def test_near_duplicates_do_not_depend_on_the_order_of_the_answers(order: list[int]) -> None:
    pytest.importorskip("datasketch")
    from almoner.voices.consultation.duplicates import groups

    base = "we ask the minister to fund fair pay for every care worker before the next budget in the autumn"
    texts = [
        base,
        f"Dear Sir {base}",
        base.replace("fund", "pay for"),
        base,
        "I think that rotas are the problem here and not the money at all",
    ]
    texts += [f"an answer of its own about subject number {n} and nothing else that anybody wrote {n}" for n in range(7)]
    expected = {frozenset(texts[i] for i in group.members) for group in groups(texts)}
    shuffled = [texts[i] for i in order]
    assert {frozenset(shuffled[i] for i in group.members) for group in groups(shuffled)} == expected
