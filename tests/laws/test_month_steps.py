"""Laws of single steps of the month: luck is a post's own, so one more of anything changes one post and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from almoner.model import kernel
from almoner.model.bounds import begin_stretch, bind_area
from almoner.model.columns import FILLED, FLOWS, VACANT, Months, Rates
from almoner.model.compiled import MODULES, SOURCES
from almoner.model.engine import MONTH, Run
from almoner.model.lottery import chance
from almoner.model.posts import CELLS_PER_AREA, N_ROLES, N_SERVICES
from almoner.model.training import TRAINED_FROM
from almoner.model.world import Posts, contract_of, has_level_2
from almoner.parameters import Edit, Scale, Set, load
from almoner.policies.registry import make
from almoner.reference.vocabulary import CONTRACTS, ROLE_IDS
from almoner.study.design import Study
from almoner.study.run import Prepared
from almoner.study.scenario import Scenario

Place = tuple[Study, Prepared]
Opener = Callable[..., Run]

SEEDS = st.integers(0, 2**40)
CELLS = st.integers(0, CELLS_PER_AREA - 1)
LEAVING = [FLOWS.index(name) for name in FLOWS if name.startswith("exits_") or name == "moves_out"]
ZERO_HOURS = tuple(CONTRACTS).index("zero_hours")


def done(run: Run, steps: Sequence[Callable[..., None]], rates: Rates | None = None, months: Months | None = None) -> Run:
    """Return what a run of one area is after some steps of its next month, with other rates or months; the run stays as it is."""
    after = Run(run.world.copy(), rates or run.rates, run.inputs, run.seed, run.replicate, run.number)
    after.months = months or run.months
    columns = stock, _, rates, months, stretch, room = after.columns()
    begin_stretch(1, rates, stretch)
    bind_area(0, 1, stock, rates, months, stretch)
    kernel.begin_month(0, stock, room)
    for step in steps:
        step(0, after.number, *columns, after.year_flows)
    return after


def changed(one: Run, other: Run) -> np.ndarray:
    """Return the rows in which any column of two runs differs; what is written of a post without a holder says nothing."""
    first, second = one.world.posts, other.world.posts
    differs = first.status != second.status
    for name in Posts.__slots__:
        differs |= (first.status == FILLED) & (getattr(first, name) != getattr(second, name))
    return np.flatnonzero(differs)


def cell_of_row(run: Run) -> np.ndarray:
    return np.repeat(np.arange(CELLS_PER_AREA), np.diff(run.world.offset))


def one_with(count: np.ndarray, number: int) -> int:
    """Return a cell of which there is something to count."""
    cells = np.flatnonzero(count)
    return int(cells[number % cells.size])


def some_months_in(place: Place, open_run: Opener, seed: int, months: int, edits: Sequence[Edit] = ()) -> Run:
    run = open_run(place, load().edited(edits), seed=seed)
    run.advance(months)
    return run


@given(SEEDS, st.integers(0, 3), CELLS, st.integers(0, 30))
@settings(max_examples=60)
def test_one_hire_more_in_a_cell_fills_one_post_more_and_changes_no_other(
    wakefield: Place, open_run: Opener, seed: int, months: int, cell: int, hires: int
) -> None:
    run = some_months_in(wakefield, open_run, seed, months)
    vacant = run.world.vacant
    cell = one_with(vacant, cell)
    by_service = max(int(vacant.reshape(N_SERVICES, N_ROLES)[cell // N_ROLES].sum()), 1)
    pressure = by_service / max(run.rates.base_vacancies[0, cell // N_ROLES], 1.0)
    common = pressure ** (run.rates.vacancy_exponent - 1.0) * run.months.working_age[run.number, 0]
    a_rate = vacant[cell] * common * run.months.entrant_factor[run.number, run.months.market[0], cell]
    by_count = []
    for entrants in (hires, hires + 1):
        rate = run.rates.entrant_rate.copy()
        rate[cell] = entrants / a_rate
        by_count.append(done(run, MONTH, run.rates._replace(entrant_rate=rate)))
    fewer, more = by_count
    assume(fewer.world.vacant[cell] > 0)
    assert more.year_flows[cell, FLOWS.index("entrants")] == hires + 1
    (row,) = changed(fewer, more)
    assert run.world.offset[cell] <= row < run.world.offset[cell + 1]
    assert fewer.world.posts.status[row] == VACANT
    assert more.world.posts.status[row] == FILLED


@pytest.mark.parametrize(("kind", "flow"), [("qualifying", "qualified"), ("guaranteeing", "guaranteed")])
@given(seed=SEEDS, cell=CELLS, share_gaining=st.floats(0.0, 0.999))
@settings(max_examples=30)
def test_one_person_more_who_gains_something_is_one_person_and_nobody_else(
    wakefield: Place, open_run: Opener, kind: str, flow: str, seed: int, cell: int, share_gaining: float
) -> None:
    run = some_months_in(wakefield, open_run, seed, 1)
    posts = run.world.posts
    filled, traits = posts.status == FILLED, posts.traits
    is_able = filled & (~has_level_2(traits) if kind == "qualifying" else contract_of(traits) == ZERO_HOURS)
    cell = one_with(np.bincount(cell_of_row(run), weights=is_able), cell)
    able = np.flatnonzero(is_able & (cell_of_row(run) == cell))
    gaining = int(share_gaining * able.size)
    share_of = run.world.filled[cell] if kind == "qualifying" else able.size
    by_count = []
    for count in (gaining, gaining + 1):
        share = np.zeros_like(getattr(run.months, kind))
        share[..., cell] = count / share_of
        by_count.append(done(run, (kernel.develop,), months=run.months._replace(**{kind: share})))
    fewer, more = by_count
    assert [each.year_flows[cell, FLOWS.index(flow)] for each in by_count] == [gaining, gaining + 1]
    (row,) = changed(fewer, more)
    assert row in able
    assert changed(run, fewer).size == gaining
    assert fewer.world.posts.hours[row] == more.world.posts.hours[row]
    after = more.world.posts.traits[[row]]
    assert has_level_2(after)[0] if kind == "qualifying" else contract_of(after)[0] == tuple(CONTRACTS).index("permanent")


@given(SEEDS, st.sampled_from(sorted(TRAINED_FROM)), st.integers(0, N_SERVICES - 1), st.integers(0, 12))
@settings(max_examples=60)
def test_trainees_take_vacant_posts_of_their_role_and_leave_their_own(
    wakefield: Place, open_run: Opener, seed: int, role: str, service: int, trained: int
) -> None:
    run = some_months_in(wakefield, open_run, seed, 2)
    cell = service * N_ROLES + ROLE_IDS.index(role)
    sources = [service * N_ROLES + ROLE_IDS.index(source) for source in TRAINED_FROM[role]]
    trainees = np.zeros_like(run.months.trainees)
    trainees[:, 0, cell] = trained
    after = done(run, (kernel.develop,), months=run.months._replace(trainees=trainees))
    risen = min(trained, int(run.world.vacant[cell]), int(run.world.filled[sources].sum()))
    assert after.world.filled[cell] == run.world.filled[cell] + risen
    assert run.world.filled[sources].sum() - after.world.filled[sources].sum() == risen
    flows = after.year_flows
    assert flows[cell, FLOWS.index("promotions_in")] == flows[sources, FLOWS.index("promotions_out")].sum() == risen
    new = np.setdiff1d(np.flatnonzero(after.world.posts.status == FILLED), np.flatnonzero(run.world.posts.status == FILLED))
    assert new.size == risen
    assert has_level_2(after.world.posts.traits[new]).all()
    assert changed(run, after).size == 2 * risen


@given(SEEDS, st.integers(0, 3), st.floats(0.0, 3.0), st.floats(0.0, 3.0))
@settings(max_examples=30)
def test_a_higher_floor_never_makes_the_same_holder_leave_in_the_same_month(
    wakefield: Place, open_run: Opener, seed: int, months: int, one: float, other: float
) -> None:
    """Pay lowers the chance of leaving and luck is the post's, so whoever leaves at the higher pay leaves at the lower too."""
    runs = []
    for premium in sorted((one, other)):
        floor = make("pay_floor", {"premium": premium, "start": "2025-04"})
        run = open_run(wakefield, Scenario("floor", "Floor", "", (("pay_floor", floor),)).apply(load()), seed=seed)
        runs.append(run)
    lower, higher = runs
    lower.advance(months)
    # Both from the same world, laid out with room for the posts of the lower floor.
    twin = Run(lower.world.copy(), higher.rates, higher.inputs, seed, 0, lower.number)
    left = [done(run, (kernel.leave,)).world.posts.status == VACANT for run in (lower, twin)]
    assert not (left[1] & ~left[0]).any()


