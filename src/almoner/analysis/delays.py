"""Whose delays are these: the published record and the model's answer for a board, a council, a region or England.

In: a place, draws and a seed. Out: a `DelaysRecord`. Two measures are never mixed: boards and England are counted by patients with
no criteria to reside, councils by days after the discharge ready date of their residents. A council's split by body is that of the
boards where its people live, weighted by them: it is modelled, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis import delays_kept
from almoner.analysis import delays_record as shape
from almoner.errors import NotFoundError
from almoner.model.clock import month_text
from almoner.model.discharge import record, responsibility
from almoner.model.discharge.calendar import Calendar
from almoner.parameters import load
from almoner.reference import tables
from almoner.reference.areas import Area, england, resolve
from almoner.reference.discharge_words import BODIES, CONSTRAINTS, PATHWAYS, PRIORITIES
from almoner.reference.vocabulary import ENGLAND
from almoner.study import discharge
from almoner.study.design import FAN_DRAWS
from almoner.study.discharge_swings import factors

Progress = Callable[[int, int], None]

DAYS_A_YEAR: Final = 365.0
USUAL_DRAWS: Final = 32
ENGLAND_DRAWS: Final = 8
MODELLED_PERIOD: Final = "a year at the rates of 2024-25"
_ENDS: Final = (0.1, 0.9)
_CAUTION: Final = (
    "Hospitals serve other councils too: under each scenario they are followed as if all the areas of their boards did as this "
    "place does."
)


def default_draws(place: Area) -> int:
    """Return draws enough for an interval where boards are few, and fewer for England, where each takes seconds."""
    return ENGLAND_DRAWS if len(record.board_codes(place)) > 10 else USUAL_DRAWS


def delays(
    place: Area,
    draws: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    threads: int | None = None,
    fan_months: int = 36,
    stored: str | Path | None = None,
    priority: str = "first_come",
) -> shape.DelaysRecord:
    """Return whose the delays of a place are, as recorded and as caused, and what plain changes would save.

    `stored` is a finished run of the workforce: people who wait are forecast under each of its scenarios, with its staff.
    `priority` is the rule, of `PRIORITIES`, by which services take people from their queues; the fit to the record is that of the
    first. What is shipped of the usual draws (`delays_kept`) is not worked out again: `progress` is then never called.
    """
    draws = draws or default_draws(place)
    codes = record.board_codes(place)
    recorded = recorded_of(place)
    rule = priority_number(priority)
    kept = delays_kept.kept(codes, draws, seed, rule)
    runs = kept.runs if kept else discharge.caused(codes, draws, seed, progress, threads, priority=rule)
    answer = assembled(place, recorded, runs, draws, priority)
    weights = weights_of(place, recorded, runs)
    if stored is not None:
        return _with_stored_fans(answer, place, stored, codes, weights, rule)
    if not fan_months:
        return answer
    if kept and fan_months == delays_kept.FAN_MONTHS:
        path = kept.path
    else:
        path = discharge.forecast(codes, draws, fan_months, seed, priority=rule, threads=threads)
    return replace(answer, fans=(fan("do-nothing", "If nothing changes", path, weights, factors(codes, fan_months, seed)),))


def priority_number(priority: str) -> int:
    """Return the flow model's number of a rule of priority.

    Raises:
        NotFoundError: no rule is called so.
    """
    if priority not in PRIORITIES:
        raise NotFoundError("rule of priority", priority, PRIORITIES)
    return list(PRIORITIES).index(priority)


def assembled(
    place: Area, recorded: shape.Recorded, runs: discharge.Caused, draws: int, priority: str = "first_come"
) -> shape.DelaysRecord:
    """Put a place's record and runs together, without fans; for a council the runs' shares are brought to its own days."""
    weights = weights_of(place, recorded, runs)
    days = _days_of(runs.days, weights)
    constraint = _days_of(runs.by_constraint, weights)
    bed_day = load().at("discharge.bed_day_cost")
    nation = recorded_of(england())
    level = "icb" if recorded.measure == "discharge_ready_date" else place.level
    return shape.DelaysRecord(
        area_code=place.code,
        area_name=place.name,
        level=place.level,
        recorded=recorded,
        england=nation.by_body,
        england_patients_per_day=nation.patients_per_day,
        england_mean_days=_days_a_discharge(recorded.measure, nation),
        caused=_caused(days, constraint, draws, level),
        what_if=_what_ifs(runs, weights, bed_day),
        boards=weights.shape[1],
        waits=_waits(runs) if recorded.measure == "no_criteria_to_reside" else (),
        fans=(),
        priority=priority,
        bed_day_gbp=bed_day,
        cost_gbp_m=recorded.days_per_year * bed_day / 1e6,
        older_series=older_series(),
        sources=_sources(recorded),
    )


def _with_stored_fans(
    answer: shape.DelaysRecord,
    place: Area,
    stored: str | Path,
    codes: tuple[str, ...],
    weights: NDArray[np.float64],
    priority: int,
) -> shape.DelaysRecord:
    """Return the answer with a fan for each scenario of a stored run, which has draws of its own: a council's weights are means.

    Where a council's run holds no whole board, its boards go as they would if all their areas did as it does.
    """
    from almoner.study import discharge_store
    from almoner.study.location import open_location
    from almoner.study.store import read_plan

    run = open_location(stored)
    plan = read_plan(run)
    names = {scenario.id: scenario.name for scenario in plan.scenarios}
    held = {area for each in plan.places for area in each.area_codes}
    part = answer.recorded.measure == "discharge_ready_date" and not held.issuperset(_areas_of(codes))
    paths = discharge_store.run_delays(run, codes, priority=priority, areas=place.area_codes if part else ())
    mean = weights.mean(axis=0, keepdims=True)
    months = next(iter(paths.values())).days_lost.shape[-1]
    shared = factors(codes, months, plan.seed)
    fans = (fan(each, names[each], path, np.repeat(mean, len(path.days_lost), axis=0), shared) for each, path in paths.items())
    return replace(answer, fans=tuple(fans), caution=_CAUTION if part else "")


def _areas_of(codes: tuple[str, ...]) -> set[str]:
    return {area for code in codes for area in resolve(code).area_codes}


def recorded_of(place: Area) -> shape.Recorded:
    """Return the published record of a place by itself; it needs no model."""
    if place.level in ("england", "icb"):
        return _recorded_patients(place)
    return _recorded_days(place)


def fan(id: str, name: str, path: discharge.Path, weights: NDArray[np.float64], shared: NDArray[np.float64]) -> shape.Fan:
    """Return a path's months as a fan of patients on an average day, each draw under each of the factors.

    `weights` is [draw, board] (`weights_of`), `shared` [factor, board, month] (`study.discharge_swings`).
    """
    months = path.days_lost.shape[-1]
    lengths = np.bincount(Calendar(0, months).counted_month, minlength=months)
    days = np.einsum("dbm,db,fbm->dfm", path.days_lost, weights, shared).reshape(-1, months)
    low, middle, high = np.quantile(days / lengths, (_ENDS[0], 0.5, _ENDS[1]), axis=0)
    labels = tuple(month_text(month) for month in range(months))
    return shape.Fan(id, name, labels, *(tuple(map(float, values)) for values in (middle, low, high)))


def weights_of(place: Area, recorded: shape.Recorded, runs: discharge.Caused) -> NDArray[np.float64]:
    """Return what a board's days count for the place, [draw, board].

    A board's own and England's count once. A council's days are its own recorded ones, split as the days of the boards where its
    people live are split, by how many of them live in each: no day of one measure becomes a day of the other.
    """
    if recorded.measure == "no_criteria_to_reside":
        return np.ones_like(runs.days)
    people = np.array([weight for _, weight in sorted(record.board_weights(place).items())])
    return np.asarray(recorded.days_per_year * people / np.maximum(runs.days, 1e-9))


def as_json(answer: shape.DelaysRecord) -> dict[str, Any]:
    """Return the answer as plain values for `--json`."""
    recorded = asdict(answer.recorded)
    recorded["measured"] = shape.MEASURES[answer.recorded.measure]
    caused = asdict(answer.caused)
    for row in caused["by_body"]:
        row["body"] = row.pop("id")
    for row in caused["by_constraint"]:
        row["constraint"] = row.pop("id")
    return {
        "area_code": answer.area_code,
        "area_name": answer.area_name,
        "level": answer.level,
        "recorded": recorded,
        "caused": {**caused, "status": "modelled"},
        "cost_gbp_m": answer.cost_gbp_m,
        "bed_day_gbp": answer.bed_day_gbp,
        "what_if": [asdict(row) for row in answer.what_if],
        "england": {
            "patients_per_day": answer.england_patients_per_day,
            "mean_days": answer.england_mean_days,
            "by_body": [asdict(row) for row in answer.england],
        },
        "waits": [asdict(row) for row in answer.waits],
        "fans": [asdict(each) for each in answer.fans],
        "caution": answer.caution or None,
        "priority": {"rule": answer.priority, "means": PRIORITIES[answer.priority]},
        "older_series": [{"period": period, "body": body, "share": share} for period, body, share in answer.older_series],
        "period": answer.recorded.period,
        "sources": list(answer.sources),
    }


def older_series() -> tuple[tuple[str, str, float], ...]:
    """Return delayed transfers by the body recorded as responsible, to 2019: another measure, no longer collected."""
    import polars as pl

    rows = tables.load("other_national_series").filter(pl.col("measure") == "dtoc_attribution_share").sort("period", "breakdown")
    return tuple(rows.select("period", "breakdown", "value").iter_rows())


def _recorded_patients(place: Area) -> shape.Recorded:
    code = ENGLAND if place.level == "england" else place.code
    latest = record.remaining(code, "year")[-1]
    counts, stays, period = record.latest_reasons(code)
    return shape.Recorded(
        measure="no_criteria_to_reside",
        patients_per_day=latest.patients_per_day,
        days_per_year=latest.patients_per_day * DAYS_A_YEAR,
        period=latest.period,
        mean_days=latest.patients_per_day / latest.discharged_per_day,
        by_body=bodies_of(counts),
        by_reason=reasons_of(counts, published=True),
        reasons_period=period,
        reasons_stays=stays,
        level=place.level,
        status="published",
        over_time=_over_time(code),
    )


def _days_a_discharge(measure: shape.Measure, nation: shape.Recorded) -> float:
    if measure == "no_criteria_to_reside":
        return float(nation.mean_days or np.nan)
    year = record.ready_days(england(), "year")[-1]
    return year.days_lost / year.discharges


def _recorded_days(place: Area) -> shape.Recorded:
    year = record.ready_days(place, "year")[-1]
    counts = _weighted_reasons(place)
    return shape.Recorded(
        measure="discharge_ready_date",
        patients_per_day=year.days_lost / DAYS_A_YEAR,
        days_per_year=float(year.days_lost),
        period=year.period,
        mean_days=year.days_lost / year.discharges,
        by_body=bodies_of(counts),
        by_reason=reasons_of(counts, published=False),
        reasons_period=record.BASE_REASONS,
        reasons_stays="not_stated",
        level="icb",
        status="modelled",
        over_time=tuple(
            shape.Point(each.period, each.days_lost / record.days_in(each.period)) for each in record.ready_days(place)
        ),
    )


def _over_time(code: str) -> tuple[shape.Point, ...]:
    months = [shape.Point(each.period, each.patients_per_day) for each in record.remaining(code)]
    years = [shape.Point(each.period, each.patients_per_day) for each in record.remaining(code, "year")]
    covered = {point.period[:4] for point in months if point.period[5:] == "04"}
    return (*months, *(year for year in years if year.period[:4] not in covered))


def _weighted_reasons(place: Area) -> dict[str, float]:
    """Return reason shares of the boards where a place's people live, weighted by them."""
    total = dict.fromkeys(record.reason_names(), 0.0)
    for board, weight in record.board_weights(place).items():
        counts, _ = record.reason_counts(board, record.BASE_REASONS) or ({}, "")
        whole = sum(counts.values())
        for name, number in counts.items():
            total[name] += weight * number / whole
    return total


