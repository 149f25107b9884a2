"""What a built package holds: templates, front-end files with their licences, migrations and styles."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from almoner.web import assets

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("templates", "static", "static/vendor", "static/js", "migrations", "migrations/versions", "styles")


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Return the names in a wheel that hatchling builds from the checkout, as a release would."""
    builder = pytest.importorskip("hatchling.builders.wheel").WheelBuilder(str(ROOT))
    (wheel,) = builder.build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.mark.parametrize("part", PARTS)
def test_a_package_holds_every_file_of_a_part_of_the_web_application(packed: frozenset[str], part: str) -> None:
    files = [file for file in (assets.WEB / part).iterdir() if file.is_file() and file.suffix != ".pyc"]
    assert files
    assert [file.name for file in files if f"almoner/web/{part}/{file.name}" not in packed] == []


def test_a_package_holds_nothing_of_tests_or_of_this_machine(packed: frozenset[str]) -> None:
    tops = {name.partition("/")[0] for name in packed}
    assert "almoner" in tops
    assert {top for top in tops if not top.startswith("almoner")} == set()
    assert [name for name in packed if name.endswith((".pyc", ".sqlite", ".log"))] == []
