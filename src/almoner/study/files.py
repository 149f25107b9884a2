"""Study files: which places, scenarios, draws, replicates and horizon one run holds.

In: YAML written by a person. Out: a frozen `StudyPlan`, whose `run_id` is the hash of what determines its result, and which turns
into a plain dictionary and back, so that a worker on another machine can build the same plan and say if it cannot.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from almoner.errors import AlmonerError, InputFileError, OutOfRangeError, in_words, nearest
from almoner.model.clock import EPOCH_YEAR, months_to_march
from almoner.parameters import load
from almoner.policies.registry import make
from almoner.readers.own_figures import OwnFigures, OwnRow, read_own_figures
from almoner.reference.areas import Area, resolve
from almoner.reference.tables import data_hash
from almoner.study.design import LAST_YEAR, DrawsFrom, posterior_of
from almoner.study.scenario import DO_NOTHING, ParameterEdit, Scenario, load_scenario, shipped
from almoner.study.yaml_text import mapping_in
from almoner.version import VERSION, code_hash

MOST_DRAWS: Final = 1 << 16
MOST_REPLICATES: Final = 10_000
_WHOLE_NUMBER: Final = ("int_type", "int_parsing", "int_from_float")


def _as_list(value: object) -> object:
    return [] if value is None else value


class StudyFile(BaseModel):
    """The layout of a study file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    areas: list[str] = Field(min_length=1, description="names or codes of areas, regions, boards or England")
    scenarios: Annotated[list[str], BeforeValidator(_as_list)] = Field(
        default=[], description="shipped names, or files beside this one; do-nothing is always run and comes first"
    )
    to: int = Field(strict=True, description="last year, to 31 March")
    draws: int = Field(default=1, strict=True, ge=1, le=MOST_DRAWS, description="draws of the uncertain parameters")
    replicates: int = Field(default=1, strict=True, ge=1, le=MOST_REPLICATES, description="runs of chance under each draw")
    seed: int = Field(default=0, strict=True, ge=0, le=(1 << 63) - 1)
    draws_from: DrawsFrom = Field(default="posterior", description="whether calibrated parameters are drawn from the posterior")
    own: str | None = Field(default=None, description="a CSV of areas' own posts, vacancies and turnover, beside this file")
    version: Literal[1] = 1


