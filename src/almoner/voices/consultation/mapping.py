"""The column mapping of an export: what each column is, proposed from its heading and content, checked by a person, and kept.

In: a `Sheet`. Out: a `Mapping`, which is YAML in the project and is used again for the next export of the same survey: a heading
that no longer agrees with the file stops the import. Columns that name or reach a person are *personal* and are never taken in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from almoner.errors import InputFileError, in_words, nearest
from almoner.voices.consultation.sheet import Sheet, letters

Role = Literal["respondent_id", "respondent_type", "demographic", "open", "closed", "choice", "personal", "ignore"]
Format = Literal["citizen_space", "qualtrics", "plain"]

ROLES: Final[dict[str, str]] = {
    "respondent_id": "tells respondents apart",
    "respondent_type": "individual or organisation, or the kind of respondent by which shares are given",
    "demographic": "something else about the respondent",
    "open": "a question answered in the respondent's own words",
    "closed": "a question with a list of answers",
    "choice": "one option of a question where several may be ticked",
    "personal": "a name, address or other contact: never taken in",
    "ignore": "not needed",
}

_PERSONAL: Final = re.compile(
    r"\b(e-?mail|phone|telephone|mobile|ip ?address|ipaddress|latitude|longitude|locationlatitude|locationlongitude|recipient\w*|"
    r"(first|last|full|your|contact|respondent'?s?)[ _]?name|surname|post ?code|home address|contact details)\b|^name$",
    re.I,
)
_SYSTEM: Final = re.compile(
    r"^(start ?date|end ?date|status|progress|duration.*|finished|recorded ?date|distribution ?channel|user ?language|"
    r"external ?(data)?reference|date submitted|submitted|submission date|date published|published|can publish.*|source|"
    r"user ?agent|tracking.*|time(stamp)?( .*)?|analyst.*|\(analyst\).*|.*\banalyst (tag|note)s?\b.*|response status|version)$",
    re.I,
)
_IDENTITY: Final = re.compile(
    r"^(response|respondent|submission|participant|unique)?[ _]?(id|identifier|ref(erence)?|number|no\.?)$", re.I
)
_TYPE: Final = re.compile(
    r"respond(ing|ent)s?\b.{0,40}\b(as|type|behalf|capacity)\b|in (what|which) capacity|individual or|respondent type|"
    r"on behalf of an? organisation\b|^(type of respondent|i am responding as)",
    re.I,
)
_QUESTION_NUMBER: Final = re.compile(
    r"^\W*((?:prop(?:osal)?\s*\d+\s*)?(?:q(?:uestion)?\s*)?\d+(?:\.\d+)?)(?:[a-z]\b)?(?:_\d+)?(?:_text)?\s*(?:[:.)\-–]|\s|$)", re.I
)
_ABOUT: Final = re.compile(
    r"^(which|what|where|how)\b.{0,40}\b(region|area|county|age|gender|sex|ethnic\w*|religion|disab\w*|live|based|sector|size|occupation|job)\b"
    r"|^do you consider yourself\b|^do you live\b",
    re.I,
)
_EXPLAIN: Final = re.compile(r"\b(explain|reason|why|tell us more|comment|further|expand|elaborate|details?)\b", re.I)
_AGREE: Final = re.compile(r"\b(agree|disagree|support|oppose|yes|no|useful|neutral)\b", re.I)
_CODES: Final = re.compile(r"^(ident|q|qid|var|field|column|col)[ _]?\d+(_\d+)?(_text)?$", re.I)
_QUALTRICS: Final = frozenset({"responseid", "recordeddate", "startdate", "distributionchannel", "userlanguage"})
_CITIZEN_SPACE: Final = re.compile(r"response id|date submitted|analyst", re.I)


class Column(BaseModel):
    """One column of the file and what it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str = Field(pattern="^[A-Z]{1,3}$", description="letter of the column")
    header: str = Field(description="heading of the column, as in the file")
    role: Role
    question: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9_.-]*$", description="short name of the question")
    label: str | None = Field(default=None, description="the question's words, as the report shall show them")
    partner: str | None = Field(default=None, description="the closed question that this open question explains")
    option: str | None = Field(default=None, description="the option, where role is choice")

    @model_validator(mode="after")
    def _has_a_question(self) -> Self:
        if self.role in ("open", "closed", "choice", "demographic") and not self.question:
            raise ValueError(f"column {self.column} is {self.role} and needs a 'question', a short name for it")
        if self.role == "choice" and not self.option:
            raise ValueError(f"column {self.column} is choice and needs an 'option'")
        return self


