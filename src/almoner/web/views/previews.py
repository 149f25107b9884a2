"""What a draft would change, from a few draws, while its settings move: adults' care, children's services, delays out of hospital.

In: a place, a scenario and a last year. Out: a `Preview` for each part of the model that the scenario reaches. Doing nothing is run
once for each place and then kept. Few draws have no interval: the lowest and the highest are shown.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis import words
from almoner.analysis.children import LAST_YEAR as LAST_OF_CHILDREN
from almoner.analysis.children import children_answer
from almoner.analysis.children_record import ChildrenRecord, ProjectionRow
from almoner.analysis.days_delayed import DaysDelayed
from almoner.analysis.delays import USUAL_DRAWS
from almoner.analysis.measures import DAYS_DELAYED, MEASURES
from almoner.parameters import load
from almoner.policies.base import Domain
from almoner.policies.registry import policies
from almoner.reference.areas import Area
from almoner.report import children_words
from almoner.study.design import Study, parameter_draws
from almoner.study.scenario import DO_NOTHING, Scenario, load_scenario
from almoner.web.views import trial
from almoner.web.views.answers import lasting, remembered

CHILDREN_DRAWS: Final = 8
QUEUE_DRAWS: Final = 4
MIDDLE: Final = "Do nothing, every value at its middle"

_OF_CHILDREN: Final = ("in_post_fte", "vacancy_rate", "agency_rate", "turnover_rate", "caseload", "looked_after")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a scenario would change in one part of the model, as a table of ready words, or the sentence that says why not."""

    id: str
    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    problem: str = ""
    run_id: str = ""
    seconds: float = 0.0


def reached(scenario: Scenario) -> frozenset[Domain]:
    """Return the parts of the model that a scenario's policies and edits reach."""
    found: set[Domain] = {policies()[name].domain for name, _ in scenario.policies}
    for edit in scenario.parameter_edits:
        branch = edit.path.partition(".")[0]
        found.add("children" if branch == "children" else "discharge" if branch == "discharge" else "adult")
    return frozenset(found)


def previews(place: Area, scenario: Scenario, to_year: int) -> Iterator[Preview]:
    """Yield what a scenario would change in each part of the model that it reaches."""
    parts = reached(scenario)
    for part, look in (("adult", _adults), ("children", _children), ("discharge", _queue)):
        if part in parts:
            begun = time.perf_counter()
            found = look(place, scenario, to_year)
            yield replace(found, seconds=round(time.perf_counter() - begun, 2))


def _adults(place: Area, scenario: Scenario, to_year: int) -> Preview:
    heading = f"Adult social care, 31 March {to_year}"
    columns = ("Measure", MIDDLE, "Change", f"Over {trial.PREVIEW_DRAWS} draws")
    if len(place.members) > trial.MOST_AREAS:
        return _none("adult", heading, f"{place.name} has too many areas for a preview: save the scenario and run it in full.")
    found, _ = trial.previewed(place, scenario, to_year)
    middle = trial.middle(place, to_year)
    rows = tuple(
        (line.label, words.number(middle[line.measure], line.unit, found.level), line.change, line.range)
        for line in trial.lines(found, scenario.id, to_year)
    )
    said = "Paired with doing nothing: the same draws, the same luck."
    notes = tuple(note for note in found.notes if DAYS_DELAYED not in note)
    return Preview("adult", heading, columns, rows, (*notes, said), run_id=found.run_id)


def _children(place: Area, scenario: Scenario, to_year: int) -> Preview:
    last = min(to_year, LAST_OF_CHILDREN)
    heading = f"Children’s services, {last} (30 September for social workers, 31 March for children)"
    columns = ("Measure", "Do nothing", "With it", f"With it, over {CHILDREN_DRAWS} draws")

    def run() -> ChildrenRecord:
        return children_answer(place, [load_scenario(DO_NOTHING), scenario], last, CHILDREN_DRAWS)

    found = remembered(("children preview", place.code, scenario.hash, last), run)
    ends = {(row.scenario, row.measure): row for row in found.projection if row.year == last}
    rows = tuple(
        _child_line(ends[DO_NOTHING, measure], ends[scenario.id, measure])
        for measure in _OF_CHILDREN
        if (scenario.id, measure) in ends
    )
    if not rows:
        return _none("children", heading, f"{place.name} has published no figures that the children’s model can start from.")
    return Preview("children", heading, columns, rows, ("Medians under the same draws.",))


def _child_line(nothing: ProjectionRow, own: ProjectionRow) -> tuple[str, ...]:
    def said(value: float) -> str:
        return f"{children_words.number(value, own.unit)} {_child_unit(own.unit)}".strip()

    return own.label, said(nothing.median), said(own.median), f"{said(own.low)} to {said(own.high)}"


def _child_unit(unit: str) -> str:
    return "" if unit in ("percent", "fte") else unit.replace(" per fte", " each")


def _queue(place: Area, scenario: Scenario, to_year: int) -> Preview:
    heading = f"Delays out of hospital, the year to March {to_year}"
    columns = ("Measure", MIDDLE, "Change", f"Over {QUEUE_DRAWS} draws")
    if len(place.members) > trial.MOST_AREAS:
        return _none("discharge", heading, f"{place.name} has too many areas for a preview: save the scenario and run it in full.")
    nothing = load_scenario(DO_NOTHING)
    before, after, middle = _days(place, ((nothing, USUAL_DRAWS), (scenario, USUAL_DRAWS), (nothing, 1)), to_year)
    change = after - before
    low, high = (words.change(float(end), "days", "area") for end in (change.min(), change.max()))
    row = (
        MEASURES[DAYS_DELAYED].label,
        words.number(float(middle[0]), "days", "area"),
        words.change(float(change.mean()), "days", "area"),
        low if low == high else f"{low} to {high}",
    )
    said = "With the staff that each scenario has. Paired with doing nothing: the same draws, the same luck."
    return Preview("discharge", heading, columns, (row,), (said,))


def _days(place: Area, wanted: Sequence[tuple[Scenario, int]], to_year: int) -> tuple[NDArray[np.float64], ...]:
    """Return days delayed in the last year by draw, for scenarios with their draws; what is not held is run, by all cores at once.

    Of the usual draws the first few are run; one draw is the middle of every value.
    """
    tree = load()
    with ThreadPoolExecutor(os.cpu_count() or 1) as cores, ThreadPoolExecutor(len(wanted)) as waiting:

        def days(scenario: Scenario, draws: int) -> NDArray[np.float64]:
            study = Study(place, (), draws, to_year)
            work = lasting(("days delayed", place.code, draws, to_year), lambda: DaysDelayed(study))
            points = parameter_draws(tree, study.draws, study.seed, study.draws_from)

            def one(point: int) -> float:
                return float(work.days(scenario, tree.drawn(tree.quantiles(points[point])), point)[-1])

            held = lasting if scenario.id == DO_NOTHING else remembered
            key = ("days", place.code, scenario.hash, draws, to_year)
            return held(key, lambda: np.array(list(cores.map(one, range(min(draws, QUEUE_DRAWS))))))

        return tuple(waiting.map(days, *zip(*wanted, strict=True)))


def _none(id: str, heading: str, problem: str) -> Preview:
    return Preview(id, heading, (), (), (), problem)