def bodies_of(counts: Mapping[str, float]) -> tuple[shape.BodyShare, ...]:
    """Return bodies with their shares in percent, from patients by reason."""
    return tuple(
        shape.BodyShare(each.body, BODIES[each.body], 100 * each.share, 100 * each.low, 100 * each.high)
        for each in responsibility.by_body(counts)
    )


def reasons_of(counts: Mapping[str, float], *, published: bool) -> tuple[shape.ReasonRow, ...]:
    """Return reasons from the largest to the smallest; their patients are left out where only shares are known."""
    whole = sum(counts.values())
    known = responsibility.reasons()
    rows = (
        shape.ReasonRow(
            name,
            known[name].category,
            known[name].body,
            known[name].constraint,
            100 * number / whole,
            number if published else None,
            known[name].rationale,
        )
        for name, number in counts.items()
    )
    return tuple(sorted(rows, key=lambda row: -row.share))


def _days_of(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.einsum("db...,db->d...", values, weights))


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    if values.shape[0] < FAN_DRAWS:
        return float(values.min()), float(values.max())
    low, high = np.quantile(values, _ENDS)
    return float(low), float(high)


def _rows(ids: Mapping[str, str], values: NDArray[np.float64]) -> tuple[shape.CausedRow, ...]:
    """Return a row for each id from values [draw, id]; the days are means, so that they add up."""
    return tuple(
        shape.CausedRow(name, label, float(values[:, k].mean()), *_ends(values[:, k]))
        for k, (name, label) in enumerate(ids.items())
    )


