"""Importing an export loses and shifts no answer, whatever the spreadsheet is like, or stops with one clear sentence."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from almoner.errors import AlmonerError, InputFileError, NotFoundError
from almoner.voices.consultation import mapping as mappings
from almoner.voices.consultation.cleaning import clean, status_of
from almoner.voices.consultation.importing import Imported, take_in
from almoner.voices.consultation.mapping import Mapping, load_mapping, propose, to_yaml
from almoner.voices.consultation.spreadsheet import read_sheet

openpyxl = pytest.importorskip("openpyxl", reason="the extra [evidence] is not installed")

HEADER = ["Response ID", "Responding as", "Q1: Do you agree?", "Q1: Please explain your answer"]
ANSWERS = [
    "Pay has to rise before anything else can change.",
    'She said "never again", and left;\nso did two others.',
    "=I agree with the plan, mostly because of the hours",
    "  leading spaces, a comma, and an emoji 🙂 stay  ",
    "-no further cuts to home care please",
    "Café staff earn more than we do – by £1.50",
]


def rows(answers: list[str] = ANSWERS) -> list[list[str]]:
    return [HEADER, *([f"R{n}", "Individual" if n % 2 else "Council", "Agree", answer] for n, answer in enumerate(answers))]


def write_csv(path: Path, content: list[list[str]], encoding: str = "utf-8", **options: str) -> Path:
    out = io.StringIO()
    csv.writer(out, **options).writerows(content)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, content: list[list[object]], sheet: str = "Responses") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for number, row in enumerate(content, 1):
        for column, value in enumerate(row, 1):
            cell = page.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # text that begins with = stays text, as an exporting program writes it
    book.save(path)
    return path


def taken(path: Path, sheet: str | None = None) -> Imported:
    read = read_sheet(path, sheet)
    return take_in(read, propose(read), "f1")


def raw(path: Path) -> list[str]:
    return taken(path).answers["raw"].to_list()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_answer_of_a_csv_file_comes_back_letter_for_letter(tmp_path: Path, encoding: str) -> None:
    assert raw(write_csv(tmp_path / "a.csv", rows(), encoding)) == ANSWERS


def test_windows_text_is_read_without_being_told(tmp_path: Path) -> None:
    answers = [answer for answer in ANSWERS if "🙂" not in answer]
    found = taken(write_csv(tmp_path / "a.csv", rows(answers), "cp1252"))
    assert found.answers["raw"].to_list() == answers
    assert found.checks["encoding"] == "cp1252"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_semicolons_and_tabs_divide_cells_as_well(tmp_path: Path, delimiter: str) -> None:
    assert raw(write_csv(tmp_path / "a.csv", rows(), delimiter=delimiter)) == ANSWERS


def test_every_answer_of_a_workbook_comes_back_letter_for_letter(tmp_path: Path) -> None:
    assert raw(write_xlsx(tmp_path / "a.xlsx", rows())) == ANSWERS


def test_each_answer_knows_the_row_and_column_of_its_cell(tmp_path: Path) -> None:
    found = taken(write_xlsx(tmp_path / "a.xlsx", rows())).answers
    assert found["row"].to_list() == list(range(2, 8))
    assert set(found["column"]) == {"D"}


def test_blank_rows_are_counted_and_shift_nothing(tmp_path: Path) -> None:
    content = rows()
    for path in (
        write_csv(tmp_path / "a.csv", [content[0], [], *content[1:3], ["", "", "", ""], *content[3:]]),
        write_xlsx(tmp_path / "a.xlsx", [content[0], [], *content[1:3], [None], *content[3:]]),
    ):
        found = taken(path)
        assert found.answers["raw"].to_list() == ANSWERS
        assert found.answers["row"].to_list() == [3, 4, 6, 7, 8, 9]
        assert found.checks["blank_rows"] == 2


def test_a_formula_keeps_its_saved_result_and_one_without_a_result_keeps_its_words(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in rows([*ANSWERS, "x", "y"]):
        book.active.append(row)
    book.active["D2"] = '="saved " & "result"'
    book.active["D3"] = "=no more cuts"
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    page = parts["xl/worksheets/sheet1.xml"].decode()
    assert '<c r="D2"><f>' in page
    before, after = page.split('<c r="D2"><f>', 1)
    formula, rest = after.split("</f><v", 1)
    rest = rest.split(">", 1)[1] if rest.startswith((" />", "/>")) else rest.split("</v>", 1)[1]
    parts["xl/worksheets/sheet1.xml"] = f'{before}<c r="D2" t="str"><f>{formula}</f><v>saved result</v>{rest}'.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    found = taken(path)
    assert found.answers["raw"].to_list()[:2] == ["saved result", "=no more cuts"]
    assert sum("is a formula" in warning for warning in found.checks["warnings"]) >= 2


def test_a_cell_at_the_limit_of_excel_is_kept_whole_and_pointed_out(tmp_path: Path) -> None:
    long = "word " * 6553 + "ab"
    assert len(long) == 32_767
    found = taken(write_xlsx(tmp_path / "a.xlsx", rows([long, *ANSWERS])))
    assert found.answers["raw"][0] == long
    assert any("D2" in warning and "32,767" in warning for warning in found.checks["warnings"])


def test_merged_headings_lend_their_words_to_each_column(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    for row in (["Response ID", "Question 1", None], [None, "Do you agree?", "Please explain your answer"]):
        page.append(row)
    for number, answer in enumerate(ANSWERS):
        page.append([f"R{number}", "Yes", answer])
        page.cell(number + 3, 3).data_type = "s"
    page.merge_cells("B1:C1")
    book.save(path)
    read = read_sheet(path)
    proposed = propose(read)
    assert [column.header for column in proposed.columns] == [
        "Response ID",
        "Question 1 - Do you agree?",
        "Question 1 - Please explain your answer",
    ]
    assert take_in(read, proposed, "f1").answers["raw"].to_list() == ANSWERS


def test_merged_answers_stop_the_import_with_the_range(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in rows(
        ["Pay must rise before anything else", "We need better rotas and more breaks", "Fund the councils properly first"]
    ):
        book.active.append(row)
    book.active.merge_cells("D3:D4")
    book.save(path)
    with pytest.raises(InputFileError, match="D3:D4 are merged"):
        taken(path)


def test_repeated_and_missing_ids_keep_every_answer_and_are_listed(tmp_path: Path) -> None:
    content = rows()
    content[2][0] = content[1][0]
    content[3][0] = ""
    found = taken(write_csv(tmp_path / "a.csv", content))
    assert found.answers["raw"].to_list() == ANSWERS
    assert found.answers["respondent_id"].n_unique() == len(ANSWERS)
    assert found.checks["repeated_ids"] == ["R0"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"id,Q1: Why?\r\n1,unquoted, comma\r\n", "row 2 has 3 cells and the heading has 2"),
        (b'id,Q1: Why?\r\n1,"never closed\r\n', "quotation mark is never closed"),
        (b"id,Q1: Why?\r\n1,\x81\x8d\xff\r\n", "neither UTF-8 nor Windows text"),
        (b"i\0d\0,\0", "zero bytes"),
        (b"", "is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"),
        (b"PK\x03\x04not a zip", "damaged"),
        (b"id,Q1: Why?\r\n", "headings and no respondents|no column is known"),
    ],
)
def test_a_file_that_cannot_be_read_safely_stops_with_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(AlmonerError, match=words) as caught:
        taken(path)
    assert "\n" not in str(caught.value)


def test_a_workbook_that_unpacks_to_very_much_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/sharedStrings.xml", b"a" * (80 << 20))
    with pytest.raises(InputFileError, match="made to fill the memory"):
        read_sheet(path)


def test_a_workbook_that_defines_entities_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "entities.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>')
    with pytest.raises(InputFileError, match="XML entities"):
        read_sheet(path)


@pytest.mark.parametrize(("change", "words"), [(('r="3"', 'r="9"'), "A3"), (('r="B2"', 'r="F2"'), "C2")])
def test_rows_or_cells_out_of_order_stop_the_import_rather_than_lose_a_cell(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", rows())
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    page = parts["xl/worksheets/sheet1.xml"].decode()
    assert change[0] in page
    parts["xl/worksheets/sheet1.xml"] = page.replace(*change, 1).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(InputFileError, match=f"{words} is out of order"):
        taken(path)


def test_several_sheets_ask_which_one_and_offer_the_nearest_name(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Wave one"
    for row in rows():
        book.active.append(row)
    book.create_sheet("Wave two")
    book.save(path)
    with pytest.raises(InputFileError, match=r"several sheets \(Wave one, Wave two\)"):
        read_sheet(path)
    with pytest.raises(NotFoundError, match="did you mean Wave one"):
        read_sheet(path, "Wave onee")
    assert taken(path, "Wave one").answers.height == len(ANSWERS)


def test_names_and_addresses_never_enter_the_project(tmp_path: Path) -> None:
    content = [[*row[:1], "Contact name" if n == 0 else "Ann Person", *row[1:]] for n, row in enumerate(rows())]
    found = taken(write_csv(tmp_path / "a.csv", content))
    assert found.checks["personal_columns_left_out"] == ["B"]
    tables = (found.answers, found.respondents, found.closed)
    assert not any("Ann Person" in str(row) for table in tables for row in table.iter_rows())


def test_a_qualtrics_export_has_three_heading_rows(tmp_path: Path) -> None:
    content = [
        ["StartDate", "ResponseId", "RecordedDate", "Q1", "Q1_4_TEXT"],
        ["Start Date", "Response ID", "Recorded Date", "Do you support a register?", "Please explain why"],
        [
            '{"ImportId":"startDate"}',
            '{"ImportId":"_recordId"}',
            '{"ImportId":"recordedDate"}',
            '{"ImportId":"QID1"}',
            '{"ImportId":"QID1_TEXT"}',
        ],
        *(["2026-01-01", f"R_{n}", "2026-01-02", "Yes", answer] for n, answer in enumerate(ANSWERS)),
    ]
    path = write_csv(tmp_path / "q.csv", content)
    read = read_sheet(path)
    proposed = propose(read)
    assert (proposed.format, proposed.header_rows) == ("qualtrics", 3)
    assert [column.role for column in proposed.columns] == ["ignore", "respondent_id", "ignore", "closed", "open"]
    assert proposed.columns[4].partner == proposed.columns[3].question
    assert take_in(read, proposed, "f1").answers["raw"].to_list() == ANSWERS


def test_ticked_options_of_citizen_space_become_one_closed_answer(tmp_path: Path) -> None:
    content = [
        ["Response ID", "Date Submitted", "2: Which apply? - Pay", "2: Which apply? - Hours", "3: Please explain your answer"],
        *([f"ANON-{n}", "2026-01-01", "Pay" if n % 2 else "", "Hours", answer] for n, answer in enumerate(ANSWERS)),
    ]
    read = read_sheet(write_csv(tmp_path / "c.csv", content))
    proposed = propose(read)
    assert proposed.format == "citizen_space"
    assert [column.role for column in proposed.columns] == ["respondent_id", "ignore", "choice", "choice", "open"]
    closed = take_in(read, proposed, "f1").closed
    assert closed["value"].to_list()[:2] == ["Hours", "Pay; Hours"]


def test_a_saved_mapping_is_used_again_and_stops_when_columns_have_moved(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", rows())
    proposed = propose(read_sheet(path))
    saved = tmp_path / "mapping.yaml"
    saved.write_text(to_yaml(proposed), encoding="utf-8")
    assert load_mapping(saved) == proposed
    moved = write_csv(tmp_path / "b.csv", [[row[1], row[0], *row[2:]] for row in rows()])
    with pytest.raises(InputFileError, match="columns have moved"):
        take_in(read_sheet(moved), proposed, "f1")
    more = write_csv(tmp_path / "d.csv", [[*row, "new" if n == 0 else "x"] for n, row in enumerate(rows())])
    with pytest.raises(InputFileError, match=r"column E \('new'\) that the mapping does not name"):
        take_in(read_sheet(more), proposed, "f1")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"columns": [{"column": "A", "header": "x", "role": "opne"}]}, "must be"),
        ({"columns": [{"column": "A", "header": "x", "role": "open"}]}, "needs a 'question'"),
        ({"columns": [{"column": "A", "header": "x", "role": "open", "question": "q", "partner": "z"}]}, "no closed question"),
        ({"columns": [{"column": c, "header": "x", "role": "respondent_id"} for c in "AB"]}, "two columns are respondent_id"),
    ],
)
def test_a_slip_in_a_mapping_is_one_sentence(tmp_path: Path, change: dict[str, object], words: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(mappings.yaml.safe_dump(change), encoding="utf-8")
    with pytest.raises(InputFileError, match=words):
        load_mapping(path)


def test_a_mapping_without_an_open_question_says_what_to_do(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["id", "Region"], ["1", "North"], ["2", "North"]])
    read = read_sheet(path)
    with pytest.raises(InputFileError, match="set the role of that column to open"):
        take_in(read, propose(read), "f1")
    assert isinstance(propose(read), Mapping)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("N/A", "no_comment"),
        ("No comment.", "no_comment"),
        ("nothing to add", "no_comment"),
        ("See above", "refers"),
        ("as Q3", "refers"),
        ("See my answer to question 2", "refers"),
        ("No more cuts", "answer"),
        ("None of this will work", "answer"),
        ("See above all the people who do the work", "answer"),
    ],
)
def test_an_answer_that_says_nothing_is_told_from_one_that_does(text: str, status: str) -> None:
    assert status_of(clean(text)) == status


def test_cleaning_takes_out_html_and_invisible_characters_and_no_words() -> None:
    assert clean("<p>Pay\u200b&nbsp;&amp; hours</p><br/>now") == "Pay & hours\n\nnow"
    assert clean("5 < 6 and a > b") == "5 < 6 and a > b"
