"""Laws of reading adverts: nothing crashes, every amount stands in the text, every span is where it says, no cell shifts."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from almoner.errors import AlmonerError
from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.pay import parse_pay
from almoner.voices.adverts.read import read_source
from almoner.voices.adverts.source import from_bytes

PIECES = st.sampled_from(
    [
        *(
            "£",
            "24,300",
            "25.900",
            "12.60",
            "k",
            "-",
            "–",
            " to ",
            "up to ",
            "from ",
            "per annum",
            "pa",
            "per hour",
            "p/h",
            "pro rata",
        ),
        *(
            "Grade 7",
            "Band 5/6",
            "8a",
            "37 hours",
            "FTE",
            "+",
            "plus",
            "allowance",
            "bonus of",
            "/",
            "(",
            ")",
            "or",
            "umbrella",
            "PAYE",
        ),
        *(
            " ",
            ",",
            "\N{NO-BREAK SPACE}",
            "&pound;",
            "Â£",
            "\N{ZERO WIDTH SPACE}",
            "1 April 2026",
            "0161 496 0000",
            "%",
            "million",
            "£1.5m",
        ),
        *("day", "nights", "each", "term time only", "minimum", "max", "£24,300 - £25,900", "\n", "<b>", "Salary:"),
    ]
)
NOISE = st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=14).map("".join)


@settings(max_examples=400)
@given(NOISE)
def test_no_text_breaks_the_grammar_and_every_amount_is_positive_and_ordered(text: str) -> None:
    for prose in (False, True):
        pay = parse_pay(text, prose=prose)
        ends = [each for each in (pay.minimum, pay.maximum) if each is not None]
        assert bool(ends) == pay.has_amount
        assert ends == sorted(ends)
        for start, end in (pay.amount_at, pay.minimum_at, pay.maximum_at, pay.bound_at, pay.period_at, pay.pro_rata_at):
            assert (start, end) == (-1, -1) or 0 <= start < end <= len(text)


@given(NOISE)
def test_every_amount_stands_in_the_text_but_for_a_shared_thousand(text: str) -> None:
    pay = parse_pay(text)
    digits = re.sub(r"\D", "", text)
    for amount in (pay.minimum, pay.maximum):
        if amount is not None:
            whole = f"{amount:.10g}".replace(".", "").rstrip("0") or "0"
            assert whole in digits


@given(
    st.integers(15_000, 90_000),
    st.integers(0, 9_000),
    st.sampled_from(["-", " - ", "–", " to "]),
    st.sampled_from(["", " per annum", " pa", " p.a.", " a year"]),
    st.sampled_from(["", ".00"]),
    st.booleans(),
    st.booleans(),
)
def test_a_range_that_is_written_out_comes_back(
    low: int, more: int, dash: str, period: str, pence: str, commas: bool, pro_rata: bool
) -> None:
    high = low + more + 1
    shown = [f"£{value:,}{pence}" if commas else f"£{value}{pence}" for value in (low, high)]
    pay = parse_pay(f"{shown[0]}{dash}{shown[1]}{period}{' pro rata' if pro_rata else ''}")
    assert (pay.minimum, pay.maximum, pay.period, pay.bound, pay.pro_rata) == (low, high, "annual", "range", pro_rata)


@given(st.integers(800, 6000), st.sampled_from([" per hour", "ph", " p/h", "/hr", " an hour", ""]))
def test_an_hourly_rate_that_is_written_out_comes_back(pence: int, period: str) -> None:
    pay = parse_pay(f"£{pence / 100:.2f}{period}")
    assert (pay.minimum, pay.maximum, pay.period) == (pence / 100, pence / 100, "hourly")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30)
LINES = st.lists(
    st.one_of(
        WORDS,
        NOISE.filter(lambda text: "\n" not in text),
        st.sampled_from(["Recruiter: Meadow Care", "Meadow Care", "Salary: £24,300", "Job title: Carer", "Location: Leeds", ""]),
    ),
    max_size=25,
)


@settings(max_examples=200)
@given(LINES)
def test_every_span_of_a_plain_text_holds_the_words_it_says(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        source = from_bytes(text.encode(), "a.txt")
        adverts = read_source(source)
    except AlmonerError:
        return
    if source.format != "text":
        return
    for advert in adverts:
        for spans in advert.spans.values():
            for span in spans:
                assert source.text[span.start : span.end] == span.text
        assert set(advert.spans) == set(advert.confidence)
        assert all(0 <= sure <= 1 for sure in advert.confidence.values())


@settings(max_examples=150)
@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.html", "a.csv", "a.xml", "a.json"]))
def test_any_bytes_are_read_or_refused_in_one_sentence(content: bytes, name: str) -> None:
    said = ""
    try:
        read_source(from_bytes(content, name))
    except AlmonerError as error:
        said = str(error)
    assert not said or name in said
    assert "\n" not in said


@settings(max_examples=200)
@given(
    st.text(st.characters(exclude_characters="\0"), max_size=400),
    st.sampled_from(["<", "<!--", "<script>", "&", "<p", '<a href="', "</", "<svg>", "]]>"]),
)
def test_any_page_is_read(text: str, markup: str) -> None:
    found = read_source(from_bytes(f"<html><h1>Carer</h1>{text}{markup}{text}</html>".encode("utf-8", "replace"), "a.html"))
    assert all(isinstance(advert, Advert) for advert in found)


CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=40)


@settings(max_examples=150)
@given(st.lists(st.tuples(CELL.filter(str.strip), CELL, CELL), min_size=1, max_size=6), st.sampled_from([",", ";", "\t"]))
def test_no_cell_of_a_table_shifts(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["title", "employer", "reference"])
    writer.writerows(rows)
    adverts = read_source(from_bytes(out.getvalue().encode(), "a.csv"))
    expected = [row for row in rows if row[0].strip()]
    markup = re.compile("[<&]")
    assert len(adverts) == len(expected)
    for advert, row in zip(adverts, expected, strict=True):
        for got, cell in zip((advert.title, advert.employer, advert.reference), row, strict=True):
            if not markup.search(cell):
                assert (got or "") == " ".join(cell.split())


def test_the_same_files_give_the_same_bytes() -> None:
    page = "<html><h1>Carer</h1><dl><dt>Salary</dt><dd>£12.60 ph</dd><dt>Location</dt><dd>Leeds</dd></dl></html>"
    made = [json.dumps([a.record() for a in read_source(from_bytes(page.encode(), Path("x.html").name))]) for _ in range(2)]
    assert made[0] == made[1]
    assert "12.6" in made[0]
