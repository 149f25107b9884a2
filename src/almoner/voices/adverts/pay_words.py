"""The words of pay: the kinds of token in a text about pay, and the phrases of each kind.

Lists only; `pay_tokens` finds them in a text and `pay_numbers` tells the numbers that are no pay.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Kind(StrEnum):
    """What a token is."""

    AMOUNT = "amount"
    NUMBER = "number"
    MALFORMED = "malformed"
    PERIOD = "period"
    PRO_RATA = "pro_rata"
    FULL_TIME = "full_time"
    ACTUAL = "actual"
    TERM_TIME = "term_time"
    TO = "to"
    BETWEEN = "between"
    UP_TO = "up_to"
    FROM = "from"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    EXTRA = "extra"
    PLUS = "plus"
    LABEL = "label"
    SHIFT = "shift"
    OR = "or"
    MILLIONS = "millions"
    SIGN = "sign"
    WORD = "word"
    GRADE = "grade"
    HOURS = "hours"
    FRACTION = "fraction"
    NOT_PAY = "not_pay"


PERIODS: Final[dict[str, tuple[str, ...]]] = {
    "annual": (
        *("per annum", "per anum", "per year", "a year", "annum", "annually", "yearly", "pa", "p a", "p year", "p annum"),
        *("each year", "annual salary", "annual", "salary per annum", "p y"),
    ),
    "hourly": (
        *(
            "per hour",
            "per hours",
            "an hour",
            "a hour",
            "ph",
            "p h",
            "phr",
            "p hr",
            "p hour",
            "per hr",
            "hourly",
            "hour",
            "hourly rate",
        ),
        *("each hour", "per hourly", "hr", "h", "paid hourly"),
    ),
    "daily": ("per day", "a day", "p day", "p d", "daily", "day rate", "daily rate", "each day", "pd"),
    "weekly": ("per week", "a week", "p w", "pw", "p week", "weekly", "each week"),
    "monthly": ("per month", "a month", "p m", "pcm", "per calendar month", "monthly", "p month"),
    "session": ("per session", "a session", "p session", "sessional", "each session", "pps"),
    "shift": ("per shift", "a shift", "per night", "per sleep in", "a night", "per sleepin", "per visit", "per sleep"),
}
ALONE_IS_NO_PERIOD: Final = frozenset({"annual", "hour", "hr", "h"})
"""Words that name a period only next to an amount: 'annual leave', '37 hour week'."""
PHRASES: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.PRO_RATA: ("pro rata", "prorata", "pro rota", "pro rated", "prorated", "pro rate", "pro rata'd"),
    Kind.FULL_TIME: (
        *("fte", "wte", "full time equivalent", "fulltime equivalent", "whole time equivalent", "full time equivalent salary"),
        *("based on full time", "based on fulltime", "based on a full time", "baed on fulltime", "full time salary", "based on 37"),
    ),
    Kind.ACTUAL: ("actual salary", "actual pay", "actual", "part time salary"),
    Kind.TERM_TIME: ("term time only", "term time", "tto", "termtime", "term only", "weeks per year"),
    Kind.TO: ("to", "until", "through to", "rising to", "increasing to", "progressing to", "moving to"),
    Kind.BETWEEN: ("between",),
    Kind.UP_TO: ("up to", "upto", "up to a maximum of", "to a maximum of", "maximum of", "no more than", "as much as"),
    Kind.FROM: (
        *("from", "starting from", "starting at", "starting salary from", "starts from", "starts at", "minimum of", "at least"),
        *("starting salary of", "commencing at"),
    ),
    Kind.MAXIMUM: ("maximum", "max"),
    Kind.MINIMUM: ("minimum", "min", "upwards", "onwards", "and above", "or more", "and up"),
    Kind.PLUS: (
        "plus",
        "and",
        "with",
        "including",
        "includes",
        "incl",
        "inc",
        "inclusive",
        "additional",
        "excluding",
        "as well as",
    ),
    Kind.OR: ("or",),
    Kind.MILLIONS: ("million", "billion", "m", "bn"),
    Kind.EXTRA: (
        *("allowance", "allowances", "supplement", "supplements", "bonus", "bonuses", "bursary", "weighting", "weightin", "fringe"),
        *(
            "enhancement",
            "enhancements",
            "retainer",
            "relocation",
            "hcas",
            "hca",
            "voucher",
            "vouchers",
            "incentive",
            "golden hello",
        ),
        *("welcome bonus", "la", "lw", "market supplement", "car allowance", "mileage", "on call", "sleep in", "sleepin", "grant"),
        *("referral", "one off", "expenses", "training fund", "budget", "sponsorship", "loan", "worth", "discount", "discounts"),
    ),
    Kind.SHIFT: (
        *(
            "day",
            "days",
            "night",
            "nights",
            "nights sat",
            "sat",
            "saturday",
            "saturdays",
            "sun",
            "sunday",
            "sundays",
            "sun bh",
            "bh",
        ),
        *("weekday", "weekdays", "weekend", "weekends", "evening", "evenings", "bank holiday", "bank holidays", "waking night"),
        *("waking nights", "mon fri", "monday to friday", "day shift", "night shift", "early", "late", "days nights"),
    ),
}
LABELS: Final[dict[str, tuple[str, ...]]] = {
    "PAYE": ("paye",),
    "umbrella": ("umbrella", "umb"),
    "limited company": ("ltd", "limited", "limited company", "ltd company"),
}
GRADE_WORDS: Final = frozenset(
    {
        *(
            "grade",
            "grades",
            "band",
            "bands",
            "scale",
            "scales",
            "scp",
            "spine",
            "spinal",
            "point",
            "points",
            "level",
            "levels",
            "tier",
        ),
        *("njc", "afc", "pay", "range", "po", "so", "soulbury", "jnc", "gr", "bd", "g", "column", "step"),
    }
)
SCHEMES: Final = frozenset({"grade", "grades", "band", "bands", "scale", "scp", "level", "tier", "gr", "spine", "scales", "levels"})
COUNTED: Final = frozenset(
    [
        "month",
        "months",
        "mth",
        "mths",
        "week",
        "weeks",
        "wk",
        "wks",
        "day",
        "days",
        "year",
        "years",
        "yr",
        "yrs",
        "x",
        "posts",
        "post",
        "vacancies",
        "sessions",
        "session",
        "nights",
        "night",
        "shifts",
        "shift",
        "miles",
        "mile",
        "people",
        "residents",
        "beds",
        "minutes",
        "mins",
        "bank",
        "annual",
        "holidays",
    ]
)
HOUR_WORDS: Final = frozenset({"hour", "hours", "hrs", "hr", "hpw", "hours per week", "h"})


class Token(NamedTuple):
    """One word, number or phrase of a text about pay; `value` is an amount in pounds, `name` a period, label or sign."""

    kind: Kind
    start: int
    end: int
    text: str
    value: float = 0.0
    name: str = ""
    pound: bool = False
    thousand: bool = False
    decimals: int = 0
