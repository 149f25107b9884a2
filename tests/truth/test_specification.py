"""The compiled month against the specification in plain NumPy: the same numbers, in every column and month, without tolerance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from almoner.model import specification
from almoner.model.columns import FLOWS
from almoner.model.engine import Run
from almoner.model.posts import N_ROLES
from almoner.model.training import TRAINED_FROM
from almoner.model.world import CLOSED, FILLED, Pool, Posts
from almoner.parameters import Edit, Scale, Set, load
from almoner.reference.areas import Area, resolve
from almoner.reference.vocabulary import ROLE_IDS
from almoner.study.design import Study
from almoner.study.run import Prepared, prepare
from almoner.study.scenario import load_scenario

Place = tuple[Study, Prepared]
Opener = Callable[..., Run]

GROWTH = (Scale("need.funding_coverage", 1.15, from_=2),)
SHRINKING = (Scale("need.funding_coverage", 0.8, from_=1), Scale("need.funding_coverage", 0.5, from_=5))
"""Far more posts shut than stand vacant, so that holders are made redundant and small cells are emptied."""
MANY_VACANCIES = (Scale("leaving.exit_scale", 4.0), Scale("filling.scale", 0.05), Scale("leaving.move_scale", 3.0, from_=3))
FEW_VACANCIES = (Scale("filling.scale", 12.0), Scale("filling.arrivals_scale", 12.0), Scale("leaving.move_scale", 2.0))
"""More people than posts, so that scarce vacancies are shared."""
WANDERING = (Set("filling.return_same_service", 0.1), Set("filling.return_rate", 0.15), Scale("leaving.move_scale", 6.0))
"""Movers who wait long and try every service, until pools are full."""
DEVELOPING = (
    Set("training.level_2_places", 150_000.0, from_=1),
    Set("training.qualifiers.registered_nurse", 12_000.0),
    Set("training.qualifiers.social_worker", 20_000.0),
    Set("training.qualifiers.occupational_therapist", 6_000.0),
    *(Set(f"contracts.guaranteed.{service}", 0.7) for service in ("care_home", "home_care", "council")),
    Scale("leaving.exit_scale", 1.5),
)
"""Far more training and guaranteed hours than in any scenario, so that cells run out of people and of vacant posts."""


@pytest.fixture(scope="module")
def south_east() -> Place:
    """Return a region of more than 200,000 posts."""
    study = Study(resolve("south east"), (load_scenario("do-nothing"),), 1, 2027)
    return study, prepare(study)


@pytest.fixture(scope="module")
def two_areas() -> Place:
    members = tuple((resolve(name).code, 1.0) for name in ("Reading", "Isle of Wight"))
    study = Study(Area("X00000001", "Two areas", "icb", None, None, members), (load_scenario("do-nothing"),), 1, 2031)
    return study, prepare(study)


def columns(run: Run) -> dict[str, np.ndarray]:
    """Return every column of posts, open or not, the people in the pool in their order, the counters and the flows so far."""
    world, pool = run.world, run.world.pool
    used = np.concatenate([np.arange(first, first + size) for first, size in zip(pool.offset[:-1], pool.size, strict=True)])
    waiting = {f"pool.{name}": getattr(pool, name)[used] for name in Pool.__slots__ if name not in {"offset", "size"}}
    counted = {"pool.size": pool.size, **{f"counted.{name}": getattr(world, name) for name in ("filled", "vacant", "hours")}}
    noted = {"year_flows": run.year_flows, "flows": np.array(run.flows), "stocks": np.array(run.stocks)}
    noted["monthly_hours"] = run.result().monthly_hours
    return {name: getattr(world.posts, name) for name in Posts.__slots__} | waiting | counted | noted


def differences(compiled: Run, specified: Run) -> dict[str, int]:
    """Return for each column that is not the same in how many places it differs."""
    pairs = zip(columns(compiled).items(), columns(specified).values(), strict=True)
    unequal = {name: (one, other) for (name, one), other in pairs if not np.array_equal(one, other)}
    return {name: int((a != b).sum()) if a.shape == b.shape else -1 for name, (a, b) in unequal.items()}


def assert_the_same_every_month(place: Place, open_run: Opener, edits: tuple[Edit, ...], seed: int, months: int) -> Run:
    tree = load().edited(edits)
    compiled, specified = (open_run(place, tree, seed=seed, replicate=seed) for _ in range(2))
    for month in range(months):
        compiled.advance(1)
        specification.advance(specified, 1)
        assert differences(compiled, specified) == {}, f"month {month}"
    return compiled


@pytest.mark.parametrize(("seed", "edits", "months"), [(0, (), 24), (1, GROWTH, 8), (2, SHRINKING, 8), (3, MANY_VACANCIES, 8)])
def test_every_number_of_two_hundred_thousand_posts_is_that_of_the_specification(
    south_east: Place, open_run: Opener, seed: int, edits: tuple[Edit, ...], months: int
) -> None:
    run = assert_the_same_every_month(south_east, open_run, edits, seed, months)
    if edits in {(), GROWTH}:
        assert int((run.world.posts.status != CLOSED).sum()) > 200_000


@pytest.mark.parametrize("seed", [6, 7, 8])
def test_training_and_contracts_are_those_of_the_specification_in_two_hundred_thousand_posts(
    south_east: Place, open_run: Opener, seed: int
) -> None:
    run = assert_the_same_every_month(south_east, open_run, DEVELOPING, seed, months=5)
    assert int((run.world.posts.status != CLOSED).sum()) > 200_000
    counted = run.year_flows.sum(axis=0)
    assert counted[FLOWS.index("qualified")] > 5_000
    assert counted[FLOWS.index("guaranteed")] > 1_000
    roles = run.year_flows.reshape(-1, N_ROLES, len(FLOWS))[..., FLOWS.index("promotions_in")].sum(axis=0)
    assert all(roles[ROLE_IDS.index(role)] > 50 for role in TRAINED_FROM)


@pytest.mark.parametrize("edits", [GROWTH, SHRINKING, MANY_VACANCIES, FEW_VACANCIES, WANDERING, DEVELOPING])
def test_extremes_are_those_of_the_specification_for_three_years(
    two_areas: Place, open_run: Opener, edits: tuple[Edit, ...]
) -> None:
    """Long enough for what is rare in a month: people who settle, retire, wait for years, and posts that reopen."""
    assert_the_same_every_month(two_areas, open_run, edits, seed=4, months=36)


def test_whole_years_run_compiled_are_months_of_the_specification(two_areas: Place, open_run: Opener) -> None:
    """A run that is not watched goes through each area's year at once; the specification goes month by month."""
    compiled, specified = (open_run(two_areas, seed=5) for _ in range(2))
    compiled.advance(29)
    specification.advance(specified, 29)
    assert differences(compiled, specified) == {}


def test_the_comparison_sees_a_single_changed_hour(two_areas: Place, open_run: Opener) -> None:
    """A comparison that cannot fail proves nothing."""
    one, other = (open_run(two_areas) for _ in range(2))
    row = int(np.flatnonzero(other.world.posts.status == FILLED)[0])
    other.world.posts.hours[row] += 1
    assert differences(one, other) == {"hours": 1}