def _caused(days: NDArray[np.float64], constraint: NDArray[np.float64], draws: int, level: str) -> shape.Caused:
    by_body = constraint @ responsibility.constraint_split()
    return shape.Caused(
        by_body=_rows(BODIES, by_body),
        by_constraint=_rows(CONSTRAINTS, constraint),
        total_days=float(days.mean()),
        low=_ends(days)[0],
        high=_ends(days)[1],
        period=MODELLED_PERIOD,
        level=level,
        draws=draws,
        interval="80% of draws" if draws >= FAN_DRAWS else f"lowest and highest of {draws} draws",
    )


def _what_ifs(runs: discharge.Caused, weights: NDArray[np.float64], bed_day: float) -> tuple[shape.WhatIfRow, ...]:
    rows = []
    for question in discharge.what_ifs():
        days = _days_of(runs.saved[question.id], weights)
        low, high = _ends(days)
        mean = float(days.mean())
        rows.append(
            shape.WhatIfRow(
                question.id, question.label, mean, low, high, mean / DAYS_A_YEAR, mean * bed_day / 1e6, low > 0.0 or high < 0.0
            )
        )
    return tuple(rows)


def _waits(runs: discharge.Caused) -> tuple[shape.Wait, ...]:
    held, waits, people = (values.sum(axis=1).mean(axis=0) for values in (runs.held, runs.waits, runs.people))
    rows = []
    for g, (pathway, label) in enumerate(PATHWAYS.items()):
        reached = np.cumsum(waits[g]) / max(waits[g].sum(), 1e-9)
        rows.append(
            shape.Wait(
                pathway=pathway,
                label=label,
                people_per_day=float(people[g] / DAYS_A_YEAR),
                held_per_day=float((runs.people_held.sum(axis=1).mean(axis=0)[g] if g == 0 else people[g]) / DAYS_A_YEAR),
                mean_days=float(held[g].sum() / max(people[g], 1e-9)),
                ninetieth_days=int(np.searchsorted(reached, 0.9)),
                days_per_year=float(held[g].sum()),
                by_stage=tuple(float(100 * each / max(held[g].sum(), 1e-9)) for each in held[g]),
            )
        )
    return tuple(rows)


def _sources(recorded: shape.Recorded) -> tuple[str, ...]:
    ids = {"nhse_sitrep_2025", "own_discharge_responsibility", *load().parameter("discharge.bed_day_cost").sources}
    if recorded.measure == "discharge_ready_date":
        ids |= {"nhse_drd_2025", "geo_icb"}
    else:
        ids |= {"nhse_sitrep_2026"}
    return tuple(sorted(ids))
