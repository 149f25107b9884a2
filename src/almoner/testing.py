"""Public checks for policies: what every policy must keep, whoever wrote it (`check_policy`).

In: a policy class, Almoner's own or another package's. Out: nothing, or a `PolicyFault` that says what is not kept. Each check is a
function of `CHECKS`, so that a test may run them one by one:

    @pytest.mark.parametrize("check", CHECKS)
    def test_my_policy_keeps_what_policies_promise(check): CHECKS[check](MyPolicy)
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from almoner.errors import AlmonerError
from almoner.model.clock import month_text
from almoner.parameters import ParameterTree, load
from almoner.parameters.edits import matching
from almoner.policies.base import DOMAINS, PAYERS, CostBasis, Policy, summary
from almoner.policies.listing import at_size, cost_rule, limits, size_setting
from almoner.reference import tables
from almoner.study.design import parameter_draws
from almoner.study.editable import check_edits
from almoner.study.scenario import Scenario

START: Final = 24
UNTIL: Final = 60
MONTHS: Final = 240
YEARS: Final = tuple(range(2025, 2046))
SIZES: Final = (0.0, 0.05, 0.25, 0.5, 1.0)
DRAWS: Final = 8

_ROUNDING: Final = 1e-9
"""Relative room for sums and products of floating point numbers: each is right to about 1e-16, and few are chained."""

_FREE: Final = ("Nothing of its own", "The whole pay bill difference")
"""How a cost rule begins that asks for no programme cost."""


class PolicyFault(AssertionError):
    """What a policy does not keep, in one sentence or more."""


def check_policy(kind: type[Policy]) -> None:
    """Run every check on a policy class.

    Raises:
        PolicyFault: all that it does not keep, a line each.
    """
    faults = []
    for check in CHECKS.values():
        try:
            check(kind)
        except PolicyFault as fault:
            faults.append(str(fault))
        except AlmonerError as error:
            faults.append(f"{kind.__name__}: {error}")
    if faults:
        raise PolicyFault("\n".join(faults))


def policy_of(kind: type[Policy], share: float = 1.0, **settings: object) -> Policy:
    """Return a policy a share of the way to its largest size, from April 2027 unless `settings` say otherwise."""
    name = size_setting(kind)
    size = {} if name is None else {name: at_size(kind, share)}
    return kind.model_validate({**size, "start": month_text(START), **settings})


@lru_cache(maxsize=1)
def trees() -> tuple[ParameterTree, ...]:
    """Return parameter trees to check on: the middle of every prior, then draws from all of them."""
    shipped = load()
    middle, draws = (parameter_draws(shipped, number, 0, "prior", ()) for number in (1, DRAWS))
    return tuple(shipped.drawn(shipped.quantiles(row)) for row in (*middle, *draws))


def basis() -> CostBasis:
    """Return what costs depend on for a made-up area whose older people grow in number."""
    return CostBasis(YEARS, np.full(len(YEARS), 300_000.0), np.linspace(60_000.0, 80_000.0, len(YEARS)))


def says_what_it_is(kind: type[Policy]) -> None:
    """Its docstring, cost rule, domain, assumptions and every setting are in words."""
    _ask(summary(kind).endswith("."), kind, "has a docstring whose first line is no sentence")
    _ask(bool(cost_rule(kind)), kind, "has no sentence 'Cost: ...' in its docstring")
    _ask(kind.domain in DOMAINS, kind, f"has the domain '{kind.domain}': choose {', '.join(DOMAINS)}")
    for sentence in kind.assumptions:
        _ask(sentence.endswith("."), kind, f"has an assumption that is no sentence: '{sentence}'")
    for name, field in kind.model_fields.items():
        _ask(bool(field.description), kind, f"does not say what its setting '{name}' means (Field(description=...))")


def names_its_evidence(kind: type[Policy]) -> None:
    """Its evidence ids are in the register, or it says that it is assumed."""
    known = set(tables.load("evidence")["id"])
    for row in kind.evidence:
        _ask(row in known, kind, f"names the evidence {row}, which the register does not hold")
    _ask(len(set(kind.evidence)) == len(kind.evidence), kind, "names a row of evidence twice")
    _ask(bool(kind.evidence) or kind.assumed, kind, "names no evidence and does not say that it is assumed (assumed = True)")


def has_a_size_with_limits(kind: type[Policy]) -> None:
    """One number must be given, has a lowest and a highest value, and may be the one that does nothing; slips are refused."""
    name = size_setting(kind)
    if name is None:
        return
    low, high = limits(kind, name)
    if low is None or high is None:
        raise PolicyFault(f"{kind.__name__} has no lowest and highest value for '{name}' (Field(ge=..., le=...)).")
    _ask(low <= kind.neutral <= high, kind, f"may not have the size {kind.neutral:g}, at which it does nothing")
    for slip in (low - 0.01, high * (1 + 1e-6) + 0.01, math.nan, math.inf, "abc", None, [1], True):
        _ask(not _taken(kind, **{name: slip}), kind, f"takes {slip!r} for '{name}'")
    _ask(not _taken(kind, nonsense=1), kind, "takes a setting that it does not have")
    _ask(not _taken(kind, until=month_text(START)), kind, "may end before it begins")


def edits_what_may_be_edited(kind: type[Policy]) -> None:
    """Its edits are of parameters that exist and that scenarios may edit, and leave each within its limits."""
    shipped = load()
    for share in SIZES:
        for tree in (shipped, *trees()):
            edits = list(policy_of(kind, share).edits(tree))
            try:
                check_edits(edits, tree, tree.edited(edits))
            except AlmonerError as error:
                raise PolicyFault(f"{kind.__name__}, {share:.0%} of its largest size: {error}") from error


def does_nothing_at_no_size(kind: type[Policy]) -> None:
    """At its neutral size it changes no parameter, whatever was drawn, and costs nothing."""
    if size_setting(kind) is None:
        return
    for tree in trees():
        policy = policy_of(kind, 0.0)
        changed = _applied(policy, tree).changes(tree)
        _ask(not changed, kind, f"changes {', '.join(changed[:3])} at the size {kind.neutral:g}")
        for payer, amount in policy.cost(tree, basis()).by_payer.items():
            _ask(not amount.any(), kind, f"costs the payer '{payer}' money at the size {kind.neutral:g}")


def does_something(kind: type[Policy]) -> None:
    """At its largest size it changes a parameter in at least one draw."""
    policy = policy_of(kind)
    _ask(
        any(_applied(policy, tree).changes(tree) for tree in trees()), kind, "changes no parameter at its largest size in any draw"
    )


def acts_in_its_months(kind: type[Policy]) -> None:
    """Nothing changes before it starts, and nothing after it ends unless it says that it outlasts its end."""
    for first, length in ((START, None), (START, UNTIL - START), (0, 1), (7, 5), (31, 13)):
        end = None if length is None else first + length
        policy = policy_of(kind, 1.0, start=month_text(first), until=None if end is None else month_text(end))
        for tree in trees()[:3]:
            edited = _applied(policy, tree)
            for path in edited.changes(tree):
                before, after = tree.series(path, MONTHS), edited.series(path, MONTHS)
                _ask((after[:first] == before[:first]).all(), kind, f"changes {path} before it starts")
                if end is not None and not kind.outlasts:
                    _ask((after[end:] == before[end:]).all(), kind, f"changes {path} after it ends and does not say so (outlasts)")


def moves_as_it_says(kind: type[Policy]) -> None:
    """More of it moves every path of `moves` in the direction said, at the middle of every prior."""
    middle = trees()[0]
    if size_setting(kind) is None:
        return
    for pattern, direction in kind.moves.items():
        sign = 1.0 if direction == "up" else -1.0
        for path in matching(pattern, middle.paths()):
            series = [_applied(policy_of(kind, share), middle).series(path, MONTHS) * sign for share in SIZES]
            for smaller, larger in pairwise(series):
                steps = larger - smaller
                _ask((steps >= -_ROUNDING * np.abs(larger)).all(), kind, f"does not always move {path} {direction} with its size")
            _ask((series[-1] > series[0]).any(), kind, f"does not move {path} {direction}")


def costs_what_it_says(kind: type[Policy]) -> None:
    """Its programme cost has known payers, is never negative, falls in its years, grows with its size and fits its cost rule."""
    rule, tree = cost_rule(kind), trees()[0]
    whole = _spent(policy_of(kind, 1.0, until=month_text(UNTIL)), tree)
    half = _spent(policy_of(kind, 0.5, until=month_text(UNTIL)), tree)
    active = policy_of(kind, 1.0, until=month_text(UNTIL)).active(YEARS) > 0
    free = rule.startswith(_FREE)
    _ask(free or bool(whole), kind, f"says that it costs '{rule}' and has no programme cost")
    _ask(not (free and whole), kind, f"says that it costs '{rule}' and has a programme cost")
    said = policy_of(kind).cost(tree, basis()).assumed
    _ask(
        said == ("(assumed)" in rule), kind, "does not say in its cost rule and in its cost alike whether the unit cost is assumed"
    )
    for payer, amount in whole.items():
        _ask(payer in PAYERS, kind, f"charges '{payer}': choose {', '.join(PAYERS)}")
        _ask(amount.shape == (len(YEARS),), kind, f"does not give the payer '{payer}' one amount a year")
        _ask(bool(np.isfinite(amount).all() and (amount >= 0).all()), kind, f"costs the payer '{payer}' less than nothing")
        _ask(bool((amount[active] > 0).all()), kind, f"costs the payer '{payer}' nothing in a year in which it is in force")
        _ask(
            kind.outlasts or not amount[~active].any(),
            kind,
            f"costs the payer '{payer}' money in a year in which it is not in force",
        )
        if size_setting(kind) is None:
            continue
        if kind.proportional:
            _ask(np.allclose(amount, 2 * half[payer], rtol=_ROUNDING), kind, "does not cost twice as much for twice the size")
        else:
            _ask(bool((amount >= half[payer]).all()), kind, "costs less when it is larger")


def survives_inheritance(kind: type[Policy]) -> None:
    """Written out and read again it is the same, as a scenario below another it acts the same, and a subclass keeps its edits."""
    policy = policy_of(kind, 0.5, until=month_text(UNTIL))
    _ask(kind.model_validate(policy.model_dump(mode="json")) == policy, kind, "is not the same when written and read again")
    tree = trees()[1]
    alone = _applied(policy, tree)
    below = Scenario("below", "Below", "", (("policy", policy),))
    above = Scenario("above", "Above", "", (*below.policies,))
    _ask(above.apply(tree).hash == alone.hash, kind, "acts differently in a scenario that stands over its own")
    heir: type[Policy] = types.new_class(kind.__name__, (kind,), exec_body=lambda body: body.update(_names(kind)))
    inherited = heir.model_validate(policy.model_dump(mode="json"))
    _ask(_applied(inherited, tree).hash == alone.hash, kind, "acts differently in a subclass that adds nothing")
    try:
        setattr(policy, "start", 3)  # noqa: B010
    except ValidationError:
        return
    raise PolicyFault(f"{kind.__name__} can be changed after it was made: keep the model frozen.")


CHECKS: Final[dict[str, Callable[[type[Policy]], None]]] = {
    check.__name__: check
    for check in (
        says_what_it_is,
        names_its_evidence,
        has_a_size_with_limits,
        edits_what_may_be_edited,
        does_nothing_at_no_size,
        does_something,
        acts_in_its_months,
        moves_as_it_says,
        costs_what_it_says,
        survives_inheritance,
    )
}
"""The checks by name, in the order in which `check_policy` runs them."""


def _ask(kept: bool | np.bool_, kind: type[Policy], fault: str) -> None:
    if not kept:
        raise PolicyFault(f"{kind.__name__} {fault}.")


def _taken(kind: type[Policy], **settings: Any) -> bool:
    try:
        policy_of(kind, 0.5, **settings)
    except ValidationError:
        return False
    return True


def _names(kind: type[Policy]) -> dict[str, object]:
    return {"__doc__": kind.__doc__, "__module__": kind.__module__}


def _applied(policy: Policy, tree: ParameterTree) -> ParameterTree:
    return tree.edited(policy.edits(tree))


def _spent(policy: Policy, tree: ParameterTree) -> dict[str, NDArray[np.float64]]:
    return policy.cost(tree, basis()).by_payer
