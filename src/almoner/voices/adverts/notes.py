"""What is noted while an advert is put together: spans, confidences, what to review; and the running texts of a draft."""

from __future__ import annotations

import re
from typing import Final

from almoner.voices.adverts.draft import Draft
from almoner.voices.adverts.passages import Passage, Span

LOW_CONFIDENCE: Final = 0.75
"""Below this a field is put before a person."""
LONGEST_PROSE: Final = 20_000
_ELSEWHERE: Final = re.compile(
    r"^(?:similar|related|other|more|recommended|latest) (?:jobs|vacancies|roles|posts)", re.IGNORECASE | re.MULTILINE
)


class Fields:
    """Values with their spans and confidences while an advert is put together."""

    def __init__(self) -> None:
        self.spans: dict[str, tuple[Span, ...]] = {}
        self.confidence: dict[str, float] = {}
        self.review: list[str] = []

    def note(self, name: str, passage: Passage, start: int, end: int, rule: str, sure: float) -> None:
        """Keep the words of `passage.text[start:end]` as a statement of a field; of several the least sure counts."""
        span = passage.span(start, end, rule)
        if name in self.spans:
            self.spans[name] = (*self.spans[name], span)
            sure = min(sure, self.confidence[name])
        else:
            self.spans[name] = (span,)
        self.confidence[name] = round(sure, 3)


def prose_of(draft: Draft) -> list[Passage]:
    """Return the running texts of an advert: its description, then the words around it up to other jobs of the page."""
    if draft.prose is None:
        draft.prose = [draft.fields["description"]] if "description" in draft.fields else []
        if draft.text is not None:
            text = draft.text.text[:LONGEST_PROSE]
            other = _ELSEWHERE.search(text)
            draft.prose.append(draft.text.part(0, other.start() if other else len(text)))
    return draft.prose
