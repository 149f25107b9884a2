"""Children's social care of a place: where it stands, what happens if nothing changes, and what scenarios would do.

In: a place, scenarios, the last year, draws and a norm for caseloads. Out: a `ChildrenRecord`. The figures behind it end in 2025;
the method is MODEL.md section 6 and the docstrings of `almoner.model.children`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis import children_now
from almoner.analysis.children_draws import drawn_trees
from almoner.analysis.children_future import norm_row, policy_costs, projection_rows, spend_rows, unregistered_rows
from almoner.analysis.children_measures import PUBLISHED, england_measures, measures
from almoner.analysis.children_own import OwnChildren, own_placements, own_unregistered
from almoner.analysis.children_placements import placements
from almoner.analysis.children_record import (
    ChildrenRecord,
    NormRow,
    NowLine,
    ProjectionRow,
    SpendRow,
    Unregistered,
    UnregisteredRow,
)
from almoner.analysis.children_support import effects, fits
from almoner.analysis.ledger import sources as source_lines
from almoner.analysis.plan_record import Place, SourceLine
from almoner.errors import OutOfRangeError
from almoner.model.children.fit import Fit, fit
from almoner.model.children.project import TreeOf, project
from almoner.model.children.record import load_record
from almoner.model.children.series import STAFF
from almoner.model.money import price_base
from almoner.parameters import ParameterTree, load
from almoner.reference.areas import Area
from almoner.study.scenario import Scenario

Array = NDArray[np.float64]

USUAL_DRAWS: Final = 100
FIRST_YEAR: Final = 2026
LAST_YEAR: Final = 2045


@lru_cache(maxsize=1)
def shipped_fit() -> Fit:
    """Return what the whole shipped record says."""
    return fit(load_record())


def children_answer(
    place: Area,
    scenarios: Sequence[Scenario],
    to_year: int = 2035,
    draws: int = USUAL_DRAWS,
    seed: int = 0,
    norm: float | None = None,
    threads: int | None = None,
    own: OwnChildren | None = None,
) -> ChildrenRecord:
    """Return the record of a place; `norm` is the highest caseload that it aims for, England's own when none is given.

    `own` are a council's own files, which need a place that is one return.

    Raises:
        OutOfRangeError: a year beyond the population projections, too few draws, or own files for more than one return.
    """
    if not FIRST_YEAR <= to_year <= LAST_YEAR:
        raise OutOfRangeError(f"The year {to_year} is outside the projection: choose a year from {FIRST_YEAR} to {LAST_YEAR}.")
    if draws < 1:
        raise OutOfRangeError(f"{draws} draws are too few: ask for at least 1.")
    fitted = shipped_fit()
    record = fitted.record
    weights = children_now.weights_of(place)
    if own is not None:
        if len(weights) != 1 or place.level != "area":
            raise OutOfRangeError(f"Own files are of one council: name it instead of {place.name}.")
        fitted = own.fitted(fitted, record.codes.index(next(iter(weights))))
    aim = float(record.england["caseload"][-1]) if norm is None else norm
    trees = [own.tree(tree) if own else tree for tree in drawn_trees(draws, seed)]
    by_name: dict[str, TreeOf] = {scenario.id: _tree_of(scenario, record.codes) for scenario in scenarios}
    whole = place.level == "england"
    codes = record.codes if whole else tuple(weights)
    runs = project(fitted, to_year, trees, by_name, seed, codes=codes, threads=threads)
    rows: list[ProjectionRow] = []
    reached: list[NormRow] = []
    spend: list[SpendRow] = []
    homeless: list[UnregisteredRow] = []
    for scenario in scenarios:
        run = runs[scenario.id]
        found = england_measures(run, record) if whole else measures(run, weights)
        if not np.isfinite(found["in_post_fte"]).all() or not found["in_post_fte"].any():
            continue
        # Unit costs and homes of a place of several returns are those that hold everywhere.
        member = codes[0].split("+")[0] if len(codes) == 1 else None
        edited = [scenario.apply(tree, member) for tree in trees]
        rows += projection_rows(scenario.id, found, run.years)
        reached.append(norm_row(scenario.id, found["caseload"], run.years, aim))
        spend += spend_rows(scenario.id, found, run.years, edited, policy_costs(scenario, place, edited, run.years))
        if whole:
            homeless += unregistered_rows(scenario.id, edited, found["looked_after"], run.years, record)
    now = children_now.now(place)
    lines, without = placements(place), _unregistered(place, tuple(homeless), now)
    if own is not None:
        lines = own_placements(own, lines)
        without = own_unregistered(own, without, scenarios[0].id, record.years[-1])
    kind = f"80% interval of {draws} draws" if draws >= 30 else f"lowest and highest of {draws} draws"
    return ChildrenRecord(
        place=Place(place.code, place.name, place.level, place.region_name, place.area_codes),
        return_name=" and ".join(children_now.return_name(code) for code in weights) if not whole else place.name,
        return_note=_return_note(place, tuple(weights)),
        years=tuple(range(record.years[-1], to_year + 1)),
        draws=draws,
        seed=seed,
        band_kind=kind,
        price_basis=price_base(load()),
        scenarios=tuple((scenario.id, scenario.name) for scenario in scenarios),
        neighbours=children_now.neighbours_of(place),
        now=now,
        history=_history(place, tuple(weights)),
        projection=tuple(rows),
        norm=tuple(reached),
        spend=tuple(spend),
        unregistered=without,
        placements=lines,
        fits=fits(fitted, place, tuple(weights)),
        effects=effects(),
        own=own.block if own else None,
        notes=_notes(place, fitted, tuple(weights)),
        sources=_sources(now),
    )


def _tree_of(scenario: Scenario, codes: tuple[str, ...]) -> TreeOf:
    """Return a function from a drawn tree and a return to the tree that the scenario gives it, worked out once a variant."""
    variants, of_code = scenario.variants([code.split("+")[0] for code in codes])
    place = dict(zip(codes, of_code, strict=True))
    known: dict[tuple[int, int], ParameterTree] = {}

    def tree_of(tree: ParameterTree, code: str) -> ParameterTree:
        key = id(tree), place[code]
        if key not in known:
            known[key] = scenario.apply(tree, variants[place[code]])
        return known[key]

    return tree_of


def _return_note(place: Area, codes: tuple[str, ...]) -> str:
    if place.level == "england":
        return "England's own published rows; the projection is the returns together, tied to them."
    joint = [children_now.return_name(code) for code in codes if "+" in code]
    note = f"{' and '.join(joint)} report their social workers together: figures are of both." if joint else ""
    if len(codes) > 1 and place.level == "icb":
        note = f"{note} Returns are added with the share of their people who live in the board.".strip()
    return note


def _history(place: Area, codes: tuple[str, ...]) -> tuple[tuple[str, str, tuple[tuple[int, float], ...]], ...]:
    """Return published series of the place, of its neighbours' median and of England: (series, measure, points)."""
    record = load_record()
    near = [record.codes.index(code) for code, _, _ in children_now.neighbours_of(place)]
    series = []
    for measure, published in PUBLISHED.items():
        whole = record.england[published]
        own = whole if place.level == "england" else None
        if place.level == "region":
            own = children_now.published_series(place.code, published)
        elif own is None and len(codes) == 1:
            own = record.figures[published][record.codes.index(codes[0])]
        elif own is None:
            own = children_now.group_series(place, published)
        beside = () if place.level == "england" else (("neighbours", _median(record.figures[published][near])), ("england", whole))
        for name, values in (("place", own), *beside):
            points = () if values is None else tuple((year, float(each)) for year, each in zip(record.years, values, strict=True))
            known = tuple((year, value) for year, value in points if np.isfinite(value))
            if known:
                series.append((name, measure, known))
    return tuple(series)


