"""The adverts of the five news and policy pages: all found, every stated field right (tests only; the pages are not ours)."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from almoner.voices.adverts.read import open_source, read_files, read_source

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT.parent / "shared" / "samples" / "pages"
BENCHMARK = ROOT / "benchmarks" / "evidence" / "adverts_pages.py"

pytestmark = pytest.mark.skipif(not PAGES.is_dir(), reason="the pages are not here")


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("adverts_pages", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_all_fifteen_adverts_are_found_and_every_labelled_field_is_right(benchmark: ModuleType) -> None:
    adverts = read_files(sorted(PAGES.glob("*.txt")))
    with benchmark.GOLD.open(encoding="utf-8", newline="") as opened:
        gold = list(csv.DictReader(opened))
    found, wrong, _ = benchmark.compare(adverts, gold)
    assert (found, len(adverts), wrong) == (15, 15, [])


def test_grade_only_pay_stays_unknown_and_adverts_of_two_contracts_are_two() -> None:
    adverts = read_files(sorted(PAGES.glob("*.txt")))
    graded = [advert for advert in adverts if advert.grade and not advert.states_pay]
    assert len(graded) == 2
    assert all(advert.bound == "none" for advert in graded)
    twins = [advert for advert in adverts if advert.title == "Information Governance Officer"]
    assert [advert.contract for advert in twins] == ["permanent", "fixed_term"]
    assert len({advert.key for advert in adverts}) == 15


def test_every_span_is_where_it_says() -> None:
    for path in sorted(PAGES.glob("*.txt")):
        source = open_source(path)
        for advert in read_source(source):
            assert set(advert.spans) == set(advert.confidence)
            for spans in advert.spans.values():
                assert all(source.text[span.start : span.end] == span.text for span in spans)
