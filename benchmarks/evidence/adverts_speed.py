"""V5: adverts read a second on one core, by kind of file, on made-up adverts of ordinary length; the whole pipeline is timed.

Time is the processor's own for this thread, so other work on the machine does not count. Run it with
`.venv/bin/python benchmarks/evidence/adverts_speed.py [ADVERTS]`.
"""

from __future__ import annotations

import csv
import html
import io
import json
import sys
import time
from collections.abc import Callable

from almoner.voices.adverts.read import read_source
from almoner.voices.adverts.source import from_bytes

TARGET = 2000
PEER = 690
_WORK = (
    "You will help people to live the lives they choose, at home and in the places that matter to them. The team works in shifts, "
    "keeps good records, and talks with families and nurses. We give paid training from the first day and pay "
    "for travel between visits. "
)
_FURNITURE = (
    '<div class="panel"><a href="/search">Search</a><ul><li>Home</li><li>Saved</li><li>Help</li></ul>'
    "<p>Cookies help this site.</p></div>"
)


def fields(number: int) -> dict[str, str]:
    """Return the words of one advert."""
    low = 12.60 + number % 17 / 10
    return {
        "title": ("Care Assistant", "Senior Support Worker", "Registered Nurse", "Home Care Worker")[number % 4] + f" {number}",
        "employer": f"Meadow Care {number % 40}",
        "location": ("Wakefield", "Leeds", "Truro", "Hull", "Poole")[number % 5],
        "salary": f"£{low:.2f} - £{low + 0.8:.2f} per hour"
        if number % 3
        else f"£{24000 + number % 900} to £{26000 + number % 900} per annum, pro rata",
        "hours": f"{(37, 30, 22.5)[number % 3]} hours per week",
        "contract": ("Permanent", "Fixed term", "Bank")[number % 3],
        "closing date": f"{number % 27 + 1} March 2026",
    }


def page(number: int, *, data: bool) -> str:
    """Return a page of about 4,000 characters, with or without a JSON-LD block."""
    words = fields(number)
    block = ""
    if data:
        posting = {
            "@context": "https://schema.org",
            "@type": "JobPosting",
            "title": words["title"],
            "hiringOrganization": {"@type": "Organization", "name": words["employer"]},
            "jobLocation": {"@type": "Place", "address": {"@type": "PostalAddress", "addressLocality": words["location"]}},
            "datePosted": "2026-02-03",
            "employmentType": "FULL_TIME",
            "description": f"<p>{html.escape(_WORK * 2)}</p>",
            "baseSalary": {"currency": "GBP", "value": {"minValue": 24000, "maxValue": 26000, "unitText": "YEAR"}},
        }
        block = f'<script type="application/ld+json">{json.dumps(posting)}</script>'
    rows = "".join(f"<dt>{name.title()}</dt><dd>{html.escape(value)}</dd>" for name, value in words.items() if name != "title")
    text = "".join(f"<p>{html.escape(_WORK)}</p>" for _ in range(5))
    return (
        f"<!doctype html><html><head><title>{words['title']}</title>{block}</head><body>{_FURNITURE * 2}<h1>{words['title']}</h1>"
        f"<dl>{rows}</dl>{text}{_FURNITURE}</body></html>"
    )


def footer(number: int) -> str:
    """Return one advert as the footer of a page has it."""
    words = fields(number)
    terms = f"{words['salary']}, {words['contract']}\n{_WORK[:150]} {words['location']}"
    return f"{words['title']}\n\n{words['employer']}\n{terms}\nRecruiter: {words['employer']}\n"


def item(number: int) -> str:
    """Return one advert as an item of a feed."""
    words = fields(number)
    parts = "".join(f"<{name.replace(' ', '')}>{html.escape(value)}</{name.replace(' ', '')}>" for name, value in words.items())
    return f"<item>{parts}<description>{html.escape(_WORK)}</description></item>"


def table(count: int) -> str:
    """Return adverts as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [*fields(0), "description"])
    writer.writeheader()
    writer.writerows({**fields(number), "description": _WORK} for number in range(count))
    return out.getvalue()


def rate(count: int, read: Callable[[], int]) -> float:
    """Return adverts a second, best of five."""
    best = float("inf")
    for _ in range(5):
        started = time.thread_time()
        found = read()
        best = min(best, time.thread_time() - started)
        assert found == count, (found, count)
    return count / best


def reference() -> float:
    """Return the seconds of ten million additions: how busy the core's other thread is."""
    started = time.thread_time()
    total = 0
    for number in range(10_000_000):
        total += number
    return time.thread_time() - started


def main() -> None:
    """Print V5."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    pages = {kind: [page(number, data=kind == "data").encode() for number in range(count)] for kind in ("data", "words")}
    block = json.dumps([json.loads(text.decode().split('ld+json">')[1].split("</script>")[0]) for text in pages["data"]]).encode()
    texts = "".join(footer(number) for number in range(count)).encode()
    feed = f"<rss><channel>{''.join(item(number) for number in range(count))}</channel></rss>".encode()
    rows = table(count).encode()

    def each(files: list[bytes], name: str) -> int:
        return sum(len(read_source(from_bytes(content, name))) for content in files)

    size = sum(map(len, pages["data"])) / count
    results = {
        f"pages with JSON-LD ({size:,.0f} bytes each)": rate(count, lambda: each(pages["data"], "a.html")),
        "pages without JSON-LD": rate(count, lambda: each(pages["words"], "a.html")),
        "JSON-LD alone": rate(count, lambda: each([block], "a.json")),
        "RSS": rate(count, lambda: each([feed], "a.xml")),
        "CSV": rate(count, lambda: each([rows], "a.csv")),
        "plain text": rate(count, lambda: each([texts], "a.txt")),
    }
    print(f"V5 on {count:,} made-up adverts of each kind, one core")
    for kind, found in results.items():
        print(f"  {kind:40s} {found:9,.0f} adverts/s   target {TARGET:,}   {'reached' if found >= TARGET else 'NOT reached'}")
    print(f"  the same core adds ten million numbers in {reference():.2f} s of its own time now")
    print(f"  peer: extruct with all syntaxes {PEER} pages/s (its fields only, no text, no pay grammar)")


if __name__ == "__main__":
    main()