@given(st.floats(0.0, 1e6), st.floats(0.0, 1.0))
def test_competing_exits_never_exceed_one(hazard: float, share: float) -> None:
    """The chance of leaving at all is below certainty, and grows with the hazard; leaving the sector is a part of it."""
    either = int(chance(hazard))
    assert 0 <= either < 1 << 32
    assert either <= int(chance(hazard * (1.0 + share)))
    assert int(float(either << 8) * share) <= either << 8


@given(SEEDS, st.floats(0.0, 500.0), st.floats(0.0, 500.0))
@settings(max_examples=15)
def test_nobody_leaves_twice_however_high_the_hazards(
    rutland: Place, open_run: Opener, seed: int, exits: float, moves: float
) -> None:
    run = some_months_in(rutland, open_run, seed, 0, (Scale("leaving.exit_scale", exits), Scale("leaving.move_scale", moves)))
    after = done(run, (kernel.leave,))
    left = after.year_flows[:, LEAVING].sum(axis=1)
    assert np.array_equal(left, run.world.filled - after.world.filled)
    assert (left <= run.world.filled).all()


@given(SEEDS, st.integers(1, 11))
@settings(max_examples=10)
def test_a_year_is_its_months_wherever_it_is_cut(rutland: Place, open_run: Opener, seed: int, first: int) -> None:
    """Bounds are set afresh where a run is cut, and must not decide."""
    busy = (Set("training.level_2_places", 60_000.0), Set("contracts.guaranteed.home_care", 0.3))
    at_once, in_two = (some_months_in(rutland, open_run, seed, 0, busy) for _ in range(2))
    at_once.advance(12)
    in_two.advance(first)
    in_two.advance(12 - first)
    assert changed(at_once, in_two).size == 0
    for name in ("stocks", "flows", "monthly_hours"):
        assert np.array_equal(getattr(at_once.result(), name), getattr(in_two.result(), name)), name


def test_a_step_is_compiled_anew_when_any_module_of_the_month_has_changed() -> None:
    """Numba itself looks at the step's own file only, and would go on with what the helpers in other files were."""
    assert all(step._cache._cache_file._source_stamp == SOURCES for step in (*MONTH, kernel.run_months))
    folder = Path(kernel.__file__).parent
    imported = {"kernel"}
    while more := {name for each in imported for name in _imports(folder / f"{each}.py")} - imported:
        imported |= more
    assert imported == set(MODULES)


def _imports(path: Path) -> list[str]:
    return re.findall(r"^from almoner\.model\.(\w+) import", path.read_text(encoding="utf-8"), re.M)
