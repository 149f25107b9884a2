"""Reading files of adverts: the one door to the readers of each format.

In: paths, and optionally an employer's scale file. Out: adverts in the order of the files and of the places within them; the same
files give the same adverts, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from almoner.errors import InputFileError
from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.compose import compose
from almoner.voices.adverts.draft import Draft
from almoner.voices.adverts.feeds import read_feed
from almoner.voices.adverts.html_text import Page, read_page
from almoner.voices.adverts.json_ld import read_blocks, read_file
from almoner.voices.adverts.page_text import find_adverts
from almoner.voices.adverts.passages import Passage
from almoner.voices.adverts.scales import Scales
from almoner.voices.adverts.source import Source, open_source
from almoner.voices.adverts.table import read_table


def read_files(paths: Sequence[Path], scales: Scales | None = None) -> list[Advert]:
    """Return the adverts of files.

    Raises:
        InputFileError: a file that cannot be read as any of the formats, with its name and the remedy.
    """
    return [advert for path in paths for advert in read_source(open_source(path), scales)]


def read_source(source: Source, scales: Scales | None = None) -> list[Advert]:
    """Return the adverts of one opened file."""
    return [compose(draft, source, scales) for draft in _drafts(source)]


def expand(paths: Iterable[Path]) -> list[Path]:
    """Return files for paths, where a folder stands for the files in it by name, hidden ones left out.

    Raises:
        InputFileError: a path that is not there, or a folder without files.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.is_file() and not each.name.startswith("."))
            if not inside:
                raise InputFileError(f"The folder '{path}' holds no file: give files of adverts.")
            found += inside
        elif path.exists():
            found.append(path)
        else:
            raise InputFileError(f"There is no file '{path}': give HTML, XML, JSON, CSV or plain text files of adverts.")
    return found


def _drafts(source: Source) -> list[Draft]:
    if source.format == "json":
        return read_file(source.text, source.name)
    if source.format == "feed":
        return read_feed(source.text, source.name)
    if source.format == "table":
        return read_table(source.text, source.name)
    if source.format == "html":
        return _page(source.text)
    return find_adverts(Passage.whole(source.text))


def _page(text: str) -> list[Draft]:
    """Read a page: its data blocks, and its text as the first witness of pay and terms."""
    page = read_page(text)
    posted = read_blocks(text, page.data)
    worded = find_adverts(page.text)
    if not posted:
        return [_titled(draft, page) for draft in worded] or _headed(page)
    if len(posted) == 1:
        draft = posted[0]
        if len(worded) == 1:
            for name, passage in worded[0].fields.items():
                _add(draft, name, passage, worded[0].rules[name])
        draft.text = _below_heading(page)
    return posted


def _titled(draft: Draft, page: Page) -> Draft:
    """Give an advert whose title is only a first line the page's main heading instead."""
    if draft.rules["title"] == "first_line" and page.heading is not None:
        del draft.fields["title"]
        draft.put("title", page.text.part(*page.heading), "heading")
    return draft


def _add(draft: Draft, name: str, passage: Passage, rule: str) -> None:
    """Take a field from the page's words; what they say about pay and terms goes before what its data say."""
    if name in ("salary", "hours", "contract", "pattern", "grade"):
        draft.fields.pop(name, None)
    draft.put(name, passage, rule)


def _below_heading(page: Page) -> Passage:
    begin = page.heading[0] if page.heading else 0
    return page.text.part(begin, len(page.text.text))


def _headed(page: Page) -> list[Draft]:
    """Return a page without data or labels as one advert when its main heading is followed by pay."""
    if page.heading is None:
        return []
    start, end = page.heading
    draft = Draft("page_text", (start, len(page.text.text)), text=page.text.part(end, len(page.text.text)))
    draft.put("title", page.text.part(start, end), "heading")
    advert = compose(draft, Source("", "", "html", ""))
    return [draft] if advert.states_pay or (advert.grade and (advert.hours_per_week or advert.contract)) else []
