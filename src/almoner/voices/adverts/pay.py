"""The grammar of pay: what a text says is paid, over which period, within which bound, and on which basis.

In: a text about pay, such as the salary line of an advert. Out: a `Pay` with offsets into that text. The order of the rules is:
numbers that are no pay are set aside (`pay_words`), extras are set aside (allowances, bonuses), amounts are joined into ranges,
bounded (up to, from), given a period, and what is left over becomes a second rate or an alternative. Without a period a size
rule decides: under `hourly_below` an hour, under `daily_below` a day, else a year. A text without an amount has no pay: a grade
alone stays unknown. Amounts are never made up: each stands in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from almoner.voices.adverts.passages import Plain, plain
from almoner.voices.adverts.pay_amounts import Bound, Quantity, amounts_in, quantities_in
from almoner.voices.adverts.pay_tokens import tokens
from almoner.voices.adverts.pay_words import Kind, Token

Period = Literal["annual", "hourly", "daily", "weekly", "monthly", "sessional_annual", "sessional", "shift"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the grammar cannot read off the words: the size rule, in pounds, and two ways of reading."""

    hourly_below: float = 100.0
    daily_below: float = 1500.0
    first_alternative: bool = True
    """Of several pay bands the first is the pay; otherwise lowest to highest."""
    full_time_is_pro_rata: bool = True
    """A full-time equivalent said of a salary means that it is paid pro rata."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of pay in pounds per `period`; an end that is not stated is None."""

    minimum: float | None
    maximum: float | None
    period: Period | None
    bound: Bound
    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pay:
    """What a text says about pay; offsets count characters of that text, -1 where nothing stands for it."""

    minimum: float | None = None
    maximum: float | None = None
    period: Period | None = None
    period_stated: bool = False
    bound: Bound = "none"
    pro_rata: bool = False
    term_time: bool = False
    basis: Literal["full_time", "actual", "unknown"] = "unknown"
    second: Rate | None = None
    alternatives: tuple[Rate, ...] = ()
    amount_at: tuple[int, int] = (-1, -1)
    minimum_at: tuple[int, int] = (-1, -1)
    maximum_at: tuple[int, int] = (-1, -1)
    bound_at: tuple[int, int] = (-1, -1)
    period_at: tuple[int, int] = (-1, -1)
    pro_rata_at: tuple[int, int] = (-1, -1)
    rule: str = "no_amount"
    confidence: float = 0.0

    @property
    def has_amount(self) -> bool:
        """Tell whether any amount is stated."""
        return self.bound != "none"


def parse_pay(text: str, settings: Settings | None = None, *, prose: bool = False) -> Pay:
    """Return the pay that `text` states; in prose a number counts as pay only with a pound sign or a period beside it."""
    rules = settings or Settings()
    shown = plain(text)
    found = tokens(shown.text)
    pro_rata_at = _first_of(found, (Kind.PRO_RATA, Kind.FULL_TIME) if rules.full_time_is_pro_rata else (Kind.PRO_RATA,))
    amounts = amounts_in(found, prose)
    quantities = quantities_in(found, amounts) if amounts else []
    pay = Pay(
        pro_rata=pro_rata_at is not None,
        term_time=_first_of(found, (Kind.TERM_TIME,)) is not None,
        pro_rata_at=shown.back(found[pro_rata_at].start, found[pro_rata_at].end) if pro_rata_at is not None else (-1, -1),
    )
    if not quantities:
        return pay
    return _settled(pay, found, quantities, rules, shown)


def _first_of(found: Sequence[Token], kinds: tuple[Kind, ...]) -> int | None:
    return next((at for at, token in enumerate(found) if token.kind in kinds), None)


