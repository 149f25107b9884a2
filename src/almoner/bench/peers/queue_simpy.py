"""The queue job in SimPy: a process a person, who gives the place back only when the package is theirs."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from typing import Any

import simpy  # type: ignore[import-not-found, unused-ignore]

from almoner.bench.peers.queue_job import TABLE, Answer, Pathway, QueueJob


def ready(job: QueueJob, days: int, warm_up: int, seed: int) -> Callable[[], Answer]:
    """Return the job, set up."""
    environment, luck = simpy.Environment(), random.Random(seed)
    waits: list[list[float]] = [[] for _ in job.pathways]
    served = [0]

    def length(mean_days: float) -> float:
        return 1.0 + TABLE[luck.randrange(len(TABLE))] * (mean_days - 1.0)

    def person(pathway: Pathway, k: int, places: Any, packages: Any) -> Generator[Any, Any, Any]:
        came = environment.now
        place = places.request()
        yield place
        served[0] += 1
        if came > warm_up:
            waits[k].append(environment.now - came)
        yield environment.timeout(length(pathway.stay_days))
        if luck.random() < pathway.onward:
            package = packages.request()
            yield package
            places.release(place)
            yield environment.timeout(length(job.package_days))
            packages.release(package)
        else:
            places.release(place)

    def come(pathway: Pathway, k: int) -> Generator[Any, Any, Any]:
        places = simpy.Resource(environment, pathway.places)
        packages = simpy.Resource(environment, pathway.packages)
        while True:
            yield environment.timeout(luck.expovariate(pathway.a_day))
            environment.process(person(pathway, k, places, packages))

    for k, pathway in enumerate(job.pathways):
        environment.process(come(pathway, k))

    def run() -> Answer:
        environment.run(until=days)
        return Answer(served[0], tuple(sum(each) / len(each) for each in waits))

    return run
