"""C8 and C9: the whole of a consultation of 50,000 invented answers, timed step by step with its memory; and the same bytes twice.

Two invented coders code 400 of them, so that learning, calibration and shares are in the time. C8 makes two projects from one
file, in two processes with another number of threads and another hash seed, and compares the hashes of every file.

    .venv/bin/python benchmarks/evidence/consultation_scale.py [--answers N]
"""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
from consultation_common import peak_megabytes, say

from almoner.voices.consultation import analysing, preparing, reporting
from almoner.voices.consultation.chance import draw
from almoner.voices.consultation.example import _sentences
from almoner.voices.consultation.project import Project

ANSWERS = 50_000
CODED = 400


def invented(path: Path, number: int) -> dict[str, str]:
    """Write an export of invented answers of about 35 words and return the themes of each text."""
    rng = np.random.default_rng(20260104)
    sentences = _sentences()
    groups = [name for name in sentences if name not in ("names", "private", "campaign", "about", "none")]
    about = sentences["about"]
    kinds = ("Works in social care", "Member of the public", "Provider", "Council")
    words = [word for name in groups for sentence in sentences[name] for word in sentence.rstrip(".").split()]
    truth = {}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Response ID", "Responding as", "1. What would help?"])
        for i in range(number):
            if rng.random() < 0.05:
                text = f"{rng.choice(['Dear minister.', '', 'Hello.'])} {sentences['campaign']}".strip()
                themes = ["pay", "conditions", "planning"]
            else:
                picked = [groups[int(j)] for j in rng.choice(len(groups), int(rng.integers(1, 4)), replace=False)]
                parts = [str(rng.choice(sentences[name])) for name in picked]
                parts.append(about["sentence"].format(
                    work=rng.choice(about["work"]), years=rng.integers(2, 40), place=rng.choice(about["place"]),
                    end=rng.choice(about["end"])
                ))  # fmt: skip
                parts.append(" ".join(rng.choice(words, int(rng.integers(5, 15)))).capitalize() + ".")
                text = " ".join(parts)
                themes = sorted({name.partition("_")[0] for name in picked})
            truth[" ".join(text.split())] = ";".join(themes)
            writer.writerow([f"R{i}", kinds[int(rng.integers(4))], text])
    return truth


def whole(folder: Path, file: Path, truth: dict[str, str]) -> dict[str, float]:
    """Carry a consultation through every step and return seconds by step."""
    times: dict[str, float] = {}
    begun = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal begun
        now = time.perf_counter()
        times[name] = times.get(name, 0.0) + now - begun
        begun = now

    project = Project.create(folder)
    preparing.import_file(project, file)
    lap("import")
    preparing.confirm_redactions(project, "A Reader", "all")
    lap("redact")
    preparing.choose_themes(project, "care-workforce")
    lap("themes and near copies")
    analysing.assign_themes(project)
    lap("assign without codes")
    _, sheets = analysing.make_queue(project, "audit", CODED, ["ann", "ben"], folder.parent / f"{folder.name}-sheets")
    answers = dict(analysing.answers_of(project).select("answer_id", "text").iter_rows())
    first = dict(project.steps("redact")[-1].table("answers").select("answer_id", "text").iter_rows())
    assert answers == first
    raw = dict(project.steps("import")[-1].table("answers").select("answer_id", "text").iter_rows())
    for sheet in sheets:
        frame = pl.read_csv(sheet, infer_schema_length=0)
        ids = [task.rpartition("-")[0] for task in frame["task"]]
        codes = []
        for task, answer_id in zip(frame["task"], ids, strict=True):
            given = [each for each in truth[" ".join(raw[answer_id].split())].split(";") if draw(0, "miss", task + each) > 0.1]
            codes.append(";".join(given) or "none")
        frame.with_columns(pl.Series("themes", codes)).write_csv(sheet.with_name(f"coded-{sheet.name}"))
        analysing.take_codes(project, sheet.with_name(f"coded-{sheet.name}"))
    lap("queue and codes")
    analysing.assign_themes(project)
    lap("learn and assign")
    reporting.make_report(project, folder.parent / f"{folder.name}-report")
    lap("report")
    return times


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a project's steps."""
    files = sorted(path for path in folder.glob("steps/**/*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def same_bytes() -> None:
    """Print C8."""
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        for turn, threads in (("1", "1"), ("2", "2")):
            environment = {**os.environ, "OMP_NUM_THREADS": threads, "POLARS_MAX_THREADS": threads, "PYTHONHASHSEED": turn}
            folder = top / turn
            folder.mkdir()
            subprocess.run([sys.executable, __file__, "--once", str(folder)], check=True, env=environment, capture_output=True)
        one, two = (hashes(top / turn / "project") for turn in ("1", "2"))
        differ = [file for file in one if one[file] != two.get(file)] + [file for file in two if file not in one]
        say(
            "C8",
            "the same file in two processes (1 and 2 threads, another hash seed): files that differ",
            f"{len(differ)} of {len(one)}{': ' + ', '.join(differ[:5]) if differ else ''}",
            "identical bytes",
            "not met by tools on language models or UMAP",
            not differ and len(one) > 20,
        )


def main() -> None:
    """Print C8 and C9, or carry one consultation through (--once DIR)."""
    if "--once" in sys.argv:
        top = Path(sys.argv[sys.argv.index("--once") + 1])
        truth = invented(top / "answers.csv", 1500)
        whole(top / "project", top / "answers.csv", truth)
        return
    number = int(sys.argv[sys.argv.index("--answers") + 1]) if "--answers" in sys.argv else ANSWERS
    same_bytes()
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        truth = invented(top / "answers.csv", number)
        processor = time.process_time()
        times = whole(top / "project", top / "answers.csv", truth)
        total, peak = sum(times.values()), peak_megabytes()
        quality = analysing.quality_of(Project.open(top / "project").steps("assign")[-1])["held_out"]
        say(
            "C9",
            f"{number:,} invented answers of about 35 words, every step",
            f"{total:.0f} s by the clock ({time.process_time() - processor:.0f} s of processor), peak {peak:,.0f} MB; "
            + ", ".join(f"{step} {seconds:.0f} s" for step, seconds in times.items())
            + f" (held-out F1 {quality['mean_answer_f1']:.2f}: invented and easy, no measure of quality)",
            "< 15 min and < 1.5 GB (issue 9); EVIDENCE: < 15 min with MiniLM, < 1 min with a static model",
            "Consult: 2 h and £240 for 50,000 responses",
            total < 900 and peak < 1500,
        )


if __name__ == "__main__":
    main()
