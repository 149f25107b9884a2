"""How long a server that has just started takes for first previews and a first page of delays: `python benchmarks/preview.py`.

Starts a server of its own on this computer, reads its first page, then at once asks for a preview of one place after another, each
for the first time, with one policy and with five, and for a page of delays. Prints the seconds that a reader waits beside the
targets. Only the loopback is used; `--settle N` waits N seconds after the first page, as a reader would; `--quick` asks for two
places to show that the script works; `--no-warm` starts a server that makes nothing ready. Times depend on the machine and on
what else it does.
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

PROGRAM: Final = "import almoner.cli.serve; from almoner.cli.app import app; app()"
PLACES: Final = {
    "E06000017": "Rutland",
    "E08000036": "Wakefield",
    "E08000035": "Leeds",
    "E10000016": "Kent",
    "E08000025": "Birmingham",
    "E06000052": "Cornwall",
    "QYG": "Cheshire and Merseyside ICB",
    "QOX": "Bath, Swindon and Wiltshire ICB",
    "QHM": "North East and North Cumbria ICB",
    "E12000001": "North East",
    "E12000003": "Yorkshire and The Humber",
    "E12000008": "South East",
}
ONE: Final = (("policy", "pay_floor"), ("pay_floor.premium", "0.68"), ("pay_floor.start", "2028-04"))
FIVE: Final = (
    *ONE,
    *(("policy", name) for name in ("wellbeing", "recruitment_campaign", "guaranteed_hours", "training_places")),
)
OTHERS: Final = {"recovery_capacity": "delays out of hospital", "agency_rules": "children's services"}
PREVIEW_TARGET: Final = 1.0
DELAYS_TARGET: Final = 2.0


def main() -> int:
    """Start a server, ask, and say how long it took."""
    asked = argparse.ArgumentParser(description="Time the first previews and the first page of delays of a new server.")
    asked.add_argument("--settle", type=float, default=0.0, help="seconds between the first page and the first preview")
    asked.add_argument("--no-warm", action="store_true")
    asked.add_argument("--quick", action="store_true")
    options = asked.parse_args()
    places = dict(list(PLACES.items())[:2]) if options.quick else PLACES
    rows: list[tuple[str, float, float | None]] = []
    with _Server(["--no-warm"] if options.no_warm else []) as server:
        rows += [("until the address is said", server.seconds, None), ("first page", server.get("/")[0], None)]
        time.sleep(options.settle)
        for policies, words in ((ONE, "first preview, 1 policy"), (FIVE, "second preview, 5 policies")):
            rows += [(f"{name}, {words}", server.preview(code, policies), PREVIEW_TARGET) for code, name in places.items()]
        for policy, part in OTHERS.items():
            rows.append((f"Wakefield, first preview of {part}", server.preview("E08000036", [("policy", policy)]), PREVIEW_TARGET))
    # Another server, so that nothing of the previews is there.
    with _Server(["--no-warm"] if options.no_warm else []) as server:
        server.get("/")
        time.sleep(options.settle)
        for code in ("E08000036", "QHM"):
            rows.append((f"Delays, {PLACES[code]}", server.get(f"/areas/{code}/delays.json")[0], DELAYS_TARGET))
    for words, seconds, target in rows:
        said = "" if target is None or options.quick else f"  target {target:.0f} s: {'met' if seconds < target else 'missed'}"
        print(f"{words:<62}{seconds:7.2f} s{said}")
    return 0


class _Server:
    """A server of its own, on a free port and in an empty folder, stopped by its own process when it is left."""

    def __init__(self, options: list[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="almoner-preview-")
        data = Path(self._folder.name)
        command = [sys.executable, "-c", PROGRAM, "serve", "--port", "0", "--no-browser", "--workers", "0", "--data", str(data)]
        self._log = (data / "server.log").open("w")
        begun = time.perf_counter()
        self._process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=self._log, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        self.seconds = time.perf_counter() - begun
        if not line:
            raise SystemExit(f"The server did not start: {(data / 'server.log').read_text(encoding='utf-8')[-500:]}")
        self._port = int(line.rstrip("/").rpartition(":")[2])

    def __enter__(self) -> _Server:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._log.close()
        self._folder.cleanup()

    def preview(self, code: str, policies: Iterable[tuple[str, str]]) -> float:
        """Ask for a preview of policies in a place and return the seconds that it took."""
        seconds, page = self.get(f"/scenarios/build.json?{urlencode([('area', code), ('name', 'x'), *policies])}")
        problem = page["problem"] or page["previews"][0]["problem"]
        if problem:
            raise SystemExit(f"The preview of {code} says: {problem}")
        return seconds

    def get(self, path: str) -> tuple[float, Any]:
        """Read a page and return the seconds that it took, and what it says where it is JSON."""
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=300)
        connection.request("GET", path)
        answer = connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - begun
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}.")
        return seconds, json.loads(content) if "json" in answer.headers["Content-Type"] else None


if __name__ == "__main__":
    raise SystemExit(main())
