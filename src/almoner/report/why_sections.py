"""Sections of a plan that say why and what else: what each policy adds, and the best mix of policies for a sum of money.

In: a study and what is asked beside its forecasts. Out: parts of the page, which draw themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from almoner.analysis.explain import Explanation, explain, usual_draws
from almoner.analysis.measures import MEASURES
from almoner.analysis.optimise import Optimum, optimise
from almoner.analysis.plan_record import PlanRecord
from almoner.analysis.responses import outcome_named
from almoner.report import charts_explain, charts_optimise
from almoner.report.figure import Chart
from almoner.report.part import Part
from almoner.report.terminal_explain import name_of
from almoner.report.terminal_explain import sentences as explanation_sentences
from almoner.report.terminal_optimise import optimum_sentences
from almoner.study.design import Study
from almoner.study.run import Progress

WHY: Final = "why"
BEST_MIX: Final = "best-mix"
USUAL_OUTCOME: Final = "unmet_hours_per_week"
_EXPLAINED: Final = "vacancy_rate"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked beside the forecasts: why the scenarios do what they do, and the best mix for a sum in pounds a year."""

    why: bool = False
    budget_gbp: float | None = None
    outcome: str = USUAL_OUTCOME

    @property
    def options(self) -> str:
        """The words of the command that ask for it, each after a space."""
        outcome = "" if self.outcome == USUAL_OUTCOME else f" --outcome {self.outcome}"
        budget = "" if self.budget_gbp is None else f" --budget {self.budget_gbp:.15g}{outcome}"
        return (" --why" if self.why else "") + budget

    def listed_in(self, record: PlanRecord) -> PlanRecord:
        """Return the record with what is asked in its command."""
        return replace(record, manifest={**record.manifest, "command": record.manifest["command"] + self.options})

    def parts(self, study: Study, progress: Progress | None = None, threads: int | None = None) -> tuple[Part, ...]:
        """Find the answers for a study's place, scenarios, last year and seed.

        Raises:
            AlmonerError: no policy betters the outcome, or the budget is not above nothing.
        """
        found = []
        if self.why:
            found.append(explanations_part([_explained(study, k, progress, threads) for k in range(1, len(study.scenarios))]))
        if self.budget_gbp is not None:
            outcome = outcome_named(self.outcome, len(study.place.members))
            mix = optimise(
                study.place, outcome, self.budget_gbp, to_year=study.to_year, seed=study.seed, progress=progress, threads=threads
            )
            found.append(best_mix_part(mix))
        return tuple(found)


def asked_in(files: Mapping[str, str]) -> Asked:
    """Return what the files of a written plan answer."""
    mix = json.loads(files[f"{BEST_MIX}.json"]) if f"{BEST_MIX}.json" in files else None
    if mix is None:
        return Asked(f"{WHY}.json" in files)
    return Asked(f"{WHY}.json" in files, 1e6 * mix["budget_gbp_m"], mix["outcome"])


def explanations_part(found: Sequence[Explanation]) -> Part:
    """Return the section on what each policy of the scenarios adds."""
    said: list[str] = []
    charts: list[Chart | None] = []
    notes = [
        "In the first chart of a scenario policies are added one after the other, so that a step hangs on those before it. "
        "The second averages over all orders (Shapley values), so that it does not."
    ]
    for one in found:
        steps = charts_explain.waterfall(one)
        said.append(f"{steps.title}.")
        shares = charts_explain.shapley(one) if len(one.shapley) > 1 else None
        charts += [replace(chart, id=f"{chart.id}-{one.scenario}") for chart in (steps, shares) if chart is not None]
        if shares is not None:
            notes += [f"{one.scenario_name}. {sentence.strip()}" for sentence in explanation_sentences(one)]
    return _part(WHY, "What each policy adds", tuple(said), charts, tuple(notes), {"explanations": [asdict(one) for one in found]})


def best_mix_part(found: Optimum) -> Part:
    """Return the section on the best mix of policies for a sum of money."""
    mix = "; ".join(f"{name_of(one.policy)} {one.size:,.6g} ({one.unit})" for one in found.mix)
    said = (f"The best mix found for the money: {mix}." if mix else "No policy is worth the money.", *optimum_sentences(found))
    return _part(BEST_MIX, "The best mix for the money", said, [charts_optimise.front(found)], (), asdict(found))


def _explained(study: Study, scenario: int, progress: Progress | None, threads: int | None) -> Explanation:
    wanted = study.scenarios[scenario]
    draws = usual_draws(study.place, len(wanted.policies))
    alone = replace(study, scenarios=(wanted,), draws=draws, replicates=1)
    return explain(alone, MEASURES[_EXPLAINED], progress, threads)


def _part(
    id: str, title: str, said: tuple[str, ...], charts: Sequence[Chart | None], notes: tuple[str, ...], data: dict[str, Any]
) -> Part:
    return Part(id, title, said, tuple(chart for chart in charts if chart is not None), (), notes, data)
