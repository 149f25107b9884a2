"""The sections of a plan beside the adult workforce: they stand on the page, in its contents, and as files of figures."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from almoner.analysis.plan import make_plan
from almoner.errors import NotFoundError
from almoner.reference.areas import resolve
from almoner.report.sections import SECTIONS, plan_sections, section_names
from almoner.report.writing import write_plan
from almoner.study.design import Study
from almoner.study.scenario import load_scenario


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = Study(resolve("Rutland"), (load_scenario("do-nothing"), load_scenario("fair-pay")), 2, 2029)
    out = tmp_path_factory.mktemp("plan")
    write_plan(make_plan(study), out, plan_sections(study))
    return out


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_stands_on_the_page_and_in_its_contents(folder: Path, name: str) -> None:
    page = (folder / "plan.html").read_text(encoding="utf-8")
    assert page.count(f'<section id="{name}"') == 1
    assert page.count(f'href="#{name}"') == 1


@pytest.mark.parametrize("name", SECTIONS)
def test_a_sections_figures_lie_beside_the_page_and_in_the_manifest(folder: Path, name: str) -> None:
    assert json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["sources"]
    assert f"{name}.json" in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]


def test_no_two_things_on_the_page_have_one_id(folder: Path) -> None:

    ids = re.findall(r'\sid="([^"]+)"', (folder / "plan.html").read_text(encoding="utf-8"))
    assert len(ids) == len(set(ids))


def test_a_section_can_be_left_out_and_one_that_there_is_not_is_offered_the_nearest() -> None:
    assert section_names(["children"]) == ("delays",)
    with pytest.raises(NotFoundError, match="children"):
        section_names(["childrens"])
