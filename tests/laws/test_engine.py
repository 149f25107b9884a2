"""Laws of the engine: heads are conserved to the unit, luck is shared, and nothing but the inputs decides a single bit."""

from __future__ import annotations

import hashlib
import inspect
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almoner.model.baseline import Baseline
from almoner.model.columns import FILLED, FLOWS, VACANT
from almoner.model.engine import MONTH, STOCKS, Run, build_rates
from almoner.model.filling import calibrate, slice_areas
from almoner.model.inputs import build_inputs
from almoner.model.posts import CELLS_PER_AREA
from almoner.model.world import Posts, opening_stock
from almoner.parameters import Edit, ParameterTree, Scale, Set, load
from almoner.policies.registry import make
from almoner.reference.areas import Area, resolve
from almoner.reference.vocabulary import SERVICE_IDS
from almoner.study.design import Study
from almoner.study.run import Prepared, StudyResult, open_world, run_study
from almoner.study.scenario import ParameterEdit, Scenario, load_scenario
from almoner.study.totals import ScenarioRun

Place = tuple[Study, Prepared]
Opener = Callable[..., Run]

IN = [FLOWS.index(name) for name in ("entrants", "arrivals", "moves_in", "promotions_in")]
OUT = [FLOWS.index(name) for name in FLOWS if name.startswith("exits_") or name in {"moves_out", "promotions_out"}]
DO_NOTHING = load_scenario("do-nothing")


def monthly_flows(run: Run, months: int) -> list[np.ndarray]:
    """Advance a month at a time and return each month's flows [cell, flow], out of what is counted up over the year."""
    found, counted = [], run.year_flows.copy()
    for _ in range(months):
        years = len(run.flows)
        run.advance(1)
        now = run.flows[-1] if len(run.flows) > years else run.year_flows
        found.append(now - counted)
        counted = run.year_flows.copy()
    return found


def people(run: Run) -> dict[str, np.ndarray]:
    """Return every column of posts and the people in the pool in use."""
    pool = run.world.pool
    used = np.concatenate([np.arange(first, first + size) for first, size in zip(pool.offset[:-1], pool.size, strict=True)])
    waiting = {
        f"pool_{name}": getattr(pool, name)[used] for name in ("number", "cell", "birth", "sector", "traits", "hours", "pay")
    }
    return {name: getattr(run.world.posts, name).copy() for name in Posts.__slots__} | waiting


def same_world(one: Run, other: Run) -> bool:
    """Say whether two runs stand at the same world, bit for bit: attributes of posts that nobody fills do not count."""
    first, second = people(one), people(other)
    filled = first["status"] == FILLED
    return np.array_equal(first["status"], second["status"]) and all(
        np.array_equal(first[name], second[name])
        if name.startswith("pool_")
        else np.array_equal(first[name][filled], second[name][filled])
        for name in first
    )


def same_result(one: Run, other: Run) -> bool:
    first, second = one.result(), other.result()
    return all(np.array_equal(getattr(first, name), getattr(second, name)) for name in ("stocks", "flows", "monthly_hours"))


def same_figures(one: ScenarioRun, other: ScenarioRun) -> bool:
    """Say whether two runs of a study have the same bits in every array."""
    for field in fields(ScenarioRun):
        first, second = getattr(one, field.name), getattr(other, field.name)
        pairs = zip(first.values(), second.values(), strict=True) if isinstance(first, dict) else [(first, second)]
        if not all(np.array_equal(a, b) for a, b in pairs):
            return False
    return True


def digest(result: StudyResult) -> str:
    """Return a hash of all arrays of a study's runs."""
    total = hashlib.sha256()
    for run in (run for row in result.runs for run in row):
        for field in fields(ScenarioRun):
            held = getattr(run, field.name)
            for array in held.values() if isinstance(held, dict) else [held]:
                total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def study_of(name: str, *scenarios: Scenario, draws: int = 2, to_year: int = 2027, seed: int = 0) -> Study:
    return Study(resolve(name), scenarios or (DO_NOTHING,), draws, to_year, seed)


@st.composite
def upheavals(draw: st.DrawFn) -> list[Edit]:
    """Draw edits far beyond any scenario's, so that posts shut with people in them and hires run short of posts."""
    scales = {
        "need.funding_coverage": st.floats(0.5, 1.4),
        "filling.scale": st.floats(0.0, 8.0),
        "filling.arrivals_scale": st.floats(0.0, 8.0),
        "leaving.exit_scale": st.floats(0.0, 4.0),
        "leaving.move_scale": st.floats(0.0, 4.0),
    }
    return [Scale(path, draw(sizes), from_=draw(st.integers(0, 13))) for path, sizes in scales.items()]


