"""England in the engine: the opening world, a year in which nothing outside changes, and the published ratios of leaving."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from almoner.model.columns import FLOWS
from almoner.model.engine import STOCKS, Run
from almoner.model.world import pack
from almoner.parameters import load
from almoner.reference.tables import load as load_table
from almoner.reference.vocabulary import CONTRACTS, OUTSIDE_RATES, ROLE_IDS, SERVICE_IDS
from almoner.study.design import Study
from almoner.study.run import Prepared

BASE = [index for index, service in enumerate(SERVICE_IDS) if service not in OUTSIDE_RATES]
LEAVERS = [index for index, name in enumerate(FLOWS) if name.startswith("exits_") or name == "moves_out"]


def test_the_opening_world_has_the_published_posts_and_vacancies_of_england(steady_england: tuple[Run, np.ndarray]) -> None:
    opening = steady_england[0].result().stocks[0].sum(axis=(0, 2))
    filled, vacant = (opening[:, STOCKS.index(name)] for name in ("filled", "vacant"))
    assert filled.sum() == 1_600_000
    assert filled[BASE].sum() == 1_475_000
    assert vacant[BASE].sum() == 111_000
    # Published to a tenth of a per cent.
    assert 100 * vacant[BASE].sum() / (filled[BASE].sum() + vacant[BASE].sum()) == pytest.approx(7.0, abs=0.05)


def test_the_opening_pool_holds_the_movers_who_are_between_two_jobs(
    england: tuple[Study, Prepared], steady_england: tuple[Run, np.ndarray]
) -> None:
    """Movers of a month x (1 / 0.5 - 1). Whole people in 9,180 cells: a standard deviation of at most half of one each."""
    baseline, tree = england[1].national, load()
    movers = float((baseline.filled * baseline.turnover).sum()) * tree.at("leaving.mover_share") / 12
    run = steady_england[0]
    flows = run.result().flows[1].sum(axis=(0, 1, 2))
    opening = run.world.pool.size.sum() - flows[FLOWS.index("moves_out")] + flows[FLOWS.index("moves_in")]
    expected = movers * (1 / tree.at("filling.return_rate") - 1)
    assert opening == pytest.approx(expected, abs=4 * 0.5 * np.sqrt(baseline.filled.size))


@pytest.mark.parametrize(
    ("roles", "published", "limit"),
    [(ROLE_IDS, 23.7, 1.0), (("care_worker", "support_worker"), 28.5, 1.5), (("registered_manager",), 17.0, 1.5)],
)
def test_a_year_of_leavers_is_the_published_turnover_when_nothing_outside_changes(
    roles: tuple[str, ...], published: float, limit: float, steady_england: tuple[Run, np.ndarray]
) -> None:
    """Leavers of twelve months over the mean of the year's two ends, council and independent sector.

    The limit of one point for all roles is MODEL.md's; a role may drift further by half a point (registered managers, 24,000
    posts, have a standard error of a quarter).
    """
    result = steady_england[0].result()
    rows = [ROLE_IDS.index(role) for role in roles]
    stock = result.stocks[:, :, BASE][:, :, :, rows, STOCKS.index("filled")].sum(axis=(1, 2, 3)).mean()
    leavers = result.flows[1][:, BASE][:, :, rows][..., LEAVERS].sum()
    assert 100 * leavers / stock == pytest.approx(published, abs=limit)


def test_two_thirds_of_leavers_stay_in_the_sector(steady_england: tuple[Run, np.ndarray]) -> None:
    """Published as 63% to 66%, the parameter is 0.65; the assumed rise of exits at pension age may take up to two points off."""
    flows = steady_england[0].result().flows[1][:, BASE].sum(axis=(0, 1, 2))
    assert flows[FLOWS.index("moves_out")] / flows[LEAVERS].sum() == pytest.approx(0.65, abs=0.02)


def test_the_raked_margins_are_the_published_ratios(england: tuple[Study, Prepared]) -> None:
    """All at once on the joint distribution; the raking stops far inside a thousandth."""
    fit = {name: (published, modelled) for name, published, modelled in england[1].contrasts.fit}
    assert set(fit) >= {
        "age.under_20",
        "age.60_plus",
        "experience.under_1",
        "experience.20_plus",
        "contract.zero_hours",
        "qualification.relevant",
        "nationality.international",
    }
    for name, (published, modelled) in fit.items():
        assert published == load().at(f"leaving.ratio.{name}"), name
        assert modelled == pytest.approx(published, abs=1e-3), name


def _weight(england: tuple[Study, Prepared], contract: str, level_2: bool, hours: int) -> float:
    code = np.array([tuple(CONTRACTS).index(contract)], dtype=np.uint8)
    no, british = np.zeros(1, bool), np.zeros(1, np.uint8)
    byte = pack(no, british, code, np.array([level_2]), no, np.array([hours], dtype=np.uint8))
    return float(england[1].contrasts.trait_weight[byte][0])


def test_none_against_all_five_favourable_factors_is_in_the_published_range(england: tuple[Study, Prepared]) -> None:
    """Published 2.4 (2022-23) and 3 (2025) for pay, contract, hours, training and qualification together.

    The model has three of the five: contract and qualification as weights, pay through its elasticities (GBP 1.50 above the
    living wage, the step of the published gap), and they make 1.9. Training is not an attribute of holders, and hours are one but
    have no ratio, because no rate by hours alone is published. So those two enter here as published: 33.0 against 28.2 without
    and with training (2018-19), and the gap of 5.8 points by hours about a rate of 36.1 for care workers (2021-22), an upper
    limit for hours, since the jobs without contracted hours are the zero-hours ones.
    """
    tree = load()
    none = _weight(england, "zero_hours", False, 16)
    every = _weight(england, "permanent", True, 37)
    wage, movers = tree.at("pay.national_living_wage"), tree.at("leaving.mover_share")
    more = (wage + 1.5) / wage
    exits, moves = more ** -tree.at("leaving.exit_pay_elasticity"), more ** -tree.at("leaving.move_pay_elasticity")
    in_model = none / every / ((1 - movers) * exits + movers * moves)
    assert 1.7 < in_model < 3.0
    table = load_table("adult_workforce").filter(pl.col("source") == "s_eebb0a45", pl.col("measure") == "turnover_rate")
    rate = dict(table.select("breakdown", "value").iter_rows())
    training = rate["no training recorded"] / rate["training recorded"]
    half_gap = tree.at("leaving.check.zero_hours_to_full_time") / 2
    hours = (0.361 + half_gap) / (0.361 - half_gap)
    check = tree.parameter("leaving.check.none_to_all_factors").values
    assert check == (2.364, 3.0)
    assert 2.4 <= in_model * training * hours <= 3.0