class Mapping(BaseModel):
    """What every column of an export is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    format: Format = "plain"
    sheet: str | None = None
    header_rows: int = Field(default=1, ge=1, le=5, description="rows before the first respondent")
    columns: tuple[Column, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        columns = [column.column for column in self.columns]
        if twice := next((name for name in columns if columns.count(name) > 1), None):
            raise ValueError(f"column {twice} stands twice")
        for role in ("respondent_id", "respondent_type"):
            if sum(column.role == role for column in self.columns) > 1:
                raise ValueError(f"two columns are {role}: keep one of them")
        names = [column.question for column in self.columns if column.role in ("open", "closed", "demographic")]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two columns have the question '{twice}': give one of them another name")
        closed = {column.question for column in self.columns if column.role in ("closed", "choice")}
        for column in self.columns:
            if column.partner is not None and column.partner not in closed:
                near = nearest(column.partner, [name for name in closed if name], limit=1)
                hint = f": did you mean {near[0]}?" if near else ""
                raise ValueError(f"column {column.column} has the partner '{column.partner}', which is no closed question{hint}")
        return self

    def of(self, *roles: Role) -> tuple[Column, ...]:
        """Return the columns with one of these roles."""
        return tuple(column for column in self.columns if column.role in roles)


def to_yaml(mapping: Mapping) -> str:
    """Return the mapping as YAML that a person can edit."""
    head = ["# What each column of the export is. Roles:"]
    head += [f"#   {role}: {meaning}" for role, meaning in ROLES.items()]
    content = mapping.model_dump(mode="json", exclude_none=True)
    body = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
    return "\n".join(head) + "\n" + body


def load_mapping(path: Path) -> Mapping:
    """Return the mapping in a YAML file.

    Raises:
        InputFileError: it is missing, is not YAML, or has an entry that is wrong; the sentence names it.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputFileError(f"There is no mapping file {path}: give --draft {path} to have one proposed.") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputFileError(f"{path} is not YAML that can be used: {' '.join(str(error).split())}.") from None
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        found = error.errors()[0]
        entry = ".".join(str(part) for part in found["loc"])
        raise InputFileError(f"{path}{f', entry {entry!r}' if entry else ''}: {in_words(found)}.") from None


def headings(sheet: Sheet, header_rows: int) -> list[str]:
    """Return one heading a column from the first rows; merged cells lend their words to each column they cover.

    Qualtrics' third row (ImportId) is left out, and repeated words are said once.
    """
    top = [(number, list(cells)) for number, cells in sheet.rows[:header_rows]]
    for number, cells in top:
        for merge in sheet.merges:
            if merge.first_row <= number <= merge.last_row:
                source = next((row for first, row in top if first == merge.first_row), cells)
                for column in range(merge.first_column, min(merge.last_column, len(cells)) + 1):
                    if not cells[column - 1].strip():
                        cells[column - 1] = source[merge.first_column - 1]
    found = []
    for column in range(sheet.width):
        parts = [" ".join(cells[column].split()) for _, cells in top]
        parts = [part for part in parts if part and not part.startswith('{"ImportId"')]
        found.append(" - ".join(dict.fromkeys(parts)))
    return found


def propose(sheet: Sheet) -> Mapping:
    """Return a mapping guessed from headings and content, for a person to check; it may have no open question."""
    header_rows = _header_rows(sheet)
    names = headings(sheet, header_rows)
    rows = [cells for _, cells in sheet.rows[header_rows:]]
    roles = [_role(names[i], [row[i] for row in rows], i) for i in range(sheet.width)]
    _keep_first(roles, "respondent_id")
    _keep_first(roles, "respondent_type", otherwise="demographic")
    options = _options(names, roles, rows)
    questions = _question_names(names, roles, options)
    columns: list[Column] = []
    for i, (name, role) in enumerate(zip(names, roles, strict=True)):
        choice = options.get(i)
        columns.append(
            Column(
                column=letters(i + 1),
                header=name,
                role="choice" if choice else role,
                question=questions.get(i),
                label=(choice[0] if choice else name) if questions.get(i) else None,
                option=choice[1] if choice else None,
            )
        )
    paired = [_with_partner(column, columns[:i], rows) for i, column in enumerate(columns)]
    return Mapping(format=_format(names, sheet), sheet=sheet.sheet_name, header_rows=header_rows, columns=tuple(paired))


def check_headings(mapping: Mapping, sheet: Sheet, where: str) -> None:
    """Refuse a file whose headings are not those of the mapping.

    Raises:
        InputFileError: the first column that differs is named.
    """
    names = headings(sheet, mapping.header_rows)
    found = {letters(i + 1): name for i, name in enumerate(names)}
    for column in mapping.columns:
        if column.column not in found:
            raise InputFileError(
                f"{where} has no column {column.column} ('{column.header}' in the mapping): was a column taken out?"
            )
        if " ".join(column.header.split()) != found[column.column]:
            raise InputFileError(
                f"{where}, column {column.column} is headed '{found[column.column]}' and the mapping says '{column.header}': "
                "columns have moved; write a new mapping with --draft."
            )
    known = {column.column for column in mapping.columns}
    extra = next((name for name in found if name not in known and found[name]), None)
    if extra:
        raise InputFileError(
            f"{where} has a column {extra} ('{found[extra]}') that the mapping does not name: add it, if only as ignore."
        )


