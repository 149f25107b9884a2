"""Charts of why and of choices: valid specifications, findings in titles, numbers in twins, doubt said where there is doubt."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from almoner.analysis.curves import concave
from almoner.analysis.explain import Explanation, Flow, Interaction, Share, Step, YearChange
from almoner.analysis.optimise import FrontPoint, MarginalValue, Optimum, Rival, SearchRecord, Sized, Verified
from almoner.analysis.responses import Effect
from almoner.analysis.sensitivity import Index, Sensitivity, Swing, Unknown
from almoner.analysis.sharing import Share as AreaShare
from almoner.analysis.sharing import Sharing
from almoner.analysis.value import Ratio
from almoner.report import charts_explain, charts_optimise, terminal_explain, terminal_optimise
from almoner.report.figure import NARROW, WIDE, Chart, drawn
from almoner.report.why_sections import best_mix_part, explanations_part

PLACE = {"place_code": "E08000036", "place_name": "Wakefield", "level": "area"}


def effect(mean: float, spread: float, clear: bool | None = None) -> Effect:
    low, high = mean - spread, mean + spread
    return Effect(mean, low, high, spread / 5, low * high > 0 if clear is None else clear)


def explanation() -> Explanation:
    policies = (("pay_floor", False, -0.6, 0.2), ("prevention", True, -0.1, 0.4), ("wellbeing", True, 0.0, 0.0))
    at, steps = 10.0, []
    for name, assumed, mean, spread in policies:
        steps.append(Step(name, name, assumed, at, at + mean, effect(mean, spread)))
        at += mean
    shares = [Share(n, n, a, ("E01",) if not a else (), effect(m, s), effect(m, s), 0.0, m == 0.0) for n, a, m, s in policies]
    return Explanation(
        **PLACE,
        run_id="abc",
        scenario="plan",
        scenario_name="A plan",
        measure="vacancy_rate",
        label="Vacancy rate",
        unit="percent",
        better="down",
        year=2035,
        draws=32,
        band_kind="80% interval",
        method="exact over 8 subsets",
        runs=288,
        reference=10.0,
        total=effect(-0.7, 0.4),
        waterfall=tuple(steps),
        shapley=tuple(shares),
        interaction=Interaction(effect(0.05, 0.1), ()),
        assumed_share=1 / 7,
        assumed_effect=effect(-0.1, 0.4),
    )


def year_change() -> YearChange:
    people = {"entrants": 100.4, "arrivals": 20.3, "moves_in": 50.3, "exits_nhs": -60.5, "moves_out": -55.5}
    flows = tuple(Flow(name, name.replace("_", " "), effect(n, 5.0), effect(0.5, 1.0)) for name, n in people.items())
    return YearChange(
        **PLACE,
        run_id="abc",
        scenario="plan",
        scenario_name="A plan",
        year=2030,
        draws=10,
        band_kind="minimum and maximum of 10 draws",
        filled_before=1000.0,
        filled_after=1055.0,
        change=effect(55.0, 9.0),
        beside_doing_nothing=effect(2.5, 4.0),
        flows=flows,
        residual=0.0,
    )


def sized(policy: str, size: float) -> Sized:
    return Sized(policy, policy, "premium", "pounds an hour", size, 10.0, False, False)


def optimum() -> Optimum:
    mix = (sized("pay_floor", 0.5), sized("reablement", 12.0))
    front = tuple(
        FrontPoint(
            cost, effect(cost, 0.5), effect(-400.0 * cost**0.5, 300.0), mix if cost == 4 else (sized("pay_floor", cost / 9),)
        )
        for cost in (1.0, 2.0, 4.0)
    )
    rivals = (Rival("pay_floor", (sized("pay_floor", 1.0),), effect(4.0, 0.5), effect(-500.0, 300.0), 0.8),)
    return Optimum(
        **PLACE,
        outcome="unmet_hours_per_week",
        label="Unmet hours of care a week",
        unit="hours_per_week",
        better="down",
        year=2035,
        budget_gbp_m=4.0,
        price_basis="2024-25 prices",
        start="2027-04",
        seed=0,
        draws=32,
        band_kind="80% interval",
        reference=20_000.0,
        mix=mix,
        left_out={"wellbeing": "it moves nothing here"},
        front=front,
        marginal_value=MarginalValue(Ratio(120.0, 50.0, 300.0, 90.0, 150.0), (3.0, 5.0), None),
        verified=Verified(effect(-800.0, 300.0), effect(3.9, 0.5), True, 0.6, rivals, 1, 32),
        search=SearchRecord(1, 16, 60, 2000),
    )


def sharing(units: int = 30) -> Sharing:
    spends = np.linspace(0.5, 2.0, units)
    shares = tuple(
        AreaShare(f"E{k:08d}", f"Area {k}", 1e5, spend, 10 * spend, spend / 1.25, 100 * spend, "floor" if k == 0 else None, ())
        for k, spend in enumerate(spends)
    )
    return Sharing(
        "E92000001",
        "England",
        "england",
        "unmet_hours_per_week",
        "Unmet hours of care a week",
        "hours_per_week",
        "down",
        2035,
        "area",
        float(spends.sum()),
        "2024-25 prices",
        0.4,
        None,
        "80% interval",
        (),
        (concave("a", [1.0], [2.0]),),
        0.3,
        shares,
        float(spends.sum()),
        5000.0,
        4500.0,
        90.0,
        0.0,
        0.01,
        None,
    )


def weighed() -> Sensitivity:
    unknowns = tuple(
        Unknown(
            f"filling.unknown_{k}",
            f"Unknown {k}, against the path",
            "share",
            "assumed",
            (),
            1.0 / (k + 1),
            Index(0.5 / (k + 1), 0.05, 0.6 / (k + 1), 0.06),
            Swing(9.0 - 2 / (k + 1), 9.0 + 3 / (k + 1), 0.8, 1.2),
        )
        for k in range(4)
    )
    return Sensitivity(
        **PLACE,
        scenario="do-nothing",
        scenario_name="If nothing changes",
        measure="vacancy_rate",
        label="Vacancy rate",
        unit="percent",
        year=2035,
        seed=0,
        middle=9.0,
        unknowns=unknowns,
        screened=50,
        screened_out={"filling.other": 0.01},
        unread=20,
        chance_share=0.02,
        runs=2000,
        seconds=40.0,
    )


def all_charts() -> list[Chart]:
    found = [
        charts_explain.waterfall(explanation()),
        charts_explain.shapley(explanation()),
        charts_explain.year_flows(year_change()),
        charts_optimise.front(optimum()),
        charts_optimise.shared(sharing()),
        charts_optimise.tornado(weighed()),
    ]
    return [chart for chart in found if chart is not None]


@pytest.mark.parametrize("chart", all_charts(), ids=lambda chart: chart.id)
def test_each_chart_is_valid_and_has_title_alt_text_and_twin(chart: Chart) -> None:
    alt = pytest.importorskip("altair")
    for frame in (WIDE, NARROW):
        assert alt.Chart.from_dict(chart.spec(frame)) is not None
    assert len(chart.title) > 30
    assert "odelled" in chart.alt
    assert chart.status == "modelled"
    assert chart.twin.rows
    assert all(len(row) == len(chart.twin.columns) for row in chart.twin.rows)
    assert "nan" not in (chart.title + chart.subtitle + chart.alt + str(chart.twin.rows)).lower()


def test_the_charts_are_drawn() -> None:
    charts = all_charts()
    pictures = drawn(charts)
    assert len(pictures) == len(charts)
    assert all("<path" in picture.wide and "<path" in picture.narrow for picture in pictures.values())


def test_a_share_that_cannot_be_told_from_none_is_said_and_drawn_hollow() -> None:
    chart = charts_explain.shapley(explanation())
    assert chart is not None
    assert "prevention: cannot be told from no effect" in chart.alt
    assert "Pay floor does most" in chart.title
    hollow = [layer for layer in chart.spec(WIDE)["layer"] if layer["mark"].get("stroke") == "#ffffff"]
    assert len(hollow) == 1


def test_the_whole_numbers_of_a_years_flows_add_up_in_the_table() -> None:
    rows = charts_explain.year_flows(year_change()).twin.rows
    numbers = [int(row[1].replace("\N{MINUS SIGN}", "-").replace(",", "").replace("+", "")) for row in rows]
    assert sum(numbers[:-1]) == numbers[-1] == 55


@pytest.mark.parametrize("parts", [[10.0, -3.5, -6.5], [7.0, 2.4, 2.3, 2.3], [0.0], [-5.0, -2.5, -2.5]])
def test_rounding_keeps_a_whole_sum(parts: list[float]) -> None:
    said = terminal_explain.whole(parts)
    assert sum(said) == round(sum(parts))
    assert all(abs(a - b) < 1 for a, b in zip(said, parts, strict=True))


def test_many_areas_are_shown_by_the_most_and_the_least_and_the_twin_has_all() -> None:
    chart = charts_optimise.shared(sharing(60))
    assert len(chart.twin.rows) == 60
    assert "of 60" in chart.subtitle


def test_what_the_terminal_says_beyond_its_tables() -> None:
    text = " ".join(terminal_explain.sentences(explanation()))
    assert "14% of the sizes of the shares rests on policies whose effect is assumed" in text
    assert "Moves nothing here: wellbeing" in text
    said = " ".join(terminal_optimise.optimum_sentences(optimum()))
    assert "The budget is kept on average and in 60% of draws" in said
    assert "120 hours a week (80% interval of the mean 90 to 150)" in said
    assert "it moves nothing here: wellbeing" in said
    assert "equal sum for each adult" in " ".join(terminal_optimise.sharing_sentences(sharing()))


def test_a_plan_can_hold_each_answer_as_a_section_of_its_own() -> None:
    parts = (
        explanations_part([explanation(), replace(explanation(), scenario="another", scenario_name="Another")]),
        best_mix_part(optimum()),
    )
    for part in parts:
        section = part.section()
        assert f'<section id="{part.id}"' in section.html
        assert section.html.count("<figure") == len(part.charts) > 0
        assert len({chart.id for chart in part.charts}) == len(part.charts)
        assert json.loads(section.text)
        # A plan that is made again must be the same, so nothing in it says how long it took.
        assert "seconds" not in section.text
