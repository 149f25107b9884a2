"""What is said when a place is not one of Almoner's areas; each error names the place to ask for instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from almoner.errors import AlmonerError, NotFoundError

_ENOUGH: Final = 60.0
_CLOSE: Final = 8.0
_MOST: Final = 3


class AreaNotFound(NotFoundError):
    """A name or code that is no place of Almoner's; `suggestions` holds the nearest, best first."""

    def __init__(self, wanted: str, labels: Mapping[str, str]) -> None:
        self.kind = "area"
        self.wanted = wanted
        self.suggestions = _nearest(wanted, labels)
        Exception.__init__(self, self._sentence())

    def _sentence(self) -> str:
        if not self.wanted:
            return "No area was named: give the name or code of a council, region or integrated care board, such as Wakefield."
        if self.suggestions:
            *first, last = self.suggestions
            return f"There is no area called '{self.wanted}': did you mean {', '.join(first) + ' or ' if first else ''}{last}?"
        return f"There is no area called '{self.wanted}' in England: give the name of a council, region or integrated care board."


class DistrictNotArea(AlmonerError):
    """A district, current or former, whose social care is run by a larger area."""

    def __init__(self, name: str, area: str, *, former: bool) -> None:
        if former:
            sentence = f"{name} is now part of {area}: ask for that area."
        else:
            sentence = f"{name} is a district of {area}, which runs its social care: ask for that area."
        super().__init__(sentence)


class BoardNotHeld(AlmonerError):
    """An integrated care board of April 2026; the published figures are by the boards of July 2022."""

    def __init__(self, wanted: str, boards: list[str]) -> None:
        named = boards[0] if len(boards) == 1 else f"{', '.join(boards[:-1])} or {boards[-1]}"
        super().__init__(f"'{wanted}' is a board of April 2026 and the figures are by the boards of July 2022: ask for {named}.")


def _nearest(wanted: str, labels: Mapping[str, str]) -> list[str]:
    """Return the labels of the most similar names, leaving out those clearly worse than the best."""
    from rapidfuzz import fuzz, process, utils

    found = process.extract(
        wanted, list(labels), scorer=fuzz.ratio, processor=utils.default_process, limit=10, score_cutoff=_ENOUGH
    )
    good = [labels[name] for name, score, _ in found if score >= found[0][1] - _CLOSE]
    return list(dict.fromkeys(good))[:_MOST]
