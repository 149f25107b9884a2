"""What the model report says, gathered from runs and from the shipped tables: nothing in it is typed in by hand.

In: settings of a run. Out: a `ModelRecord`, which the page and `almoner validate --json` are functions of. Laid out to the
questions of the Aqua Book (HM Treasury 2015): purpose and scope, method, data, assumptions, verification, validation, uncertainty
and limits.
"""

from __future__ import annotations

import inspect
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from almoner.analysis import backtest_adult
from almoner.analysis.assurance import engine_check, register, results_log, sample_runs, verification
from almoner.analysis.assurance.drift import Drift, drift
from almoner.analysis.assurance.self_test import SelfTest, self_test
from almoner.analysis.assurance.summary import AdultBacktest, adult_backtest
from almoner.analysis.calibration import Calibration, calibrate
from almoner.model.engine import MONTH
from almoner.reference import tables
from almoner.study.posterior import posterior_record
from almoner.version import VERSION, code_hash

Tell = Callable[[str], None]

_SECTION: Final = re.compile(r" \((MODEL\.md )?sections? [0-9 ,and]+\)")
"""A pointer to the specification, which readers of the report do not have."""

LIMITS: Final = (
    "The record has nine years and one pandemic: parameters stay near their priors, and every figure of fit rests on few numbers.",
    "The structure of the model, the drivers of the past and these tests were chosen by people who knew the whole record. "
    "Parameters at each cut were fitted to nothing later; choices of structure cannot be made blind again.",
    "Three drivers of the past, the vaccination mandate, arrivals before 2021-22 and job vacancies by month, were put in after a "
    "first back-test had been seen; all lower the conditional errors (docs/calibration.md has them before and after).",
    "Population after a cut is the estimate of today, because no projection of the time ships.",
    "Job vacancies in the economy before January 2017 and earnings before 2024 are recalled, not read.",
    "Arrivals before 2021-22 are derived from counts of jobs by nationality.",
    "Turnover fell by more than four points in 2023-24, a change of level that the model does not explain and takes as given.",
    "Resident entrants do not answer to arrivals except through vacancies; the year 2024-25 suggests that they do.",
    "Posts follow need or what was funded; that employers withdraw posts that they cannot fill is not in the model.",
    "Vacancy rates by region and service are scored on a handful of figures, by council area on none.",
    "The published starters rate exceeds what leavers and growth allow by 4 to 8.5 points and is not fitted.",
)

NOT_COVERED: Final = (
    "a change in how the publisher weights or defines its estimates",
    "a change of law that ends a route of entry or a sector",
    "a breakdown of the relation between care work and the rest of the labour market that none of nine years has shown",
)


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """Everything that the model report says."""

    version: str
    code: str
    data: str
    made_on: str
    seed: int
    purpose: tuple[str, ...]
    steps: tuple[tuple[str, str], ...]
    tables: tuple[dict[str, Any], ...]
    gaps: tuple[dict[str, str], ...]
    register: tuple[dict[str, Any], ...]
    tests: tuple[verification.Outcome, ...]
    calibration: Calibration
    posterior: dict[str, Any]
    self_test: SelfTest | None
    backtest: AdultBacktest
    engine: tuple[dict[str, Any], ...]
    packages: tuple[dict[str, Any], ...]
    sample_opening: dict[str, float]
    drift: Drift
    spread: tuple[dict[str, Any], ...]
    limits: tuple[str, ...]
    not_covered: tuple[str, ...]
    changes: tuple[dict[str, Any], ...]
    log: tuple[dict[str, Any], ...]
    figures: dict[str, float]


PURPOSE: Final = (
    "Almoner tells a council, an integrated care system, a region or England how many people adult social care needs, where and in "
    "which jobs, what happens if nothing changes, and what policies change at what cost. It informs plans and the choice between "
    "policies; it does not set budgets, and it does not predict any one employer or person.",
    "Its figures are fit for comparing scenarios and for ranges over five to fifteen years. A single year's national vacancy rate "
    "is forecast with the errors printed below, which are large.",
)


def model_record(
    draws: int = 8192,
    seed: int = 0,
    histories: int = 0,
    tests: Path | None = None,
    root: Path | None = None,
    tell: Tell = lambda _: None,
) -> ModelRecord:
    """Run everything that the report rests on. `tests` is a JUnit file; without it the tests of the checkout at `root` are run."""
    tell("calibration")
    calibration = calibrate(draws, seed)
    tell("back-tests")
    tested_back = adult_backtest(None, backtest_adult.PARTICLES, seed)
    tell("runs of a sample of England")
    packages, spread = sample_runs.packages(seed), sample_runs.spread_by_source(seed)
    effects = sample_runs.effects(seed)
    drifting = drift(seed)
    tested = None
    if histories:
        tell(f"{histories} synthetic histories")
        tested = self_test(histories, seed=seed)
    tell("tests")
    outcomes = _outcomes(tests, root)
    figures = headline_figures(calibration, tested_back, packages, outcomes)
    return ModelRecord(
        version=VERSION,
        code=code_hash(),
        data=tables.data_hash(),
        made_on=date.today().isoformat(),
        seed=seed,
        purpose=PURPOSE,
        steps=tuple((step.__name__.replace("_", " "), _first_sentence(step)) for step in MONTH),
        tables=tuple(_table(name) for name in tables.names()),
        gaps=tuple(_gaps()),
        register=tuple(register.register(effects)),
        tests=outcomes,
        calibration=calibration,
        posterior=posterior_record(),
        self_test=tested,
        backtest=tested_back,
        engine=tuple(engine_check.engine_beside_twin(draws=backtest_adult.PARTICLES, seed=seed)),
        packages=tuple(packages),
        sample_opening=sample_runs.opening_of_sample(),
        drift=drifting,
        spread=tuple(spread),
        limits=(*LIMITS, drifts(drifting)),
        not_covered=NOT_COVERED,
        changes=tuple(results_log.changes(figures)),
        log=tuple(results_log.entries()),
        figures=figures,
    )


