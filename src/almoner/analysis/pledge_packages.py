"""A pledge as a scenario: the promised or the delivered sums, spent on the policies that stand for their purposes.

In: a ledger and the id of a pledge. Out: lines of spending with the policy and the size that each buys, and the text of a scenario
file. A sum is cash of its period, an equal part each year, brought to the stated prices; the size is the one whose programme costs
as much a year in England. Which policy stands for a purpose is a judgement (`STANDS_FOR`), and what has none is said, not dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from almoner.analysis.pledges import Ledger, Pledge
from almoner.errors import AlmonerError, NotFoundError
from almoner.model.clock import EPOCH_YEAR, MONTHS_PER_YEAR, month_text
from almoner.model.money import price_base, price_index
from almoner.parameters import ParameterTree, load
from almoner.policies.listing import limits, size_setting
from almoner.policies.national import england_basis
from almoner.policies.registry import make, policies

Reading = Literal["promised", "delivered"]
READINGS: Final[tuple[Reading, ...]] = ("promised", "delivered")

FIRST_START: Final = 24
"""April 2027: sums whose years lie before it are spent as if their first year began then."""

STANDS_FOR: Final[Mapping[str, Mapping[str, float]]] = {
    "A01": {"fee_uplift": 1.0},
    "A23": {"training_places": 0.75, "wellbeing": 0.25},
    "A24": {"housing_with_care": 1.0},
    "A25": {"digital_records": 0.5, "care_technology": 0.5},
    "A26": {"carer_support": 1.0},
    "A29": {"carer_support": 0.45},
    "A31": {"training_places": 1.0},
    "A32": {"training_places": 1.0},
    "A33": {"training_places": 1.0},
    "A34": {"training_places": 1.0},
    "A40": {"fee_uplift": 1.0},
    "A43": {"fee_uplift": 1.0},
    "A45": {"fee_uplift": 1.0},
    "A50": {"discharge_fund": 1.0},
    "A51": {"discharge_fund": 1.0},
    "A53": {"discharge_fund": 1.0},
    "A60": {"international_recruitment": 1.0},
    "A61": {"international_recruitment": 1.0},
    "A62": {"international_recruitment": 1.0},
    "A73": {"pay_floor": 1.0},
    "C04": {"family_help": 1.0},
    "C05": {"childrens_places": 1.0},
    "C06": {"family_help": 1.0},
    "C07": {"family_help": 1.0},
    "C09": {"family_help": 1.0},
    "C10": {"childrens_places": 1.0},
}
"""Policies that stand for a pledge's purpose, with the share of its money; all splits are assumed.

