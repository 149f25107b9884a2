"""What a person does at the keyboard: commands, slips, folders that cannot be written, and what programs read from `--json`."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from almoner.__main__ import main

COMMANDS = ("plan", "baseline", "need", "params", "areas", "policies", "steps", "sources")
MARGIN_KEYS = {"margin", "category", "published", "modelled", "difference", "period", "confidence", "source"}
SHORT = ("--to", "2027", "--draws", "2")
MINE = "name: Nobody comes from abroad\nparameters:\n  - {path: filling.arrivals, set: 0, from: 2025-10}\n"


def almoner(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a person does, in `folder`, 80 columns wide."""
    done = subprocess.run(
        [sys.executable, "-m", "almoner", *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80", **environment},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def answered(*arguments: str, folder: Path) -> str:
    done = almoner(*arguments, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def answered_json(*arguments: str, folder: Path) -> Any:
    return json.loads(answered(*arguments, "--json", folder=folder))


def refused(*arguments: str, folder: Path) -> str:
    """Return the one sentence with which a command refuses, after checking that it printed and wrote nothing else.

    The command runs in this process, because starting Python anew for each of many slips takes a second a slip.
    """
    before = files_in(folder)
    said, complaint = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(complaint):
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["almoner", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
    sentence = complaint.getvalue().strip()
    assert left.value.code == 2, (said.getvalue(), sentence)
    assert said.getvalue() == ""
    assert "\n" not in sentence
    assert sentence.endswith((".", "?"))
    assert files_in(folder) == before
    return sentence


def files_in(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "mine.yaml").write_text(MINE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def first(desk: Path) -> dict[str, Any]:
    """The plan of Wakefield, made once and written to `first`."""
    return answered_json("plan", "wakefield", *SHORT, "--out", "first", folder=desk)


def test_help_lists_every_command_and_says_where_to_begin(desk: Path) -> None:
    said = answered("--help", folder=desk)
    assert set(re.findall(r"^  ([a-z]+)  ", said, re.M)) >= set(COMMANDS)
    assert "Begin with: almoner plan wakefield" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, desk: Path) -> None:
    said = answered(command, "--help", folder=desk)
    assert "--json" in said
    assert max(map(len, said.splitlines())) <= 80


def test_the_version_is_that_of_the_package(desk: Path) -> None:
    assert answered("--version", folder=desk).split() == ["almoner", version("almoner")]


def test_help_needs_none_of_the_heavy_libraries() -> None:
    code = "import sys, almoner.cli; print([m for m in ('polars', 'numba', 'scipy', 'altair', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("plan", "wakefeild"), ("'wakefeild'", "did you mean Wakefield (E08000036)?")),
        (("plan", "yorkshir"), ("'yorkshir'", "Yorkshire")),
        (("plan", ""), ("No area was named",)),
        (("plan", "../x"), ("'../x'",)),
        (("plan", "wigan", "--scenario", "fair-pai"), ("'fair-pai'", "did you mean fair-pay")),
        (("plan", "wigan", "--scenario", "none.yaml"), ("none.yaml", "mine.yaml")),
        (("plan", "wigan", "--to", "2090"), ("2090", "2046")),
        (("plan", "wigan", "--to", "2025"), ("2025", "2026")),
        (("plan", "wigan", "--draws", "0"), ("0", "at least 1")),
        (("plan", "wigan", "--draws", "-3"), ("-3", "at least 1")),
        (("baseline", "rutlnd"), ("'rutlnd'", "did you mean Rutland")),
        (("need", "rutland", "--rule", "proportional"), ("'proportional'", "did you mean proportional_65?")),
        (("need", "rutland", "--rule", "qqq"), ("'qqq'", "age_specific", "proportional_65")),
        (("need", "rutland", "--to", "2090"), ("2090", "2047")),
        (("sources", "show", "ascof2025"), ("'ascof2025'", "did you mean ascof_2025")),
        (("params", "filing.arivals"), ("'filing.arivals'", "did you mean filling.arrivals")),
    ],
)
def test_a_slip_is_one_sentence_with_the_nearest_right_thing(
    arguments: tuple[str, ...], parts: tuple[str, ...], desk: Path
) -> None:
    sentence = refused(*arguments, folder=desk)
    assert [part for part in parts if part not in sentence] == [], sentence


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("name: x\npolicies:\n  - pay_flor: {premium: 1, start: 2026-04}\n", ("pay_flor", "did you mean pay_floor?")),
        ("name: x\nparameters:\n  - {path: filing.arrivals, set: 1}\n", ("filing.arrivals", "did you mean filling.arrivals")),
        ("name: x\npolicies:\n  - pay_floor: {premium: 1, start: 2030-04}\n", ("2030-04", "2027-03", "--to")),
        ("name: [x\n", ("line 2",)),
    ],
)
def test_a_faulty_scenario_is_one_sentence_and_nothing_is_written(text: str, parts: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "plans.yaml").write_text(text, encoding="utf-8")
    sentence = refused("plan", "wigan", *SHORT, "--scenario", "plans.yaml", "--out", "out", folder=tmp_path)
    assert [part for part in parts if part not in sentence] == [], sentence


