"""A job advert as understood: each field with the words that state it, the rule that found it and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from almoner.voices.adverts.passages import Span
from almoner.voices.adverts.pay import Period, Rate
from almoner.voices.adverts.pay_amounts import Bound


@dataclass(frozen=True, slots=True)
class Witness:
    """What the page's data block says about pay, and whether the text agrees; None where only the data speaks."""

    minimum: float | None
    maximum: float | None
    unit: str
    agrees: bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class ScalePay:
    """Pounds that an employer's own scale file gives for a grade; never put in the place of stated pay."""

    minimum: float
    maximum: float
    period: Period
    source: str


@dataclass(frozen=True, slots=True)
class Advert:
    """One advert. What is not stated is None; amounts are pounds per `period`; spans and confidence are by field name."""

    title: str
    employer: str | None = None
    client: str | None = None
    place: str | None = None
    area_code: str | None = None
    salary_min: float | None = None
    salary_max: float | None = None
    period: Period | None = None
    bound: Bound = "none"
    pro_rata: bool = False
    term_time: bool = False
    basis: str = "unknown"
    grade: str | None = None
    hours_per_week: float | None = None
    hours_per_week_low: float | None = None
    contract: str | None = None
    contract_months: float | None = None
    pattern: str | None = None
    workplace: str | None = None
    second_rate: Rate | None = None
    alternatives: tuple[Rate, ...] = ()
    family: str = "other"
    posted: date | None = None
    closes: date | None = None
    first_seen: date | None = None
    last_seen: date | None = None
    reference: str | None = None
    witness: Witness | None = None
    scale_pay: ScalePay | None = None
    key: str = ""
    """The same for adverts of one vacancy: employer, title, place, contract, pattern, pay, grade and hours."""

    file: str = ""
    file_sha256: str = ""
    format: str = ""
    at: tuple[int, int] = (0, 0)
    """Where the advert stands in its file: characters, or lines of a table."""

    spans: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    review: tuple[str, ...] = ()
    """What a person should look at, in sentences."""

    @property
    def states_pay(self) -> bool:
        """Tell whether the advert says in pounds what it pays."""
        return self.salary_min is not None or self.salary_max is not None

    def record(self) -> dict[str, object]:
        """Return the advert as JSON holds it."""
        return {
            "title": self.title,
            "employer": self.employer,
            "client": self.client,
            "place": self.place,
            "area_code": self.area_code,
            "salary_min": self.salary_min,
            "salary_max": self.salary_max,
            "period": self.period,
            "bound": self.bound,
            "pro_rata": self.pro_rata,
            "term_time": self.term_time,
            "basis": self.basis,
            "grade": self.grade,
            "hours_per_week": self.hours_per_week,
            "hours_per_week_low": self.hours_per_week_low,
            "contract": self.contract,
            "contract_months": self.contract_months,
            "pattern": self.pattern,
            "workplace": self.workplace,
            "second_rate": rate_record(self.second_rate),
            "alternatives": [rate_record(rate) for rate in self.alternatives],
            "family": self.family,
            "posted": _iso(self.posted),
            "closes": _iso(self.closes),
            "first_seen": _iso(self.first_seen),
            "last_seen": _iso(self.last_seen),
            "reference": self.reference,
            "witness": None
            if self.witness is None
            else {
                "salary_min": self.witness.minimum,
                "salary_max": self.witness.maximum,
                "unit": self.witness.unit,
                "agrees": self.witness.agrees,
                "span": self.witness.span.record(),
            },
            "scale_pay": None
            if self.scale_pay is None
            else {
                "salary_min": self.scale_pay.minimum,
                "salary_max": self.scale_pay.maximum,
                "period": self.scale_pay.period,
                "source": self.scale_pay.source,
            },
            "key": self.key,
            "file": self.file,
            "file_sha256": self.file_sha256,
            "format": self.format,
            "at": list(self.at),
            "spans": {name: [span.record() for span in spans] for name, spans in self.spans.items()},
            "confidence": dict(self.confidence),
            "review": list(self.review),
        }


def rate_record(rate: Rate | None) -> dict[str, object] | None:
    """Return a second or alternative rate as JSON holds it."""
    if rate is None:
        return None
    return {
        "salary_min": rate.minimum,
        "salary_max": rate.maximum,
        "period": rate.period,
        "bound": rate.bound,
        "label": rate.label or None,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
