"""What a person waits for: whole processes, from start to end, with their peak memory by the operating system's count.

Prints `almoner --help`, a plan of one area and, with the word `england`, the national plan. Times depend on the machine, so the
ratio to importing numpy is printed beside them. Run: `.venv/bin/python benchmarks/whole.py [england]`.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time

REPEATS = 5


def seconds(command: list[str]) -> float:
    """Return the wall time of a whole process."""
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start


def plan(*arguments: str) -> dict[str, float]:
    """Run `almoner plan` and return what it says of itself."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "almoner", "plan", *arguments, "--out", f"{folder}/plan", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Time the commands in turn."""
    helps, imports = [], []
    for _ in range(REPEATS):
        helps.append(seconds([sys.executable, "-m", "almoner", "--help"]))
        imports.append(seconds([sys.executable, "-c", "import numpy"]))
    middle = statistics.median(imports)
    print(f"almoner --help: {statistics.median(helps):.2f} s, {statistics.median(helps) / middle:.1f} times importing numpy")
    plan("wakefield", "--draws", "1", "--to", "2026")
    for name, arguments in (("wakefield", ("wakefield",)), *((("england", ("england",)),) if "england" in sys.argv else ())):
        said = plan(*arguments)
        wall, ratio = said["seconds"], said["seconds"] / middle
        print(f"almoner plan {name}: {wall:.1f} s, {ratio:.0f} times; {said['draws']} draws, {said['peak_mb']:.0f} MB")


if __name__ == "__main__":
    main()
