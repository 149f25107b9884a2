"""The discharge benchmark proves its answer before it times anything, and times the same job in every tool."""

from __future__ import annotations

import pytest

from almoner.bench.discharge import bench_discharge
from almoner.bench.peers.queue_job import JOB, TABLE
from almoner.errors import NotFoundError


def test_without_peers_it_proves_and_times_almoner_alone() -> None:
    found = bench_discharge(1, ())
    assert found["patients_per_second"] > 0
    assert found["ratio_ciw"] is None
    assert found["ratio_simpy"] is None
    assert abs(found["erlang_z"]) < 4.5
    assert found["patients"] > 100_000


def test_simpy_finds_the_same_mean_waits() -> None:
    pytest.importorskip("simpy")
    found = bench_discharge(1, ("simpy",))
    assert len(found["peer_z"]["simpy"]) == len(JOB.pathways)
    assert found["ratio_simpy"] > 1


def test_a_peer_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(NotFoundError, match="ciw"):
        bench_discharge(1, ("cwi",))


def test_lengths_have_the_mean_that_they_are_said_to_have() -> None:
    assert sum(TABLE) / len(TABLE) == pytest.approx(1, abs=1e-6)
