"""An organisation's own figures: what they replace, what they leave, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from almoner.errors import InputFileError
from almoner.model.baseline import build
from almoner.model.baseline.own import with_own
from almoner.readers.own_figures import OwnFigures, read_own_figures
from almoner.reference.areas import resolve
from almoner.reference.vocabulary import ROLE_IDS, SERVICE_IDS
from almoner.study.design import Study, own_figures
from almoner.study.files import load_study, plan_from_dict
from almoner.study.run import run_study
from almoner.study.runs import run_plan
from almoner.study.scenario import load_scenario

HEADER = "area,service,role,filled_posts,vacant_posts,turnover_rate,source,date\n"
EXAMPLE = Path(__file__).parents[2] / "examples" / "own-figures.csv"


def written(folder: Path, rows: str, header: str = HEADER) -> Path:
    file = folder / "own.csv"
    file.write_text(header + rows, encoding="utf-8")
    return file


def own_of(folder: Path, rows: str) -> OwnFigures:
    return read_own_figures(written(folder, rows))


def test_totals_given_are_met_to_the_post_and_the_rest_stays_modelled(tmp_path: Path) -> None:
    before = build()
    after = with_own(before, own_of(tmp_path, "Wakefield,home care,,3900,420,29.5,return,2025-03\n"))
    area, service = before.area_codes.index(resolve("Wakefield").code), SERVICE_IDS.index("home_care")
    assert (after.filled[area, service].sum(), after.vacant[area, service].sum()) == (3900, 420)
    rate = (after.filled * after.turnover)[area, service].sum() / 3900
    assert rate == pytest.approx(0.295)
    for name in ("filled", "vacant", "turnover"):
        changed = getattr(after, name) != getattr(before, name)
        changed[area, service] = False
        assert not changed.any()


def test_a_role_given_is_kept_and_the_others_share_the_rest(tmp_path: Path) -> None:
    rows = "Wakefield,home care,,3900,,,return,\nWakefield,home care,care worker,3000,300,30,return,\n"
    after = with_own(build(), own_of(tmp_path, rows))
    area, service = after.area_codes.index(resolve("Wakefield").code), SERVICE_IDS.index("home_care")
    worker = ROLE_IDS.index("care_worker")
    assert after.filled[area, service].sum() == 3900
    assert after.filled[area, service, worker] == 3000
    assert after.vacant[area, service, worker] == 300
    assert after.turnover[area, service, worker] == 0.30


def test_posts_without_vacancies_keep_the_modelled_rate_of_vacancies(tmp_path: Path) -> None:
    """Within the rounding of one post."""
    before = build()
    after = with_own(before, own_of(tmp_path, "Wakefield,care home,,2450,,,return,\n"))
    area, service = before.area_codes.index(resolve("Wakefield").code), SERVICE_IDS.index("care_home")
    expected = before.vacant[area, service].sum() / before.filled[area, service].sum() * 2450
    assert after.vacant[area, service].sum() == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("marker", ["c", "[c]", "*", ":", "", "-", "[low]"])
def test_a_marker_of_suppression_is_unknown_and_never_nought(tmp_path: Path, marker: str) -> None:
    own = own_of(tmp_path, f"Wakefield,home care,,3900,{marker},,return,\n")
    assert own.rows[0].vacant_posts is None
    assert own.withheld == (1 if marker else 0)
    assert with_own(build(), own).vacant.sum() > 0


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("Wakefeild,home care,,10,,,x,\n", ["line 2", "Wakefield"]),
        ("Wakefield,homecare,,10,,,x,\n", ["line 2", "home_care"]),
        ("Wakefield,home care,nurse,10,,,x,\n", ["line 2", "registered_nurse"]),
        ("Wakefield,home care,,ten,,,x,\n", ["line 2", "filled_posts", "ten"]),
        ("Wakefield,home care,,-4,,,x,\n", ["line 2", "outside"]),
        ("Wakefield,home care,,10.5,,,x,\n", ["line 2", "whole"]),
        ("Wakefield,home care,,10,,250,x,\n", ["line 2", "turnover_rate", "outside"]),
        ("Wakefield,home care,,10,,,,\n", ["line 2", "source"]),
        ("Yorkshire and The Humber,home care,,10,,,x,\n", ["line 2", "each council area"]),
        ("Wakefield,home care,,10,,,x,\nwakefield,home_care,all,12,,,x,\n", ["line 3", "line 2"]),
        ("Wakefield,home care,,10,,,x,\nWakefield,home care,other,12,,,x,\n", ["12", "more than its 10"]),
        ("Wakefield,home care,,10\n", ["line 2", "fewer cells"]),
        ("Wakefield,home care,,10,,,x,,,\n", ["line 2", "more cells"]),
        ("", ["no rows"]),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_its_line(tmp_path: Path, rows: str, said: list[str]) -> None:
    with pytest.raises(InputFileError) as error:
        own_of(tmp_path, rows)
    assert all(part in str(error.value) for part in said), str(error.value)


def test_all_bad_rows_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"line 2.*line 3"):
        own_of(tmp_path, "Wakefeild,home care,,10,,,x,\nWakefield,home care,,ten,,,x,\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04", "workbook"),
        (b"area,service\xff", "UTF-8"),
        (b"area,service,filled_post,source\n", "filled_posts"),
        (b"area,service,source\n", "filled_posts"),
        (b"area,area,service,filled_posts,source\n", "twice"),
        (b"", "no column"),
    ],
)
def test_a_file_that_is_no_such_file_is_refused_in_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "own.csv"
    file.write_bytes(content)
    with pytest.raises(InputFileError, match=said):
        read_own_figures(file)


def test_figures_of_another_place_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="Leeds"):
        own_figures(EXAMPLE, resolve("Leeds"))


def test_a_plan_and_a_stored_study_open_with_the_same_own_figures(tmp_path: Path) -> None:
    place = resolve("Wakefield")
    study = Study(place, (load_scenario("do-nothing"),), 1, 2026, own=own_figures(EXAMPLE, place))
    opening = run_study(study).stock("filled")[0, 0, 0]
    assert opening[SERVICE_IDS.index("home_care")].sum() == 3900
    file = tmp_path / "study.yaml"
    file.write_text(f"name: own\nareas: [wakefield, rutland]\nto: 2026\nown: {EXAMPLE}\n", encoding="utf-8")
    plan = load_study(file)
    assert plan_from_dict(plan.as_dict()).run_id == plan.run_id
    assert run_plan(plan, tmp_path / "runs").tasks_done >= 1
    file.write_text("name: own\nareas: [wakefield, rutland]\nto: 2026\n", encoding="utf-8")
    assert load_study(file).run_id != plan.run_id


def test_an_areas_own_figures_leave_other_areas_openings_alone() -> None:
    national = with_own(build(), read_own_figures(EXAMPLE))
    rows = np.array(national.area_codes) != resolve("Wakefield").code
    assert np.array_equal(national.filled[rows], build().filled[rows])
