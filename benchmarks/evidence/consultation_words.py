"""Write the lists by which names are told from words: first names, names that are words too, and common English words.

In: the folder of the Python package `names` 0.3.0, which holds the first names and surnames of the United States census of 1990
(Census Bureau, in the public domain), BERT's list of word pieces, uncased (Google Research, Apache-2.0), and the lists that are
shipped. Out: the lists again, with the census added: first names of at least one person in ten thousand; one of them that is a
whole word among the pieces counts as a word too (abbey, faith); a whole word that is no first name and no usual surname
of the census counts as a common word. Words of care are kept.

    .venv/bin/python benchmarks/evidence/consultation_words.py FOLDER VOCABULARY
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from almoner.voices.consultation import names

DATA = Path(names.__file__).parent / "data"
USUAL_PERCENT = 0.01
USUAL_SURNAME_PERCENT = 0.002
CARE = """
adverts ageing agencies apprentices apprenticeship apprenticeships audited austerity auditors autistic behavioural brexit burnout
bursaries bursary caseload caseloads carer carers childcare childminder commissioners continence costed covid dbs dementia dentists
dependants diplomas discharges domiciliary elearning epilepsy frontline funder funders handover headcount helpers homecare icb
jobcentre leavers lockdown mileage midwifery motability occupancy outturn overspending pandemic patchy payslip payslips pharmacists
pharmacist placements postcode practise reablement redundancy referral referrals respite retrain returners ringfence rota rotas
safeguarding seniority sessional shortfall sickness sponsorship staffing starters telecare therapists timesheet timesheets triage
underfunded underpaid understaffed undervalued unmet unpaid unqualified unregistered unskilled unsocial uplift uprated upskill
vaccination vacancies visas wardens wellbeing workload workloads zerohours
"""


def words_of(file: Path) -> set[str]:
    """Return the words of a file."""
    return set(file.read_text(encoding="utf-8").split())


def census(folder: Path, file: str, percent: float = 0.0) -> set[str]:
    """Return the names of a file of the census in small letters, those that at least so many per cent of people have."""
    rows = [line.split() for line in (folder / file).read_text(encoding="ascii").splitlines() if line.strip()]
    return {row[0].casefold() for row in rows if float(row[1]) >= percent}


def main() -> None:
    """Write the three lists."""
    folder = Path(sys.argv[1])
    files = ("dist.female.first", "dist.male.first")
    first = set().union(*(census(folder, file) for file in files))
    usual = set().union(*(census(folder, file, USUAL_PERCENT) for file in files))
    last = census(folder, "dist.all.last", USUAL_SURNAME_PERCENT)
    own, also = words_of(DATA / "first_names.txt"), words_of(DATA / "names_also_words.txt")
    before = words_of(DATA / "common_words.txt")
    pieces = {word for word in words_of(Path(sys.argv[2])) if re.fullmatch(r"[a-z]{2,}", word)}
    common = (pieces - first - last - own) | (before & pieces) | set(CARE.split())
    added = {name for name in usual - own if len(name) > 2 and name not in common}
    write("first_names.txt", own | added)
    write("names_also_words.txt", also | (added & pieces))
    write("common_words.txt", common)


def write(file: str, words: set[str]) -> None:
    """Write words in order, about twenty a line."""
    ordered = sorted(words)
    lines = [" ".join(ordered[k : k + 20]) for k in range(0, len(ordered), 20)]
    (DATA / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{file}: {len(words):,} words")


if __name__ == "__main__":
    main()
