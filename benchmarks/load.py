"""How long pages take with 50 readers at once: `python benchmarks/load.py [--readers 50] [--pages 20] [--think 0] [--quick]`.

Starts a server of its own on this computer, reads each page once so that its answer is known, then lets readers go through the
pages in orders of their own; each asks for its next page `--think` seconds after the last one came. Prints the median and the 95th
percentile beside the targets of 150 and 400 ms. Only the loopback is used. `--quick` reads a few pages to show that the script
works; its times say nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PAGES = (
    "/",
    "/index.json",
    "/areas/E08000036",
    "/areas/E08000036/workforce",
    "/areas/E08000036/need",
    "/areas/E08000036.json",
    "/areas/E08000035",
    "/evidence",
    "/evidence/E01",
    "/sources?q=ascof",
    "/help",
    "/static/almoner.css",
)
TARGETS_MS = {50: 150.0, 95: 400.0}
PROGRAM = "import almoner.cli.serve; from almoner.cli.app import app; app()"


class Reader:
    """One connection that is kept open. It does no more than read an answer whole, so that the server is what is measured."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def open(self) -> None:
        """Connect."""
        self.answers, self.requests = await asyncio.open_connection("127.0.0.1", self.port)

    async def get(self, path: str) -> float:
        """Read a page and return the seconds that it took."""
        begun = time.perf_counter()
        self.requests.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        head = (await self.answers.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        await self.answers.readexactly(int(fields["content-length"]))
        if head[0].split()[1] != "200":
            raise SystemExit(f"{path} answered {head[0]}.")
        return time.perf_counter() - begun


def main() -> int:
    """Start a server, read it, and say how long it took."""
    asked = argparse.ArgumentParser(description="Read pages with many readers at once.")
    asked.add_argument("--readers", type=int, default=50)
    asked.add_argument("--pages", type=int, default=20, help="pages that each reader reads")
    asked.add_argument("--think", type=float, default=0.0, help="seconds between a reader's pages")
    asked.add_argument("--quick", action="store_true")
    options = asked.parse_args()
    readers, pages = (5, 3) if options.quick else (options.readers, options.pages)
    with tempfile.TemporaryDirectory(prefix="almoner-load-") as data, Path(data, "server.log").open("w") as log:
        command = [sys.executable, "-c", PROGRAM, "serve", "--port", "0", "--no-browser", "--workers", "0", "--data", data]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline().strip().rstrip("/").rpartition(":")[2])
            seconds = asyncio.run(_read_all(port, readers, pages, options.think))
        finally:
            server.terminate()
            server.wait(20)
    return _say(seconds, readers, options.quick)


async def _read_all(port: int, readers: int, pages: int, think: float) -> list[float]:
    first = Reader(port)
    await _until_ready(first)
    for path in PAGES:
        await first.get(path)
    spent: list[float] = []
    await asyncio.gather(*(_read(port, number, pages, think, spent) for number in range(readers)))
    return spent


async def _until_ready(reader: Reader) -> None:
    for _ in range(300):
        try:
            await reader.open()
            await reader.get("/healthz")
        except OSError:
            await asyncio.sleep(0.2)
        else:
            return
    raise SystemExit("The server did not answer within a minute.")


async def _read(port: int, number: int, pages: int, think: float, spent: list[float]) -> None:
    reader, order = Reader(port), random.Random(number)
    await reader.open()
    for _ in range(pages):
        await asyncio.sleep(think * order.uniform(0.5, 1.5))
        spent.append(await reader.get(order.choice(PAGES)))


def _say(seconds: list[float], readers: int, quick: bool) -> int:
    ordered = sorted(seconds)
    print(f"{len(ordered)} answers to {readers} readers at once, all right")
    for percentile, target in TARGETS_MS.items():
        found = 1000 * ordered[min(len(ordered) - 1, len(ordered) * percentile // 100)]
        said = "" if quick else f", target {target:.0f} ms: {'met' if found < target else 'missed'}"
        print(f"{percentile}th percentile {found:.0f} ms{said}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
