"""What position an answer takes - agree, disagree, mixed or unclear - from the closed answer beside it, or else from its words.

The closed answer goes first, because it is what the respondent ticked; where the words seem to say otherwise, the answer is
marked for a person. Words are read by rules (below); `agree` means with the proposal of the question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Position = Literal["agree", "disagree", "mixed", "unclear"]
POSITIONS: Final[tuple[Position, ...]] = ("agree", "disagree", "mixed", "unclear")

_FOR: Final = re.compile(
    r"\b(i|we)( (?:would|do|fully|strongly|completely|totally|wholeheartedly|broadly|generally|certainly|really|also))* "
    r"(agree|support|welcome|endorse|favour|approve)\b|"
    r"^\W*(yes|yeah|yep|definitely|absolutely|agreed?|fully support|strongly agree|good idea|great idea|excellent|of course|"
    r"certainly|"
    r"support(ed)?|about time)\b|"
    r"\b(good|great|excellent|sensible|fantastic|positive|welcome|right) (idea|step|thing|proposal|move|decision|approach)\b|"
    r"\bin favou?r\b|\b(must|should) (definitely |absolutely |certainly )?(be (introduced|banned|required|compulsory|"
    r"mandatory|implemented)|go ahead|happen)\b|"
    r"\b(ban|introduce) (them|it|this)( (completely|entirely|now|all|altogether))?\b|\bwould (really |greatly |certainly "
    r")?(help|benefit|improve|protect)\b|"
    r"\b(long overdue|much needed|about time|makes sense)\b",
    re.I,
)
_AGAINST: Final = re.compile(
    r"\b(do(es)? not|don'?t|cannot|can'?t|would not|wouldn'?t|never|didn'?t|did not)( \w+){0,2} (agree|support|see the (need|"
    r"problem|point)|think (this|it|that|we)|"
    r"believe (this|it|that)|welcome|endorse|favour|want)\b|"
    r"\b(i|we)( (?:would|do|fully|strongly|completely|totally|also|really))* (disagree|oppose|object|reject)\b|"
    r"^\W*(no|nope|never|disagree|strongly disagree|oppose[d]?|against|rubbish|nonsense|ridiculous|bad idea|terrible)\b|"
    r"\b(bad|terrible|awful|stupid|ridiculous|wrong|poor|unfair|pointless) (idea|step|thing|proposal|move|decision|approach)\b|"
    r"\b(strongly |totally |completely )?against (the|this|it|a|any|such)\b|\bopposed to\b|\bnot (in favou?r|necessary|needed|"
    r"the answer|fair|right|workable|help)\b|"
    r"\b(should|must|ought to|need) ?(not|n't|n’t) (be|go|happen|have|ban|introduce|force)\b|\bshouldn'?t\b|\bwill not (work|"
    r"help|solve)\b|\bwon'?t (work|help|solve|change|stop)\b|"
    r"\b(excessive|unnecessary|waste of (time|money)|too far|overreach|nanny state|red tape|bureaucra\w+|unworkable|"
    r"counterproductive|drive out|drive away|"
    r"do more harm|make (it|things) worse|let people choose|personal choice|own choices|leave it alone)\b",
    re.I,
)
_TURN: Final = re.compile(
    r"\b(but|however|although|though|on the other hand|that said|provided|as long as|only if|depends|partly|in part|yet|while "
    r"i|whilst)\b|;",
    re.I,
)
_NEITHER: Final = re.compile(
    r"\b(neither agree|not sure|unsure|don'?t know|do not know|no (opinion|view)|undecided|neutral|it depends|depends on|"
    r"mixed feelings|in two minds)\b",
    re.I,
)

_CLOSED: Final[tuple[tuple[Position, re.Pattern[str]], ...]] = (
    (
        "unclear",
        re.compile(
            r"\b(neither|neutral|don'?t know|do not know|not sure|unsure|no (view|opinion)|prefer not|not answered|n/?a|"
            r"undecided)\b",
            re.I,
        ),
    ),
    ("mixed", re.compile(r"\b(partly|partially|in part|some (of it|parts)|mixed|it depends|maybe)\b", re.I)),
    (
        "disagree",
        re.compile(r"\b(disagree|oppose|not (at all )?(agree|support|useful|in favou?r)|against|unsupportive|object|no)\b", re.I),
    ),
    ("agree", re.compile(r"\b(agree|support|useful|in favou?r|yes|approve)\b", re.I)),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A position, where it comes from, and whether closed answer and words contradict each other."""

    position: Position
    source: Literal["closed answer", "words"]
    contradicts: bool = False


def of_closed(value: str) -> Position | None:
    """Return the position that a closed answer takes, or none when it is no scale of agreement."""
    return next((position for position, pattern in _CLOSED if pattern.search(value)), None)


def of_words(text: str) -> Position:
    """Return the position that an answer's words take, by rules; unclear when no rule speaks."""
    against = [match.span() for match in _AGAINST.finditer(text)]
    support = [match for match in _FOR.finditer(text) if not any(a < match.end() and match.start() < b for a, b in against)]
    if support and against:
        return (
            "mixed"
            if _TURN.search(text)
            else ("agree" if len(support) > len(against) else "disagree" if len(against) > len(support) else "mixed")
        )
    if _NEITHER.search(text):
        return "unclear"
    if support:
        return "agree"
    return "disagree" if against else "unclear"


def read(text: str, closed: str | None) -> Reading:
    """Return an answer's position; `closed` is the closed answer to the same question, if there is one."""
    words = of_words(text)
    ticked = of_closed(closed) if closed else None
    if ticked is None:
        return Reading(words, "words")
    opposite = {ticked, words} == {"agree", "disagree"}
    return Reading(ticked, "closed answer", opposite)
