"""The repository keeps its own rules: no hosts, no machine paths, hashes for every pin, small modules, and a README that works."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from almoner.version import VERSION

ROOT = Path(__file__).resolve().parents[2]

# Built from pieces, so that this file does not hold what it looks for.
REGISTRY_HOSTS = re.compile(
    "|".join(
        name + r"\." + domain
        for name, domain in (
            ("py" + "pi", "org"),
            ("python" + "hosted", "org"),
            ("registry", "npm" + "js"),
            ("registry", "yarn" + "pkg"),
            ("deb", "deb" + "ian"),
            ("conda", "ana" + "conda"),
            ("proxy", "go" + "lang"),
        )
    )
)
MACHINE_PATHS = re.compile(
    "(" + "|".join("/" + name + "/" for name in ("work", "farm", "root")) + ")" + r"|(?<![\w.])/(home|Users)/\w"
)
LONGEST_MODULE = 500


def committed_files() -> list[Path]:
    """Return every file that is committed or would be by `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for path in (ROOT / name for name in listed.stdout.splitlines()) if path.is_file()]


def texts() -> dict[str, str]:
    """Return the text of every committed file that is text, by its path from the top."""
    found = {}
    for path in committed_files():
        content = path.read_bytes()
        if b"\0" not in content:
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8")
    return found


@pytest.fixture(scope="module")
def dev() -> ModuleType:
    """dev.py as a module."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_committed_file_names_a_package_registry_host() -> None:
    assert [name for name, text in texts().items() if REGISTRY_HOSTS.search(text)] == []


def test_no_committed_file_carries_a_path_of_somebodys_machine() -> None:
    assert [name for name, text in texts().items() if MACHINE_PATHS.search(text)] == []


@pytest.mark.parametrize("text", ["https://py" + "pi.org/simple", "https://files.python" + "hosted.org/x"])
def test_the_search_for_hosts_finds_a_host(text: str) -> None:
    assert REGISTRY_HOSTS.search(text)


@pytest.mark.parametrize("text", ["/" + "work/main", "'/" + "home/ann/x'", "C:/" + "Users/ann"])
def test_the_search_for_machine_paths_finds_a_path(text: str) -> None:
    assert MACHINE_PATHS.search(text)


def test_every_pin_of_the_lock_has_a_hash_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    pins = re.split(
        r"\n(?=[A-Za-z0-9])", "\n" + "\n".join(line for line in lock.splitlines() if not line.lstrip().startswith("#"))
    )[1:]
    assert len(pins) > 20
    for pin in pins:
        assert re.match(r"[A-Za-z0-9._-]+(\[[^\]]+\])?==\S+", pin), pin.splitlines()[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", pin), pin.splitlines()[0]


def test_every_dependency_of_the_project_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    # The developers' group takes in the extras that tests need, which the bench's and the cluster's are not.
    extras = [extra for name, extra in project["project"]["optional-dependencies"].items() if name not in {"bench", "scale"}]
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"] + [each for extra in extras for each in extra]
    locked = {
        canonical(name)
        for name in re.findall(r"^([A-Za-z0-9._-]+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.M)
    }
    assert {canonical(re.match(r"[A-Za-z0-9._-]+", each)[0]) for each in wanted} - {"almoner"} <= locked


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8").count("\n") for path in (ROOT / "src").rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_chance_comes_from_the_draws_module_only() -> None:
    random = re.compile(r"^\s*(import random\b|from random import)|np\.random\.|numpy\.random", re.M)
    users = [path for path in (ROOT / "src").rglob("*.py") if random.search(path.read_text(encoding="utf-8"))]
    # The peers that the benchmark compares with bring their own random numbers; nothing else may.
    assert [path.name for path in users if path.name != "draws.py" and path.parent.name != "peers"] == []


def test_the_changelog_names_the_version_of_the_project() -> None:
    assert re.search(rf"^## {re.escape(VERSION)}\b", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "Makefile", ".ci/run"])
def test_every_developers_command_that_is_named_exists(name: str, dev: ModuleType) -> None:
    named = set(re.findall(r"dev\.py ([a-z]+)", (ROOT / name).read_text(encoding="utf-8")))
    assert named
    assert named <= set(dev.COMMANDS)


def test_the_first_two_commands_of_the_readme_are_run_and_test() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.split("```")[1].split("\n")[1:3] == ["python3 dev.py run", "python3 dev.py test"]
    assert readme.count("\n") < 120


def test_every_folder_on_the_map_of_the_readme_exists() -> None:
    rows = re.findall(r"^\| `([a-z_./]+)` \|", (ROOT / "README.md").read_text(encoding="utf-8").split("## Map")[1], re.M)
    assert rows
    assert [row for row in rows if not (ROOT / row).exists()] == []


def test_help_lists_every_developers_command(dev: ModuleType) -> None:
    listed = re.findall(r"^([a-z]+)\b.*? {2,}|^([a-z]+) \[", dev.__doc__ or "", re.M)
    assert {first or second for first, second in listed} == set(dev.COMMANDS)


def test_an_unknown_developers_command_is_one_clear_sentence() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "dev.py"), "tset"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("There is no command 'tset': choose setup, run, test")


def test_a_second_quiet_flag_never_hides_the_number_of_tests_passed(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(dev, "setup", lambda arguments=(): 0)
    monkeypatch.setattr(dev, "_do", lambda *command, folder=None: commands.append(command) or 0)
    dev.test(["-q", "-q", "tests/laws"])
    spread = ("-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile")
    assert commands[0][1:] == ("-m", "pytest", *spread, "-q", "tests/laws")
    dev.test(["-n", "0", "-k", "laws"])
    assert commands[1][1:] == ("-m", "pytest", "-n", "0", "-k", "laws")


def test_the_plan_of_an_area_goes_to_a_folder_of_its_own_unless_told_otherwise(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(dev, "setup", lambda arguments=(): 0)
    monkeypatch.setattr(dev, "_do", lambda *command, folder=None: commands.append(command[3:]) or 0)
    dev.run([])
    dev.run(["North East", "--to", "2035"])
    dev.run(["hull", "--out", "x"])
    assert commands == [
        ("plan", "wakefield", "--out", str(ROOT / "plans" / "wakefield")),
        ("plan", "North East", "--to", "2035", "--out", str(ROOT / "plans" / "north-east")),
        ("plan", "hull", "--out", "x"),
    ]


def canonical(name: str) -> str:
    """Return a package's name in the form in which indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
