"""What a director of children's services does at the command line: where we stand, what comes, what would help, our own files."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

import almoner.cli.backtest
import almoner.cli.children  # noqa: F401
from almoner.__main__ import main

QUICK = ["--draws", "4", "--to", "2028"]


def run(*arguments: str) -> tuple[object, str, str]:
    """Run the program in this process and return its status and what it printed."""
    said, complaint = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(complaint):
        patch.setattr(sys, "argv", ["almoner", *arguments])
        try:
            main()
        except SystemExit as left:
            return left.code or 0, said.getvalue(), complaint.getvalue()
    return 0, said.getvalue(), complaint.getvalue()


def data_of(*arguments: str) -> dict[str, object]:
    status, said, complaint = run(*arguments, "--json")
    assert status == 0, complaint
    return dict(json.loads(said))


@pytest.fixture(scope="module")
def wakefield() -> dict[str, object]:
    return data_of("children", "wakefield", *QUICK)


def test_the_answer_has_the_keys_that_were_promised(wakefield: dict[str, object]) -> None:
    assert {"now", "neighbours", "projection", "caseload_norm_reached", "unregistered", "sources"} <= set(wakefield)
    now = {line["id"]: line for line in wakefield["now"]}  # type: ignore[attr-defined]
    assert (now["caseload"]["place"], now["caseload"]["england"]) == (19.5, 15.2)
    assert now["caseload"]["neighbours_known"] == 10
    assert {row["year"] for row in wakefield["projection"]} == {2026, 2027, 2028}  # type: ignore[attr-defined]


def test_unregistered_placements_of_an_area_are_unknown_with_its_children_placed_outside_as_a_check(
    wakefield: dict[str, object],
) -> None:
    about = wakefield["unregistered"]
    assert about["status"] == "unknown"  # type: ignore[index]
    assert about["rows"] == []  # type: ignore[index]
    assert about["placed_outside_area"][0]["place"] == pytest.approx(41.2, abs=0.05)  # type: ignore[index]


def test_every_figure_names_sources_that_are_listed(wakefield: dict[str, object]) -> None:
    listed = {line["id"] for line in wakefield["sources"]}  # type: ignore[attr-defined]
    for line in wakefield["now"]:  # type: ignore[attr-defined]
        assert line["sources"]
        assert set(line["sources"]) <= listed


def test_england_has_children_without_a_registered_place_modelled_beside_the_published_number() -> None:
    about = data_of("children", "england", *QUICK)["unregistered"]
    assert about["status"] == "modelled"  # type: ignore[index]
    assert about["published"] == ["September 2024", 800.0]  # type: ignore[index]
    assert [row["year"] for row in about["rows"]] == [2026, 2027, 2028]  # type: ignore[index]
    assert all(0 <= row["children"]["low"] <= row["children"]["high"] for row in about["rows"])  # type: ignore[index]


def test_the_printed_answer_says_where_the_place_stands_and_what_is_unknown() -> None:
    status, said, complaint = run("children", "kensington and chelsea", *QUICK)
    assert status == 0, complaint
    flat = " ".join(said.split())
    assert "has no published caseload" in flat
    assert "the last was 10.9 in 2024" in flat
    assert "None" not in flat
    assert "unknown" in flat
    assert "nan" not in flat


def test_a_norm_is_reached_or_not_with_the_share_of_draws(wakefield: dict[str, object]) -> None:
    (usual,) = wakefield["caseload_norm_reached"]  # type: ignore[misc]
    assert usual["norm"] == 15.2
    (easy,) = data_of("children", "wakefield", *QUICK, "--norm", "40")["caseload_norm_reached"]  # type: ignore[misc]
    assert (easy["year"], easy["share"]) == (2026, 100.0)


EPISODES = "CHILD,DECOM,RNE,PLACE,DEC,REC\n" + "".join(
    f"{child},01/06/2023,S,{'K2' if child % 2 else 'U6'},{'01/03/2024' if child % 4 else ''},{'E4A' if child % 4 else ''}\n"
    for child in range(1, 61)
)
HEADER = "CHILD,SEX,DOB\n" + "".join(f"{child},F,01/02/{2008 + child % 15}\n" for child in range(1, 61))
PLACES = (
    "kind,children_needing,places,open_places,date,source\n"
    "homes,50,44,38,31 March 2026,Placements team\n"
    "secure,,,,,Placements team\n"
)


@pytest.fixture
def own_files(tmp_path: Path) -> dict[str, str]:
    for name, text in (("episodes", EPISODES), ("header", HEADER), ("places", PLACES)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return {name: str(tmp_path / f"{name}.csv") for name in ("episodes", "header", "places")}


def test_own_files_make_unregistered_places_known_and_show_totals_only(own_files: dict[str, str]) -> None:
    options = [part for name, file in own_files.items() for part in (f"--{name}", file)]
    found = data_of("children", "wakefield", *QUICK, *options)
    about = found["unregistered"]
    assert about["status"] == "own figures"  # type: ignore[index]
    assert about["rows"][0]["children"]["median"] == 12.0  # type: ignore[index]
    own = found["own"]
    assert own["children"] == 60  # type: ignore[index]
    kinds = {line["id"]: line for line in found["placements"]}  # type: ignore[attr-defined]
    assert kinds["homes"]["status"] == "own figures"
    assert (kinds["secure"]["children"], kinds["secure"]["places"]) == (None, None)
    # 22 or 23 endings each: no count of fewer than six children is shown anywhere.
    assert all(rate["events"] is None or rate["events"] >= 6 for rate in own["rates"])  # type: ignore[index]


def test_own_files_leave_no_trace_of_a_child(own_files: dict[str, str]) -> None:
    rare = EPISODES + "999999,05/05/2023,S,K1,09/09/2023,E8\n"
    Path(own_files["episodes"]).write_text(rare, encoding="utf-8")
    status, said, _ = run("children", "wakefield", *QUICK, "--episodes", own_files["episodes"], "--json")
    assert status == 0
    assert "999999" not in said
    secure = [rate for rate in json.loads(said)["own"]["rates"] if rate["origin"] == "secure"]
    assert [(rate["events"], rate["per_year"]) for rate in secure] == [(None, None)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["wakefeild"], "did you mean Wakefield"),
        (["wakefield", "--to", "2090"], "The year 2090 is outside the projection"),
        (["wakefield", "--draws", "0"], "0 draws are too few"),
        (["wakefield", "--scenario", "do-nothin"], "do-nothing"),
        (["wakefield", "--episodes", "none.csv"], "There is no file none.csv"),
        (["wakefield", "--header", "none.csv"], "give the episodes too (--episodes FILE)"),
        (["england", "--places", "PLACES"], "Own files are of one council"),
    ],
)
def test_a_slip_is_one_clear_sentence(arguments: list[str], said: str, own_files: dict[str, str]) -> None:
    status, _, complaint = run("children", *(own_files["places"] if each == "PLACES" else each for each in arguments))
    assert status == 2
    assert said in complaint
    assert "Traceback" not in complaint


def test_a_back_test_of_what_there_is_not_is_refused_in_a_sentence() -> None:
    assert "did you mean children?" in run("backtest", "--domain", "childrn")[2]
    assert "choose a year from 2020 to 2024" in run("backtest", "--domain", "children", "--cut", "2025")[2]


def test_the_back_test_prints_its_rows() -> None:
    found = data_of("backtest", "--domain", "children", "--draws", "8")
    rows = found["rows"]
    keys = {"cut", "year", "measure", "level", "error", "error_no_change", "error_trend", "coverage80", "n"}
    assert all(keys <= set(row) for row in rows)  # type: ignore[attr-defined]
    measures = {"in_post_fte", "agency_rate", "vacancy_rate", "turnover_rate", "caseload", "looked_after"}
    assert {row["measure"] for row in rows} == measures  # type: ignore[attr-defined]
    assert {(row["level"], row["year"]) for row in rows} == {  # type: ignore[attr-defined]
        (level, year) for level in ("area", "england") for year in (2023, 2024, 2025)
    }
    status, said, _ = run("backtest", "--domain", "children", "--draws", "8")
    assert status == 0
    assert "inside the 80% interval" in said