@pytest.mark.parametrize(
    "arguments", [("plan",), ("plna", "wigan"), ("plan", "wigan", "--drws", "3"), ("plan", "wigan", "--draws", "x")]
)
def test_a_command_line_that_makes_no_sense_is_refused_with_help(arguments: tuple[str, ...], desk: Path) -> None:
    done = almoner(*arguments, folder=desk)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Usage" in done.stderr


@pytest.mark.parametrize("out", ["a-file", "a-file/plan", "a-folder", "tables-file"])
def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_made(out: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("mine", encoding="utf-8")
    (tmp_path / "a-folder" / "plan.html").mkdir(parents=True)
    (tmp_path / "tables-file").mkdir()
    (tmp_path / "tables-file" / "tables").write_text("mine", encoding="utf-8")
    sentence = refused("plan", "wigan", *SHORT, "--out", out, folder=tmp_path)
    assert out in sentence


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_folder_without_the_right_to_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    assert "locked" in refused("plan", "wigan", *SHORT, "--out", "locked/plan", folder=tmp_path)


def test_a_plan_prints_exactly_one_json_object_with_what_a_program_needs(first: dict[str, Any], desk: Path) -> None:
    assert (first["area_code"], first["area_name"]) == ("E08000036", "Wakefield")
    assert re.fullmatch(r"[0-9a-f]{16}", first["run_id"])
    assert len(first["headline"]) == 5
    assert all(sentence.endswith(".") for sentence in first["headline"])
    assert "Wakefield" in first["headline"][0]
    assert first["seconds"] > 0
    assert first["peak_mb"] is None or first["peak_mb"] > 0
    assert {"plan.html", "plan.json", "manifest.json"} <= {Path(file).name for file in first["files"]}
    assert all((desk / file).is_file() for file in first["files"])


def test_the_files_of_a_plan_agree_with_what_was_printed(first: dict[str, Any], desk: Path) -> None:
    plan = json.loads((desk / "first" / "plan.json").read_text(encoding="utf-8"))
    manifest = json.loads((desk / "first" / "manifest.json").read_text(encoding="utf-8"))
    assert plan["run_id"] == manifest["run_id"] == first["run_id"]
    assert plan["headline"] == first["headline"]
    assert "NaN" not in (desk / "first" / "plan.json").read_text(encoding="utf-8")
    assert {path.relative_to(desk).as_posix() for path in (desk / "first").rglob("*") if path.is_file()} == {
        Path(file).as_posix() for file in first["files"]
    }


def test_the_same_plan_again_is_the_same_to_the_last_figure(first: dict[str, Any], desk: Path) -> None:
    again = answered_json("plan", "E08000036", *SHORT, "--threads", "1", "--out", "again", folder=desk)
    assert again["run_id"] == first["run_id"]
    one, two = (json.loads((desk / name / "plan.json").read_text(encoding="utf-8")) for name in ("first", "again"))
    assert {**one, "made_on": ""} == {**two, "made_on": ""}


def test_a_plan_of_ones_own_scenario_is_another_run_and_takes_the_place_of_the_old_one(first: dict[str, Any], desk: Path) -> None:
    assert first["run_id"]
    old = answered_json("plan", "wakefield", *SHORT, "--scenario", "mine.yaml", "--out", "mine", folder=desk)
    new = answered_json("plan", "wakefield", *SHORT, "--scenario", "mine.yaml", "--seed", "1", "--out", "mine", folder=desk)
    assert len({first["run_id"], old["run_id"], new["run_id"]}) == 3
    plan = json.loads((desk / "mine" / "plan.json").read_text(encoding="utf-8"))
    assert plan["run_id"] == new["run_id"]
    assert [card["id"] for card in plan["scenarios"]] == ["do-nothing", "mine"]
    assert [path.name for path in (desk / "mine").iterdir() if path.name.startswith(".")] == []


def test_a_plan_is_told_on_one_screen_and_offers_the_next_command(desk: Path) -> None:
    said = answered("plan", "isles of scilly", *SHORT, folder=desk)
    assert max(map(len, said.splitlines())) <= 80
    assert said.startswith("Social care workforce plan: Isles of Scilly, to 2027")
    assert re.findall(r"^ ?(\d)\.", said, re.M) == ["1", "2", "3", "4", "5"]
    assert "If nothing changes" in said
    assert "about fewer" not in said
    assert "almoner plan 'isles of scilly'" in " ".join(said.split())


def test_a_plan_is_told_where_the_encoding_has_few_characters(desk: Path) -> None:
    done = almoner("plan", "isles of scilly", *SHORT, folder=desk, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()


def test_the_margins_of_an_area_stand_beside_what_was_published(desk: Path) -> None:
    rows = answered_json("baseline", "rutland", folder=desk)
    assert all(set(row) >= MARGIN_KEYS for row in rows)
    assert {row["margin"] for row in rows} >= {"totals", "service posts", "role posts"}
    published = [row for row in rows if row["published"] is not None]
    assert published
    assert all(row["source"] and row["period"] and row["confidence"] for row in published)
    assert all(row["difference"] == pytest.approx(row["modelled"] - row["published"], abs=1e-6) for row in published)
    assert all(row["difference"] is None for row in rows if row["published"] is None)
    table = answered("baseline", "rutland", folder=desk)
    assert max(map(len, table.splitlines())) <= 80
    assert "not published" in table


def test_the_need_of_england_grows_as_the_published_projection_does(desk: Path) -> None:
    rows = answered_json("need", "england", "--rule", "proportional_65", "--to", "2040", folder=desk)
    assert all(set(row) >= {"year", "posts", "growth"} for row in rows)
    assert [row["year"] for row in rows] == sorted({row["year"] for row in rows})
    # The vintages and base dates of the population that the publisher may have used span 26 to 28.5% (MODEL.md section 2).
    assert rows[-1]["year"] == 2040
    assert 0.26 <= rows[-1]["growth"] <= 0.285


def test_the_years_of_the_need_are_said_as_years(desk: Path) -> None:
    said = answered("need", "rutland", "--to", "2027", folder=desk)
    assert "2027" in said
    assert "2,027" not in said


def test_sources_are_listed_and_shown_one_by_one(desk: Path) -> None:
    rows = answered_json("sources", folder=desk)
    assert "ascof_2025" in {row["id"] for row in rows}
    shown = json.loads(answered("sources", "show", "ascof_2025", "--json", folder=desk))
    assert shown["id"] == "ascof_2025"
    assert sum(shown["rows_by_table"].values()) > 0


def test_parameters_are_listed_by_branch_and_one_by_one(desk: Path) -> None:
    everything, branch, one = (answered_json("params", *path, folder=desk) for path in ((), ("filling",), ("filling.arrivals",)))
    assert len(everything) > len(branch) > len(one) == 1
    assert {row["path"].split(".")[0] for row in branch} == {"filling"}
    assert {"path", "value", "unit", "status", "source", "prior"} <= set(one[0])


def test_places_policies_and_steps_are_listed(desk: Path) -> None:
    assert {row["code"] for row in answered_json("areas", "wakefield", folder=desk)} == {"E08000036"}
    assert len(answered_json("areas", folder=desk)) == 153 + 9 + 42 + 1
    listed = answered_json("policies", folder=desk)
    assert {row["name"] for row in listed} >= {"pay_floor", "prevention", "reablement"}
    assert [row["step"] for row in answered_json("steps", folder=desk)] == list(range(1, 6))


def test_a_reader_that_stops_reading_causes_no_complaint(desk: Path) -> None:
    pipe = subprocess.Popen(
        [sys.executable, "-m", "almoner", "sources", "--json"], cwd=desk, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert pipe.stdout is not None
    assert pipe.stderr is not None
    pipe.stdout.read(10)
    pipe.stdout.close()
    assert b"Traceback" not in pipe.stderr.read()
    pipe.wait()