def _settled(pay: Pay, found: Sequence[Token], quantities: list[Quantity], rules: Settings, shown: Plain) -> Pay:
    """Choose the pay among the quantities, give it a period and a basis, and keep the rest."""
    for number, quantity in enumerate(quantities):
        begin = quantities[number - 1].last + 1 if number else 0
        until = quantities[number + 1].first if number + 1 < len(quantities) else len(found)
        _find_period(found, quantity, begin, until)
        quantity.label = _label(found, quantity, begin, until)
    distinct = _distinct(quantities)
    if len(distinct) > 1 and all(quantity.label == "shift" for quantity in distinct):
        distinct = [_hull(distinct, "range_by_shift")]
    elif len(distinct) > 1 and not rules.first_alternative and not any(each.label for each in distinct):
        distinct = [_hull(distinct, "range_of_bands")]
    sharing = next((each for each in distinct if each.period), None)
    shared = sharing.period if sharing else None
    main, rest = distinct[0], distinct[1:]
    rates = [_rate(found, each, shared, rules, shown) for each in (main, *rest)]
    first = rates[0]
    second = next(
        (
            rate
            for rate, quantity in zip(rates[1:], rest, strict=True)
            if quantity.label or rate.period != first.period or _actual_of(rate, first, pay)
        ),
        None,
    )
    labels = {quantity.label for quantity in distinct}
    basis: Literal["full_time", "actual", "unknown"] = "unknown"
    if main.label == "actual":
        basis = "actual"
    elif pay.pro_rata or main.label == "full-time equivalent":
        basis = "full_time"
    whole = (first.start, first.end)
    apart = main.bound == "range" and main.rule not in _HULLS
    lower_at, upper_at = (shown.back(found[at].start, found[at].end) if apart else whole for at in (main.first, main.last))
    period_at = main.period_at if main.period_at is not None else sharing.period_at if sharing and first.period == shared else None
    return replace(
        pay,
        minimum=first.minimum,
        maximum=first.maximum,
        period=first.period,
        period_stated=main.period is not None or shared is not None,
        bound=first.bound,
        basis=basis,
        second=second,
        alternatives=tuple(rate for rate in rates[1:] if rate is not second),
        amount_at=whole,
        minimum_at=lower_at if first.minimum is not None else (-1, -1),
        maximum_at=upper_at if first.maximum is not None else (-1, -1),
        bound_at=shown.back(*main.bound_at) if main.bound_at else whole,
        period_at=shown.back(found[period_at].start, found[period_at].end) if period_at is not None else (-1, -1),
        rule=main.rule if main.period or shared else f"{main.rule}_by_size",
        confidence=_confidence(found, main, first, len(distinct) - len(labels - {""}), shared is not None),
    )


def _find_period(found: Sequence[Token], quantity: Quantity, begin: int, until: int) -> None:
    """Set the period: the words after the amount, else inside the range, else before it."""
    after = _next_amount(found, quantity.last + 1, until)
    spans = (range(quantity.last + 1, after), range(quantity.first, quantity.last), range(quantity.first - 1, begin - 1, -1))
    for indexes in spans:
        periods = [at for at in indexes if found[at].kind is Kind.PERIOD]
        if not periods:
            continue
        session = [at for at in periods if found[at].name == "session"]
        quantity.period_at = (session or periods)[0]
        quantity.period = found[quantity.period_at].name
        return


def _next_amount(found: Sequence[Token], begin: int, until: int) -> int:
    """Return the index of the next amount of any kind: a period beyond an allowance belongs to the allowance."""
    return next((at for at in range(begin, until) if found[at].kind in (Kind.NUMBER, Kind.MALFORMED)), until)


def _label(found: Sequence[Token], quantity: Quantity, begin: int, until: int) -> str:
    passed = (Kind.SIGN, Kind.PERIOD)
    following = [token for token in found[quantity.last + 1 : min(quantity.last + 5, until)] if token.kind not in passed]
    leading = [token for token in found[max(begin, quantity.first - 4) : quantity.first] if token.kind not in passed]
    for token in (*following, *reversed(leading)):
        if token.kind is Kind.LABEL:
            return token.name
    if leading and leading[-1].kind is Kind.SHIFT:
        return "shift"
    for token in (*reversed(leading), *following):
        if token.kind is Kind.ACTUAL:
            return "actual"
        if token.kind is Kind.FULL_TIME:
            return "full-time equivalent"
    if following and following[0].kind is Kind.SHIFT:
        return "shift"
    return ""


def _distinct(quantities: list[Quantity]) -> list[Quantity]:
    """Leave out what only repeats the amounts of another ("£24,907 - £30,615 £24,907")."""
    kept: list[Quantity] = []
    for quantity in quantities:
        values = {quantity.low, quantity.high} - {None}
        if quantity.label not in ("PAYE", "umbrella", "limited company") and any(
            values <= {other.low, other.high} for other in kept
        ):
            kept[0].period = kept[0].period or quantity.period
            continue
        kept.append(quantity)
    return kept


