"""Adverts in XML: RSS, Atom and the search results of NHS Jobs, with the place of every word in the file.

In: the text of a file. Out: drafts, one an item, entry or vacancy. The parser is the standard library's expat; a file that declares
entities is refused, so none can grow, and one that is not well formed stops with its line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from almoner.errors import InputFileError
from almoner.voices.adverts.draft import Draft
from almoner.voices.adverts.html_text import plain_text
from almoner.voices.adverts.labels import field_of
from almoner.voices.adverts.passages import Passage

_DEEPEST: Final = 200
_ITEMS: Final = frozenset({"item", "entry", "vacancy", "vacancydetails", "job", "jobposting", "advert", "position"})
_ALSO: Final = {
    "locations": "place",
    "employername": "employer",
    "creator": "employer",
    "issued": "posted",
    "pubdate": "posted",
    "postdate": "posted",
    "closedate": "closes",
    "jobtitle": "title",
    "encoded": "description",
}
_MOST_ITEMS: Final = 2_000_000


@dataclass(slots=True)
class _Element:
    name: str
    start: int
    parts: list[tuple[str, int, int]] = field(default_factory=list)
    """Text with its start and end in the file."""
    children: list[_Element] = field(default_factory=list)


def read_feed(text: str, name: str) -> list[Draft]:
    """Return the adverts of an XML file.

    Raises:
        InputFileError: the XML is not well formed, declares entities, or is nested too deep.
    """
    drafts: list[Draft] = []
    for element, end in _items(text, name):
        draft = _draft(element, end)
        if draft is not None:
            drafts.append(draft)
    return drafts


class _EntitiesDeclared(Exception):
    pass


class _TooDeep(Exception):
    pass


def _items(text: str, name: str) -> list[tuple[_Element, int]]:
    """Return the elements that are adverts and where each ends; all else is dropped as it goes by."""
    # The declaration may name another encoding than that of the decoded text, which is what is parsed.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = False
    content = text.encode("utf-8", "surrogatepass")
    place = _Places(content)
    stack: list[_Element] = []
    found: list[tuple[_Element, int]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(stack) >= _DEEPEST:
            raise _TooDeep
        element = _Element(tag.rpartition(":")[2].lower(), place.of(parser.CurrentByteIndex))
        if stack and any(each.name in _ITEMS for each in stack):
            stack[-1].children.append(element)
        stack.append(element)

    def end(tag: str) -> None:
        element = stack.pop()
        inside = any(each.name in _ITEMS for each in stack)
        if element.name in _ITEMS and not inside:
            found.append((element, place.of(parser.CurrentByteIndex)))

    def data(words: str) -> None:
        if stack:
            begin = place.of(parser.CurrentByteIndex)
            stack[-1].parts.append((words, begin, begin + len(words)))

    def declared(*what: object) -> None:
        raise _EntitiesDeclared

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(content, True)
    except _EntitiesDeclared:
        raise InputFileError(
            f"'{name}' declares XML entities, which can grow without end: remove its DOCTYPE and give it again."
        ) from None
    except _TooDeep:
        raise InputFileError(f"'{name}' is nested more than {_DEEPEST} elements deep, which no list of jobs is.") from None
    except expat.ExpatError as error:
        what = expat.errors.messages.get(error.code, "error")
        raise InputFileError(f"'{name}' is not well-formed XML in line {error.lineno} ({what}): export it again.") from None
    return found


class _Places:
    """Characters for bytes: offsets come in rising order, so each step decodes only what is new."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._ascii = content.isascii()
        self._byte = 0
        self._character = 0

    def of(self, byte: int) -> int:
        if self._ascii:
            return byte
        if byte > self._byte:
            self._character += len(self._content[self._byte : byte].decode("utf-8", "surrogatepass"))
            self._byte = byte
        return self._character


def _draft(element: _Element, end: int) -> Draft | None:
    draft = Draft("feed", (element.start, end))
    for child in element.children:
        name = _ALSO.get(child.name) or field_of(child.name)
        if name is None:
            continue
        passage = _passage(child)
        if (
            name == "contract"
            and passage is not None
            and passage.text.strip().lower() in ("full time", "part time", "full-time", "part-time")
        ):
            name = "pattern"
        draft.put(name, passage, f"element:{child.name}")
    return draft if "title" in draft.fields else None


def _passage(element: _Element) -> Passage | None:
    """Return the words of an element and those inside it; HTML in them is read, as the words of a description often are HTML."""
    parts = _parts(element)
    if not parts:
        return None
    text = "".join(words for words, _, _ in parts)
    begins, at = [], 0
    for words, _, _ in parts:
        begins.append(at)
        at += len(words)
    # A part whose words are shorter than its stretch of the file held an entity.
    verbatim = tuple(stop - start == len(words) for words, start, stop in parts)
    whole = Passage(text, tuple(begins), tuple(start for _, start, _ in parts), tuple(stop for _, _, stop in parts), verbatim)
    if "<" not in text:
        return whole
    inner = plain_text(text)
    spans = [whole.span(origin, max(stop, origin + 1), "") for origin, stop in zip(inner.origins, inner.ends, strict=True)]
    return Passage(inner.text, inner.begins, tuple(span.start for span in spans), tuple(span.end for span in spans), inner.verbatim)


def _parts(element: _Element) -> list[tuple[str, int, int]]:
    """Return the element's parts in the order of the file, those of inner elements apart by a comma (several locations)."""
    parts = list(element.parts)
    for child in element.children:
        inner = _parts(child)
        if inner and any(words.strip() for words, _, _ in parts):
            parts.append((", ", inner[0][1], inner[0][1]))
        parts += inner
    return sorted((part for part in parts if part[0]), key=lambda part: part[1])