@given(upheavals(), st.integers(0, 2**40), st.integers(0, 50))
@settings(max_examples=25)
def test_heads_are_conserved_to_the_unit_in_every_month_and_cell(
    rutland: Place, open_run: Opener, edits: list[Edit], seed: int, replicate: int
) -> None:
    run = open_run(rutland, load().edited(edits), seed=seed, replicate=replicate)
    for month in range(15):
        filled, pool = run.world.filled.copy(), run.world.pool.size.copy()
        (flows,) = monthly_flows(run, 1)
        world = run.world
        assert (flows >= 0).all()
        assert np.array_equal(world.filled, filled + flows[:, IN].sum(axis=1) - flows[:, OUT].sum(axis=1))
        # A run's rows have room for the most posts that it ever asks for, so every number of funded posts can be reached.
        assert np.array_equal(world.filled + world.vacant, run.inputs.target[month])
        by_area = flows.reshape(-1, CELLS_PER_AREA, len(FLOWS)).sum(axis=1)
        moved = by_area[:, FLOWS.index("moves_out")] - by_area[:, FLOWS.index("moves_in")]
        assert np.array_equal(world.pool.size, pool + moved)
        assert np.array_equal(by_area[:, FLOWS.index("promotions_in")], by_area[:, FLOWS.index("promotions_out")])


@given(upheavals(), st.integers(0, 2**40))
@settings(max_examples=15)
def test_the_counters_are_what_the_columns_hold(three_areas: Place, open_run: Opener, edits: list[Edit], seed: int) -> None:
    run = open_run(three_areas, load().edited(edits), seed=seed)

    def check(run: Run) -> None:
        world, size = run.world, run.world.filled.size
        cell = np.repeat(np.arange(size), np.diff(world.offset))
        filled = world.posts.status == FILLED
        assert np.array_equal(world.filled, np.bincount(cell[filled], minlength=size))
        assert np.array_equal(world.vacant, np.bincount(cell[world.posts.status == VACANT], minlength=size))
        assert np.array_equal(world.hours, np.bincount(cell[filled], weights=world.posts.hours[filled], minlength=size))
        assert (world.posts.start[filled] < run.number).all()
        assert (world.posts.sector[filled] <= world.posts.start[filled]).all()
        assert (world.pool.size <= np.diff(world.pool.offset)).all()

    check(run)
    run.advance(14, check)


def test_yearly_results_are_the_world_at_31_march_and_the_twelve_months_before(wakefield: Place, open_run: Opener) -> None:
    run, monthly = open_run(wakefield), open_run(wakefield)
    run.advance(24)
    flows = monthly_flows(monthly, 24)
    result = run.result()
    assert result.stocks.shape == (3, 1, 6, 10, len(STOCKS))
    assert not result.flows[0].any()
    for year in (1, 2):
        assert np.array_equal(result.flows[year].reshape(CELLS_PER_AREA, -1), sum(flows[12 * (year - 1) : 12 * year]))
    for name in ("filled", "vacant", "hours"):
        assert np.array_equal(result.stocks[2, ..., STOCKS.index(name)].ravel(), getattr(run.world, name))


def test_monthly_hours_are_those_of_the_people_in_post_at_each_months_end(three_areas: Place, open_run: Opener) -> None:
    at_once, watched = open_run(three_areas), open_run(three_areas)
    by_month: list[np.ndarray] = []

    def count(run: Run) -> None:
        world = run.world
        hours = np.where(world.posts.status == FILLED, world.posts.hours, 0)
        by_cell = np.add.reduceat(np.append(hours.astype(np.int64), 0), world.offset[:-1]) * (np.diff(world.offset) > 0)
        by_month.append(by_cell.reshape(len(world.area_codes), len(SERVICE_IDS), -1).sum(axis=2))

    at_once.advance(14)
    watched.advance(14, count)
    for run in (at_once, watched):
        hours = run.result().monthly_hours
        assert hours.dtype == np.int32
        assert np.array_equal(hours, np.array(by_month))
    assert np.array_equal(hours[11], watched.result().stocks[1, ..., STOCKS.index("hours")].sum(axis=2))


def test_twelve_months_are_five_and_then_seven(wakefield: Place, open_run: Opener) -> None:
    at_once, in_two = open_run(wakefield), open_run(wakefield)
    at_once.advance(12)
    in_two.advance(5)
    in_two.advance(7)
    assert same_world(at_once, in_two)
    assert same_result(at_once, in_two)