A23 named training, qualifications, wellbeing and occupational health without a split. A29 took the place of 25 million for carers
and 30 million for new models of care, so 25 / 55 of it is for carers. Shares that add to less than one leave the rest out.
"""

_FAIR_PAY: Final = "A73"
_MODELLED_FLOOR: Final = "policy.fair_pay.floor_premium"
"""The floor above the National Living Wage that the impact assessment gives for the sum of A73."""


@dataclass(frozen=True, slots=True)
class Line:
    """Money of one pledge for one policy. `size` is None where none of it is spent here; `why` then says so.

    `gbp_m` is cash of the pledge's period, None where the sum is not known; `gbp_m_per_year` is in the stated prices.
    """

    pledge: Pledge
    gbp_m: float | None
    gbp_m_per_year: float = 0.0
    policy: str | None = None
    setting: str | None = None
    size: float | None = None
    start: int = FIRST_START
    until: int | None = None
    why: str = ""


def package(ledger: Ledger, id: str, reading: Reading = "promised", policy: str | None = None) -> tuple[Line, ...]:
    """Return the lines of spending that a pledge comes to, down to the parts for which policies stand.

    `policy` names the one policy that all of the money is to be spent on, for pledges that no policy stands for yet.

    Raises:
        NotFoundError: no such pledge, reading or policy.
        AlmonerError: the policy named has no programme cost that a sum could buy.
    """
    if reading not in READINGS:
        raise NotFoundError("reading of a pledge", reading, READINGS)
    if policy is not None and policy not in policies():
        raise NotFoundError("policy", policy, policies())
    own = ledger.pledge(id)
    later = _shift(ledger, own)
    if policy is not None:
        return tuple(_bought(own, reading, {policy: 1.0}, later))
    return tuple(_lines(ledger, own, reading, later))


def scenario_text(ledger: Ledger, id: str, reading: Reading = "promised", policy: str | None = None) -> str:
    """Return the text of a scenario file that spends a pledge, with every line of money named in a comment.

    Raises:
        AlmonerError: nothing in the pledge can be spent on a policy.
    """
    own, lines = ledger.pledge(id), package(ledger, id, reading, policy)
    spent = [line for line in lines if line.size]
    left_out = [line for line in lines if not line.size]
    if not spent:
        why = "; ".join(dict.fromkeys(line.why for line in left_out)) or "nothing of it was delivered"
        raise AlmonerError(f"{own.id}, '{own.title}', cannot be made a scenario as {reading}: {why}. Name a policy for it.")
    name = f"{own.title}, as {reading}"
    text = [f"name: {_quoted(name)}", "description: >", *_wrapped(_description(own, reading, lines)), "policies:"]
    for line in spent:
        text.append(
            f"  # {line.pledge.id} {line.pledge.title}: {_money(line.gbp_m)}, {_money(float(f'{line.gbp_m_per_year:.4g}'))} a year."
        )
        text += [f"  # {line.why}"] if line.why else []
        dates = f"start: {month_text(line.start)}" + ("" if line.until is None else f", until: {month_text(line.until)}")
        text.append(f"  - {line.policy}: {{{line.setting}: {_number(line.size or 0.0)}, {dates}}}")
    if left_out:
        text.append("# Not in this scenario:")
        text += [f"# - {line.pledge.id} {line.pledge.title}, {_money(line.gbp_m)}: {line.why}" for line in left_out]
    return "\n".join(text) + "\n"


def _lines(ledger: Ledger, own: Pledge, reading: Reading, later: int) -> Iterator[Line]:
    """Yield the lines of a pledge: its own policies where some stand for it, else those of its parts, and what is left over."""
    in_parts = bool(ledger.parts(own.id)) and (own.id not in STANDS_FOR or (reading == "delivered" and own.delivered is None))
    if own.id in STANDS_FOR and not in_parts:
        yield from _bought(own, reading, STANDS_FOR[own.id], later)
        return
    if not in_parts:
        yield Line(own, _amount(own, reading), why=_unknown(own, reading) or "no policy stands for it")
        return
    parts = ledger.first_parts(own.id)
    if reading == "delivered":
        parts = (*ledger.unreplaced(own.id), *ledger.replacements(own.id))
    for part in parts:
        yield from _lines(ledger, part, reading, later)
    rest = ledger.unallocated(own.id) if reading == "promised" else _undescribed(own, parts)
    if rest:
        why = "never allocated to a purpose" if reading == "promised" else "delivered, but the ledger names no line that it went to"
        yield Line(own, round(rest, 4), why=why)


def _undescribed(own: Pledge, parts: tuple[Pledge, ...]) -> float:
    """Return what was delivered of a pledge beyond what is known of its parts."""
    return max((own.delivered or 0.0) - sum(part.delivered or 0.0 for part in parts), 0.0)


def _bought(own: Pledge, reading: Reading, shares: Mapping[str, float], later: int) -> Iterator[Line]:
    amount = _amount(own, reading)
    if amount is None:
        yield Line(own, None, why=_unknown(own, reading))
        return
    if amount == 0:
        yield Line(own, 0.0, why=f"nothing was {reading}")
        return
    for policy, share in shares.items():
        yield _line(own, amount * share, policy, later)
    rest = amount * (1.0 - sum(shares.values()))
    if rest > 1e-9 * amount:
        yield Line(own, round(rest, 4), why="no policy stands for this part of it")


def _shift(ledger: Ledger, own: Pledge) -> int:
    """Return by how many months a pledge and its parts are moved, so that the first of their years begins at the first start."""
    periods = [_years(each)[0] for each in _inside(ledger, own) if _has_period(each)]
    return max(0, FIRST_START - (min(periods) - EPOCH_YEAR) * MONTHS_PER_YEAR) if periods else 0


def _inside(ledger: Ledger, own: Pledge) -> Iterator[Pledge]:
    yield own
    for part in (*ledger.parts(own.id), *ledger.replacements(own.id)):
        yield from _inside(ledger, part)


def _line(own: Pledge, gbp_m: float, policy: str, later: int) -> Line:
    """Return a sum as the size of a policy for which as much is set aside a year."""
    tree, said = load(), round(gbp_m, 4)
    if policy not in policies():
        return Line(own, said, why=f"the policy {policy} is not installed")
    first, last = _years(own)
    start = (first - EPOCH_YEAR) * MONTHS_PER_YEAR + later
    until = start + MONTHS_PER_YEAR * (last - first + 1)
    years = tuple(range(first + 1, last + 2))
    yearly = float((gbp_m / len(years) / price_index(tree, years)).mean())
    setting = size_setting(policies()[policy])
    if own.id == _FAIR_PAY and policy == "pay_floor":
        why = "The floor is the one that the government's assessment gives for this sum (E12); pay agreements do not end."
        return Line(own, said, yearly, policy, setting, tree.at(_MODELLED_FLOOR), start, None, why)
    size, why = _size(policy, setting, yearly, start, until, tree)
    return Line(own, said, yearly, policy if size else None, setting, size, start, until, why)


def _size(
    policy: str, setting: str | None, gbp_m_per_year: float, start: int, until: int, tree: ParameterTree
) -> tuple[float | None, str]:
    """Return the size of a policy that costs so much a year in England, and what is to be said about it."""
    if setting is None:
        return None, f"the policy {policy} has no size that a sum could buy"
    low, high = limits(policies()[policy], setting)
    years = tuple(range(EPOCH_YEAR + start // MONTHS_PER_YEAR + 1, EPOCH_YEAR + until // MONTHS_PER_YEAR + 1))

    def cost(size: float) -> float:
        made = make(policy, {setting: size, "start": month_text(start), "until": month_text(until)})
        return float(sum((amount.mean() for amount in made.outlay(tree, england_basis(years)).values()), 0.0)) / 1e6

    largest = high if high is not None else 1e9
    if cost(largest) <= 0:
        return None, f"the policy {policy} costs the pay bill and not a sum of its own"
    if cost(largest) < gbp_m_per_year:
        return largest, f"The policy's largest size; it costs £{cost(largest):.4g}m a year, less than the money."
    # Cost rises with size, nearly always in proportion, so halving the bracket finds it to the digits that are written.
    below, above = low or 0.0, largest
    for _ in range(60):
        middle = 0.5 * (below + above)
        below, above = (middle, above) if cost(middle) < gbp_m_per_year else (below, middle)
    return float(f"{above:.4g}"), ""


def _amount(own: Pledge, reading: Reading) -> float | None:
    return own.amount if reading == "promised" else own.delivered


def _unknown(own: Pledge, reading: Reading) -> str:
    if reading == "delivered" and own.delivered is None:
        return "not yet due" if own.status == "pending" else "what became of it is not known"
    return "no sum was named" if own.amount is None else ""


def _years(own: Pledge) -> tuple[int, int]:
    """Return the calendar years in which a pledge's first and last financial year begin."""
    begin = own.period_start or own.period_end or _first_period(own) or own.announced_date
    end = own.period_end or begin
    if begin is None or end is None:
        raise AlmonerError(f"{own.id}, '{own.title}', has no period: give period_start and period_end in its file.")
    return min(_financial(begin), _financial(end)), max(_financial(begin), _financial(end))


