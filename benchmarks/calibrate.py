"""How long calibration, the back-test and the test on synthetic histories take: `python benchmarks/calibrate.py [HISTORIES]`.

Prints processor seconds, which other work on the machine does not change, beside wall seconds. The target is a calibration in under
20 minutes on two cores with an effective sample of at least 200.
"""

from __future__ import annotations

import sys
import time

from almoner.analysis.assurance.self_test import self_test
from almoner.analysis.backtest_adult import backtest
from almoner.analysis.calibration import calibrate


def timed(name: str, work: object) -> object:
    """Run `work`, print how long it took, and return what it gave."""
    wall, processor = time.perf_counter(), time.process_time()
    found = work()  # type: ignore[operator]
    print(f"{name:42} {time.process_time() - processor:8.1f} CPU s {time.perf_counter() - wall:8.1f} s")
    return found


def main() -> None:
    """Time the parts."""
    found = timed("calibration, 8,192 draws, 12 structures", calibrate)
    print(f"{'':42} effective sample size {found.effective_sample_size:.0f}")  # type: ignore[attr-defined]
    rows = timed("back-test, six cuts, 4,096 draws", backtest)
    print(f"{'':42} {len(rows):,} scored forecasts")  # type: ignore[arg-type]
    histories = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    if histories:
        tested = timed(f"{histories} synthetic histories, 2,048 draws", lambda: self_test(histories))
        print(f"{'':42} uniform at 1%: {tested.uniform}")  # type: ignore[attr-defined]
        for row in tested.rows():  # type: ignore[attr-defined]
            place, inside = f"mean place {row['mean_place']:.2f}", f"inside 80% {row['within_80']:.2f}"
            print(f"  {row['parameter']:30} {place}  {inside}  p {row['p_value']:.3f}")


if __name__ == "__main__":
    main()
