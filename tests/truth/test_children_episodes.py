"""Rates fitted to episode files equal those counted by hand, on a small file and on the public five-year sample."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from almoner.errors import InputFileError
from almoner.model.children.episodes import own_rates, usual_window
from almoner.readers.children_places import read_places
from almoner.readers.social_work_return import read_return
from almoner.readers.ssda903 import read_episodes

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "children"
YEARS = range(2017, 2022)
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the public sample files are not beside this checkout")

EPISODES = """CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN
1,01/04/2020,S,C2,N1,U6,PR1,01/07/2020,X1,CHILD,,,
1,01/07/2020,P,C2,N1,K2,PR4,01/04/2021,E13,,,,
2,01/10/2019,S,V2,N1,K2,PR4,,X1,,,,
3,01/05/2020,S,C1,N1,U4,PR1,31/12/2020,E4A,,,,
4,13/13/2020,S,C1,N1,U4,PR1,,,,,,
5,01/05/2020,S,C1,N1,XX,PR1,,,,,,
6,01/05/2020,S,C1,N1,U1,PR1,01/04/2020,E8,,,,
7,01/06/2020,S,C1,N1,P2,PR1,,E9,,,,
"""
HEADER = """CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB
1,F,31/12/2010,WBRI,,,
2,M,01/01/2019,WBRI,,,
3,1,31/12/2002,WBRI,,,
7,M,01/01/2004,WBRI,,,
8,M,,WBRI,,,
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    episodes, header = tmp_path / "episodes.csv", tmp_path / "header.csv"
    episodes.write_text(EPISODES, encoding="utf-8-sig")
    header.write_text(HEADER, encoding="utf-8")
    return episodes, header


def test_rates_of_a_small_file_are_events_over_child_years(files: tuple[Path, Path]) -> None:
    found = read_episodes([files[0]], [files[1]])
    rates = own_rates(found, (date(2020, 4, 1), date(2021, 4, 1)))
    by_move = {(rate.origin, rate.destination): rate for rate in rates.rates}
    assert set(by_move) == {("foster", "homes"), ("foster", "turned 18")}
    # Child 1 spent 91 days with foster carers, child 3 244 days until the eighteenth birthday.
    assert by_move["foster", "homes"].child_years == pytest.approx((91 + 244) / 365.25)
    assert by_move["foster", "homes"].per_year == pytest.approx(1 / ((91 + 244) / 365.25))
    assert rates.children == 4
    # Child 1's home ended on the first day after the window, so it counts as placed on the window's last day.
    assert rates.placed == {"homes": 2, "semi_independent": 1}
    assert rates.entry_ages == {"from_16_to_17": 2, "from_5_to_9": 1}


