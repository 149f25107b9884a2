"""Every command that the documents show works, every command that exists is shown, and every name that they use is real."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from almoner.__main__ import main
from almoner.cli import app
from almoner.policies.registry import policies
from almoner.study.scenario import load_scenario, shipped

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (ROOT / "README.md", ROOT / "examples" / "README.md", *sorted((ROOT / "docs").glob("*.md")))
HOW_TO = (ROOT / "docs" / "how-to.md").read_text(encoding="utf-8")
# Plans are made shorter and, as delays are, with one draw, because the test is whether the command works.
QUICK = {"plan": {"--to": "2030", "--draws": "1"}, "delays": {"--draws": "1"}}


def shown_commands() -> list[str]:
    """Return the lines of the documents that call the program, each once."""
    fences = [fence for path in DOCUMENTS for fence in path.read_text(encoding="utf-8").split("```")[1::2]]
    return list(dict.fromkeys(line for fence in fences for line in fence.splitlines() if line.startswith("almoner ")))


def quickened(arguments: list[str]) -> list[str]:
    quick = QUICK.get(arguments[0], {})
    kept = [each for i, each in enumerate(arguments) if each not in quick and (i == 0 or arguments[i - 1] not in quick)]
    return [*kept, *(part for option in quick.items() for part in option)]


def run(arguments: list[str]) -> tuple[object, str, str]:
    """Run the program in this process and return its status and what it printed."""
    said, complaint = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(complaint):
        patch.setattr(sys, "argv", ["almoner", *arguments])
        try:
            main()
        except SystemExit as left:
            return left.code or 0, said.getvalue(), complaint.getvalue()
    return 0, said.getvalue(), complaint.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the examples in it, as the top of the repository has."""
    top = tmp_path_factory.mktemp("top")
    shutil.copytree(ROOT / "examples", top / "examples")
    return top


@pytest.mark.parametrize("line", shown_commands())
def test_every_command_that_the_documents_show_works(line: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    arguments = quickened(shlex.split(line)[1:])
    status, said, complaint = run(arguments)
    assert status == 0, complaint
    assert said.strip()
    if arguments[0] == "plan" and "--out" in arguments:
        assert (folder / arguments[arguments.index("--out") + 1] / "plan.html").is_file()


def test_every_command_of_the_program_is_shown() -> None:
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if not command.hidden}
    commands |= {group.name for group in app.registered_groups}
    assert {line.split()[1] for line in shown_commands() if not line.split()[1].startswith("-")} == commands


def test_the_example_scenario_uses_policies_an_edit_and_a_scenario_below() -> None:
    path = ROOT / "examples" / "my-scenario.yaml"
    scenario = load_scenario(str(path), 180)
    assert {name for name, _ in scenario.policies} <= set(policies())
    assert len(scenario.policies) == 2
    assert len(scenario.parameter_edits) == 1
    assert "\nover: " in path.read_text(encoding="utf-8")


def test_the_scenarios_that_ship_are_named() -> None:
    assert [name for name in shipped() if f"`{name}`" not in HOW_TO] == []


def test_every_option_that_is_named_exists() -> None:
    commands = {command.name or command.callback.__name__ for command in app.registered_commands} | {"sources"}
    known = {option for name in commands for option in re.findall(r"--[a-z]+", run([name, "--help"])[1])} | {"--help", "--version"}
    assert set(re.findall(r"(?<![\w-])--[a-z]+", HOW_TO)) <= known


def test_the_sentences_of_the_table_of_errors_are_those_of_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "slip.yaml").write_text("name: x\npolicies:\n  - pay_flor: {premium: 1}\n", encoding="utf-8")
    late = "name: x\npolicies:\n  - pay_floor: {premium: 1, start: 2041-04}\n"
    (tmp_path / "late.yaml").write_text(late, encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    slips = (
        ["plan", "wakefeild"],
        ["plan", "maidstone"],
        ["plan", "york", "--scenario", "slip.yaml"],
        ["plan", "york", "--scenario", "late.yaml"],
        ["plan", "york", "--to", "2090"],
        ["plan", "york", "--draws", "1", "--to", "2026", "--scenario", "do-nothing", "--out", "file"],
    )
    rows = re.findall(r"^\| (.+?) \| .+ \|$", HOW_TO.split("## When something goes wrong")[1], re.M)[2:]
    assert len(rows) == len(slips)
    for row, arguments in zip(rows, slips, strict=True):
        status, _, complaint = run(arguments)
        assert status == 2
        pieces = [piece.strip() for piece in row.replace("'...'", "...").split("...") if piece.strip(" :'")]
        assert [piece for piece in pieces if piece not in complaint] == [], complaint


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_of_the_repository_that_a_document_names_exists(path: Path) -> None:
    named = re.findall(r"`((?:src|docs|examples|tests)/[\w./-]+)`", path.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []
