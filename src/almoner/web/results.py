"""What a job has computed, read from the run store: measures over draws, and the files of its plan."""

from __future__ import annotations

import json
from typing import Any

from almoner.errors import NotFoundError
from almoner.study.collect import quantiles
from almoner.study.location import open_location
from almoner.study.measures import MEASURES
from almoner.web.jobs import plan_of
from almoner.web.problems import Refused
from almoner.web.settings import Settings
from almoner.web.tables import Job
from almoner.web.worker import document_of, file_of


def measure_rows(settings: Settings, job: Job, measure: str) -> list[dict[str, Any]]:
    """Return a measure of a job's place by scenario and year: mean, and the 10th, 50th and 90th percentile over draws.

    Raises:
        NotFoundError: no such measure, with the nearest.
        Refused: the run is not done.
    """
    if measure not in MEASURES:
        raise NotFoundError("measure", measure[:60], MEASURES)
    if job.state != "done":
        raise Refused(404, f"This run is {job.state}: its measures are there when it is done.")
    weights = dict(plan_of(job).places[0].members)
    rows: list[dict[str, Any]] = quantiles(open_location(settings.runs).at(job.run_id), measure, weights=weights).to_dicts()
    return rows


def headline(settings: Settings, job: Job) -> tuple[str, ...]:
    """Return what the plan of a job says in a few sentences; none while there is no plan."""
    text = plan_file(settings, job, "plan.json")
    return () if text is None else tuple(json.loads(text)["headline"])


def plan_file(settings: Settings, job: Job, name: str) -> bytes | None:
    """Return a file of a job's plan, `plan.zip` for all of them; None while there is none."""
    document = document_of(settings, job) if job.state == "done" else None
    if document is None or name == "plan.zip":
        return document
    return file_of(document, name)