def _hull(quantities: list[Quantity], rule: str) -> Quantity:
    lows = [each.low for each in quantities if each.low is not None]
    highs = [each.high for each in quantities if each.high is not None]
    period = next((each.period for each in quantities if each.period), None)
    at = next((each.period_at for each in quantities if each.period), None)
    low, high = min(lows or highs), max(highs or lows)
    return Quantity(low, high, quantities[0].first, quantities[-1].last, "range", rule, period, at, "")


def _rate(found: Sequence[Token], quantity: Quantity, shared: str | None, rules: Settings, shown: Plain) -> Rate:
    largest = max(value for value in (quantity.low, quantity.high) if value is not None)
    start, end = shown.back(found[quantity.first].start, found[quantity.last].end)
    period = _period(quantity.period or (shared if _fits(largest, shared, rules) else None), largest, rules)
    return Rate(quantity.low, quantity.high, period, quantity.bound, quantity.label, start, end)


def _fits(value: float, period: str | None, rules: Settings) -> bool:
    """Tell whether a period said of another amount of the text can be that of this one, too."""
    if period == "annual":
        return value >= rules.daily_below
    return period != "hourly" or value < rules.hourly_below


def _period(stated: str | None, value: float, rules: Settings) -> Period:
    if stated == "session":
        return "sessional_annual" if value >= rules.daily_below else "sessional"
    if stated == "annual" and value < rules.hourly_below:
        return "hourly"
    if stated == "daily" and value < _PLAUSIBLE["daily"][0]:
        # "Weekday day rate" of a few pounds: the rate of an hour by day.
        return "hourly"
    if stated == "hourly" and value >= rules.daily_below:
        return "annual"
    if stated is not None:
        return stated  # type: ignore[return-value]
    if value < rules.hourly_below:
        return "hourly"
    return "daily" if value < rules.daily_below else "annual"


def _actual_of(rate: Rate, first: Rate, pay: Pay) -> bool:
    """Tell whether a rate is what the pay before it comes to in fewer hours, rather than the pay of another grade."""
    return pay.pro_rata and rate.label == "actual"


_HULLS: Final = frozenset({"range_reversed", "range_by_shift", "range_of_bands"})
"""Ranges whose ends are not the first and the last amount of their words."""

_SURE: Final = 0.99
_DOUBTS: Final = {
    "range_side_by_side": 0.85,
    "range_reversed": 0.6,
    "range_shared_thousands": 0.93,
    "range_slash": 0.9,
    "range_by_shift": 0.9,
    "range_of_bands": 0.8,
}


def _confidence(found: Sequence[Token], main: Quantity, rate: Rate, others: int, stated: bool) -> float:
    """Return how sure the reading is: ordered by hand, and checked by the share that is right among the dev strings."""
    value = max(each for each in (rate.minimum, rate.maximum) if each is not None)
    sure = _SURE * _DOUBTS.get(main.rule, 1.0)
    if not stated and rate.period == "daily":
        sure *= 0.75
    elif not stated:
        sure *= 0.98
    if others > 1:
        sure *= 0.85
    amounts = found[main.first], found[main.last]
    if any(token.kind is Kind.MALFORMED for token in amounts):
        sure *= 0.6
    if not any(token.pound or token.thousand for token in amounts):
        sure *= 0.93
    if not _plausible(value, rate.period) or (rate.minimum and rate.maximum and rate.maximum > 3 * rate.minimum):
        sure *= 0.55
    return round(sure, 3)


_PLAUSIBLE: Final[dict[str, tuple[float, float]]] = {
    "hourly": (3.5, 200.0),
    "daily": (40.0, 2000.0),
    "weekly": (40.0, 6000.0),
    "monthly": (150.0, 25000.0),
    "annual": (3000.0, 250000.0),
    "sessional_annual": (3000.0, 40000.0),
    "sessional": (10.0, 1500.0),
    "shift": (20.0, 1000.0),
}
"""Pounds in which pay of a period is credible: from an apprentice's few hours to a chief executive's full time."""


def _plausible(value: float, period: Period | None) -> bool:
    low, high = _PLAUSIBLE[period or "annual"]
    return low <= value <= high