def test_a_longer_horizon_leaves_the_years_before_as_they_were(wakefield: Place, open_run: Opener) -> None:
    """Rows of the longer run stand elsewhere, because it has room for more posts."""
    study, prepared = wakefield
    short, long = open_run(wakefield), open_run((replace(study, to_year=2040), prepared))
    for run in (short, long):
        run.advance(24)
    assert long.world.offset[-1] > short.world.offset[-1]
    assert same_result(short, long)


def test_an_area_alone_has_the_bits_that_it_has_in_a_run_of_three(three_areas: Place, open_run: Opener) -> None:
    together = open_run(three_areas)
    together.advance(24)
    whole = together.result()
    for index, code in enumerate(together.world.area_codes):
        study, prepared = three_areas
        alone = replace(study, place=resolve(code))
        at = np.array([index])
        own = replace(prepared, opening=opening_stock(_rows(prepared.opening.baseline, at)), index=prepared.index[at])
        run = open_run((alone, own))
        run.advance(24)
        assert np.array_equal(run.result().stocks[:, 0], whole.stocks[:, index]), code
        assert np.array_equal(run.result().flows[:, 0], whole.flows[:, index]), code


def _rows(baseline: Baseline, rows: np.ndarray) -> Baseline:
    """Return the baseline of some rows of areas, in any order."""
    columns = {name: getattr(baseline, name)[rows] for name in ("filled", "vacant", "turnover", "posts_error")}
    codes = tuple(baseline.area_codes[row] for row in rows)
    return replace(baseline, area_codes=codes, published_posts=tuple(baseline.published_posts[row] for row in rows), **columns)


def test_the_order_of_areas_in_the_rows_changes_nothing(three_areas: Place) -> None:
    """The same world laid out in two orders, so that every post stands in another row."""
    study, prepared = three_areas
    filling, tree = calibrate(prepared.national, load())[0], load()
    results = []
    for order in (np.array([0, 1, 2]), np.array([2, 0, 1])):
        baseline = _rows(prepared.opening.baseline, order)
        inputs = build_inputs(tree, baseline, prepared.tables, study.months)
        rates = build_rates(baseline, slice_areas(filling, prepared.index[order]), prepared.contrasts, prepared.tables, tree)
        run = Run(open_world(opening_stock(baseline), inputs, tree), rates, inputs, study.seed)
        run.advance(24)
        back = np.argsort(order)
        results.append((run.result().stocks[:, back], run.result().flows[:, back]))
    assert np.array_equal(results[0][0], results[1][0])
    assert np.array_equal(results[0][1], results[1][1])


def test_the_order_in_which_areas_are_named_changes_nothing() -> None:
    members = tuple((resolve(name).code, 1.0) for name in ("Rutland", "Torbay"))
    places = [Area("X00000000", "Two areas", "icb", None, None, order) for order in (members, members[::-1])]
    one, other = (run_study(Study(place, (DO_NOTHING,), 1, 2026)) for place in places)
    assert digest(one) == digest(other)


def test_an_empty_scenario_is_bit_identical_to_do_nothing() -> None:
    empty = Scenario("empty", "Empty", "")
    idle = Scenario("idle", "Idle", "", parameter_edits=(ParameterEdit(path="need.funding_coverage", scale=1.0),))
    result = run_study(study_of("Rutland", DO_NOTHING, empty, idle))
    for draw, run in enumerate(result.runs[0]):
        assert same_figures(run, result.runs[1][draw])
        assert same_figures(run, result.runs[2][draw])


@pytest.mark.parametrize("uprated", [True, False])
def test_a_policy_that_changes_nobody_is_bit_identical(uprated: bool) -> None:
    floor = make("pay_floor", {"premium": 0, "start": "2025-09", "uprated": uprated})
    result = run_study(study_of("Rutland", DO_NOTHING, Scenario("nobody", "Nobody", "", (("pay_floor", floor),))))
    assert all(same_figures(one, other) for one, other in zip(*result.runs, strict=True))


def test_one_thread_and_two_give_the_same_bits() -> None:
    study = study_of("Wakefield", DO_NOTHING, load_scenario("prevention-and-recovery"), draws=3)
    assert digest(run_study(study, threads=1)) == digest(run_study(study, threads=2))