def test_every_row_that_cannot_be_used_is_named_with_its_line(files: tuple[Path, Path]) -> None:
    problems = read_episodes([files[0]], [files[1]]).problems
    assert [(problem.line, problem.used) for problem in problems] == [(6, False), (7, False), (8, False), (9, True), (6, False)]
    assert "'13/13/2020' is no date (DD/MM/YYYY)" in problems[0].text
    assert "PLACE 'XX' is no placement code" in problems[1].text
    assert "comes before DECOM" in problems[2].text
    assert "still going on" in problems[3].text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"CHILD,DECOM,RNE,PLACE,DEK,REC\n1,01/04/2020,S,U4,,\n", "has no column DEC (is it 'DEK'?)"),
        (b"", "has no column CHILD"),
        (b"CHILD,DECOM,RNE,PLACE,DEC,REC\n", "has no usable episode"),
        (b"\xff\xfe\x00c", "is not text in UTF-8"),
        (b"CHILD,DECOM,RNE,PLACE,DEC,REC\n1,01/04/2020,S,U4,\0,\n", "is not a CSV file"),
        (b'CHILD,DECOM,RNE,PLACE,DEC,REC\n"' + b"x" * 200_000, "is not CSV"),
    ],
)
def test_a_file_that_cannot_be_used_stops_with_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    with pytest.raises(InputFileError) as error:
        read_episodes([path])
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_own_places_keep_blanks_unknown_and_name_slips(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    head = "kind,children_needing,places,open_places,date,source\n"
    path.write_text(
        head + "homes,50,40,36,31 March 2026,placements team\nsecure,,,,31 March 2026,placements team\n", encoding="utf-8"
    )
    homes, secure = read_places(path)
    assert (homes.children_needing, homes.open_places) == (50.0, 36.0)
    assert (secure.children_needing, secure.places, secure.open_places) == (None, None, None)
    for row, said in (
        ("hmes,1,1,1,d,s", "did you mean homes?"),
        ("homes,1,1,2,d,s", "more places of 'homes' are open (2) than there are (1)"),
        ("homes,-1,1,1,d,s", "'-1' is no number from 0"),
        ("homes,1,1,1,d,", "say in the column SOURCE"),
    ):
        path.write_text(head + row + "\n", encoding="utf-8")
        with pytest.raises(InputFileError) as error:
            read_places(path)
        assert said in str(error.value)
        assert "line 2" in str(error.value)


RETURN = """<Message><Header><CollectionDetails><Collection>CSWW</Collection><Year>2025</Year>
<ReferenceDate>2025-09-30</ReferenceDate></CollectionDetails><Source><LEA>384</LEA></Source></Header>
<LALevelVacancies><NumberOfVacancies>2.00</NumberOfVacancies><NoAgencyFTE>1.50</NoAgencyFTE></LALevelVacancies>
<CSWWWorker><AgencyWorker>0</AgencyWorker><FTE>1</FTE><FTE30>1</FTE30><RoleStartDate>2015-01-01</RoleStartDate><Cases30>20</Cases30></CSWWWorker>
<CSWWWorker><AgencyWorker>0</AgencyWorker><FTE>0.5</FTE><FTE30>0.5</FTE30><RoleStartDate>2025-01-01</RoleStartDate><StartOrigin>1</StartOrigin>
<Cases30>5</Cases30></CSWWWorker>
<CSWWWorker><AgencyWorker>0</AgencyWorker><FTE>0.8</FTE><RoleStartDate>2020-01-01</RoleStartDate><RoleEndDate>2025-03-01</RoleEndDate></CSWWWorker>
<CSWWWorker><AgencyWorker>1</AgencyWorker><FTE30>1</FTE30><Cases30>10</Cases30></CSWWWorker>
<CSWWWorker><AgencyWorker>x</AgencyWorker></CSWWWorker>
</Message>"""


def test_a_workforce_return_is_read_into_the_published_measures(tmp_path: Path) -> None:
    path = tmp_path / "return.xml"
    path.write_text(RETURN, encoding="utf-8")
    found = read_return(path)
    assert (found.in_post_fte, found.in_post_headcount, found.vacancies_fte, found.agency_fte) == (1.5, 2, 2.0, 1.5)
    assert (found.leavers_fte, found.starters_fte, found.starters_by_route) == (0.8, 0.5, {"newly_qualified": 0.5})
    assert found.caseload == pytest.approx(35 / 2.5)
    assert found.turnover_rate == pytest.approx(100 * 0.8 / 1.5)
    assert found.vacancy_rate == pytest.approx(100 * 2 / 3.5)
    assert found.agency_headcount is None
    assert found.problems == (("AgencyWorker is neither 0 nor 1: the person is left out", 1),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<a/>", "no social work workforce return"),
        ("<a", "is not XML"),
        ('<!DOCTYPE b [<!ENTITY a "aaaa">]><Message>&a;</Message>', "declares a document type"),
    ],
)
def test_a_hostile_or_strange_return_stops_with_one_sentence(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "return.xml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputFileError, match=said):
        read_return(path)


def _day(text: str) -> date | None:
    return datetime.strptime(text, "%d/%m/%Y").date() if text else None


GROUPS = {"U1": "kinship", "U2": "kinship", "U3": "kinship", "U4": "foster", "U5": "foster", "U6": "foster", "K1": "secure"}
GROUPS |= {"K2": "homes", "H5": "semi_independent", "P2": "semi_independent", "P1": "parents", "Z1": "other", "P3": "other"}
GROUPS |= dict.fromkeys(("A3", "A4", "A5", "A6"), "adoption") | dict.fromkeys(("R1", "R2", "R3", "R5", "S1"), "other_residential")
GROUPS |= dict.fromkeys(("T0", "T1", "T2", "T3", "T4"), "other")


@needs_samples
def test_rates_of_the_public_sample_equal_those_counted_day_by_day() -> None:
    newest: dict[tuple[str, date], dict[str, str]] = {}
    births: dict[str, date] = {}
    for year in YEARS:
        with (SAMPLES / f"csdm_{year}-episodes.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                newest[row["CHILD"], _day(row["DECOM"]) or date.min] = row
        with (SAMPLES / f"csdm_{year}-header.csv").open(encoding="utf-8") as file:
            births |= {row["CHILD"]: _day(row["DOB"]) or date.min for row in csv.DictReader(file)}
    first, end = date(2018, 4, 1), date(2021, 4, 1)
    days: dict[str, int] = defaultdict(int)
    moves: dict[tuple[str, str], int] = defaultdict(int)
    by_child: dict[str, list[tuple[date, dict[str, str]]]] = defaultdict(list)
    for (child, start), row in newest.items():
        by_child[child].append((start, row))
    for child, rows in by_child.items():
        rows.sort(key=lambda each: each[0])
        for i, (start, row) in enumerate(rows):
            stop = _day(row["DEC"])
            group = GROUPS[row["PLACE"]]
            day = max(start, first)
            while day < min(stop or end, end):
                days[group] += 1
                day += timedelta(days=1)
            if stop is None or not first <= stop < end:
                continue
            if row["REC"] == "X1":
                if i + 1 < len(rows) and GROUPS[rows[i + 1][1]["PLACE"]] != group:
                    moves[group, GROUPS[rows[i + 1][1]["PLACE"]]] += 1
            else:
                born = births[child]
                turned = date(born.year + 18, born.month, min(born.day, 28) if born.month == 2 else born.day) <= stop
                moves[group, "turned 18" if turned else "left care"] += 1
    found = read_episodes(
        [SAMPLES / f"csdm_{year}-episodes.csv" for year in YEARS], [SAMPLES / f"csdm_{year}-header.csv" for year in YEARS]
    )
    rates = own_rates(found, (first, end))
    assert {(rate.origin, rate.destination): rate.events for rate in rates.rates} == dict(moves)
    for rate in rates.rates:
        assert rate.per_year == pytest.approx(moves[rate.origin, rate.destination] / (days[rate.origin] / 365.25), rel=1e-12)
    assert rates.child_years == pytest.approx(sum(days.values()) / 365.25, rel=1e-12)
    assert rates.ends_per_year == pytest.approx(
        sum(count for (_, way), count in moves.items() if way in ("left care", "turned 18")) / (sum(days.values()) / 365.25),
        rel=1e-12,
    )


@needs_samples
def test_the_public_samples_have_the_rows_that_are_known_of_them() -> None:
    fake = read_episodes([SAMPLES / "ssda903_fake_episodes.csv"], [SAMPLES / "ssda903_fake_header.csv"])
    assert (len(fake.episodes), len(fake.births)) == (5050, 2675)
    one_year = read_episodes([SAMPLES / "csdm_2017-episodes.csv"], [SAMPLES / "csdm_2017-header.csv"])
    assert len(one_year.births) == 819
    assert usual_window(one_year)[0].month == 4


@needs_samples
def test_the_sample_workforce_return_has_the_totals_that_are_known_of_it() -> None:
    found = read_return(SAMPLES / "csww_2022_sample_return.xml")
    assert (found.authority, found.vacancies_fte, found.agency_fte, found.agency_headcount) == ("301", 79.68, 59.82, 71)
    assert dict(found.problems)["an agency worker has a leaver's destination: not used"] > 0
