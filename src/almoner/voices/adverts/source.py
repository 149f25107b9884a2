"""Opening a file that a person supplies: its text, its characters and what kind of file it is; hostile files are refused.

In: a path or bytes. Out: a `Source` with the decoded text and its SHA-256. Archives, spreadsheets and binary files are refused in
one sentence and never unpacked, so nothing can grow inside the reader. UTF-8 (with or without mark), UTF-16 with its mark, an
encoding that XML declares, or else Windows-1252: a byte that none of these knows is an error, never a lost letter.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from almoner.errors import InputFileError

Format = Literal["html", "json", "feed", "table", "text"]

LARGEST_BYTES: Final = 256 * 1024 * 1024
_REFUSED: Final = {
    b"PK\x03\x04": "is a spreadsheet or a ZIP archive: save the sheet as CSV (UTF-8), or unpack the archive, and give that file",
    b"PK\x05\x06": "is an empty ZIP archive: give the files themselves",
    b"\x1f\x8b": "is compressed with gzip: unpack it and give the file itself",
    b"BZh": "is compressed with bzip2: unpack it and give the file itself",
    b"\xfd7zXZ": "is compressed with xz: unpack it and give the file itself",
    b"%PDF": "is a PDF: copy its text into a .txt file and give that",
    b"\xd0\xcf\x11\xe0": "is an old Office document: save it as CSV or plain text and give that file",
}
_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")
_DATE_IN_NAME: Final = re.compile(r"(?<!\d)((?:19|20)\d\d-[01]\d-[0-3]\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read: its name, text, format, the SHA-256 of its bytes, and the day it was collected when its name says so."""

    name: str
    text: str
    format: Format
    sha256: str
    seen: str | None = None


def open_source(path: Path) -> Source:
    """Return the file at `path`.

    Raises:
        InputFileError: the file is missing, too large, an archive, a binary file, or in characters that cannot be told.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputFileError(f"'{path}' is larger than {LARGEST_BYTES // 2**20} MB: split it into several files.")
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputFileError(f"The adverts file '{path}' cannot be read: {reason}.") from error
    return from_bytes(content, path.name)


def from_bytes(content: bytes, name: str) -> Source:
    """Return a file whose bytes are at hand; see `open_source`."""
    for magic, what in _REFUSED.items():
        if content.startswith(magic):
            raise InputFileError(f"'{name}' {what}.")
    text = _decoded(content, name)
    dated = _DATE_IN_NAME.findall(name)
    return Source(name, text, _format(text, name), hashlib.sha256(content).hexdigest(), dated[0] if len(dated) == 1 else None)


def _decoded(content: bytes, name: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _by(content, "utf-16", name)
    if b"\0" in content:
        raise InputFileError(f"'{name}' is a binary file: give HTML, XML, JSON, CSV or plain text.")
    declared = _DECLARED.match(content[:300])
    if declared:
        encoding = declared.group(1).decode("ascii").lower()
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise InputFileError(
                f"'{name}' says that it is written in '{encoding}', which is not known: save it as UTF-8."
            ) from None
        return _by(content, "utf-8-sig" if encoding in ("utf-8", "utf8") else encoding, name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _by(content, "cp1252", name)


def _by(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError, ValueError, AttributeError):
        raise InputFileError(f"'{name}' holds bytes that are neither UTF-8 nor {encoding}: save it as UTF-8.") from None


def _format(text: str, name: str) -> Format:
    """Tell the format by what the text begins with, then by the file's ending."""
    start = text.lstrip()[:2000].lower()
    if start.startswith(("{", "[")):
        return "json"
    if start.startswith("<?xml") or re.match(r"<(rss|feed|rdf|nhsjobs|vacanc|jobs?\b)", start):
        return "html" if "<html" in start else "feed"
    if start.startswith("<!doctype html") or re.search(r"<(html|head|body|script|div|article|table)\b", start):
        return "html"
    ending = Path(name).suffix.lower()
    if ending in (".csv", ".tsv"):
        return "table"
    if ending in (".html", ".htm"):
        return "html"
    return "feed" if ending in (".xml", ".rss", ".atom") else "text"
