"""Numbers that are no pay: grades, hours, counts, percentages and years become tokens of their own kind.

In: tokens in which phrases are joined. Out: the same with each such number, and the words that make it one, as one token.
"""

from __future__ import annotations

from almoner.voices.adverts.pay_words import ALONE_IS_NO_PERIOD, COUNTED, GRADE_WORDS, HOUR_WORDS, SCHEMES, Kind, Token


def mark_numbers(found: list[Token]) -> list[Token]:
    """Mark grades, hours, counts, percentages and years; drop periods that belong to hours ('37 hours per week')."""
    marked: list[Token] = []
    at = 0
    while at < len(found):
        used = _grade(found, at) or _measured(found, at)
        if used:
            token, at = used
            marked.append(token)
            continue
        token = found[at]
        if token.kind is Kind.PERIOD and token.text in ALONE_IS_NO_PERIOD and not _beside_amount(found, at):
            token = token._replace(kind=Kind.WORD)
        marked.append(token)
        at += 1
    return marked


def _beside_amount(found: list[Token], at: int) -> bool:
    before = at - 1
    while before >= 0 and found[before].kind is Kind.SIGN and found[before].name in "/.(:":
        before -= 1
    return before >= 0 and found[before].kind is Kind.NUMBER


def _grade(found: list[Token], at: int) -> tuple[Token, int] | None:
    """Read 'Grade 9', 'Band 5/6', 'SCP 12 - 17', 'Grade 7 - Grade 8', '8a' as one token."""
    token = found[at]
    if token.kind is Kind.NUMBER and not token.pound and token.value <= 9 and _letter_after(found, at):
        return Token(Kind.GRADE, token.start, found[at + 1].end, token.text + found[at + 1].text, name="letter"), at + 2
    if token.kind is Kind.GRADE and token.name == "code":
        return token, at + 1
    if token.kind is not Kind.WORD or token.text not in GRADE_WORDS:
        return None
    end = at
    numbers = 0
    while end + 1 < len(found):
        step = 1
        following = found[end + 1]
        if following.kind is Kind.WORD and following.text in GRADE_WORDS | {"a", "b", "c", "d"}:
            pass
        elif _grade_number(following):
            numbers += 1
        elif (following.kind is Kind.TO or (following.kind is Kind.SIGN and following.name in "-/:")) and _goes_on(found, end + 2):
            pass
        else:
            break
        end += step
    words = {each.text for each in found[at : end + 1]}
    if not numbers or not words & (GRADE_WORDS - {"pay", "range"}):
        return None
    return Token(Kind.GRADE, token.start, found[end].end, "", name="scheme"), end + 1


def _goes_on(found: list[Token], at: int) -> bool:
    return at < len(found) and (_grade_number(found[at]) or (found[at].kind is Kind.WORD and found[at].text in SCHEMES))


def _grade_number(token: Token) -> bool:
    if token.kind is Kind.GRADE:
        return token.name in ("code", "letter")
    return token.kind is Kind.NUMBER and not token.pound and not token.thousand and token.value < 100 and token.decimals == 0


def _letter_after(found: list[Token], at: int) -> bool:
    if at + 1 >= len(found) or found[at + 1].start != found[at].end:
        return False
    return found[at + 1].kind is Kind.WORD and found[at + 1].text in ("a", "b", "c", "d")


def _measured(found: list[Token], at: int) -> tuple[Token, int] | None:
    """Read '37 hours per week', '16 - 20 hours', '0.6 FTE', '12 months', '15%', '2025' as one token that is no pay."""
    token = found[at]
    if token.kind is not Kind.NUMBER or token.pound or token.thousand:
        return None
    end = at
    high = token
    if _is(found, at + 1, Kind.TO, "-") and at + 2 < len(found) and found[at + 2].kind is Kind.NUMBER and not found[at + 2].pound:
        high = found[at + 2]
        end = at + 2
    after = end + 1
    if after < len(found) and found[after].kind is Kind.SIGN and found[after].name == "-":
        after += 1
    following = found[after] if after < len(found) else None
    if following is None:
        return (token._replace(kind=Kind.NOT_PAY, name="year"), at + 1) if _is_year(token) else None
    if (following.kind is Kind.SIGN and following.name == "%") or following.text in ("percent", "per cent"):
        return Token(Kind.NOT_PAY, token.start, following.end, "", name="percent"), after + 1
    if following.text in HOUR_WORDS and high.value <= 168 and not token.value > high.value:
        last = _swallow_period(found, after)
        return Token(Kind.HOURS, token.start, found[last].end, "", value=high.value, name=f"{token.value:g}"), last + 1
    if following.kind is Kind.FULL_TIME and following.text in ("fte", "wte") and token.value <= 1:
        return Token(Kind.FRACTION, token.start, following.end, "", value=token.value), after + 1
    if (following.text.split(" ")[0] in COUNTED or following.text == "p w") and high.value < 400 and token.decimals < 2:
        last = _swallow_period(found, after)
        return Token(Kind.NOT_PAY, token.start, found[last].end, "", name="count"), last + 1
    if _is_year(token):
        return token._replace(kind=Kind.NOT_PAY, name="year"), at + 1
    return None


def _is(found: list[Token], at: int, kind: Kind, sign: str) -> bool:
    return at < len(found) and (found[at].kind is kind or (found[at].kind is Kind.SIGN and found[at].name == sign))


def _swallow_period(found: list[Token], at: int) -> int:
    after = at + 1
    if after < len(found) and found[after].kind is Kind.SIGN and found[after].name in "/.":
        after += 1
    if after < len(found) and (found[after].kind is Kind.PERIOD or found[after].text in ("week", "wk")):
        return after
    return at


def _is_year(token: Token) -> bool:
    return token.decimals == 0 and 1990 <= token.value <= 2040 and "," not in token.text