def test_another_process_gives_the_same_bits() -> None:
    """A fresh interpreter with another hash seed, as a worker elsewhere would be."""
    code = f"""
import hashlib
from dataclasses import fields
import numpy as np
from almoner.reference.areas import resolve
from almoner.study.design import Study
from almoner.study.run import StudyResult, run_study
from almoner.study.totals import ScenarioRun
from almoner.study.scenario import load_scenario
{inspect.getsource(digest)}
print(digest(run_study(Study(resolve("Rutland"), (load_scenario("fair-pay"),), 2, 2029))))
"""
    here = digest(run_study(study_of("Rutland", load_scenario("fair-pay"), to_year=2029)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == here


def test_seed_nought_works_and_another_seed_gives_another_world() -> None:
    nought, again, one = (run_study(study_of("Rutland", seed=seed, draws=1, to_year=2026)) for seed in (0, 0, 1))
    assert digest(nought) == digest(again)
    assert digest(nought) != digest(one)


def test_seeds_and_replicates_share_an_opening_and_then_have_luck_of_their_own(wakefield: Place, open_run: Opener) -> None:
    runs = [open_run(wakefield, seed=seed, replicate=replicate) for seed, replicate in ((0, 0), (1, 0), (0, 1))]
    for run in runs:
        run.advance(12)
    results = [run.result() for run in runs]
    for other in results[1:]:
        assert np.array_equal(results[0].stocks[0], other.stocks[0])
        assert not np.array_equal(results[0].flows[1], other.flows[1])


def _with(tree: ParameterTree, name: str, **settings: object) -> ParameterTree:
    return Scenario("one", "One", "", ((name, make(name, settings)),)).apply(tree)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("pay_floor", {"premium": 2.0, "start": "2026-07", "services": ("home_care",)}),
        ("reablement", {"more_episodes_per_1000": 30, "start": "2026-07"}),
    ],
)
def test_a_policy_changes_nothing_before_its_first_month_and_something_after(
    name: str, settings: dict[str, object], wakefield: Place, open_run: Opener
) -> None:
    """July 2026 is month 15; luck is common to both runs, so the fifteen months before are the same to the bit."""
    without, with_policy = open_run(wakefield), open_run(wakefield, _with(load(), name, **settings))
    for month, (one, other) in enumerate(zip(monthly_flows(without, 15), monthly_flows(with_policy, 15), strict=True)):
        assert np.array_equal(one, other), month
    for counter in ("filled", "vacant", "hours"):
        assert np.array_equal(getattr(without.world, counter), getattr(with_policy.world, counter))
    for run in (without, with_policy):
        run.advance(12)
    assert not same_result(without, with_policy)


def test_a_policy_in_one_service_moves_other_services_only_through_people_who_change_service(
    wakefield: Place, open_run: Opener
) -> None:
    """Leavers go by their own post's luck: with all movers staying in their service, the other services keep every bit."""
    tree = load().edited([Set("filling.return_same_service", 1.0)])
    without = open_run(wakefield, tree)
    with_policy = open_run(wakefield, _with(tree, "pay_floor", premium=2.0, start="2025-07", services=("home_care",)))
    for run in (without, with_policy):
        run.advance(24)
    changed = [
        service
        for index, service in enumerate(SERVICE_IDS)
        if not np.array_equal(without.result().flows[:, :, index], with_policy.result().flows[:, :, index])
    ]
    assert changed == ["home_care"]


def test_fair_pay_for_the_whole_sector_lowers_vacancies_and_exits_on_average() -> None:
    """Paired over 24 draws: the mean difference is below nothing by more than three of its standard errors."""
    result = run_study(study_of("Wakefield", DO_NOTHING, load_scenario("fair-pay"), draws=24, to_year=2032))
    vacant = result.stock("vacant").sum(axis=(3, 4))[:, :, -1]
    exits = sum(result.flow(name) for name in FLOWS if name.startswith("exits_")).sum(axis=(2, 3, 4))
    for figures in (vacant, exits):
        difference = figures[1] - figures[0]
        assert difference.mean() + 3 * difference.std(ddof=1) / np.sqrt(difference.size) < 0


def test_the_month_is_a_literal_tuple_of_named_steps() -> None:
    assert [step.py_func.__name__ for step in MONTH] == ["open_and_close_posts", "leave", "develop", "promote", "recruit"]
    assert all(step.py_func.__doc__ for step in MONTH)


def test_months_run_together_are_the_steps_of_the_tuple_one_after_another(
    three_areas: tuple[Study, Prepared], open_run: Callable[..., Run]
) -> None:
    together, by_step = open_run(three_areas), open_run(three_areas)
    together.advance(14)
    by_step.advance(14, after=lambda run: None)
    assert (together.world.posts.status == by_step.world.posts.status).all()
    assert (together.world.posts.traits == by_step.world.posts.traits).all()
    assert (together.year_flows == by_step.year_flows).all()
    assert (together.result().flows == by_step.result().flows).all()