def _has_period(own: Pledge) -> bool:
    return bool(own.period_start or own.period_end or _first_period(own) or own.announced_date)


def _first_period(own: Pledge) -> str | None:
    """Return the year or month that the words of the period begin with, as in `2021-10-21 to 2022-03-31`."""
    found = re.match(r"\d{4}(-\d{2})?", own.period)
    return found[0] if found else None


def _financial(text: str) -> int:
    """Return the year in which the financial year of `2022-23`, `2022-04`, `2022-04-01` or `2022` begins."""
    year = int(text[:4])
    if len(text) == 7 and int(text[5:]) == (year + 1) % 100:
        return year
    month = int(text[5:7]) if len(text) >= 7 else 4
    return year if month >= 4 else year - 1


def _description(own: Pledge, reading: Reading, lines: tuple[Line, ...]) -> str:
    total = _amount(own, reading)
    spent = sum(line.gbp_m or 0.0 for line in lines if line.size)
    moved = f", as if its first year began in April {EPOCH_YEAR + FIRST_START // MONTHS_PER_YEAR}" if _is_past(lines) else ""
    known = _money(total) if total is not None else "a sum that is not known in full"
    prices = f"{price_base(load())} prices"
    return (
        f"{own.announced_by}, {own.announced_date or own.period}: {known} as {reading}, of which {_money(round(spent, 1))} is "
        f"spent here on policies that stand for its purposes{moved}. The sums are those of the pledge ledger ({own.id}), in cash "
        f"of {own.period}, an equal part each year, brought to {prices}. Which policies stand for it is a judgement."
    )


def _is_past(lines: tuple[Line, ...]) -> bool:
    return any(line.size and (_years(line.pledge)[0] - EPOCH_YEAR) * MONTHS_PER_YEAR < line.start for line in lines)


def _money(gbp_m: float | None) -> str:
    return "a sum that is not known" if gbp_m is None else f"£{gbp_m:,.10g}m"


def _wrapped(text: str) -> list[str]:
    import textwrap

    return [f"  {line}" for line in textwrap.wrap(text, 124, break_on_hyphens=False)]


def _quoted(text: str) -> str:
    return f'"{text}"' if any(mark in text for mark in ":#'[]{}&*") else text


def _number(value: float) -> str:
    return f"{value:.10g}"


def line_row(line: Line) -> dict[str, Any]:
    """Return a line as a row for JSON."""
    return {
        "pledge": line.pledge.id,
        "title": line.pledge.title,
        "gbp_m": line.gbp_m,
        "gbp_m_per_year": round(line.gbp_m_per_year, 3) if line.size else None,
        "policy": line.policy if line.size else None,
        "setting": line.setting if line.size else None,
        "size": line.size,
        "start": month_text(line.start) if line.size else None,
        "until": month_text(line.until) if line.size and line.until is not None else None,
        "why": line.why,
    }
