"""The daily queue against closed forms, an independent simulator, and the published test outputs of another group's model."""

from __future__ import annotations

import csv
import heapq
import random
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from almoner.bench.plain_queue import Queue, plain_days, plain_lanes
from almoner.model.discharge import kernel, queues, spread
from almoner.model.discharge.lanes import Days, Lanes, Tally, new_tally

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "discharge"


def run(lanes: Lanes, days: Days, replicate: int, room: int, longest: int = 100) -> Tally:
    tally = new_tally(days, longest)
    kernel.run_board(0, 0, 0, -1, 7, replicate, lanes, days, room, tally)
    return tally


@pytest.mark.parametrize("use", [0.7, 0.85, 0.92, 0.95])
def test_a_pool_waits_as_erlang_c_says(use: float) -> None:
    # A stay of 400 days makes a day 1/400 of it, so that whole days hardly matter.
    places, stay, pools, replicates = 20, 400.0, 100, 12
    days = plain_days(60_000, 40_000)
    a_day = use * places / stay
    lanes = plain_lanes({1: Queue(a_day, places, stay, spread.exponential())}, pools, days)
    runs = [run(lanes, days, r, int(a_day * days.total * 1.4) + 600) for r in range(replicates)]
    counted = days.total - days.warm_up
    seen = np.array(
        [
            (
                1 - tally.waits[1, 0] / tally.wait_days[1, 1],
                tally.wait_days[1, 2] / tally.wait_days[1, 1],
                np.cumsum(tally.stock[1, 4])[:-1].mean() / pools,
                tally.busy[1, 0] / (counted * pools),
            )
            for tally in runs
        ]
    )
    chance, wait = queues.erlang_c(places, a_day * stay), queues.mean_wait(places, a_day * stay, stay)
    wanted = np.array([chance, wait, a_day * wait, a_day * stay])
    error = seen.std(axis=0, ddof=1) / np.sqrt(replicates)
    # Whole days lose waits of less than a day: a share of them of about (places - load) / stay, at most one day each. The table of
    # 1,024 equally likely stays has 0.5% less spread than an exponential, which shortens queues by as much.
    grid = wanted * ((places - a_day * stay) / stay + 0.01)
    assert np.all(np.abs(seen.mean(axis=0) - wanted) < 4 * error + grid), (seen.mean(axis=0), wanted, error)


def test_without_limit_of_places_the_pool_holds_arrivals_times_stay() -> None:
    days, a_day, stay = plain_days(3_000, 1_500), 1.3, 40.0
    lanes = plain_lanes({2: Queue(a_day, 10_000, stay, spread.lognormal(0.7))}, 20, days)
    held = np.array([run(lanes, days, r, 8_000).busy[2, 0] / (1_500 * 20) for r in range(30)])
    # M/G/infinity: a Poisson number with mean arrivals x stay, whatever the spread of stays.
    assert abs(held.mean() - a_day * stay) < 4 * held.std(ddof=1) / np.sqrt(30)


