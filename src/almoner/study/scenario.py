"""Scenario files: a named list of policies and parameter edits over another scenario or over nothing.

In: YAML written by a person, or the name of a scenario that ships with Almoner. Out: a frozen `Scenario` whose hash depends on
what it does, not on how it is worded. An unknown policy, setting or parameter is one clear sentence with the nearest name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from almoner.errors import AlmonerError, InputFileError, NotFoundError, OutOfRangeError, in_words, nearest
from almoner.model.clock import month_text
from almoner.parameters import Add, Cap, Edit, Floor, ParameterTree, Scale, Set, load
from almoner.policies.base import Month, Place, Policy, reach
from almoner.policies.registry import make, origin
from almoner.reference.areas import england
from almoner.study.editable import check_edits, check_local
from almoner.study.yaml_text import mapping_in

DO_NOTHING: Final = "do-nothing"
USUAL: Final = ("fair-pay", "prevention-and-recovery")
KINDS_OF_EDIT: Final = {"set": Set, "add": Add, "scale": Scale, "cap": Cap, "floor": Floor}


class ParameterEdit(BaseModel):
    """An edit of a parameter written in a scenario file: exactly one of set, add, scale, cap, floor."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    path: str
    set: float | None = None
    add: float | None = None
    scale: float | None = None
    cap: float | None = None
    floor: float | None = None
    from_: Month | None = Field(default=None, alias="from")
    until: Month | None = None
    areas: tuple[Place, ...] = Field(default=(), description="places that the edit is limited to; everywhere when left out")
    source: str | None = Field(default=None, description="where the value comes from, for the report's list of overrides")

    def edit(self) -> Edit:
        """Return the edit, or say that not exactly one kind was given."""
        given = [(kind, amount) for kind in KINDS_OF_EDIT if (amount := getattr(self, kind)) is not None]
        if len(given) != 1:
            raise AlmonerError(f"The edit of '{self.path}' must give exactly one of {', '.join(KINDS_OF_EDIT)}.")
        kind, amount = given[0]
        return KINDS_OF_EDIT[kind](self.path, float(amount), self.from_, self.until)


def _as_list(value: object) -> object:
    return [] if value is None else value


