"""The same answers for one system's own figures, which a discharge lead gives in a small file (`readers.discharge_system`)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np

from almoner.analysis import delays_record as shape
from almoner.analysis.delays import DAYS_A_YEAR, USUAL_DRAWS, Progress, assembled, bodies_of, fan, priority_number, reasons_of
from almoner.errors import InputFileError
from almoner.model.discharge import fit, responsibility
from almoner.model.discharge.central import central
from almoner.model.discharge.record import FIT_MONTHS, LATEST_REASONS, Boards, latest_reasons, reason_names
from almoner.model.discharge.system import Fitted, places
from almoner.parameters import ParameterTree, Scale
from almoner.readers.discharge_system import System
from almoner.reference.areas import Area
from almoner.reference.discharge_words import CAPACITIES, CONSTRAINTS, PATHWAYS
from almoner.reference.vocabulary import ENGLAND
from almoner.study import discharge
from almoner.study.discharge_swings import factors_of_a_system

OWN_NUMBER: Final = 60
"""What the luck of a system that is no board is keyed by."""
_MONTHS: Final = 36
_ROUNDS: Final = 10
_REPLICATES: Final = 8
_STAY_LIMITS: Final = (0.2, 5.0)


def delays_of_own(
    system: System,
    draws: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    threads: int | None = None,
    priority: str = "first_come",
) -> shape.DelaysRecord:
    """Return whose the delays of a system are, from its own figures alone but for what they do not say."""
    draws = draws or USUAL_DRAWS
    published = as_boards(system)
    trees = discharge.trees_of(draws, seed)

    @cache
    def of_draw(draw: int) -> tuple[ParameterTree, Fitted]:
        return fitted_to(system, published, trees[draw], seed, draw)

    rule = priority_number(priority)
    runs = discharge.caused(published.codes, draws, seed, progress, threads, of_draw, rule)
    level = published.remaining[:, -1]
    path = discharge.forecast(published.codes, draws, _MONTHS, seed, priority=rule, threads=threads, system=of_draw, level=level)
    place = Area("own", system.name, "icb", None, None, ())
    answer = assembled(place, recorded_of_own(system), runs, draws, priority)
    paths = fan("do-nothing", "If nothing changes", path, np.ones((draws, 1)), factors_of_a_system(_MONTHS, seed))
    return replace(answer, fans=(paths,))


def as_boards(system: System) -> Boards:
    """Return a system's figures in the form of the record, the same in every month."""
    arrivals = np.array([system.arrivals[pathway] for pathway in PATHWAYS])
    if arrivals.sum() <= 0:
        raise InputFileError(f"{system.name}: nobody becomes ready on any pathway, so there is nothing to model.")
    months = len(FIT_MONTHS)
    waiting = sum(system.queue.values())
    return Boards(
        codes=("own",),
        names=(system.name,),
        remaining=np.full((1, months), waiting),
        discharged=np.full((1, months), arrivals.sum()),
        ready=np.full((1, months), arrivals.sum()),
        pathway_share=(arrivals / arrivals.sum())[None],
        reasons=np.array([[counts_of(system)[name] for name in reason_names()]]),
    )


def counts_of(system: System) -> dict[str, float]:
    """Return patients by published reason; constraints are split over their reasons as in England."""
    known = responsibility.reasons()
    if any(item in CONSTRAINTS for item in system.reasons):
        nation = latest_reasons(ENGLAND)[0]
        whole = {each: sum(nation[name] for name in known if known[name].constraint == each) for each in CONSTRAINTS}
        return {
            name: system.reasons.get(reason.constraint, 0.0) * nation[name] / whole[reason.constraint]
            for name, reason in known.items()
        }
    return {name: system.reasons.get(name, 0.0) for name in known}


def fitted_to(system: System, published: Boards, tree: ParameterTree, seed: int, replicate: int) -> tuple[ParameterTree, Fitted]:
    """Fit a draw to a system: first with assumed stays, then with those that its places and throughput imply."""
    numbers = np.array([OWN_NUMBER])
    begin = replace(fit.start(tree, published, numbers), length_factor=central().length_factor)
    settings = {"replicates": _REPLICATES, "seed": seed, "first_replicate": replicate * _REPLICATES, "threads": 1}
    coded_from = system.coded_from
    fitted = fit.fit(tree, published, begin, rounds=_ROUNDS, coded_from=coded_from, **settings)
    edits = []
    slots = places(tree, fitted)[1][0]
    for k, capacity in enumerate(CAPACITIES):
        given = system.capacity.get(capacity)
        if given and slots[k] > 0:
            edits.append(Scale(f"discharge.stay.pathway_{k + 1}", float(np.clip(given / slots[k], *_STAY_LIMITS))))
    if not edits:
        return tree, fitted
    own = tree.edited(edits)
    return own, fit.fit(own, published, fitted, rounds=_ROUNDS // 2, coded_from=coded_from, **settings)


def recorded_of_own(system: System) -> shape.Recorded:
    """Return a system's own record."""
    waiting, ready = sum(system.queue.values()), sum(system.arrivals.values())
    counts = counts_of(system)
    return shape.Recorded(
        measure="no_criteria_to_reside",
        patients_per_day=waiting,
        days_per_year=waiting * DAYS_A_YEAR,
        period=system.date,
        mean_days=waiting / ready if ready else None,
        by_body=bodies_of(counts),
        by_reason=reasons_of(counts, published=True),
        reasons_period=system.date if system.date != "not stated" else LATEST_REASONS,
        reasons_stays="not_stated",
        level="own",
        status="own figures",
        over_time=(),
    )