def _header_rows(sheet: Sheet) -> int:
    rows = [cells for _, cells in sheet.rows[:4]]
    for i, cells in enumerate(rows[:3]):
        if any(cell.startswith('{"ImportId"') for cell in cells):
            return i + 1
    first = [cell.strip() for cell in rows[0] if cell.strip()]
    if len(rows) > 1 and first and sum(bool(_CODES.match(cell)) for cell in first) >= 0.8 * len(first):
        second = [cell for cell in rows[1] if cell.strip()]
        if second and sum(len(cell.split()) >= 3 for cell in second) >= 0.5 * len(second):
            return 2
    top = sheet.rows[0][0]
    below = max(
        (merge.last_row for merge in sheet.merges if merge.first_row == top and merge.first_column != merge.last_column), default=0
    )
    return 2 if below == top and len(rows) > 1 else 1


def _format(names: Sequence[str], sheet: Sheet) -> Format:
    first = {cell.strip().casefold() for cell in sheet.rows[0][1]}
    if len(first & _QUALTRICS) >= 2:
        return "qualtrics"
    return "citizen_space" if sum(bool(_CITIZEN_SPACE.search(name)) for name in names) >= 2 else "plain"


def _role(name: str, cells: Sequence[str], place: int) -> Role:
    filled = [cell.strip() for cell in cells if cell.strip()]
    different = len(set(filled))
    first = name.split(" - ", maxsplit=1)[0]
    words = sum(len(cell.split()) for cell in filled) / max(1, len(filled))
    if _TYPE.search(name) and words < 8:
        return "respondent_type"
    if _PERSONAL.search(name) and words < 8:
        return "personal"
    if _SYSTEM.match(first) or _SYSTEM.match(name):
        return "ignore"
    if (_IDENTITY.match(first) or _IDENTITY.match(name)) and (different == len(filled) or place == 0):
        return "respondent_id"
    asks = "?" in name or bool(_QUESTION_NUMBER.match(name)) or bool(_EXPLAIN.search(name))
    if not filled:
        return "open" if asks and _EXPLAIN.search(name) else "ignore"
    # A list of options repeats itself; people's own words rarely do.
    if words >= 4 and (different > 0.5 * len(filled) or different > 30) and (asks or words >= 6):
        return "open"
    if words >= 6 and different >= 5 and asks:
        return "open"
    if different <= 30 and (different < len(filled) or asks):
        return "closed" if asks and not _ABOUT.search(name) else "demographic"
    if re.search(r"\borganisation('s)? name|name of .*organisation|company name", name, re.I):
        return "personal"
    return "open" if words >= 3 and asks else "ignore"


def _keep_first(roles: list[Role], role: Role, otherwise: Role = "ignore") -> None:
    places = [i for i, each in enumerate(roles) if each == role]
    for i in places[1:]:
        roles[i] = otherwise


def _options(names: Sequence[str], roles: Sequence[Role], rows: Sequence[Sequence[str]]) -> dict[int, tuple[str, str]]:
    """Return {column: (question, option)} for runs of columns 'Question - option' that each hold one word or nothing."""
    parts: dict[int, tuple[str, str]] = {}
    for i, name in enumerate(names):
        question, mark, option = name.rpartition(" - ")
        values = {row[i].strip() for row in rows} - {""}
        if mark and roles[i] in ("closed", "demographic", "ignore") and len(values) <= 1:
            parts[i] = (question, option)
    shared = [question for question, _ in parts.values()]
    return {i: part for i, part in parts.items() if shared.count(part[0]) > 1}


def _question_names(names: Sequence[str], roles: Sequence[Role], options: dict[int, tuple[str, str]]) -> dict[int, str]:
    """Return a short name for each column that is a question: its number, or the first words of its heading."""
    found: dict[int, str] = {}
    taken: dict[str, str] = {}
    for i, (name, role) in enumerate(zip(names, roles, strict=True)):
        if role not in ("open", "closed", "demographic") and i not in options:
            continue
        heading = options[i][0] if i in options else name
        number = _QUESTION_NUMBER.match(heading)
        stem = number[1] if number else " ".join(re.findall(r"\w+", heading)[:4])
        base = re.sub(r"[^a-z0-9]+", "-", stem.casefold()).strip("-") or f"column-{letters(i + 1).lower()}"
        base = f"q{base}" if base[0].isdigit() else base
        if role == "closed" or i in options:
            base += "-choice"
        key = heading if i in options else f"{i}"
        short, count = base, 2
        while taken.get(short, key) != key:
            short, count = f"{base}-{count}", count + 1
        taken[short] = key
        found[i] = short
    return found


def _with_partner(column: Column, before: Sequence[Column], rows: Sequence[Sequence[str]]) -> Column:
    """Return an open question with the closed question that it explains: the same number, or the nearest one before it."""
    if column.role != "open":
        return column
    closed = [each for each in before if each.role == "closed"]
    number = _QUESTION_NUMBER.match(column.header)
    same = [
        each
        for each in closed
        if number and (other := _QUESTION_NUMBER.match(each.header)) and _plain(other[1]) == _plain(number[1])
    ]
    if same:
        return column.model_copy(update={"partner": same[-1].question})
    if _EXPLAIN.search(column.header) and before and before[-1].role == "closed" and _AGREE.search(before[-1].header):
        return column.model_copy(update={"partner": before[-1].question})
    return column


def _plain(number: str) -> str:
    return re.sub(r"\W|question|q", "", number.casefold())
