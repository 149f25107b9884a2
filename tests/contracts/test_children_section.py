"""The children's section of a report: valid drawings that state findings, tables that fit their columns, scenarios side by side."""

from __future__ import annotations

import re

import pytest

from almoner.analysis.children import children_answer
from almoner.analysis.children_backtest import backtest
from almoner.analysis.children_record import ChildrenRecord
from almoner.policies.children.agency_rules import AgencyRules
from almoner.policies.children.caseload_cap import CaseloadCap
from almoner.policies.children.family_help import FamilyHelp
from almoner.reference.areas import resolve
from almoner.report.children_section import ChildrenSection, children_section
from almoner.report.figure import NARROW, WIDE, drawn
from almoner.study.scenario import Scenario

SCENARIOS = (
    Scenario("do-nothing", "If nothing changes", ""),
    Scenario("cap", "A cap of 14 cases", "", (("caseload_cap", CaseloadCap(cases=14.0, start="2026-10")),)),
    Scenario(
        "help",
        "Family help and agency rules",
        "",
        (("family_help", FamilyHelp(families=0.8, start="2026-04")), ("agency_rules", AgencyRules(less_use=0.3, start="2026-04"))),
    ),
)


@pytest.fixture(scope="module")
def wakefield() -> ChildrenRecord:
    return children_answer(resolve("Wakefield"), SCENARIOS, 2030, draws=32)


@pytest.fixture(scope="module")
def england() -> ChildrenRecord:
    return children_answer(resolve("England"), SCENARIOS[:1], 2028, draws=4)


@pytest.fixture(scope="module")
def sections(wakefield: ChildrenRecord, england: ChildrenRecord) -> tuple[ChildrenSection, ...]:
    return children_section(wakefield, backtest(2022, draws=4)), children_section(england)


def test_every_specification_is_valid_vega_lite(sections: tuple[ChildrenSection, ...]) -> None:
    altair = pytest.importorskip("altair")
    for section in sections:
        assert len(section.charts) >= 4
        for chart in section.charts:
            for frame in (WIDE, NARROW):
                altair.Chart.from_dict(chart.spec(frame))


def test_every_chart_is_drawn_with_its_words(sections: tuple[ChildrenSection, ...]) -> None:
    for section in sections:
        pictures = drawn(section.charts)
        for chart in section.charts:
            assert chart.title
            assert chart.alt
            assert "modelled" in chart.subtitle or chart.status == "published" or chart.id == "children-backtest"
            assert "<svg" in pictures[chart.id].wide
            assert "<svg" in pictures[chart.id].narrow


def test_every_table_fits_its_columns_and_shows_no_empty_number(sections: tuple[ChildrenSection, ...]) -> None:
    for section in sections:
        tables = (*section.tables, *(chart.twin for chart in section.charts))
        for table in tables:
            assert table.rows
            assert {len(row) for row in table.rows} == {len(table.columns)}
            assert not any(re.search(r"\bnan\b|None|inf\b", cell) for row in table.rows for cell in row), table.caption


def test_scenarios_share_luck_and_stand_side_by_side(wakefield: ChildrenRecord) -> None:
    assert [row.scenario for row in wakefield.norm] == ["do-nothing", "cap", "help"]
    usual, capped, _ = wakefield.norm
    assert capped.share > usual.share
    before = {row.scenario: row.median for row in wakefield.projection if (row.measure, row.year) == ("in_post_fte", 2026)}
    # The cap starts on the day after the September of 2026.
    assert before["cap"] == before["do-nothing"]
    spend = {(row.scenario, row.year): row for row in wakefield.spend}
    assert spend["cap", 2030].extra_posts_gbp_m.median > 0
    assert spend["do-nothing", 2030].extra_posts_gbp_m.high == 0
    assert spend["help", 2030].premium_gbp_m.median < spend["do-nothing", 2030].premium_gbp_m.median
    assert spend["help", 2030].policies_gbp_m.median > 0
    assert spend["do-nothing", 2030].policies_gbp_m.high == 0


def test_few_draws_are_never_shown_as_a_share_of_draws(england: ChildrenRecord, wakefield: ChildrenRecord) -> None:
    assert england.band_kind == "lowest and highest of 4 draws"
    assert wakefield.band_kind == "80% interval of 32 draws"


def test_a_policy_that_is_limited_to_places_acts_there_and_nowhere_else() -> None:
    there = Scenario("there", "There", "", (("cap", CaseloadCap(cases=10.0, start="2026-04", areas=("Wakefield",))),))
    both = {
        name: children_answer(resolve(name), (SCENARIOS[0], there), 2028, draws=2).projection for name in ("Wakefield", "Barnsley")
    }
    for name, rows in both.items():
        usual, limited = ([row.median for row in rows if row.scenario == each] for each in ("do-nothing", "there"))
        assert (usual == limited) == (name == "Barnsley")


def test_the_sentences_say_what_is_known_and_what_is_not(sections: tuple[ChildrenSection, ...]) -> None:
    here, england = (" ".join(section.sentences) for section in sections)
    assert "Wakefield had 19.5 cases for each social worker on 30 September 2025" in here
    assert "Children without a registered place: unknown." in here
    assert "about 800 in September 2024" in england
