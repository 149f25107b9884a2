"""Amounts of pay: which numbers of a text are pay, which are extras, and which are the two ends of one range.

In: the tokens of a text. Out: quantities, each an amount or a range with its bound, by token indexes, in the order of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from almoner.voices.adverts.pay_words import Kind, Token

Bound = Literal["point", "range", "up_to", "from", "none"]
_AMOUNT_SIGNS: Final = frozenset("()[],:;*.'\"=")
_EXTRA_SHARE: Final = 0.35
"""What follows a plus sign is an extra when it is less than this share of the pay before it."""
_PARTING: Final = frozenset({Kind.LABEL, Kind.OR, Kind.GRADE, Kind.SHIFT, Kind.ACTUAL})
"""What stands between two amounts only when they are two rates, not the ends of one."""
_ONE_OFF: Final = (100.0, 10000.0)
"""Pounds in which the first amount of a text may be a bonus or bursary: less is a rate, more a salary."""
_SAME_SCALE: Final = 2.6
"""Two amounts side by side are a range when the second is at most this many times the first: pay bands are narrower."""


@dataclass(slots=True)
class Quantity:
    """Amounts that belong together while the rules are at work: token indexes `first` to `last`."""

    low: float | None
    high: float | None
    first: int
    last: int
    bound: Bound
    rule: str
    period: str | None = None
    period_at: int | None = None
    label: str = ""
    bound_at: tuple[int, int] | None = None
    """Where the words stand that make it a bound, as offsets in the text."""


def amounts_in(found: Sequence[Token], prose: bool) -> list[int]:
    """Return the indexes of the tokens that are amounts of pay, extras left out."""
    numbers = [at for at, token in enumerate(found) if token.kind in (Kind.NUMBER, Kind.MALFORMED)]
    sure = [at for at in numbers if found[at].pound or found[at].thousand]
    taken: list[int] = []
    for at in numbers:
        if _in_millions(found, at):
            continue
        if (at in sure or _bare_pay(found, at, sure, prose)) and not _is_extra(found, at, taken):
            taken.append(at)
    return taken


def quantities_in(found: Sequence[Token], amounts: list[int]) -> list[Quantity]:
    """Join amounts into ranges, in the order of the text."""
    joined: list[Quantity] = []
    waiting = list(amounts)
    while waiting:
        first = waiting.pop(0)
        quantity = Quantity(found[first].value, found[first].value, first, first, "point", "point")
        if waiting and (rule := _join(found, first, waiting[0])):
            second = waiting.pop(0)
            low, high = _shared_thousands(found[first], found[second])
            ends = sorted((low, high))
            quantity = Quantity(ends[0], ends[1], first, second, "range", rule if low <= high else "range_reversed")
            if found[first].value != low:
                quantity.rule = "range_shared_thousands"
            while waiting and quantity.rule == "range" and _goes_on(found, quantity, waiting[0]):
                quantity.last = waiting.pop(0)
                quantity.high = found[quantity.last].value
        joined.append(_bounded(found, quantity))
    return joined


def _in_millions(found: Sequence[Token], at: int) -> bool:
    return at + 1 < len(found) and found[at + 1].kind is Kind.MILLIONS


def _bare_pay(found: Sequence[Token], at: int, sure: list[int], prose: bool) -> bool:
    """Tell whether a number without a pound sign is pay: it ends or begins a range, has a period, or stands alone like pay."""
    token = found[at]
    if any(abs(at - other) in (2, 3) and _only_joins(found, at, other) for other in sure):
        return True
    following = next((each for each in found[at + 1 :] if not (each.kind is Kind.SIGN and each.name in _AMOUNT_SIGNS)), None)
    looks_like_pay = token.value >= 1000 or (token.decimals == 2 and 3 <= token.value < 500)
    if following is not None and following.kind in (Kind.PERIOD, Kind.PRO_RATA) and token.value >= 3:
        return looks_like_pay or (following.name in ("hourly", "daily", "weekly", "monthly", "session") and not prose)
    if prose:
        return False
    if token.kind is Kind.MALFORMED:
        return token.value >= 1000
    return looks_like_pay or (token.value >= 3 and _range_of_pay(found, at))


def _range_of_pay(found: Sequence[Token], at: int) -> bool:
    """Tell whether a bare number is joined to one that looks like pay (25-31000)."""
    for step in (-2, 2):
        other = at + step
        joined = 0 <= other < len(found) and found[other].kind is Kind.NUMBER and _only_joins(found, at, other)
        if joined and (found[other].value >= 1000 or found[other].decimals == 2):
            return True
    return False


def _only_joins(found: Sequence[Token], one: int, other: int) -> bool:
    low, high = min(one, other), max(one, other)
    between = found[low + 1 : high]
    joined = any(token.kind in (Kind.TO, Kind.UP_TO) or token.name in ("-", "/") for token in between)
    return joined and all(
        token.kind in (Kind.TO, Kind.UP_TO, Kind.PERIOD) or (token.kind is Kind.SIGN and token.name in "-/()") for token in between
    )


def _is_extra(found: Sequence[Token], at: int, taken: list[int]) -> bool:
    """Tell whether an amount is an allowance or the like beside the pay."""
    if taken and taken[-1] < at and _only_joins(found, taken[-1], at) and found[at].value >= found[taken[-1]].value:
        return False
    ahead = 0 if taken or _ONE_OFF[0] <= found[at].value < _ONE_OFF[1] else 6
    for token in found[at + 1 : at + 7 - ahead]:
        if token.kind is Kind.EXTRA:
            return True
        if token.kind is not Kind.WORD or token.text in ("pre", "before", "exc", "without"):
            break
    if _named_before(found, at):
        return True
    if not taken:
        return False
    since = found[taken[-1] + 1 : at]
    plus = any(token.kind is Kind.PLUS or (token.kind is Kind.SIGN and token.name == "+") for token in since)
    joined = any(token.kind is Kind.BETWEEN for token in found[: taken[-1]])
    primary = found[taken[0]].value
    return plus and not joined and found[at].value < _EXTRA_SHARE * primary


def _named_before(found: Sequence[Token], at: int) -> bool:
    """Tell whether an extra's name leads to the amount: 'bursary of up to £1,000', 'LA of £4,000', 'bonus: £500'."""
    back = at - 1
    linked = False
    while back >= 0 and at - back <= 5:
        token = found[back]
        if token.kind is Kind.EXTRA:
            return linked
        if token.kind in (Kind.UP_TO, Kind.FROM) or token.text in ("of", "worth", "at", "is") or token.name == ":":
            linked = True
        elif token.kind is not Kind.WORD:
            return False
        back -= 1
    return False


