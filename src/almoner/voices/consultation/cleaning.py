"""Cleaning of an answer's text before it is read: HTML, invisible characters, spaces; and answers that say nothing.

The raw text stays in the import; all offsets of spans refer to the cleaned, redacted text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

ANSWER: Final = "answer"
NO_COMMENT: Final = "no_comment"
REFERS: Final = "refers"
"""An answer that only points to another answer, such as 'see above'."""

_BREAKS: Final = re.compile(r"<\s*(br|/p|/div|/li)\s*/?>", re.I)
_TAGS: Final = re.compile(r"</?(p|div|span|br|b|i|u|em|strong|ul|ol|li|a|font|h[1-6]|table|tr|td|th)\b[^<>]*>", re.I)
_INVISIBLE: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f]")
_ODD: Final = re.compile(r"[^ -~]|  |^ | $|[<&]")
"""What has to be cleaned; a text without any of it is clean."""

_LONGEST_NOTHING: Final = 120
_NOTHING: Final = re.compile(
    r"(n\s*/?\s*a|none|nil|nothing|no|nope|-+|\.+|\?+|x+|tbc|not applicable|no (further |other |additional )?(comments?|"
    r"answer|opinion|view)s?|"
    r"nothing( (further|else|more))?( to (add|say|comment))?|no thank(s| you)|not answered|did not answer|prefer not to say|as "
    r"(an? )?individual)",
    re.I,
)
_REFERS: Final = re.compile(
    r"(please )?(see|as|refer to|same as|ditto)( (my|our|the))?( (response|answer|comments?|reply|points?))?( (to|at|in|given|"
    r"for|made))?"
    r"( (above|below|previous(ly)?|before|earlier|attached|question|q)\b[ .]?)+ ?(\d+[a-z]?)?( (response|answer|comments?|"
    r"document|stated|above))?|"
    r"ditto|as (stated )?(above|before)|(please )?see (q|question) ?\d+|as (per )?q(uestion)? ?\d+",
    re.I,
)


def clean(raw: str) -> str:
    """Return the text with HTML, invisible characters and odd spaces taken out; words and line breaks stay."""
    if not _ODD.search(raw):
        return raw
    text = raw
    if "<" in text:
        text = _TAGS.sub("", _BREAKS.sub("\n", text))
    if "&" in text:
        text = html.unescape(text)
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _INVISIBLE.sub("", text)
    text = re.sub("[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]", " ", text)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text))).strip()


def status_of(text: str) -> str:
    """Return whether a cleaned text is an answer, says that there is none, or only points to another answer."""
    if len(text) > _LONGEST_NOTHING:
        return ANSWER
    plain = text.strip().rstrip(".!").strip()
    if not plain or _NOTHING.fullmatch(plain):
        return NO_COMMENT
    return REFERS if len(plain) < 60 and _REFERS.fullmatch(plain) else ANSWER