def headline_figures(
    calibration: Calibration,
    tested_back: AdultBacktest,
    packages: list[dict[str, Any]],
    outcomes: tuple[verification.Outcome, ...],
) -> dict[str, float]:
    """Return the figures that the change log follows from version to version."""
    figures = {"calibration: effective sample size": calibration.effective_sample_size}
    for line in tested_back.lines:
        if line["level"] == "England" and line["mode"] in {"conditional", "blind"}:
            name = f"back-test: {line['measure'].replace('_', ' ')}, {line['mode']}, {line['horizon']} years, mean error"
            figures[name] = line["error"]
    next_year = tested_back.next_year
    for name in ("vacancy_rate", "filled_posts_growth"):
        figures[f"forecast of {next_year['year']}: {name.replace('_', ' ')}, %"] = next_year[name]["median"]
    for row in packages:
        if row["measure"] != "turnover_rate":
            name = f"sample of England, {row['scenario']}, {row['measure'].replace('_', ' ')} in {row['year']}"
            figures |= {name: row["posterior_mean"], f"{name}, before calibration": row["prior_mean"]}
    if outcomes:
        figures["truth and law tests passed"] = float(sum(outcome.outcome == "passed" for outcome in outcomes))
    return figures


def drifts(found: Drift) -> str:
    """Say how turnover drifts when nothing changes, and that no parameter was set against it."""
    before, after = found.holders["60 and over, %"]
    first, last = found.holders["mean time in the sector, years"]
    return (
        f"England's turnover goes from {found.opening:.1f}% to {found.turnover[-1]:.1f}% by {found.years[-1]} when nothing "
        "changes. Leaving by age and by years in the sector stays as published; with it people in post gain experience (mean "
        f"{first:.1f} to {last:.1f} years) and more of them are 60 and over ({before:.0f} to {after:.0f}%). No publication says "
        "whether they will; nothing was set so that they do or do not (table below)."
    )


def data_of(record: ModelRecord) -> dict[str, Any]:
    """Return the headline of a model record as plain data, for `almoner validate --json`."""
    kinds = [outcome.outcome for outcome in record.tests]
    return {
        "version": record.version,
        "code": record.code,
        "tests": {outcome: kinds.count(outcome) for outcome in ("passed", "failed", "skipped")},
        "effective_sample_size": record.calibration.effective_sample_size,
        "backtest": [dict(line) for line in record.backtest.lines if line["level"] == "England"],
        "coverage": [dict(row) for row in record.backtest.coverage],
        "findings": list(record.backtest.findings),
        "losses": [dict(row) for row in record.backtest.losses],
        "next_year": record.backtest.next_year,
        "packages": [dict(row) for row in record.packages],
        "turnover_drift": {"years": record.drift.years, "turnover": record.drift.turnover, "parts": list(record.drift.parts)},
        "assumptions": len(record.register),
        "changes": [dict(row) for row in record.changes],
    }


def _outcomes(tests: Path | None, root: Path | None) -> tuple[verification.Outcome, ...]:
    if tests is not None:
        return verification.read_outcomes(tests)
    if root is None:
        return ()
    with tempfile.TemporaryDirectory() as folder:
        file = verification.run_tests(root, Path(folder))
        return () if file is None else verification.read_outcomes(file)


def _first_sentence(step: Callable[..., Any]) -> str:
    text = inspect.getdoc(getattr(step, "py_func", step)) or ""
    return _SECTION.sub("", " ".join(text.split("\n\n")[0].split()))


def _table(name: str) -> dict[str, Any]:
    found = tables.describe(name)
    return {"name": name, "title": found.title, "caution": found.caution, "rows": found.rows, "sources": len(found.sources)}


def _gaps() -> list[dict[str, str]]:
    """Return the years of the record that no publication gives, by series."""
    from almoner.analysis.assurance.published import record

    rows = []
    for facts in record().values():
        if facts.growth is None:
            rows.append({"series": "growth of filled posts", "year": facts.name, "what": "no publication gives it in one series"})
        if facts.arrivals_latest != facts.arrivals:
            rows.append({"series": "arrivals", "year": facts.name, "what": "restated: both figures are kept"})
        if not np.isclose(facts.vacancy_rate, facts.vacancy_rate_latest):
            was, now = 100 * facts.vacancy_rate, 100 * facts.vacancy_rate_latest
            rows.append({"series": "vacancy rate", "year": facts.name, "what": f"first {was:.1f}%, restated {now:.1f}%"})
    return rows
