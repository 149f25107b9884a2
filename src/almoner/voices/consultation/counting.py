"""The numbers of a consultation: shares of answers with each theme, by question, kind of respondent and position, with intervals.

In: a project whose answers have themes. Out: tables of numbers, each with an id from which `tracing` leads to the words. Small
kinds of respondents are not shown (`FEWEST_RESPONDENTS`), and where one alone would be hidden, the next smallest is hidden with
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.voices.consultation import agreement, classifier
from almoner.voices.consultation.analysing import answers_of, audit_tasks_now, current_codes, current_themes, every_code
from almoner.voices.consultation.estimates import Share, estimate, in_words, ranks
from almoner.voices.consultation.positions import POSITIONS
from almoner.voices.consultation.preparing import redacted_answers
from almoner.voices.consultation.project import Project, Step, StepMissing
from almoner.voices.consultation.reviewing import ADJUDICATED, audited_without_gap
from almoner.voices.consultation.themes import ThemeSet

NOT_THE_PUBLIC: Final = (
    "These shares describe the people and organisations who chose to answer this consultation. They do not describe the public."
)
FEWEST_RESPONDENTS: Final = 10
"""Kinds of respondents with fewer answers to a question are not shown apart."""

ALL: Final = "all answers"
DISTINCT: Final = "distinct texts"


@dataclass(frozen=True)
class Evidence:
    """Everything that a report rests on, in the state of a project."""

    themes: ThemeSet
    answers: pl.DataFrame
    """One row an answer: words, kind of respondent, group, certainty, position."""
    labels: pl.DataFrame
    scores: pl.DataFrame
    codes: pl.DataFrame
    audited: frozenset[str]
    audit_drawn: int
    steps: tuple[Step, ...]
    assigned: Step


def gather(project: Project) -> Evidence:
    """Return what a report rests on.

    Raises:
        StepMissing: a step is missing, or answers or codes changed after themes were assigned.
    """
    chosen, themes = current_themes(project)
    redacted = redacted_answers(project)
    assigned = project.need("assign", f"assign {project.folder}")
    codes_steps = project.steps("codes")
    wanted = {step.id: step.hash for step in (redacted, chosen, *codes_steps)}
    if assigned.uses != wanted:
        raise StepMissing(
            f"Answers, themes or codes of '{project.folder}' changed after themes were assigned: give almoner consultation "
            f"assign again."
        )
    answers = answers_of(project).join(assigned.table("answers"), on="answer_id", maintain_order="left")
    codes = current_codes(project, themes)
    tasks = audit_tasks_now(project)
    audited = audited_without_gap(tasks, frozenset(codes["answer_id"].to_list()))
    drawn = len({task.answer_id for task in tasks})
    steps = (*project.steps("import"), redacted, chosen, *project.steps("queue"), *codes_steps, assigned)
    return Evidence(themes, answers, assigned.table("labels"), assigned.table("scores"), codes, audited, drawn, steps, assigned)


def shares(evidence: Evidence) -> pl.DataFrame:
    """Return one row a question, group of answers and theme: the estimated share with its interval, and the counts beneath it.

    `group` is all answers, distinct texts, a kind of respondent ("type: ...") or a position ("position: ..."). A share is null
    where too few answers were audited; `machine_share` is the machine's own count and is never to be quoted alone.
    """
    rows: list[dict[str, Any]] = []
    for question in sorted(evidence.answers["question"].unique()):
        own = evidence.answers.filter(pl.col("question") == question).sort("answer_id")
        f, y, audited = _arrays(evidence, own)
        for group, members in _groups(own):
            if members is None:
                rows.append({"question": question, "group": group, "hidden": True})
                continue
            found = [estimate(f[members, j], y[members, j], audited[members]) for j in range(f.shape[1])]
            given = _given(evidence.labels, own.filter(pl.Series(members)), evidence.themes)
            places = _ranks(found)
            for j, theme in enumerate(evidence.themes.themes):
                rows.append(_row(question, group, theme.id, found[j], places[j], given[theme.id]))
    return _numbered(pl.DataFrame(rows, schema=_SHARES))


_SHARES: Final = {
    "question": pl.String,
    "group": pl.String,
    "hidden": pl.Boolean,
    "theme": pl.String,
    "share": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "words": pl.String,
    "rank": pl.String,
    "answers": pl.Int64,
    "audited": pl.Int64,
    "audited_with": pl.Int64,
    "sample_share": pl.Float64,
    "machine_share": pl.Float64,
    "machine_power": pl.Float64,
    "labelled": pl.Int64,
    "left_to_people": pl.Int64,
}


def _row(question: str, group: str, theme: str, found: Share, rank: str | None, given: tuple[int, int]) -> dict[str, Any]:
    return {
        "question": question,
        "group": group,
        "hidden": False,
        "theme": theme,
        "share": found.share,
        "low": found.low,
        "high": found.high,
        "words": None if found.low is None or found.high is None else in_words(found.low, found.high),
        "rank": rank,
        "answers": found.answers,
        "audited": found.audited,
        "audited_with": found.audited_with,
        "sample_share": found.sample_only,
        "machine_share": found.machine_only,
        "machine_power": found.power,
        "labelled": given[0],
        "left_to_people": given[1],
    }


def counts(evidence: Evidence) -> pl.DataFrame:
    """Return for each question the number of answers, of distinct texts, and of answers in campaigns."""
    return (
        evidence.answers.group_by("question")
        .agg(
            pl.len().alias("answers"),
            pl.col("stands_for_all").sum().alias("distinct_texts"),
            pl.col("campaign").sum().alias("in_campaigns"),
            pl.col("group").filter(pl.col("campaign")).n_unique().alias("campaigns"),
            pl.col("kept").sum().alias("kept_by_machine"),
        )
        .sort("question")
    )


def campaigns(evidence: Evidence) -> pl.DataFrame:
    """Return the campaigns: question, group, how many answers, and the words that most of them share."""
    return (
        evidence.answers.filter(pl.col("campaign"))
        .sort("stands_for_all", descending=True, maintain_order=True)
        .group_by("question", "group", maintain_order=True)
        .agg(pl.len().alias("answers"), pl.col("text").first().alias("words"))
        .sort("question", "answers", "group", descending=[False, True, False])
    )


def positions(evidence: Evidence) -> pl.DataFrame:
    """Return question, position, answers, how it is known, and how many closed answers the words contradict."""
    return (
        evidence.answers.group_by("question", "position")
        .agg(
            pl.len().alias("answers"),
            (pl.col("position_source") == "closed answer").sum().alias("from_closed_answer"),
            (pl.col("position_source") == "person").sum().alias("from_a_person"),
            (pl.col("position_source") == "learnt").sum().alias("learnt"),
            (pl.col("position_source") == "words").sum().alias("from_rules"),
            pl.col("contradicts").sum().alias("words_contradict"),
        )
        .sort("question", "position")
    )


def agreements(project: Project, evidence: Evidence) -> dict[str, Any]:
    """Return how far coders agree on answers coded twice, and the machine with people on answers it did not learn from."""
    codes = every_code(project).filter((pl.col("queue") == "audit") & (pl.col("coder") != ADJUDICATED))
    by_answer: dict[str, list[frozenset[str]]] = {}
    for answer_id, given in codes.sort("answer_id", "coder").select("answer_id", "themes").iter_rows():
        by_answer.setdefault(answer_id, []).append(frozenset(filter(None, given.split(";"))))
    pairs = {answer_id: sets[:2] for answer_id, sets in by_answer.items() if len(sets) > 1}
    settled = {
        row["answer_id"]: frozenset(filter(None, row["themes"].split(";")))
        for row in evidence.codes.iter_rows(named=True)
        if row["answer_id"] in evidence.audited
    }
    return {
        "people": _agreement(evidence.themes, list(pairs.values())),
        "machine_and_people": _agreement(evidence.themes, _machine_pairs(evidence, settled)),
    }


def _agreement(themes: ThemeSet, pairs: Sequence[Sequence[frozenset[str]]]) -> dict[str, Any]:
    if not pairs:
        return {"answers": 0}
    one = np.array([[theme in sets[0] for theme in themes.ids] for sets in pairs])
    other = np.array([[theme in sets[1] for theme in themes.ids] for sets in pairs])
    return {
        "answers": len(pairs),
        "alpha_masi": agreement.krippendorff_alpha(pairs, "masi"),
        "alpha_jaccard": agreement.krippendorff_alpha(pairs, "jaccard"),
        "same_themes": float((one == other).all(axis=1).mean()),
        "mean_answer_f1": float(classifier.answer_f1(one, other).mean()),
        "kappa": {theme: agreement.cohen_kappa(list(one[:, j]), list(other[:, j])) for j, theme in enumerate(themes.ids)},
    }


def _machine_pairs(evidence: Evidence, settled: dict[str, frozenset[str]]) -> list[list[frozenset[str]]]:
    """Return (person, machine) for audited answers; the machine's themes are by probabilities that did not see the answer."""
    quality = evidence.assigned.json("quality")
    if not settled:
        return []
    own = evidence.scores.filter(pl.col("answer_id").is_in(list(settled))).sort("answer_id")
    values = own.select(evidence.themes.ids).to_numpy()
    if quality["calibrated"]:
        cuts = np.array([quality["themes"][theme]["threshold"] for theme in evidence.themes.ids])
        chosen = classifier.choose(values, cuts, bool(quality.get("always_one", False)))
    else:
        from almoner.voices.consultation.assigning import UNCALIBRATED_YES

        chosen = values >= UNCALIBRATED_YES
    ids = np.array(evidence.themes.ids)
    return [[settled[answer_id], frozenset(ids[row].tolist())] for answer_id, row in zip(own["answer_id"], chosen, strict=True)]