@dataclass(frozen=True)
class StudyPlan:
    """A study ready to run. The first scenario is the one that others are compared with."""

    name: str
    places: tuple[Area, ...]
    scenarios: tuple[Scenario, ...]
    draws: int
    replicates: int
    to_year: int
    seed: int = 0
    own: OwnFigures | None = None
    draws_from: DrawsFrom = "posterior"

    @property
    def members(self) -> tuple[str, ...]:
        """Codes of the areas to run, each once, in the order of their codes; a place's weights matter only when adding up."""
        return tuple(sorted({code for place in self.places for code in place.area_codes}))

    @property
    def months(self) -> int:
        """Months from the opening to 31 March of the last year."""
        return months_to_march(self.to_year)

    @property
    def years(self) -> tuple[int, ...]:
        """Years whose 31 March is reported, the opening first."""
        return tuple(range(EPOCH_YEAR, self.to_year + 1))

    @cached_property
    def determines(self) -> dict[str, object]:
        """Everything that determines the result, with the version, parameters and data of the Almoner that is asked."""
        return {
            "almoner_version": VERSION,
            "code": code_hash(),
            "parameters": load().hash,
            "data": data_hash(),
            "areas": list(self.members),
            "scenarios": [[scenario.id, scenario.hash] for scenario in self.scenarios],
            "draws": self.draws,
            "replicates": self.replicates,
            "to_year": self.to_year,
            "seed": self.seed,
            "own_figures": self.own.hash if self.own else None,
            "draws_from": self.draws_from,
            "posterior": posterior_of(self.draws_from),
        }

    @cached_property
    def run_id(self) -> str:
        """The first 16 hexadecimal digits of the hash of what determines the result."""
        return run_id_of(self.determines)

    @property
    def hash(self) -> str:
        """SHA-256 of the whole plan, its wording included."""
        return hashlib.sha256(canonical(self.as_dict())).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as text, numbers, lists and dictionaries."""
        return {
            "name": self.name,
            "places": [_place_as_dict(place) for place in self.places],
            "scenarios": [_scenario_as_dict(scenario) for scenario in self.scenarios],
            "draws": self.draws,
            "replicates": self.replicates,
            "to_year": self.to_year,
            "seed": self.seed,
            "own": None if self.own is None else asdict(self.own),
            "draws_from": self.draws_from,
        }


def load_study(path: str | Path) -> StudyPlan:
    """Return the plan that a study file describes.

    Raises:
        InputFileError: the file is missing, is not YAML, or has an entry that the layout does not know.
        AlmonerError: an area, scenario, policy or parameter that is not known, with the nearest names, or a year outside the data.
    """
    content = _read(Path(path).expanduser())
    if not EPOCH_YEAR < content.to <= LAST_YEAR:
        raise OutOfRangeError(
            f"{path}: 'to: {content.to}' is outside the data: population is projected for {EPOCH_YEAR + 1} to {LAST_YEAR}."
        )
    try:
        places = tuple({place.code: place for place in map(resolve, content.areas)}.values())
    except AlmonerError as error:
        error.args = (f"{path}: {error}",)
        raise
    months = months_to_march(content.to)
    folder = Path(path).expanduser().parent
    scenarios = (
        load_scenario(DO_NOTHING),
        *(load_scenario(_beside(name, folder), months) for name in content.scenarios if name != DO_NOTHING),
    )
    ids = [scenario.id for scenario in scenarios]
    if twice := next((name for name in ids if ids.count(name) > 1), None):
        raise InputFileError(f"{path}: two scenarios are called '{twice}': give one of the files another name.")
    own = None if content.own is None else read_own_figures(folder / Path(content.own).expanduser())
    counts = (content.draws, content.replicates, content.to, content.seed)
    return StudyPlan(content.name, places, scenarios, *counts, own, content.draws_from)


def plan_from_dict(content: Mapping[str, Any]) -> StudyPlan:
    """Return the plan that `StudyPlan.as_dict` wrote down."""
    return StudyPlan(
        name=content["name"],
        places=tuple(_place_from_dict(place) for place in content["places"]),
        scenarios=tuple(_scenario_from_dict(scenario) for scenario in content["scenarios"]),
        draws=content["draws"],
        replicates=content["replicates"],
        to_year=content["to_year"],
        seed=content["seed"],
        own=_own_from_dict(content.get("own")),
        # A plan that does not say was written before there was a posterior.
        draws_from=content.get("draws_from", "prior"),
    )


def run_id_of(determines: Mapping[str, object]) -> str:
    """Return the name of the run that these things determine."""
    return hashlib.sha256(canonical(determines)).hexdigest()[:16]


def canonical(content: object) -> bytes:
    """Return JSON that is the same for the same content, as bytes to hash."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _read(path: Path) -> StudyFile:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        siblings = [entry.name for entry in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        near = nearest(path.name, siblings, limit=1)
        offer = f" Did you mean {near[0]}?" if near else ""
        raise InputFileError(f"There is no study file {path}.{offer}") from None
    except UnicodeDecodeError:
        raise InputFileError(f"{path} is not text in UTF-8: save it as UTF-8 and try again.") from None
    except OSError as error:
        raise InputFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    content = mapping_in(text, str(path), "a study: it needs at least 'name:', 'areas:' and 'to:'")
    try:
        return StudyFile.model_validate(content)
    except ValidationError as error:
        found = error.errors()
        first = next((each for each in found if each["type"] == "extra_forbidden"), found[0])
        entry = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            # Of names that begin alike (draws, draws_from) the one of nearly the same length is meant.
            near = get_close_matches(entry, StudyFile.model_fields, 1) or nearest(entry, StudyFile.model_fields, limit=1)
            raise InputFileError(
                f"{path} has an entry '{entry}' that studies do not know{f': did you mean {near[0]}?' if near else '.'}"
            ) from None
        if first["type"] in _WHOLE_NUMBER:
            raise InputFileError(f"{path}, entry '{entry}': must be a whole number (given: {first['input']!r}).") from None
        if first["type"] in ("too_short", "string_too_short"):
            raise InputFileError(f"{path}, entry '{entry}': must not be empty.") from None
        raise InputFileError(f"{path}, entry '{entry}': {in_words(first)}.") from None


def _beside(name: str, folder: Path) -> str:
    """Return a scenario's file as lying beside the study file; a shipped name, or one that is no file, as it is."""
    path = folder / Path(name).expanduser()
    is_file = path.suffix in {".yaml", ".yml"} or "/" in name
    return str(path) if name not in shipped() and is_file else name


def _place_as_dict(place: Area) -> dict[str, Any]:
    members = [[code, weight] for code, weight in place.members]
    region = {"region_code": place.region_code, "region_name": place.region_name}
    return {"code": place.code, "name": place.name, "level": place.level, **region, "members": members}


def _place_from_dict(content: Mapping[str, Any]) -> Area:
    return Area(**{**content, "members": tuple((code, weight) for code, weight in content["members"])})


def _own_from_dict(content: Mapping[str, Any] | None) -> OwnFigures | None:
    if content is None:
        return None
    return OwnFigures(content["name"], tuple(OwnRow(**row) for row in content["rows"]), content["withheld"])


def _scenario_as_dict(scenario: Scenario) -> dict[str, Any]:
    words = {"id": scenario.id, "name": scenario.name, "description": scenario.description}
    edits = [edit.model_dump(mode="json") for edit in scenario.parameter_edits]
    return {**words, "policies": scenario.content["policies"], "parameters": edits}


def _scenario_from_dict(content: Mapping[str, Any]) -> Scenario:
    return Scenario(
        id=content["id"],
        name=content["name"],
        description=content["description"],
        policies=tuple((name, make(name, settings, content["id"])) for name, settings in content["policies"]),
        parameter_edits=tuple(ParameterEdit.model_validate(edit) for edit in content["parameters"]),
    )
