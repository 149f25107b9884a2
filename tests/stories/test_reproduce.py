"""An auditor makes a plan again: nothing differs, a tampered figure is named, and every figure leads to its source or its run."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import almoner.cli.reproduce  # noqa: F401
from almoner.cli.app import app
from almoner.errors import InputFileError
from almoner.parameters import load
from almoner.reference.tables import load as load_table

OWN = """area,service,role,filled_posts,vacant_posts,turnover_rate,source,date
Rutland,home care,,400,40,29.5,return of a made-up provider,2025-03
"""


def made_by_another_process(out: Path, *options: str) -> Path:
    words = ["plan", "rutland", "--to", "2029", "--draws", "4", "--out", str(out), "--json", *options]
    subprocess.run([sys.executable, "-m", "almoner", *words], check=True, capture_output=True, timeout=600)
    return out


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a plan made by an earlier process, with every table, without the sections that take longest."""
    folder = tmp_path_factory.mktemp("audit") / "plan"
    folder.mkdir()
    own = folder / "own.csv"
    own.write_text(OWN, encoding="utf-8")
    words = ("--scenario", "fair-pay", "--own", str(own), "--without", "delays", "--without", "children")
    return made_by_another_process(folder, *words)


def reproduced(folder: Path) -> tuple[int, dict[str, object]]:
    result = CliRunner().invoke(app, ["reproduce", str(folder), "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_a_plan_of_an_earlier_process_is_made_again_without_a_difference(plan: Path) -> None:
    code, found = reproduced(plan)
    assert code == 0
    assert found["differences"] == []
    assert found["changed_inputs"] == []
    assert found["changed_files"] == []
    assert int(str(found["figures"])) > 5_000


def test_the_sections_beside_the_adult_workforce_are_made_again_too(tmp_path: Path) -> None:
    folder = made_by_another_process(tmp_path / "plan", "--without", "children")
    assert (folder / "delays.json").is_file()
    code, found = reproduced(folder)
    assert (code, found["differences"]) == (0, [])


def test_a_tampered_plan_names_the_figure(plan: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tampered"
    shutil.copytree(plan, folder)
    record = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    path = next(path for path in record["paths"] if path["measure"] == "vacancy_rate")
    path["bands"][2]["median"] = 1.5
    text = json.dumps(record, ensure_ascii=False)
    (folder / "plan.json").write_text(text, encoding="utf-8")
    code, found = reproduced(folder)
    assert code == 1
    (row,) = found["differences"]  # type: ignore[misc]
    assert row["file"] == "plan.json"
    assert "vacancy_rate" in row["figure"]
    assert row["figure"].endswith("bands[2].median")
    assert row["written"] == "1.5"
    assert found["changed_files"] == ["plan.json"]


def test_a_plan_of_the_priors_is_made_again_from_the_priors(tmp_path: Path) -> None:
    folder = made_by_another_process(tmp_path / "plan", "--draws-from", "prior", "--without", "delays", "--without", "children")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["inputs"]["draws_from"], manifest["inputs"]["posterior"]) == ("prior", "")
    assert "as --draws-from prior asks" in (folder / "plan.html").read_text(encoding="utf-8")
    code, found = reproduced(folder)
    assert (code, found["differences"], found["changed_inputs"]) == (0, [], [])


def test_a_tampered_page_and_table_are_found_too(plan: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tampered"
    shutil.copytree(plan, folder)
    table = folder / "tables" / "need.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    cells = lines[3].split(",")
    cells[3] = "123456.0"
    lines[3] = ",".join(cells)
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    page = folder / "plan.html"
    page.write_text(page.read_text(encoding="utf-8").replace("filled posts", "filled post", 1), encoding="utf-8")
    _, found = reproduced(folder)
    differences: list[dict[str, str]] = found["differences"]  # type: ignore[assignment]
    named = {(row["file"], row["figure"]): row for row in differences}
    (figure,) = [figure for file, figure in named if file == "tables/need.csv" and figure.endswith(": posts")]
    assert cells[2] in figure
    assert named["tables/need.csv", figure]["written"] == "123456.0"
    assert ("plan.html", "words of the page") in named


def test_what_is_missing_is_said_in_one_sentence(plan: Path, tmp_path: Path) -> None:
    nothing = CliRunner().invoke(app, ["reproduce", str(tmp_path)])
    assert isinstance(nothing.exception, InputFileError)
    assert "manifest.json" in str(nothing.exception)
    folder = tmp_path / "cut"
    shutil.copytree(plan, folder)
    (folder / "tables" / "gap.csv").unlink()
    cut = CliRunner().invoke(app, ["reproduce", str(folder)])
    assert isinstance(cut.exception, InputFileError)
    assert "tables/gap.csv" in str(cut.exception)


def test_every_figure_of_a_plan_leads_to_its_source_or_its_run_in_two_steps(plan: Path) -> None:
    """Step one: the row's own source or run. Step two: the line of the list of sources, or the manifest's command."""
    manifest = json.loads((plan / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["inputs"]["command"].startswith("almoner plan E06000017")
    listed = {row["id"] for row in rows_of(plan, "sources")}
    assert listed <= set(load_table("sources")["id"].to_list())
    files = sorted(name for name in manifest["files"] if name.endswith(".csv"))
    assert [f"tables/{file.name}" for file in sorted((plan / "tables").glob("*.csv"))] == files
    checked = dict.fromkeys((Path(name).stem for name in files), 0)
    for table in set(checked) - {"sources", "overrides", "assumptions"}:
        for row in rows_of(plan, table):
            checked[table] += 1
            named = row["source"].split("; ")
            assert all(name == f"run {manifest['run_id']}" or name in listed for name in named), (table, row)
    tree = load()
    for row in rows_of(plan, "assumptions"):
        checked["assumptions"] += 1
        stem = row["parameter"].removesuffix("*")
        paths = [path for path in tree.paths() if path == stem or (stem.endswith(".") and path.startswith(stem))]
        assert row["status"] == "assumed"
        assert any("assumed" in str(tree.parameter(path).status) for path in paths), row
    for row in rows_of(plan, "overrides"):
        checked["overrides"] += 1
        assert row["source"], row
    for row in rows_of(plan, "sources"):
        checked["sources"] += 1
        assert row["publisher"], row
        assert row["title"], row
    assert all(checked.values()), checked


def rows_of(plan: Path, name: str) -> list[dict[str, str]]:
    with (plan / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