def _median(values: Array) -> Array | None:
    if not len(values):
        return None
    known = np.asarray(np.isfinite(values).any(axis=0))
    return np.array([float(np.nanmedian(values[:, i])) if known[i] else np.nan for i in range(values.shape[1])])


def _unregistered(place: Area, rows: tuple[UnregisteredRow, ...], now: tuple[NowLine, ...]) -> Unregistered:
    about = ("September 2024", float(load().at("children.homes.unregistered")))
    outside = tuple(line for line in now if line.id == "looked_after_placed_outside_area")
    if place.level == "england":
        return Unregistered("modelled", "England only; what joins the published figures is assumed.", about, rows, outside)
    reason = (
        "No figures of this place say what kind of placement its children need or how many staffed places it can use: its own "
        "episodes and places would. Children placed outside the area stand beside it as a check."
    )
    return Unregistered("unknown", reason, None, (), outside)


def _notes(place: Area, fitted: Fit, codes: tuple[str, ...]) -> tuple[str, ...]:
    notes = [
        "If nothing changes means: England's vacancy, turnover and workload rates drift back towards their means of 2017 to 2025, "
        "growth of posts dies down, children's rates follow their last five years with growth dying down, and each area keeps part "
        "of its distance from the rest, as areas did.",
        "Joiners include returns from leave, changes of hours and corrections: starters less leavers fall short of the change in "
        "staff by about 0.6% a year.",
        "Ages of children in care and routes of joiners are assumed shares until own files are given.",
    ]
    missing = [code for code in codes if not np.isfinite(fitted.deviation[STAFF][fitted.record.codes.index(code), -1])]
    if missing and place.level != "england":
        names = " and ".join(children_now.return_name(code) for code in missing)
        notes.append(f"{names} published no figures of social workers for 2025: the projection starts from its last ones.")
    return tuple(notes)


def _sources(now: tuple[NowLine, ...]) -> tuple[SourceLine, ...]:
    tree = load()
    own = ParameterTree({path: leaf for path, leaf in tree.leaves.items() if path.startswith("children.")})
    cited = [one for line in now for one in line.sources]
    return source_lines(own, [*cited, "dfe_csww_2025", "dfe_cin_2025", "dfe_cla_2025", "dfe_neighbours_2025", "ofsted_2023"])
