"""V1 and V4: adverts found in the footers of news pages, and their fields, against labels checked by one person on the page text.

The labels (`adverts_pages_gold.csv`) were drafted by the reader and then each held against the page, so they are not
independent of it; they hold no words of the pages beyond titles and names. Run it with `.venv/bin/python
benchmarks/evidence/adverts_pages.py DATA`, where DATA is the folder of pages.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.read import read_files

GOLD = Path(__file__).with_name("adverts_pages_gold.csv")
PAY = ("salary_min", "salary_max", "period", "bound", "pro_rata", "second_rate")
TERMS = ("hours_per_week", "contract", "pattern")
Row = dict[str, str]


def shown(advert: Advert, name: str) -> str:
    """Return a field as the label file writes it."""
    if name == "page":
        return advert.file.split("_")[0]
    if name == "second_rate":
        return f"{advert.second_rate.minimum:g} {advert.second_rate.label}" if advert.second_rate else ""
    value = getattr(advert, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)


def compare(adverts: list[Advert], gold: list[Row]) -> tuple[int, list[tuple[int, str, str, str]], dict[str, tuple[int, int]]]:
    """Return how many adverts were found, the wrong fields, and for each field how many are right of how many."""
    waiting = list(adverts)
    found, wrong = 0, []
    counts: dict[str, tuple[int, int]] = {}
    for number, row in enumerate(gold, start=1):
        same = [
            a
            for a in waiting
            if shown(a, "page") == row["page"] and a.title == row["title"] and (a.employer or "") == row["employer"]
        ]
        match = next((a for a in same if (a.contract or "") == row["contract"]), same[0] if same else None)
        if match is not None:
            waiting.remove(match)
            found += 1
        for name, value in row.items():
            if name == "page":
                continue
            got = shown(match, name) if match else "(not found)"
            right, total = counts.get(name, (0, 0))
            counts[name] = (right + (got == value), total + 1)
            if got != value:
                wrong.append((number, name, value, got))
    return found, wrong, counts


def main() -> None:
    """Print V1 and what stands for V4."""
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():
        print("V1 not measurable here: give the folder of pages.")
        return
    adverts = read_files(sorted(Path(sys.argv[1]).glob("*.txt")))
    with GOLD.open(encoding="utf-8", newline="") as opened:
        gold = list(csv.DictReader(opened))
    found, wrong, counts = compare(adverts, gold)
    right, total = (sum(each[part] for each in counts.values()) for part in (0, 1))
    pay = sum(not any(number == row for row, name, _, _ in wrong if name in PAY) for number in range(1, len(gold) + 1))
    print("V1 on five pages; labels drafted by the reader, each checked on the page by one person")
    print(f"  adverts found  {found} of {len(gold)}, {len(adverts) - found} too many      target 15 of 15")
    print(f"  fields right   {right} of {total} ({right / total:.3f})   target 0.97")
    print(f"  pay right      {pay} of {len(gold)}                   target 15 of 15; peers: none reads such footers")
    for number, name, value, got in wrong:
        print(f"  wrong: advert {number} {name}: labelled '{value}', read '{got}'")
    print("V4 not measurable here: the 60 adverts with labelled hours, contract and pattern are not at hand.")
    told = ", ".join(f"{name} {counts[name][0]} of {counts[name][1]}" for name in TERMS)
    print(f"  on the adverts above, for what it is worth: {told}")


if __name__ == "__main__":
    main()
