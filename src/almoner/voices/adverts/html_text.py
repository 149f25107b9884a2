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
    pieces: list[tuple[str, int, int, int, bool]] = []
    heading: list[int] = []
    length = at = 0
    ended = True
    search, add, blocks = _MARKUP.search, pieces.append, _BLOCKS
    while match := search(source, at):
        start, end = match.span()
        if start > at:
            text = source[at:start].replace("\n", " ")
            add((text, length, base + at, base + start, True))
            length += len(text)
            ended = False
        at = end
        close, tag, _, broken = match.groups()
        if tag is None:
            if broken is None:
                if source[start] == "&":
                    text = html.unescape(match.group())
                    add((text, length, base + start, base + end, False))
                    length += len(text)
                    ended = text == "\n"
                continue
            tag = broken
        tag = tag.lower()
        if tag in blocks:
            if tag == "h1" and len(heading) == 1:
                heading.append(length)
            if not ended:
                add(("\n", length, base + start, base + start, False))
                length += 1
                ended = True
            if tag == "h1" and not heading and not close:
                heading.append(length)
        elif tag in _UNSEEN and not close:
            last = _UNSEEN[tag].search(source, end)
            at = last.end() if last else len(source)
    if at < len(source):
        add((source[at:].replace("\n", " "), length, base + at, base + len(source), True))
    if not pieces:
        return Passage.whole("", base), None
    texts, begins, origins, ends, verbatim = zip(*pieces, strict=True)
    found = (heading[0], heading[1]) if len(heading) == 2 and heading[1] > heading[0] else None
    return Passage("".join(texts), begins, origins, ends, verbatim), found