class ScenarioFile(BaseModel):
    """The layout of a scenario file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str = ""
    over: Annotated[str, BeforeValidator(lambda value: DO_NOTHING if value is None else value)] = DO_NOTHING
    policies: Annotated[list[dict[str, dict[str, object] | None] | str], BeforeValidator(_as_list)] = []
    parameters: Annotated[list[ParameterEdit], BeforeValidator(_as_list)] = []
    version: Literal[1] = 1


@dataclass(frozen=True)
class Scenario:
    """A named list of policies and edits, with those of the scenarios that it stands over put first."""

    id: str
    name: str
    description: str
    policies: tuple[tuple[str, Policy], ...] = ()
    parameter_edits: tuple[ParameterEdit, ...] = ()

    def apply(self, tree: ParameterTree, area: str | None = None) -> ParameterTree:
        """Return the tree as this scenario has it everywhere, or in one area; a scenario without policies leaves it unchanged."""
        return self.edits(tree, area)[1]

    def edits(self, tree: ParameterTree, area: str | None = None) -> tuple[tuple[Edit, ...], ParameterTree]:
        """Return the edits that this scenario makes to `tree` everywhere, or in one area, in order, and the tree with them done."""
        done = [edit.edit() for edit in self.parameter_edits if _reaches(edit.areas, area)]
        edited = tree.edited(done) if done else tree
        for _, policy in self.policies:
            if _reaches(policy.areas, area):
                own = list(policy.edits(edited))
                edited = edited.edited(own)
                done += own
        return tuple(done), edited

    def variants(self, area_codes: Sequence[str]) -> tuple[tuple[str | None, ...], tuple[int, ...]]:
        """Return the different sets of policies that reach areas, each as an area that has it, and each area's place among them.

        The first is None: what reaches everywhere. All areas have it unless something is limited to places.
        """
        limited = [where for where in self._places() if where is not None]
        seen: dict[tuple[bool, ...], int] = {(False,) * len(limited): 0}
        examples: list[str | None] = [None]
        of_area = []
        for code in area_codes:
            own = tuple(code in where for where in limited)
            if own not in seen:
                seen[own] = len(examples)
                examples.append(code)
            of_area.append(seen[own])
        return tuple(examples), tuple(of_area)

    def _places(self) -> Iterator[frozenset[str] | None]:
        yield from (reach(edit.areas) for edit in self.parameter_edits)
        yield from (reach(policy.areas) for _, policy in self.policies)

    @property
    def content(self) -> dict[str, object]:
        """What the scenario does, without its wording."""
        others = {name: package for name, _ in self.policies if (package := origin(name)) != "almoner"}
        return {
            **({"packages": others} if others else {}),
            "policies": [[name, policy.model_dump(mode="json")] for name, policy in self.policies],
            "parameters": [edit.model_dump(mode="json", exclude={"source"}) for edit in self.parameter_edits],
        }

    @property
    def hash(self) -> str:
        """SHA-256 of what the scenario does."""
        return hashlib.sha256(json.dumps(self.content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _reaches(places: tuple[str, ...], area: str | None) -> bool:
    where = reach(places)
    return where is None or (area is not None and area in where)


def shipped() -> tuple[str, ...]:
    """Return the names of the scenarios that ship with Almoner."""
    folder = resources.files("almoner.study") / "scenarios"
    return tuple(sorted(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def chosen(references: Sequence[str] | None, months: int) -> tuple[Scenario, ...]:
    """Return doing nothing and the scenarios asked for; without any, those usually shown that start before the run ends."""
    asked = [load_scenario(name, months) for name in references or () if name != DO_NOTHING]
    usual = [scenario for scenario in map(load_scenario, USUAL) if all(p.start < months for _, p in scenario.policies)]
    found = (load_scenario(DO_NOTHING), *(asked if references else usual))
    ids = [scenario.id for scenario in found]
    if twice := next((name for name in ids if ids.count(name) > 1), None):
        raise InputFileError(f"Two scenarios are called '{twice}': give one of the files another name.")
    return found


def load_scenario(reference: str, months: int | None = None) -> Scenario:
    """Return the scenario at a path, or the shipped one of that name.

    Raises:
        InputFileError: the file is missing, is not YAML, or has an entry that the layout does not know.
        NotFoundError: an unknown policy, parameter or scenario, with the nearest names.
        AlmonerError: a policy starts or ends outside the `months` of the run.
    """
    scenario = _load(reference, Path.cwd(), ())
    for name, policy in scenario.policies:
        _check_dates(scenario, name, policy, months)
    # What cannot be done must fail now, not in the middle of a run.
    try:
        everywhere, edited = scenario.edits(load())
        check_edits(everywhere, load(), edited)
        for area in scenario.variants(england().area_codes)[0][1:]:
            edits, edited = scenario.edits(load(), area)
            check_edits(edits, load(), edited)
            check_local(edits, everywhere, load())
    except AlmonerError as error:
        error.args = (f"{reference}: {error}",)
        raise
    return scenario


@lru_cache(maxsize=32)
def _shipped_text(name: str) -> str:
    return (resources.files("almoner.study") / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")


def _load(reference: str, folder: Path, above: tuple[str, ...]) -> Scenario:
    if reference in above:
        raise InputFileError(f"Scenario '{reference}' stands over itself: follow its 'over:' lines and break the ring.")
    if reference in shipped():
        return _build(_parse(_shipped_text(reference), f"shipped scenario {reference}"), reference, folder, (*above, reference))
    if not reference.strip():
        raise InputFileError(f"No scenario was named: give a file or one of {', '.join(shipped())}.")
    path = folder / Path(reference).expanduser()
    try:
        path = path.resolve()
        exists = path.exists()
    except (OSError, ValueError):
        exists = False
    if not exists:
        known = shipped()
        if path.suffix in {".yaml", ".yml"} or "/" in reference:
            siblings = [entry.name for entry in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
            near = nearest(path.name, siblings, limit=1)
            offer = f" Did you mean {near[0]}?" if near else f" Shipped scenarios: {', '.join(known)}."
            raise InputFileError(f"There is no scenario file {reference}.{offer}")
        raise NotFoundError("scenario", reference, known)
    if path.is_dir():
        raise InputFileError(f"{reference} is a folder: name a scenario file in it.")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputFileError(f"{reference} is not text in UTF-8: save it as UTF-8 and try again.") from None
    except OSError as error:
        raise InputFileError(f"{reference} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    return _build(_parse(text, reference), path.stem, path.parent, (*above, reference))


def _parse(text: str, where: str) -> ScenarioFile:
    content = mapping_in(text, where, "a scenario: it needs at least 'name:' and a list of 'policies:'")
    try:
        return ScenarioFile.model_validate(content)
    except ValidationError as error:
        found = error.errors()
        first = next((each for each in found if each["type"] == "extra_forbidden"), found[0])
        # Where an entry may be written in two ways, pydantic names the way as well.
        entry = ".".join(str(part) for part in first["loc"] if "[" not in str(part))
        if first["type"] == "extra_forbidden":
            near = nearest(entry.rpartition(".")[2], (*ScenarioFile.model_fields, *ParameterEdit.model_fields), limit=1)
            raise InputFileError(
                f"{where} has an entry '{entry}' that scenarios do not know{f': did you mean {near[0]}?' if near else '.'}"
            ) from None
        raise InputFileError(f"{where}, entry '{entry}': {in_words(first)}.") from None


def _build(content: ScenarioFile, name: str, folder: Path, above: tuple[str, ...]) -> Scenario:
    below = _load(content.over, folder, above) if content.over != DO_NOTHING else None
    policies = tuple(_policies(content, name))
    return Scenario(
        id=name,
        name=content.name,
        description=content.description.strip(),
        policies=(below.policies if below else ()) + policies,
        parameter_edits=(below.parameter_edits if below else ()) + tuple(content.parameters),
    )


def _policies(content: ScenarioFile, where: str) -> Iterator[tuple[str, Policy]]:
    for entry in content.policies:
        if isinstance(entry, str):
            yield entry, make(entry, {}, where)
            continue
        for policy, settings in entry.items():
            yield policy, make(policy, settings, where)


def _check_dates(scenario: Scenario, kind: str, policy: Policy, months: int | None) -> None:
    if policy.start < 0:
        raise OutOfRangeError(
            f"Scenario {scenario.id}: {kind} starts in {month_text(policy.start)}, before the first month, {month_text(0)}."
        )
    if months is not None and policy.start >= months:
        last = month_text(months - 1)
        raise OutOfRangeError(
            f"Scenario {scenario.id}: {kind} starts in {month_text(policy.start)}, after the run ends in {last}: "
            "give an earlier start or a later --to."
        )
