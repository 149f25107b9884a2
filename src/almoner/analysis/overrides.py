"""What was put in the place of a modelled or shipped figure: own figures of an area, and parameters that scenarios edit.

Nothing else is ever adjusted by hand, and every report lists these, each with what stood there before and where it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator

from almoner.analysis.plan_record import Override
from almoner.model.baseline import Baseline, build
from almoner.model.clock import month_text
from almoner.parameters import ParameterTree
from almoner.parameters.edits import matching
from almoner.readers.own_figures import OwnFigures
from almoner.reference.areas import Area, areas, resolve
from almoner.reference.vocabulary import ROLE_IDS, ROLES, SERVICE_IDS, SERVICES
from almoner.study.scenario import Scenario

NOT_SAID = "no source given"


def overrides(
    own: OwnFigures | None, scenarios: tuple[Scenario, ...], world: Baseline, tree: ParameterTree, place: Area
) -> tuple[Override, ...]:
    """Return a line for each override that bears on a place."""
    return (*_own(own, world, place), *(line for scenario in scenarios for line in _edits(scenario, tree)))


def _own(own: OwnFigures | None, world: Baseline, place: Area) -> Iterator[Override]:
    if own is None:
        return
    modelled = build(None, world.seed)
    names = {area.code: area.name for area in areas()}
    for row in own.rows:
        if row.area_code not in place.area_codes:
            continue
        area, service = modelled.area_codes.index(row.area_code), SERVICE_IDS.index(row.service)
        roles = slice(None) if row.role is None else slice(ROLE_IDS.index(row.role), ROLE_IDS.index(row.role) + 1)
        who = f"{SERVICES[row.service]}, {'all roles' if row.role is None else ROLES[row.role].lower()}"
        filled = modelled.filled[area, service, roles]
        leaving = float((filled * modelled.turnover[area, service, roles]).sum()) / max(float(filled.sum()), 1.0)
        figures = (
            ("filled posts", "posts", row.filled_posts, float(filled.sum())),
            ("vacant posts", "posts", row.vacant_posts, float(modelled.vacant[area, service, roles].sum())),
            ("turnover", "percent", row.turnover_rate, 100.0 * leaving),
        )
        for figure, unit, value, before in figures:
            if value is not None:
                where = f"{names[row.area_code]} (own figures)"
                yield Override(where, f"{who}: {figure}", unit, float(value), before, row.source, row.date)


def _edits(scenario: Scenario, tree: ParameterTree) -> Iterator[Override]:
    for edit in scenario.parameter_edits:
        done = edit.edit()
        where = scenario.name + (f", in {' and '.join(resolve(code).name for code in edit.areas)}" if edit.areas else "")
        for path in matching(edit.path, tree.paths()):
            before = tree.at(path, -1 if done.from_ is None else done.from_)
            date = "" if done.from_ is None else f"from {month_text(done.from_)}"
            yield Override(where, path, tree.parameter(path).unit, done.applied(before), before, edit.source or NOT_SAID, date)
