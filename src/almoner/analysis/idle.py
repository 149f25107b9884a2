"""Policies that do nothing where they are used: they reach nobody, move no parameter or change no figure. It is said aloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from almoner.parameters import ParameterTree, load
from almoner.policies.base import reach
from almoner.policies.listing import moved
from almoner.reference.areas import Area
from almoner.study.run import StudyResult
from almoner.study.scenario import Scenario

_QUANTILES = (0.1, 0.9)
"""A policy whose effect is centred on none moves nothing at the middle of its prior; it does at these."""


def idle_policies(scenarios: Sequence[Scenario], place: Area) -> tuple[str, ...]:
    """Return a sentence for each policy or edit that reaches no area of a place or moves no parameter at all."""
    tree = load()
    trees = (tree, *(tree.drawn(tree.quantiles([q] * len(tree.dimensions()))) for q in _QUANTILES))
    return tuple(sentence for scenario in scenarios for sentence in _idle(scenario, place, trees))


def idle_scenarios(result: StudyResult) -> tuple[str, ...]:
    """Return a sentence for each scenario whose runs are the reference's to the last post, though it has policies or edits."""
    sentences = []
    for number, scenario in enumerate(result.study.scenarios[1:], start=1):
        does_something = scenario.policies or scenario.parameter_edits
        pairs = zip(result.runs[0], result.runs[number], strict=True)
        same = all(
            np.array_equal(one.stocks[name], other.stocks[name]) and np.array_equal(one.needed_hours, other.needed_hours)
            for one, other in pairs
            for name in one.stocks
        )
        if does_something and same:
            sentences.append(f"'{scenario.name}' changes no post in {result.study.place.name} by March {result.study.to_year}.")
    return tuple(sentences)


def _idle(scenario: Scenario, place: Area, trees: Sequence[ParameterTree]) -> Iterator[str]:
    here = set(place.area_codes)
    for name, policy in scenario.policies:
        where = reach(policy.areas)
        if where is not None and not where & here:
            yield f"'{scenario.name}': {name} reaches no area of {place.name}."
        elif not any(moved(policy, tree) for tree in trees):
            yield f"'{scenario.name}': {name} moves no parameter at this size and these dates."
    for edit in scenario.parameter_edits:
        where = reach(edit.areas)
        if where is not None and not where & here:
            yield f"'{scenario.name}': the edit of {edit.path} reaches no area of {place.name}."
        elif not trees[0].changes(trees[0].edited([edit.edit()])):
            yield f"'{scenario.name}': the edit of {edit.path} leaves it as it is."