@given(a_day=st.floats(0.2, 3.0), places=st.integers(3, 60), stay=st.floats(2.0, 40.0), replicate=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_people_times_their_waits_are_the_days_that_the_queue_held(a_day: float, places: int, stay: float, replicate: int) -> None:
    days = plain_days(400)
    queue = Queue(a_day, max(places, a_day * stay * 1.02 + 1), stay, spread.lognormal(0.7), given=(0.0, 0.0))
    tally = run(plain_lanes({1: queue}, 3, days), days, replicate, 4_000, longest=400)
    held = np.cumsum(tally.stock[1, 4])[:-1]
    left, waited = tally.wait_days[1, 1], tally.wait_days[1, 2]
    # Little's law without a limit: each person-day in the queue is one day of one person's wait. People still waiting on the last
    # day have waited at most the whole run.
    still = tally.wait_days[1, 0] - left
    assert still == held[-1]
    assert waited <= held.sum() <= waited + still * days.total
    if still == 0:
        assert held.sum() == waited
    assert tally.waits[1].sum() == left


def test_with_fewer_places_nobody_waits_less() -> None:
    days = plain_days(800)
    lost = [
        int(
            np.cumsum(
                run(plain_lanes({1: Queue(1.0, c, 20.0, spread.lognormal(0.7), given=(15.0, 0.0))}, 5, days), days, 3, 3_000).stock[
                    1, 4
                ]
            ).sum()
        )
        for c in (20, 21, 23, 26, 60)
    ]
    assert lost == sorted(lost, reverse=True)
    assert lost[-1] == 0


def test_the_served_first_do_not_change_how_long_the_queue_is() -> None:
    # Who is served first moves waits between people, never the number who wait: stays do not hang on who it is... only their order.
    days = plain_days(1_500, 300)
    lanes = plain_lanes({1: Queue(0.9, 20, 20.0, spread.constant())}, 10, days)
    tallies = []
    for priority in (0, 1):
        tally = new_tally(days)
        kernel.run_board(0, 0, priority, -1, 7, 0, lanes, days, 4_000, tally)
        tallies.append(tally)
    assert np.array_equal(tallies[0].stock, tallies[1].stock)


def test_two_pathways_with_blocking_wait_as_in_ciw() -> None:
    ciw = pytest.importorskip("ciw")
    stay, package, places, packages = 60.0, 300.0, (8, 6), (7, 5)
    a_day, onward = (0.102, 0.071), (0.2, 0.25)
    exponential = spread.exponential()

    class DaysOf(ciw.dists.Distribution):  # type: ignore[misc,name-defined]
        """The same lengths as ours: a day and an exponential beyond it."""

        def __init__(self, mean: float) -> None:
            self.mean_days = mean

        def sample(self, t: float | None = None, ind: object = None) -> float:
            return 1.0 + float(exponential[random.randrange(exponential.size)]) * (self.mean_days - 1.0)

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(a_day[0]), None, ciw.dists.Exponential(a_day[1]), None],
        service_distributions=[DaysOf(stay), DaysOf(package), DaysOf(stay), DaysOf(package)],
        routing=[[0.0, onward[0], 0.0, 0.0], [0.0] * 4, [0.0, 0.0, 0.0, onward[1]], [0.0] * 4],
        number_of_servers=[places[0], packages[0], places[1], packages[1]],
        queue_capacities=[float("inf"), 0, float("inf"), 0],
    )
    theirs = []
    for replicate in range(12):
        ciw.seed(replicate)
        random.seed(replicate)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(40_000)
        records = [r for r in simulation.get_all_records() if r.arrival_date > 8_000]
        theirs.append(
            [np.mean([r.waiting_time for r in records if r.node == node]) for node in (1, 3)]
            + [np.mean([r.time_blocked for r in records if r.node == node]) for node in (1, 3)]
        )
    days = plain_days(40_000, 8_000)
    lanes = plain_lanes(
        {g + 1: Queue(a_day[g], places[g], stay, exponential, onward[g], packages[g]) for g in range(2)}, 12, days, package
    )
    ours = []
    for replicate in range(6):
        tally = run(lanes, days, replicate, 8_000)
        waits = [tally.wait_days[g, 2] / tally.wait_days[g, 1] for g in (1, 2)]
        blocked = [tally.busy[g, 1] / tally.wait_days[g, 1] for g in (1, 2)]
        ours.append(waits + blocked)
    mine, other = np.array(ours), np.array(theirs)
    error = np.sqrt(mine.var(axis=0, ddof=1) / len(mine) + other.var(axis=0, ddof=1) / len(other))
    # A day's order within itself moves a wait by less than a day, of which half on average, only for those who wait.
    assert np.all(np.abs(mine.mean(axis=0) - other.mean(axis=0)) < 3.5 * error + 0.5), (
        mine.mean(axis=0),
        other.mean(axis=0),
        error,
    )