def _arrays(evidence: Evidence, own: pl.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return [answer, theme] of the machine and of people, and whether each answer is in the audit."""
    f = own.select("answer_id").join(evidence.scores, on="answer_id", maintain_order="left").select(evidence.themes.ids).to_numpy()
    given = dict(evidence.codes.select("answer_id", "themes").iter_rows())
    ids = own["answer_id"].to_list()
    y = np.array(
        [[theme in given.get(answer_id, "").split(";") for theme in evidence.themes.ids] for answer_id in ids], dtype=float
    )
    return (
        f.astype(float),
        y.reshape(len(ids), len(evidence.themes.ids)),
        np.array([answer_id in evidence.audited for answer_id in ids]),
    )


def _groups(own: pl.DataFrame) -> list[tuple[str, NDArray[np.bool_] | None]]:
    """Return groups of a question's answers as masks; none for a group that is hidden because it is small."""
    found: list[tuple[str, NDArray[np.bool_] | None]] = [
        (ALL, np.ones(own.height, dtype=bool)),
        (DISTINCT, own["stands_for_all"].to_numpy()),
    ]
    sizes = dict(own.group_by("type").len().sort("len", "type").iter_rows())
    if len(sizes) > 1:
        hidden = hide_small(sizes)
        found += [(f"type: {kind}", None if kind in hidden else (own["type"] == kind).to_numpy()) for kind in sorted(sizes)]
    taken = dict(own.group_by("position").len().iter_rows())
    if len(taken) > 1:
        hidden = hide_small(taken)
        places = [position for position in POSITIONS if position in taken]
        found += [(f"position: {place}", None if place in hidden else (own["position"] == place).to_numpy()) for place in places]
    return found


def hide_small(sizes: dict[str, int], fewest: int = FEWEST_RESPONDENTS) -> frozenset[str]:
    """Return the groups to hide: those with fewer than `fewest`, and the next smallest where one could be found by subtraction."""
    small = {name for name, size in sizes.items() if size < fewest}
    rest = sorted((size, name) for name, size in sizes.items() if name not in small)
    if rest and small and (len(small) == 1 or sum(sizes[name] for name in small) < fewest):
        small.add(rest[0][1])
    return frozenset(small)


def _given(labels: pl.DataFrame, own: pl.DataFrame, themes: ThemeSet) -> dict[str, tuple[int, int]]:
    """Return for each theme how many answers carry it for sure, and how many are left to people."""
    here = labels.filter(pl.col("answer_id").is_in(own["answer_id"].to_list()))
    sure = dict(here.filter(pl.col("decision") == "yes").group_by("theme").len().iter_rows())
    unsure = dict(here.filter(pl.col("decision") == "unsure").group_by("theme").len().iter_rows())
    return {theme: (sure.get(theme, 0), unsure.get(theme, 0)) for theme in themes.ids}


def _ranks(found: Sequence[Share]) -> list[str | None]:
    if any(share.share is None or share.low is None or share.high is None for share in found):
        return [None] * len(found)
    low, high, middle = (np.array([getattr(share, name) for share in found]) for name in ("low", "high", "share"))
    return list(ranks(low, high, middle))


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with ids such as n0001."""
    return frame.with_columns(
        pl.Series("number", [f"n{place:04d}" for place in range(1, frame.height + 1)], dtype=pl.String)
    ).select("number", *frame.columns)
