"""C12: answers shifted or lost when public fixtures are imported, by an independent reader; and a workbook of 50,000 x 30.

The independent reader uses nothing but the standard library: it walks a workbook's XML, or the csv module, cell by cell. The
hostile spreadsheets (formulas, cells of 32,767 characters, merged cells, repeated ids, zip bomb, wrong encoding) are in
tests/contracts/test_consultation_import.py.

    .venv/bin/python benchmarks/evidence/consultation_import.py PATH [--rows N]
"""

from __future__ import annotations

import csv
import re
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import xlsxwriter
from consultation_common import data_path, missing, peak_megabytes, say

from almoner.errors import InputFileError
from almoner.voices.consultation.importing import take_in
from almoner.voices.consultation.mapping import propose
from almoner.voices.consultation.spreadsheet import letters, read_sheet

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
AIM = "zero shifted answers; 50,000 x 30 XLSX < 60 s, < 1 GB"
PEER = "weeks of set-up by hand"
COLUMNS = 30


def cells_of(path: Path, sheet: str | None) -> dict[tuple[int, str], str]:
    """Return every cell by an independent reader."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8-sig") as file:
            return {
                (row, letters(column)): text
                for row, cells in enumerate(csv.reader(file), 1)
                for column, text in enumerate(cells, 1)
            }
    with zipfile.ZipFile(path) as archive:
        shared = [
            "".join(text.text or "" for text in item.iter(f"{SPACE}t"))
            for item in ET.fromstring(archive.read("xl/sharedStrings.xml")).iter(f"{SPACE}si")
        ]
        book = ET.fromstring(archive.read("xl/workbook.xml"))
        names = [element.get("name") for element in book.iter(f"{SPACE}sheet")]
        number = names.index(sheet) + 1
        found = {}
        for cell in ET.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml")).iter(f"{SPACE}c"):
            column, row = re.fullmatch(r"([A-Z]+)([0-9]+)", cell.get("r")).groups()
            value = cell.find(f"{SPACE}v")
            if value is not None and cell.get("t") == "s":
                found[int(row), column] = shared[int(value.text)]
            elif cell.get("t") == "inlineStr":
                found[int(row), column] = "".join(text.text or "" for text in cell.iter(f"{SPACE}t"))
        return found


def shifted(path: Path) -> tuple[int, int]:
    """Return how many answers were taken in, and how many are not where the other reader sees them."""
    sheet = read_sheet(path)
    mapping = propose(sheet)
    taken = take_in(sheet, mapping, "f1").answers
    cells = cells_of(path, sheet.sheet_name)
    wrong = sum(cells.get((row, column)) != raw for row, column, raw in taken.select("row", "column", "raw").iter_rows())
    open_columns = {column.column for column in mapping.of("open")}
    first = sheet.rows[mapping.header_rows - 1][0]
    expected = sum(1 for (row, column), text in cells.items() if column in open_columns and row > first and text.strip())
    return taken.height, wrong + abs(expected - taken.height)


def large(path: Path, rows: int) -> None:
    """Write an invented workbook of answers of about 25 words."""
    rng = np.random.default_rng(20260105)
    words = np.array([f"{a}{b}{c}" for a in "bdfglmprst" for b in "aeiou" for c in ("n", "rt", "ll", "sk")])
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Responses")
    sheet.write_row(
        0, 0, ["Response ID", "Responding as", *(f"{n}. Why do you say so? Please explain" for n in range(1, COLUMNS - 1))]
    )
    for row in range(1, rows + 1):
        picked = rng.integers(0, len(words), (COLUMNS - 2, 8))
        texts = [" ".join(words[line]) for line in picked]
        sheet.write_row(row, 0, [f"R{row}", "Individual" if row % 3 else "Organisation", *texts])
    book.close()


def main() -> None:
    """Print C12."""
    folder = data_path("import_fixtures")
    if folder is None:
        missing("C12a", "public fixtures", AIM, PEER, "give the folder with import_fixtures/ as the first argument")
    else:
        said, total = [], 0
        for path in sorted(folder.iterdir()):
            try:
                answers, wrong = shifted(path)
                total += wrong
                said.append(f"{path.name}: {answers} answers, {wrong} shifted or lost")
            except InputFileError:
                said.append(f"{path.name}: no answers in it (says so in one sentence)")
        say("C12a", "public fixtures, against an independent reader", "; ".join(said), AIM, PEER, total == 0)
    rows = int(sys.argv[sys.argv.index("--rows") + 1]) if "--rows" in sys.argv else 50_000
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "large.xlsx")
        large(path, rows)
        before = peak_megabytes()
        started, processor = time.perf_counter(), time.process_time()
        sheet = read_sheet(path)
        read = time.perf_counter() - started
        taken = take_in(sheet, propose(sheet), "f1")
        took, used = time.perf_counter() - started, time.process_time() - processor
        say(
            "C12b",
            f"{rows:,} x {COLUMNS} XLSX ({path.stat().st_size >> 20} MB): read, mapped, checked",
            f"{taken.answers.height:,} answers in {took:.0f} s by the clock ({used:.0f} s of processor; reading {read:.0f} s), "
            f"peak {peak_megabytes():,.0f} MB ({before:,.0f} MB before)",
            AIM,
            PEER,
            used < 60 and peak_megabytes() < 1000,
        )


if __name__ == "__main__":
    main()
