"""How long vacancies stay open: closed forms, a published data set, and what late entry and re-posts do."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.episodes import days_looked, duration_curve, episodes, spells
from almoner.voices.adverts.survival import Quantile, kaplan_meier, log_ratio_error, quantile


def curve_of(times: list[float], ended: list[bool], entry: list[float] | None = None):
    return kaplan_meier(np.array(entry or [0.0] * len(times)), np.array(times), np.array(ended))


def test_without_censoring_the_curve_is_the_share_that_lasts_longer() -> None:
    times = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]
    curve = curve_of(times, [True] * len(times))
    for age in (0.5, 1.0, 2.5, 5.0, 8.9):
        assert curve.at(age) == pytest.approx(np.mean(np.array(times) > age))


def test_without_censoring_greenwoods_variance_is_the_binomial_one() -> None:
    times = [float(value) for value in range(1, 21)]
    curve = curve_of(times, [True] * 20)
    survival = curve.survival[:-1]
    np.testing.assert_allclose(survival**2 * curve.log_variance[:-1], survival * (1 - survival) / 20, rtol=1e-12)


def test_the_remission_times_of_freireich_give_their_published_curve() -> None:
    # Freireich et al. (1963), 6-mercaptopurine arm; the estimates are in every textbook, to three digits.
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    curve = curve_of([float(t) for t in ended + censored], [True] * len(ended) + [False] * len(censored))
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    np.testing.assert_allclose(curve.survival, [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], atol=0.0005)
    errors = curve.survival * np.sqrt(curve.log_variance)
    np.testing.assert_allclose(errors, [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], atol=0.00006)
    assert quantile(curve).value == 23


def test_a_spell_is_at_risk_only_from_its_entry() -> None:
    # By hand: at 2 only the first is under observation, so it alone is at risk; at 5 the second and third are.
    curve = curve_of([2.0, 5.0, 7.0], [True, True, True], entry=[0.0, 3.0, 4.0])
    assert curve.at_risk.tolist() == [1, 2, 1]
    late = curve_of([5.0, 7.0, 8.0], [True, True, True], entry=[0.0, 3.0, 6.0])
    assert late.at_risk.tolist() == [2, 2, 1]
    np.testing.assert_allclose(late.survival, [1 / 2, 1 / 4, 0.0])


def test_late_entry_takes_out_the_length_bias_of_what_is_met_open() -> None:
    rng = np.random.default_rng(7)
    lasted = rng.exponential(40.0, 60_000)
    entry = rng.uniform(0.0, 80.0, lasted.size)
    met = lasted > entry
    curve = kaplan_meier(entry[met], lasted[met], np.ones(met.sum(), dtype=bool))
    # About 26,000 spells are met; the standard error of the share at the median age is near 0.006 with this entry.
    assert curve.at(40.0 * np.log(2)) == pytest.approx(0.5, abs=0.02)
    assert np.median(lasted[met]) > 1.5 * 40.0 * np.log(2)


def test_the_interval_of_a_median_holds_it_and_is_open_above_when_the_curve_does_not_come_down() -> None:
    found = quantile(curve_of([float(value) for value in range(1, 101)], [True] * 100))
    assert found.value == 50
    assert found.low is not None
    assert found.high is not None
    # Order statistics 40 and 61 of 100 bound the median at 95% (binomial); the log-minus-log interval is near them.
    assert found.low == pytest.approx(40, abs=2)
    assert found.high == pytest.approx(61, abs=2)
    few = quantile(curve_of([1.0, 2.0, 3.0, 4.0], [True, True, False, False]))
    assert few.high is None


def test_a_median_that_was_not_reached_is_unknown() -> None:
    found = quantile(curve_of([5.0, 9.0, 9.0, 9.0], [True, False, False, False]))
    assert found.value is None


def test_a_curve_of_nothing_has_no_median() -> None:
    empty = kaplan_meier(np.array([]), np.array([]), np.array([], dtype=bool))
    assert quantile(empty) == Quantile(None, None, None)
    assert empty.at(10) == 1.0


def test_the_error_of_a_ratio_of_medians_is_unknown_where_an_interval_is_open() -> None:
    assert log_ratio_error(Quantile(10, 8, 12.5), Quantile(20, 15, None)) is None
    width = log_ratio_error(Quantile(10, 8, 12.5), Quantile(10, 8, 12.5))
    assert width == pytest.approx(np.sqrt(2) * np.log(12.5 / 8) / (2 * 1.959964), rel=1e-5)


MONDAY = date(2026, 1, 5)


def seen(key: str, posted: int, first: int, last: int) -> Advert:
    day = [MONDAY + timedelta(days=number) for number in (posted, first, last)]
    return Advert(key, key=key, posted=day[0], first_seen=day[1], last_seen=day[2])


def test_a_vacancy_ends_between_the_last_sight_of_it_and_the_next_look() -> None:
    adverts = [seen("a", -3, 0, 14), seen("b", 0, 0, 28)]
    observed = spells(episodes(adverts), days_looked([*adverts, seen("c", 21, 21, 28)]))
    assert [(spell.entry, spell.exit_, spell.ended) for spell in observed] == [(3, 20.5, True), (0, 28, False)]


def test_what_comes_back_within_sixty_days_is_the_same_vacancy_posted_again() -> None:
    adverts = [seen("a", 0, 0, 7), seen("a", 20, 21, 28), seen("a", 120, 121, 128)]
    found = episodes(adverts)
    assert [(episode.reposts, episode.first_seen, episode.last_seen) for episode in found] == [
        (1, MONDAY, MONDAY + timedelta(days=28)),
        (0, MONDAY + timedelta(days=121), MONDAY + timedelta(days=128)),
    ]


def test_what_is_open_when_a_re_post_window_is_left_is_censored_there() -> None:
    looks = [seen(f"look {number}", number, number, number) for number in range(0, 141, 7)]
    vacancy = seen("a", 0, 0, 112)
    observed = spells(episodes([vacancy]), days_looked([vacancy, *looks]))
    # The last look is day 140, sixty days before it day 80, the last look until then day 77.
    assert [(spell.exit_, spell.ended) for spell in observed] == [(77, False)]


def test_one_look_alone_says_nothing_of_how_long_vacancies_stay_open() -> None:
    adverts = [seen("a", -30, 0, 0), seen("b", -2, 0, 0)]
    assert spells(episodes(adverts), days_looked(adverts)) == []


def test_the_curve_of_spells_uses_entry_end_and_censoring() -> None:
    adverts = [seen("a", 0, 0, 7), seen("b", 0, 0, 14), seen("c", 0, 0, 21)]
    curve = duration_curve(spells(episodes(adverts), days_looked(adverts)))
    assert curve.times.tolist() == [10.5, 17.5]
    np.testing.assert_allclose(curve.survival, [2 / 3, 1 / 3])