class TestIpacs:
    """The bed model of the IPACS project (Bristol, North Somerset and South Gloucestershire), on its published inputs.

    Its definitions differ in four ways from a queue for beds. Those who wait at the start have no identity: a bed that ends is
    given to the next arrival of all time who has none, often one who has not come yet, and who on coming takes a second bed. When
    such a person's first stay ends, all that is known of them is struck off, so the second bed never ends. And while beds are
    free, those who wait at the start still enter only as other stays end. A second day without an event is written down as empty.
    With these, its outputs come back; without them, they are our queue's.
    """

    runs = 60

    def test_with_its_own_definitions_the_published_paths_come_back(self) -> None:
        inputs, published = _ipacs()
        for node in ("P2_B", "P2_NS", "P2_SG", "P3_B", "P3_NS", "P3_SG"):
            for capacity in ("BCap", "S1Cap"):
                paths = np.array([_ipacs_beds(*inputs[node, capacity], seed, theirs=True) for seed in range(self.runs)])
                for k, measure in enumerate(("niq", "occ")):
                    self.near(paths[:, k], published[f"{node}_{capacity}_Blos_BArr__{measure}"])

    def near(self, mine: NDArray[np.float64], other: NDArray[np.float64]) -> None:
        """Compare means over ten days, since days of one run hang together; the published mean is of five or more runs."""
        cut = len(other) // 10 * 10
        mine = mine[:, :cut].reshape(len(mine), -1, 10).mean(axis=2)
        other = other[:cut].reshape(-1, 10).mean(axis=1)
        error = mine.std(axis=0, ddof=1) * np.sqrt(1 / len(mine) + 1 / 5)
        # Four standard errors over 18 spans, and half a unit of rounding.
        assert np.all(np.abs(mine.mean(axis=0) - other) < 4 * error + 0.5), np.round((mine.mean(axis=0) - other) / (error + 0.1), 1)

    def test_without_its_peculiarities_it_is_our_queue(self) -> None:
        inputs, _ = _ipacs()
        for node in ("P2_B", "P3_NS", "P3_SG"):
            a_day, mu, sigma, places, occupied, waiting = inputs[node, "BCap"]
            middles = np.array([(k + 0.5) / 1024 for k in range(1024)])
            from scipy.special import ndtri

            stays = np.exp(mu + sigma * ndtri(middles))
            days = plain_days(len(a_day), dated=True)
            table = np.maximum(stays - 1, 0) / (stays.mean() - 1)
            queue = Queue(a_day, places, stays.mean(), table, given=(occupied, waiting))
            lanes = plain_lanes({2: queue}, 1, days, seen_like_starters=True)
            ours = np.array([np.cumsum(run(lanes, days, r, 6_000).stock[2, 4])[:-1] for r in range(200)])
            events = np.array([_ipacs_beds(*inputs[node, "BCap"], seed, theirs=False)[0] for seed in range(self.runs)])
            error = np.sqrt(ours.var(axis=0) / len(ours) + events.var(axis=0) / len(events))
            # A queue at the end of a day differs from its mean over the day by at most a day's arrivals and ends.
            grid = a_day + places / stays.mean()
            assert np.all(np.abs(ours.mean(axis=0) - events.mean(axis=0)) < 4 * error + grid)


Inputs = tuple[NDArray[np.float64], float, float, int, int, int]


