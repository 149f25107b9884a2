"""The queue job in Ciw: four nodes, packages without a queue of their own, so that a place stays taken until one is free."""

from __future__ import annotations

import random
from collections.abc import Callable

import ciw  # type: ignore[import-not-found, import-untyped, unused-ignore]

from almoner.bench.peers.queue_job import TABLE, Answer, QueueJob


class DaysOf(ciw.dists.Distribution):  # type: ignore[misc, unused-ignore]
    """One day and an exponential beyond it."""

    def __init__(self, mean_days: float) -> None:
        self.mean_days = mean_days

    def sample(self, t: float | None = None, ind: object = None) -> float:
        """Return a length in days."""
        return 1.0 + TABLE[random.randrange(len(TABLE))] * (self.mean_days - 1.0)


def ready(job: QueueJob, days: int, warm_up: int, seed: int) -> Callable[[], Answer]:
    """Return the job, set up."""
    n = len(job.pathways)
    arrivals, services, servers, capacities, routing = [], [], [], [], []
    for k, pathway in enumerate(job.pathways):
        arrivals += [ciw.dists.Exponential(pathway.a_day), None]
        services += [DaysOf(pathway.stay_days), DaysOf(job.package_days)]
        servers += [pathway.places, pathway.packages]
        capacities += [float("inf"), 0]
        routing += [[0.0] * (2 * k + 1) + [pathway.onward] + [0.0] * (2 * n - 2 * k - 2), [0.0] * 2 * n]
    network = ciw.create_network(
        arrival_distributions=arrivals,
        service_distributions=services,
        routing=routing,
        number_of_servers=servers,
        queue_capacities=capacities,
    )
    ciw.seed(seed)
    random.seed(seed)
    simulation = ciw.Simulation(network)

    def run() -> Answer:
        simulation.simulate_until_max_time(days)
        records = [each for each in simulation.get_all_records() if each.node % 2]
        waits = [
            [each.waiting_time for each in records if each.node == 2 * k + 1 and each.arrival_date > warm_up] for k in range(n)
        ]
        return Answer(len(records), tuple(sum(each) / len(each) for each in waits))

    return run
