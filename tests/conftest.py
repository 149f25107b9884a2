"""What tests share: prepared places, a way to open a run of one, and the browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from almoner.model.engine import Run, build_rates
from almoner.model.filling import calibrate, slice_areas
from almoner.model.inputs import build_inputs
from almoner.model.posts import N_ROLES, N_SERVICES
from almoner.parameters import ParameterTree, Set, load
from almoner.reference.areas import Area, resolve
from almoner.study.design import Study
from almoner.study.run import Prepared, open_world, prepare
from almoner.study.scenario import load_scenario

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"

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


@pytest.fixture(scope="session")
def steady_england(england: Place, open_run: Callable[..., Run]) -> tuple[Run, NDArray[np.int64]]:
    """Return England after a year with every driver outside the sector at its base-year value, and vacancies [month, service].

    Job vacancies in the whole economy, arrivals and the ratio of pay stand still; the population and with it posts go on.
    """
    tree = load()
    outside = {"market.job_vacancies": tree.at("market.job_vacancies"), "filling.arrivals": tree.at("filling.base_arrivals")}
    still = [*(Set(path, value) for path, value in outside.items()), Set("leaving.exit_pay_elasticity", 0.0)]
    run = open_run(england, tree.edited(still))
    vacant: list[NDArray[np.int64]] = []
    run.advance(12, lambda after: vacant.append(after.world.vacant.reshape(-1, N_SERVICES, N_ROLES).sum(axis=(0, 2))))
    return run, np.array(vacant)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Debian's Chromium: one for all tests, because two drivers cannot live in one thread."""
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail("CI must have Debian's chromium: apt-get install chromium")
        pytest.skip("there is no chromium here; install it with apt-get install chromium")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])
        yield found
        found.close()