def _ipacs() -> tuple[dict[tuple[str, str], Inputs], dict[str, NDArray[np.float64]]]:
    """Return inputs by node and capacity, and the published paths by column; skips where the samples are not at hand."""
    if not SAMPLES.is_dir():
        pytest.skip("the public samples are not beside this checkout")
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(SAMPLES / "ipacs_params.xlsx", data_only=True)

    def rows(sheet: str) -> list[tuple[object, ...]]:
        return [row for row in list(book[sheet].iter_rows(values_only=True))[1:] if row[0]]

    arrivals: dict[str, list[tuple[datetime, float]]] = {}
    for node, number, scenario, date, _ in rows("arrivals"):
        if scenario == "BArr":
            arrivals.setdefault(str(node), []).append((date, float(number)))  # type: ignore[arg-type]
    start = {(node, measure): value for node, measure, value in rows("initial conditions")}
    stays = {row[0]: (float(row[9]), float(row[10])) for row in rows("los") if row[5] == "Blos"}  # type: ignore[arg-type]
    inputs = {
        (str(node), str(scenario)): (
            np.array([number for _, number in sorted(arrivals[str(node)])]),
            *stays[node],
            int(places),  # type: ignore[call-overload]
            start[node, "occ"],
            start[node, "dtoc"],
        )
        for node, scenario, places in rows("capacity")
    }
    with (SAMPLES / "ipacs_bed_expected_output.csv").open() as file:
        lines = list(csv.reader(file))
    published = {name: np.array([float(line[k]) for line in lines[1:]]) for k, name in enumerate(lines[0]) if k}
    return inputs, published  # type: ignore[return-value]


def _ipacs_beds(
    a_day: NDArray[np.float64], mu: float, sigma: float, places: int, occupied: int, waiting: int, seed: int, *, theirs: bool
) -> NDArray[np.float64]:
    """Run one bed queue in continuous time; return daily (people waiting, people in beds). `theirs` has the four peculiarities."""
    luck = np.random.default_rng(seed)
    count = len(a_day)
    events: list[tuple[float, int, str]] = []
    for n in range(occupied):
        heapq.heappush(events, (luck.uniform(1, luck.lognormal(mu, sigma)), -1 - n, "end"))
    times = np.sort(np.concatenate([day + luck.random(luck.poisson(rate)) for day, rate in enumerate(a_day)]))
    for n, time in enumerate(times):
        heapq.heappush(events, (float(time), n, "arrival"))
    pending = list(range(len(times)))
    served: set[int] = set()
    gone: set[int] = set()
    niq, occ = waiting, occupied
    if not theirs:
        enter = min(waiting, places - occupied)
        for n in range(enter):
            heapq.heappush(events, (luck.lognormal(mu, sigma), -10_000 - n, "end"))
        niq, occ = niq - enter, occ + enter
    path = np.full((2, count + 1), np.nan)
    path[:, 0] = niq, occ
    before = 0.0
    while events:
        now, who, what = heapq.heappop(events)
        if now > count:
            break
        if who in gone:
            continue
        old = np.array([niq, occ], float)
        if what == "arrival":
            if occ < places:
                heapq.heappush(events, (now + luck.lognormal(mu, sigma), who, "end"))
                served.add(who)
                occ += 1
            else:
                niq += 1
        else:
            if theirs:
                gone.add(who)
            if niq == 0 or occ > places:
                occ -= 1
            elif theirs:
                while pending and (pending[0] in served or pending[0] in gone):
                    pending.pop(0)
                if pending:
                    heapq.heappush(events, (now + luck.lognormal(mu, sigma), pending[0], "end"))
                    served.add(pending[0])
                    niq -= 1
            else:
                heapq.heappush(events, (now + luck.lognormal(mu, sigma), 1_000_000 + len(served), "end"))
                served.add(-1_000_000 - len(served))
                niq -= 1
        new, row = np.array([niq, occ], float), int(np.ceil(now)) - 1
        if np.isnan(path[0, row]):
            path[:, row] = (now - np.floor(now)) * old + (np.ceil(now) - now) * new
        else:
            weight = (now - before) / now
            path[:, row] = weight * new + (1 - weight) * path[:, row]
        before = now
    for row in range(1, count + 1):
        if np.isnan(path[0, row]):
            path[:, row] = 0.0 if theirs and row == 1 else path[:, row - 1]
    return path[:, :count]
