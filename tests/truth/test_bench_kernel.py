"""The benchmark's kernel is the job written out plainly, bit for bit, and the job keeps to its exact expected path."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.bench import kernel, proof
from almoner.bench.compare import bench_kernel
from almoner.bench.floors import below_floor
from almoner.bench.job import AGE_BAND, TENURE_BAND, Workers, expected, hazards, opening
from almoner.bench.peers import NUMPY, NUMPY_TUNED, OTHERS, chosen
from almoner.errors import NotFoundError, OutOfRangeError

POSTS, MONTHS = 200_000, 36


@pytest.fixture(scope="module")
def workers() -> Workers:
    return opening(POSTS)


def hazard_bytes(workers: Workers, month: int) -> np.ndarray:
    """Return for each holder the least bound byte that lets every uniform below the true chance through."""
    chance = hazards()[AGE_BAND[month - workers.birth.astype(int)], TENURE_BAND[month - workers.start.astype(int)]]
    return np.ceil(chance * 256.0)


@pytest.mark.parametrize("seed", [0, 1, 2026])
def test_the_kernel_equals_its_reference_in_every_post(workers: Workers, seed: int) -> None:
    assert proof.differences(workers, MONTHS, seed) == 0


def test_replicates_and_seeds_have_luck_of_their_own(workers: Workers) -> None:
    runs = [kernel.run(workers, 3, seed, replicate)[0].tolist() for seed, replicate in ((0, 0), (0, 1), (1, 0))]
    assert len({tuple(run) for run in runs}) == 3


@pytest.mark.parametrize(("window", "block"), [(1, 4096), (2, 64), (12, 1024), (24, 4096), (36, 16384), (60, 8)])
def test_window_and_block_change_no_bit(workers: Workers, window: int, block: int) -> None:
    some = workers.first(50_003)
    leavers, holders = kernel.run(some, MONTHS, window=window, block=block)
    usual_leavers, usual = kernel.run(some, MONTHS)
    assert np.array_equal(leavers, usual_leavers)
    assert np.array_equal(holders.birth, usual.birth)
    assert np.array_equal(holders.start, usual.start)


def test_running_thirty_six_months_is_running_five_and_then_thirty_one(workers: Workers) -> None:
    some = workers.first(30_001)
    state = kernel.State.at_start(some)
    leavers = np.concatenate([kernel.advance(state, 5), kernel.advance(state, 31)])
    whole_leavers, whole = kernel.run(some, MONTHS)
    assert np.array_equal(leavers, whole_leavers)
    assert np.array_equal(state.workers.birth, whole.birth)


def test_a_post_has_the_same_luck_whoever_else_is_there(workers: Workers) -> None:
    _, few = kernel.run(workers.first(10_007), MONTHS)
    _, many = kernel.run(workers.first(40_000), MONTHS)
    assert np.array_equal(few.birth, many.birth[:10_007])
    assert np.array_equal(few.start, many.start[:10_007])


@pytest.mark.parametrize("window", [12, 24])
def test_no_bound_is_ever_below_the_true_chance(workers: Workers, window: int) -> None:
    state = kernel.State.at_start(workers)
    for month in range(MONTHS):
        if month % window:
            assert (state.bounds >= hazard_bytes(state.workers, month)).all()
        kernel.advance(state, 1, window=window)
        if month % window == 0:
            # Whoever stayed has a bound of the sweep, which must hold for all of the window.
            stayed = state.workers.start <= month
            for ahead in range(month, month + window):
                assert (state.bounds >= hazard_bytes(state.workers, ahead))[stayed].all()


def test_bounds_cover_what_lies_between_the_ends_of_a_window() -> None:
    # The oldest band is the likeliest to leave and the shortest tenure too, so the corner of the rectangle is the highest.
    table = kernel.bound_table(kernel.thresholds(hazards()))
    ends = max(table[9, 0, 0, 0], table[10, 0, 1, 1])
    assert table[9, 1, 0, 1] == table[10, 0, 0, 0] > ends


def test_a_chance_that_no_byte_can_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="bound byte"):
        kernel.bound_table(kernel.thresholds(np.full((12, 8), 0.999)))


def test_the_kernel_keeps_to_the_exact_path() -> None:
    # Four standard errors, by the deviation over 64 replicates; of 57 scores under fixed seeds none is expected beyond.
    total, worst_month, worst_stock, spread = proof.scores(MONTHS)
    assert abs(total) < proof.WORST_SCORE
    assert worst_month < proof.WORST_SCORE
    assert worst_stock < proof.WORST_SCORE
    assert spread > 1.0


def test_nobody_is_lost_on_the_exact_path(workers: Workers) -> None:
    path = expected(workers, MONTHS)
    # Sums of 200,000 doubles: rounding is many orders below a millionth of a person.
    assert path.age_stock.sum() == pytest.approx(POSTS, abs=1e-6)
    assert path.tenure_stock.sum() == pytest.approx(POSTS, abs=1e-6)


# SimPy is in the development environment; Starsim and Mesa, with all that they bring, only in the extra `bench`.
PEERS = [peer for peer in (NUMPY, NUMPY_TUNED, *OTHERS) if peer.installed]


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_every_peer_that_is_here_does_the_same_job(workers: Workers, peer) -> None:  # type: ignore[no-untyped-def]
    some = workers.first(min(peer.most_posts, 20_000))
    leavers = peer.ready(some, MONTHS, seed=3)()
    # A spread of 1.3 was found over replicates of the kernel; `check_peer` allows four standard errors of it.
    assert abs(proof.check_peer(peer.name, leavers, expected(some, MONTHS), spread=1.3)) < proof.WORST_SCORE


def test_a_peer_that_does_another_job_is_not_timed(workers: Workers) -> None:
    path = expected(workers, 12)
    with pytest.raises(proof.WrongAnswer, match="nothing is timed"):
        proof.check_peer("another", (path.leavers * 0.9).astype(np.int64), path, spread=1.3)


def test_a_kernel_that_differs_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = kernel.run_reference

    def one_birth_later(workers: Workers, months: int, seed: int = 0, replicate: int = 0) -> tuple[np.ndarray, Workers]:
        leavers, holders = honest(workers, months, seed, replicate)
        holders.birth[7] += 1
        return leavers, holders

    monkeypatch.setattr(kernel, "run_reference", one_birth_later)
    with pytest.raises(proof.WrongAnswer, match="differ in 1 posts"):
        bench_kernel(1_000, 3, 1, peers=())


def test_the_result_has_the_promised_keys_and_none_for_what_is_not_there() -> None:
    result = bench_kernel(20_000, 12, 1, peers=())
    assert result["post_months_per_second_per_core"] > 0
    assert result["roofline_share"] > 0
    assert result["ratio_numpy"] > 0
    assert [result[f"ratio_{peer.name}"] for peer in OTHERS] == [None, None, None]


def test_floors_are_ratios_and_name_what_is_below_them() -> None:
    assert below_floor("kernel", {"ratio_numpy": 7.5, "scan_roofline_share": 0.5}) == ["ratio_numpy is 7.5, below its floor of 8."]


def test_slips_are_answered_with_a_remedy() -> None:
    with pytest.raises(NotFoundError, match="did you mean mesa"):
        chosen(("messa",))
    with pytest.raises(OutOfRangeError, match="--months 400"):
        bench_kernel(1_000, 400, 1)
    with pytest.raises(OutOfRangeError, match="--repeats 0"):
        bench_kernel(1_000, 12, 0)
