"""One system's own figures: what is read, what is refused, and with which sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from almoner.errors import InputFileError
from almoner.readers.discharge_system import read_system

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "discharge-system.csv"


def changed(tmp_path: Path, before: str, after: str) -> Path:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "mine.csv"
    path.write_text(text.replace(before, after), encoding="utf-8")
    return path


def test_the_example_is_read_whole() -> None:
    system = read_system(EXAMPLE)
    assert (system.name, system.date, system.coded_from) == ("An example system", "2026-09", 14)
    assert system.arrivals == {"pathway_0": 300, "pathway_1": 32, "pathway_2": 9, "pathway_3": 6}
    assert sum(system.queue.values()) == 470
    assert system.capacity == {"p1_starts": 1200, "p2_beds": 330, "p3_places": 340}
    assert sum(system.reasons.values()) == 340
    assert system.withheld == 0


def test_a_workbook_says_the_same_as_the_csv(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        book.active.append([int(cell) if cell.isdigit() else cell for cell in line.split(",")])
    book.save(tmp_path / "mine.xlsx")
    assert read_system(tmp_path / "mine.xlsx") == read_system(EXAMPLE)


@pytest.mark.parametrize("marker", ["*", "[c]", "", "-"])
def test_a_withheld_figure_stays_unknown_and_is_counted(tmp_path: Path, marker: str) -> None:
    system = read_system(changed(tmp_path, "capacity,p2_beds,330", f"capacity,p2_beds,{marker}"))
    assert "p2_beds" not in system.capacity
    assert system.withheld == 1


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("queue,pathway_1,210", "queue,pathway_1,about 200", "line 10: 'about 200' is no number"),
        ("queue,pathway_1,210", "queue,pathway_9,210", "line 10: 'pathway_9' is no item of queue"),
        ("queue,pathway_1,210", "queue,pathway_1,-3", "line 10: -3 is out of range"),
        ("queue,pathway_1,210", "queue,pathway_1,*", "queue of pathway_1 is missing or withheld"),
        ("queue,pathway_1,210", "quue,pathway_1,210", "there is no section 'quue': did you mean 'queue'"),
        ("reasons,hub,45", "reasons,hubb,45", "did you mean 'hub'"),
        ("reasons,hub,45", "reasons,interface,45", "stands there twice"),
        ("coded_from,14", "coded_from,soon", "coded_from is 'soon'"),
        ("section,item,value", "section,item,number", "lacks the column value"),
        ("reasons,hub,45", "reasons,Awaiting patient transport services,45", "give one or the other"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_its_line_and_remedy(tmp_path: Path, before: str, after: str, said: str) -> None:
    with pytest.raises(InputFileError) as error:
        read_system(changed(tmp_path, before, after))
    assert said in str(error.value)
    assert "mine.csv" in str(error.value)
    assert "\n" not in str(error.value)


def test_all_problems_are_said_at_once(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace(",210", ",x1").replace(",105", ",x2").replace(",85", ",x3")
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputFileError) as error:
        read_system(tmp_path / "mine.csv")
    assert all(each in str(error.value) for each in ("line 10", "line 11", "line 12"))


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "mine.xlsx").write_bytes(b"not a workbook")
    for name in ("empty.csv", "mine.xlsx", "absent.csv"):
        with pytest.raises(InputFileError):
            read_system(tmp_path / name)
