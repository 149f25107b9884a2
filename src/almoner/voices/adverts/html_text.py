"""The text of an HTML page with the place of every word in the file, its data blocks, and its main heading.

In: the page. Out: a `Page`. One regular expression walks over tags, comments and entities, because the standard library's
parser gives no offsets and takes quadratic time on some hostile pages. Block elements end lines; scripts, styles and comments
are no text; broken markup is read as text, never refused.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Final

from almoner.voices.adverts.passages import Passage

_BLOCKS: Final = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption", "footer"),
        *(
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "head",
            "header",
            "hr",
            "html",
            "li",
            "main",
            "nav",
            "ol",
            "option",
            "p",
            "pre",
        ),
        *("section", "select", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul"),
    }
)
# Repeats are bounded and possessive, so that a page of unclosed quotes cannot make the search go over it again and again.
_MARKUP: Final = re.compile(
    r"""
    <(?P<close>/?)(?P<tag>[a-z][a-z0-9]*+)(?:[^>"']++|"[^"]{0,9999}+"|'[^']{0,9999}+'){0,200}+>
  | <!--.*?(?:-->|\Z)
  | <(?P<broken_close>/?)(?P<broken>[a-z][a-z0-9]*+)[^<>]*+>
  | <[!?/][^<>]*+>
  | &(?:\#[0-9]{1,7}|\#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_UNSEEN: Final = {tag: re.compile(rf"</{tag}\s*>", re.IGNORECASE) for tag in ("script", "style", "noscript", "template", "svg")}
_DATA: Final = re.compile(
    r"""<script\b[^>]*?\btype\s*=\s*["']?application/ld\+json["']?[^>]*>(?P<json>.*?)</script\s*>""", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page's visible text, its JSON-LD blocks as offsets, and the offsets in the text of its first main heading."""

    text: Passage
    data: tuple[tuple[int, int], ...]
    heading: tuple[int, int] | None


def read_page(source: str) -> Page:
    """Return the page's text; see the module."""
    text, heading = _text(source, 0)
    return Page(text, tuple(match.span("json") for match in _DATA.finditer(source)), heading)


def plain_text(fragment: str, origin: int = 0) -> Passage:
    """Return the text of a piece of HTML, such as a description, whose first character stands at `origin`."""
    if "<" not in fragment and "&" not in fragment:
        return Passage.whole(fragment, origin)
    return _text(fragment, origin)[0]


def _text(source: str, base: int) -> tuple[Passage, tuple[int, int] | None]:
    """Return the text between the markup, piece by piece, and where the first main heading stands in it."""
    texts: list[str] = []
    begins: list[int] = []
    origins: list[int] = []
    ends: list[int] = []
    verbatim: list[bool] = []
    heading: list[int] = []
    length = at = 0

    def add(text: str, start: int, end: int, stands: bool) -> None:
        nonlocal length
        texts.append(text)
        begins.append(length)
        origins.append(base + start)
        ends.append(base + end)
        verbatim.append(stands)
        length += len(text)

    search = _MARKUP.search
    while match := search(source, at):
        start, end = match.span()
        if start > at:
            add(source[at:start].replace("\n", " "), at, start, True)
        at = end
        close, tag, _, broken = match.groups()
        if tag is None and broken is None:
            if source[start] == "&":
                add(html.unescape(match.group()), start, end, False)
            continue
        tag = (tag or broken).lower()
        if tag in _BLOCKS:
            if tag == "h1" and len(heading) == 1:
                heading.append(length)
            if texts and texts[-1] != "\n":
                add("\n", start, start, False)
            if tag == "h1" and not heading and not close:
                heading.append(length)
        elif tag in _UNSEEN and not close:
            ended = _UNSEEN[tag].search(source, end)
            at = ended.end() if ended else len(source)
    if at < len(source):
        add(source[at:].replace("\n", " "), at, len(source), True)
    if not texts:
        return Passage.whole("", base), None
    found = (heading[0], heading[1]) if len(heading) == 2 and heading[1] > heading[0] else None
    return Passage("".join(texts), tuple(begins), tuple(origins), tuple(ends), tuple(verbatim)), found
