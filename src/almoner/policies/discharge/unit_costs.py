"""What a year of the present capacity for people leaving hospital costs, for each resident aged 65 and over, in GBP (assumed)."""

from __future__ import annotations

from almoner.parameters import ParameterTree

_DAYS = 365.0


def home(tree: ParameterTree) -> float:
    """Return the cost of support at home after hospital."""
    return tree.at("discharge.policy.home_episodes_per_person_65_plus") * tree.at("discharge.policy.home_episode_cost")


def beds(tree: ParameterTree) -> float:
    """Return the cost of rehabilitation beds."""
    return tree.at("discharge.policy.beds_per_person_65_plus") * _DAYS * tree.at("discharge.policy.bed_cost")


def places(tree: ParameterTree) -> float:
    """Return the cost of care home places taken newly from hospital."""
    return tree.at("discharge.policy.places_per_person_65_plus") * _DAYS * tree.at("discharge.policy.place_cost")
