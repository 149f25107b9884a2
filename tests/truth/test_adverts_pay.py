"""The pay grammar on lines in the words that adverts use, each read by hand; and pay an hour in closed form."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.hourly import WEEKS_PER_YEAR, basis_of, hourly_of
from almoner.voices.adverts.outside import comparators_on, living_wage_on
from almoner.voices.adverts.pay import parse_pay
from almoner.voices.adverts.scales import find_grade
from almoner.voices.adverts.terms import find_contract, find_hours, find_length_months, find_pattern, find_workplace

LABELLED = Path(__file__).resolve().parents[3] / "shared" / "samples" / "adverts" / "salary_strings_dev.csv"

# text, lowest, highest, period, bound, pro rata
LINES = (
    ("£24,300 - £25,900 per annum", 24300, 25900, "annual", "range", False),
    ("£24300.00 to £25900.00 pa + pension", 24300, 25900, "annual", "range", False),
    ("£24,300 – £25,900 (pro rata)", 24300, 25900, "annual", "range", True),
    ("Between £24,300 and £25,900 a year", 24300, 25900, "annual", "range", False),
    ("£24,300 rising to £25,900 after a year", 24300, 25900, "annual", "range", False),
    ("From £24,300 to £25,900", 24300, 25900, "annual", "range", False),
    ("£24,300-£25,100-£25,900", 24300, 25900, "annual", "range", False),
    ("£24,300 £25,900 FTE", 24300, 25900, "annual", "range", True),
    ("£24,300 p.a. pro-rata to £25,900 p.a. pro-rata", 24300, 25900, "annual", "range", True),
    ("£24-26k", 24000, 26000, "annual", "range", False),
    ("£24 - £26k per annum", 24000, 26000, "annual", "range", False),
    ("£24-26000", 24000, 26000, "annual", "range", False),
    ("24300 - 25900", 24300, 25900, "annual", "range", False),
    ("£24.300 - £25.900 per annum", 24300, 25900, "annual", "range", False),
    ("£24, 300 per annum", 24300, 24300, "annual", "point", False),
    ("Â£24,300", 24300, 24300, "annual", "point", False),
    ("&pound;24,300 - &pound;25,900", 24300, 25900, "annual", "range", False),
    ("£2\N{ZERO WIDTH SPACE}4,300", 24300, 24300, "annual", "point", False),
    ("£24,300\N{NO-BREAK SPACE}-\N{NO-BREAK SPACE}£25,900", 24300, 25900, "annual", "range", False),
    ("Up to £31,000 DOE", None, 31000, "annual", "up_to", False),
    ("to £31,000", None, 31000, "annual", "up_to", False),
    ("£31,000 maximum", None, 31000, "annual", "up_to", False),
    ("from £31,000 plus car allowance", 31000, None, "annual", "from", False),
    ("£31k+", 31000, None, "annual", "from", False),
    ("£31,000 onwards", 31000, None, "annual", "from", False),
    ("£31,000 +pension", 31000, 31000, "annual", "point", False),
    ("c. £60,000", 60000, 60000, "annual", "point", False),
    ("£12.60 per hour", 12.6, 12.6, "hourly", "point", False),
    ("£12.60-£13.40ph", 12.6, 13.4, "hourly", "range", False),
    ("£12.60(ph) - £13.40", 12.6, 13.4, "hourly", "range", False),
    ("12.60 p/h", 12.6, 12.6, "hourly", "point", False),
    ("£12.60", 12.6, 12.6, "hourly", "point", False),
    ("£12.60/£13.40 per hour", 12.6, 13.4, "hourly", "range", False),
    ("Weekdays £12.60, weekends £14.10", 12.6, 14.1, "hourly", "range", False),
    ("£12.60 an hour, 30 hours a week", 12.6, 12.6, "hourly", "point", False),
    ("£12.60 per hour plus £500 welcome bonus", 12.6, 12.6, "hourly", "point", False),
    ("£500 welcome bonus! £12.60 per hour", 12.6, 12.6, "hourly", "point", False),
    ("£130 per day", 130, 130, "daily", "point", False),
    ("Up to £130.0000 per day", None, 130, "daily", "up_to", False),
    ("£460 a week", 460, 460, "weekly", "point", False),
    ("£2,050 per month", 2050, 2050, "monthly", "point", False),
    ("£10,200 per session per annum", 10200, 10200, "sessional_annual", "point", False),
    ("£90 per session", 90, 90, "sessional", "point", False),
    ("£65 per sleep-in", 65, 65, "shift", "point", False),
    ("Grade 6 £24,300 - £25,900", 24300, 25900, "annual", "range", False),
    ("Band 5/6 £24,300 - £35,900", 24300, 35900, "annual", "range", False),
    ("SCP 12 - 17: £24,300 to £25,900", 24300, 25900, "annual", "range", False),
    ("7a (£44,300 - £49,900) or 7b (£51,300 - £59,900)", 44300, 49900, "annual", "range", False),
    ("£24,300 - £25,900 + £3,000 market supplement", 24300, 25900, "annual", "range", False),
    ("£24,300 to £25,900 plus London fringe £149", 24300, 25900, "annual", "range", False),
    ("£24,300 - £25,900 incl 20% HCAS", 24300, 25900, "annual", "range", False),
    ("£24,300 - £25,900, 37 hours per week, 12 months", 24300, 25900, "annual", "range", False),
    ("£24,300 - £25,900 £24,300 - £25,900 pa", 24300, 25900, "annual", "range", False),
    ("£16,400 per annum for 1 session per week", 16400, 16400, "annual", "point", False),
    ("£1.2m budget, salary £50,000", 50000, 50000, "annual", "point", False),
    ("£25,000 based on full time hours", 25000, 25000, "annual", "point", True),
)
NOTHING = (
    *("Grade 7 - Grade 8, 18.5 hours, Temporary", "Band 6", "Band 8c", "Competitive", "Salary scales", "pro rata", "per annum", ""),
    *(
        "Bursary of up to £1,000",
        "01632 XXX XXX",
        "01632 960 123",
        "37 hours per week",
        "1 April 2026",
        "2025/26",
        "£250m fund",
        "15%",
    ),
)


@pytest.mark.parametrize(("text", "low", "high", "period", "bound", "pro_rata"), LINES, ids=[line[0] for line in LINES])
def test_a_line_of_pay_is_read_as_a_person_would(
    text: str, low: float | None, high: float | None, period: str, bound: str, pro_rata: bool
) -> None:
    pay = parse_pay(text)
    assert (pay.minimum, pay.maximum, pay.period, pay.bound, pay.pro_rata) == (low, high, period, bound, pro_rata)


@pytest.mark.parametrize("text", NOTHING)
def test_a_line_without_an_amount_of_pay_has_none(text: str) -> None:
    pay = parse_pay(text)
    assert (pay.minimum, pay.maximum, pay.period, pay.bound) == (None, None, None, "none")


def test_a_second_rate_keeps_its_label() -> None:
    pay = parse_pay("£101.50 PAYE / £131.00 Umbrella - daily rate")
    assert (pay.minimum, pay.period) == (101.5, "daily")
    assert pay.second is not None
    assert (pay.second.minimum, pay.second.label, pay.second.period) == (131, "umbrella", "daily")


def test_an_hourly_and_a_yearly_rate_are_the_pay_and_its_second_rate() -> None:
    pay = parse_pay("£12.60 per hour (£24,309 per annum)")
    assert (pay.minimum, pay.period) == (12.6, "hourly")
    assert pay.second is not None
    assert (pay.second.minimum, pay.second.period) == (24309, "annual")


def test_other_bands_are_kept_as_alternatives() -> None:
    pay = parse_pay("6 (£35,300 - £42,900) or 7 (£43,300 - £49,900)")
    assert [(rate.minimum, rate.maximum) for rate in pay.alternatives] == [(43300, 49900)]


def test_a_number_that_is_written_wrongly_is_read_with_little_confidence() -> None:
    assert parse_pay("£25,00 per annum").confidence < 0.5
    assert parse_pay("£24,300 - £25,900 per annum").confidence > 0.95


def test_the_words_of_a_bound_are_kept() -> None:
    for text, words in (("Up to £31,000", "Up to"), ("£31,000 maximum", "maximum"), ("from £12.60 ph", "from"), ("£31k+", "+")):
        assert text[slice(*parse_pay(text).bound_at)] == words


def test_in_prose_a_bare_number_is_no_pay() -> None:
    assert not parse_pay("Join 25000 colleagues who help 12.50 thousand people", prose=True).has_amount
    assert parse_pay("You will earn 12.60 per hour", prose=True).minimum == 12.6


def test_the_places_of_amount_period_and_pro_rata_are_those_of_the_text_as_given() -> None:
    text = "Pay: &pound;24,300 – &pound;25,900  per annum, pro rata"
    pay = parse_pay(text)
    assert [text[slice(*place)] for place in (pay.amount_at, pay.period_at, pay.pro_rata_at)] == [
        "&pound;24,300 – &pound;25,900",
        "per annum",
        "pro rata",
    ]


@pytest.mark.skipif(not LABELLED.exists(), reason="the labelled salary lines are not here")
def test_the_labelled_lines_are_read_right() -> None:
    # Not the official test: the rules were written in sight of these lines. The target for unseen lines is 0.98.
    with LABELLED.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    wrong = []
    for row in rows:
        pay = parse_pay(row["salary_text"])
        gold = tuple(float(row[name]) if row[name] else None for name in ("gold_min", "gold_max"))
        said = ((pay.minimum, pay.maximum), pay.period or "", pay.pro_rata, pay.bound if pay.has_amount else "")
        if said != (gold, row["gold_period"], row["gold_pro_rata"] == "yes", row["gold_bound"]):
            wrong.append(row["id"])
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("Grade 7 - Grade 8, 18.5 hours", "Grade 7 - Grade 8"),
        ("Band 5/6 £28,000", "Band 5/6"),
        ("£28,000 - SCP 12-17", "SCP 12-17"),
        ("PO3 £38,000", "PO3"),
        ("£28,000", None),
    ],
)
def test_a_grade_is_kept_in_its_own_words(text: str, grade: str | None) -> None:
    found = find_grade(text)
    assert (found[0] if found else None) == grade


def test_terms_are_found_in_fields_and_in_prose_but_not_in_other_uses_of_their_words() -> None:
    stuck = "Care OfficerFixed Term, Full Time£25,000"
    contract = find_contract(stuck, prose=True)
    assert contract is not None
    assert (contract.value, stuck[contract.start : contract.end]) == ("fixed_term", "Fixed Term")
    pattern = find_pattern(stuck)
    assert pattern is not None
    assert pattern.value == "full_time"
    for text in ("temporary accommodation officer", "paid bank holidays", "our permanent residents", "relief for families"):
        assert find_contract(text, prose=True) is None
    assert find_pattern("£25,000 full time equivalent") is None
    assert find_pattern("full or part time").value == "full_or_part_time"  # type: ignore[union-attr]
    assert find_workplace("Hybrid working").value == "hybrid"  # type: ignore[union-attr]
    assert find_workplace("remote communities") is None


def test_hours_are_those_of_a_week() -> None:
    assert find_hours("18.5 hours, Permanent", prose=False).value == (18.5, 18.5)  # type: ignore[union-attr]
    assert find_hours("you will work 16 to 20 hours per week", prose=True).value == (16, 20)  # type: ignore[union-attr]
    for text in ("24 hours a day", "give 48 hours notice", "open 12 hours per day", "we are here 24 hours"):
        assert find_hours(text, prose=True) is None


def test_the_length_of_a_contract_stands_beside_it() -> None:
    text = "Temporary 6 Months Contract, 12 months experience needed in a similar home for older people"
    contract = find_contract(text, prose=False)
    assert contract is not None
    assert find_length_months(text, contract).value == 6  # type: ignore[union-attr]


def advert(**fields: object) -> Advert:
    return Advert("Care assistant", **fields)  # type: ignore[arg-type]


def test_a_year_of_full_time_pay_is_divided_by_the_weeks_and_the_hours_of_full_time_work() -> None:
    council = hourly_of(advert(salary_min=24024.0, salary_max=25000.0, period="annual", bound="range"))
    nhs = hourly_of(advert(employer="Anytown NHS Trust", salary_min=24024.0, salary_max=None, period="annual", bound="from"))
    assert council is not None
    assert nhs is not None
    assert council.low == pytest.approx(24024 / (WEEKS_PER_YEAR * 37))
    assert nhs.low == pytest.approx(24024 / (WEEKS_PER_YEAR * 37.5))
    assert nhs.high is None


def test_half_time_pay_that_would_be_unlawful_for_full_time_is_what_is_actually_paid() -> None:
    half = advert(
        salary_min=12000.0, salary_max=12200.0, period="annual", bound="range", hours_per_week=18.5, posted=date(2025, 5, 1)
    )
    assert basis_of(half) == "actual"
    rate = hourly_of(half)
    assert rate is not None
    assert rate.low == pytest.approx(12000 / (WEEKS_PER_YEAR * 18.5))
    assert (
        basis_of(advert(salary_min=24000.0, salary_max=24000.0, period="annual", hours_per_week=18.5, pro_rata=True)) == "full_time"
    )
    assert basis_of(advert(salary_min=29000.0, salary_max=29000.0, period="annual", hours_per_week=30.0)) == "unknown"


def test_the_wage_floor_of_a_day_is_the_one_in_force() -> None:
    assert living_wage_on(date(2025, 3, 31)) == 11.44
    assert living_wage_on(date(2025, 4, 1)) == 12.21
    assert living_wage_on(None) == 7.20


def test_comparators_are_those_of_the_day_and_not_older_than_two_years() -> None:
    names = {each.name: each.hourly for each in comparators_on(date(2026, 4, 1))}
    assert names["National Living Wage"] == 12.71
    assert names["NHS band 2, entry"] == 12.92
    assert names["Real Living Wage (outside London)"] == 13.45
    assert "Tesco, store assistant" not in {each.name for each in comparators_on(date(2025, 6, 1))}