def _goes_on(found: Sequence[Token], quantity: Quantity, third: int) -> bool:
    """Tell whether a range has a further step: '£28,000 - £30,000 - £32,000'."""
    between = found[quantity.last + 1 : third]
    steps = bool(between) and all(token.kind is Kind.TO or token.name == "-" for token in between)
    return steps and found[third].value > (quantity.high or 0.0) and _join(found, quantity.first, quantity.last) == "range"


def _shared_thousands(first: Token, second: Token) -> tuple[float, float]:
    """Return both ends of a range where one 'k' or one '000' serves both: £32 - £38k, 25-31000."""
    if first.value < 1000 <= second.value and first.value * 1000 <= second.value * 1.05 and first.value >= 5:
        return first.value * 1000, second.value
    return first.value, second.value


def _join(found: Sequence[Token], first: int, second: int) -> str | None:
    """Return the rule by which two amounts are the ends of one range, or None."""
    low, high = _shared_thousands(found[first], found[second])
    between = found[first + 1 : second]
    kinds = [token.kind for token in between]
    if any(kind in _PARTING for kind in kinds):
        return None
    if any(kind in (Kind.PRO_RATA, Kind.FULL_TIME) for kind in kinds) and not (
        between[-1].kind is Kind.TO or between[-1].name == "-"
    ):
        return None
    same_scale = max(low, high) <= _SAME_SCALE * 2 * min(low, high)
    signs = {token.name for token in between if token.kind is Kind.SIGN}
    words = [token for token in between if token.kind is Kind.WORD]
    if any(kind in (Kind.TO, Kind.UP_TO) for kind in kinds) or "-" in signs:
        return "range" if same_scale and len(words) <= 3 and "+" not in signs else None
    if any(kind is Kind.PLUS for kind in kinds):
        before = [token.kind for token in found[:first]]
        return "range_between" if Kind.BETWEEN in before[-3:] and same_scale else None
    if not same_scale or low >= high or high > _SAME_SCALE * low or words:
        return None
    if signs == {"/"}:
        return "range_slash"
    return "range_side_by_side" if not between else None


def _bounded(found: Sequence[Token], quantity: Quantity) -> Quantity:
    """Read 'up to', 'from', 'maximum', 'onwards' and a plus sign written on to an amount."""
    if quantity.bound != "point":
        return quantity
    value = quantity.low
    before = _before(found, quantity.first)
    after = found[quantity.last + 1] if quantity.last + 1 < len(found) else None
    beyond = found[quantity.last + 2] if quantity.last + 2 < len(found) else None
    ending = after if after is None or after.kind is not Kind.PERIOD else beyond
    upper = before is not None and (before.kind in (Kind.UP_TO, Kind.MAXIMUM) or (before.kind is Kind.TO and before.text == "to"))
    lower = before is not None and before.kind in (Kind.FROM, Kind.MINIMUM)
    word = before if upper or lower else ending
    if upper or (ending is not None and ending.kind is Kind.MAXIMUM):
        return replace(quantity, low=None, high=value, bound="up_to", rule="up_to", bound_at=_place_of(word))
    if lower or (ending is not None and ending.kind is Kind.MINIMUM):
        return replace(quantity, low=value, high=None, bound="from", rule="from", bound_at=_place_of(word))
    if _open_ended(found, quantity.last):
        return replace(quantity, low=value, high=None, bound="from", rule="from", bound_at=_place_of(after))
    return quantity


def _place_of(token: Token | None) -> tuple[int, int] | None:
    return (token.start, token.end) if token is not None else None


def _before(found: Sequence[Token], at: int) -> Token | None:
    """Return the token before an amount, past signs, grades and the words salary, pay, rate and of."""
    at -= 1
    while at >= 0 and (
        (found[at].kind is Kind.SIGN and found[at].name in ":(=-")
        or found[at].kind is Kind.GRADE
        or found[at].text in ("salary", "of", "a", "rate", "pay", "circa", "c")
    ):
        at -= 1
    return found[at] if at >= 0 else None


def _open_ended(found: Sequence[Token], at: int) -> bool:
    """Tell whether a plus sign stands on the amount itself and nothing is added by it: '£30k+' but not '£30,000 + pension'."""
    if at + 1 >= len(found) or found[at + 1].name != "+" or found[at + 1].start != found[at].end:
        return False
    return at + 2 >= len(found) or found[at + 2].kind not in (Kind.WORD, Kind.EXTRA, Kind.NUMBER)
