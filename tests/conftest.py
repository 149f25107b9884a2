"""What the tests of the engine share: prepared places, and a way to open a run of one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import settings

from almoner.model.engine import Run, build_rates
from almoner.model.filling import calibrate, slice_areas
from almoner.model.inputs import build_inputs
from almoner.parameters import ParameterTree, load
from almoner.reference.areas import Area, resolve
from almoner.study.design import Study
from almoner.study.run import Prepared, open_world, prepare
from almoner.study.scenario import load_scenario

settings.register_profile("almoner", deadline=None)
settings.load_profile("almoner")

Place = tuple[Study, Prepared]


def _place(area: Area, to_year: int) -> Place:
    study = Study(area, (load_scenario("do-nothing"),), 1, to_year)
    return study, prepare(study)


@pytest.fixture(scope="session")
def rutland() -> Place:
    """Return a small area, ready to run to March 2027."""
    return _place(resolve("Rutland"), 2027)


@pytest.fixture(scope="session")
def wakefield() -> Place:
    """Return an area of about ten thousand posts, ready to run to March 2028."""
    return _place(resolve("Wakefield"), 2028)


@pytest.fixture(scope="session")
def three_areas() -> Place:
    """Return a place made of Rutland, Torbay and the City of London, ready to run to March 2027."""
    members = tuple((resolve(name).code, 1.0) for name in ("Torbay", "Rutland", "City of London"))
    return _place(Area("X00000000", "Three areas", "icb", None, None, members), 2027)


@pytest.fixture(scope="session")
def england() -> Place:
    """Return all of England, ready to run to March 2026."""
    return _place(resolve("England"), 2026)


@pytest.fixture(scope="session")
def open_run() -> Callable[..., Run]:
    """Return a function that opens a run of a place as a study does, under the shipped parameters or an edited tree."""

    def open_one(place: Place, tree: ParameterTree | None = None, seed: int = 0, replicate: int = 0) -> Run:
        study, prepared = place
        edited = tree or load()
        baseline = prepared.opening.baseline
        filling = slice_areas(calibrate(prepared.national, load())[0], prepared.index)
        inputs = build_inputs(edited, baseline, prepared.tables, study.months)
        rates = build_rates(baseline, filling, prepared.contrasts, prepared.tables, edited)
        return Run(open_world(prepared.opening, inputs, edited), rates, inputs, seed, replicate)

    return open_one
