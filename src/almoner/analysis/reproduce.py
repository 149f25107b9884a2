"""Setting a plan beside the same plan made again: which figures differ, each by its name.

In: the files of a plan as written and as made again from its manifest. Out: one row a difference. A figure of `plan.json` is named
by the place it stands in (`paths[do-nothing, vacancy_rate].bands[3].median`), one of a table by its row and column, one of the page
by the words before it. Numbers must be equal as printed: the model gives the same bits for the same inputs.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

from almoner.errors import InputFileError
from almoner.model.clock import months_to_march
from almoner.reference.areas import resolve
from almoner.study.design import Study, own_figures
from almoner.study.scenario import DO_NOTHING, load_scenario, shipped

NAMES: Final = ("id", "scenario", "measure", "service", "role", "year", "path", "age_band", "margin", "category", "label", "code")
"""Keys that name an item of a list, in the order in which they are tried; two of them are joined."""

_NUMBER: Final = re.compile(r"[-\u2212]?£?\d[\d,]*\.?\d*%?")
_CONTEXT: Final = 60
_NAMING_COLUMNS: Final = 6
_AMOUNT: Final = re.compile(r"-?\d+\.\d+(e-?\d+)?")
"""A cell that is a figure and so no part of its row's name; years and codes have no point."""


@dataclass(frozen=True, slots=True)
class WrittenPlan:
    """A plan folder: its manifest and the text of the files that the manifest lists."""

    folder: Path
    manifest: dict[str, Any]
    files: dict[str, str]

    @property
    def command(self) -> list[str]:
        """The words of the command that made the plan."""
        return shlex.split(str(self.manifest["inputs"]["command"]))

    @property
    def scenarios(self) -> list[str]:
        """The names of the scenarios after the first."""
        return _options(self.command, "--scenario")

    @property
    def own(self) -> str | None:
        """The file of own figures that the plan used, as it was named."""
        return next(iter(_options(self.command, "--own")), None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of making a plan again."""

    differences: tuple[dict[str, str], ...]
    figures: int
    """How many figures were set beside each other."""
    changed_inputs: tuple[dict[str, str], ...]
    """Inputs of the manifest that this installation has otherwise: code, data, parameters, scenarios."""
    changed_files: tuple[str, ...]
    """Files whose text is not the one that the manifest was made of."""


def read_plan(folder: Path) -> WrittenPlan:
    """Read a plan folder, or say what is missing."""
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        names = list(manifest["files"])
        command = manifest["inputs"]["command"]
    except FileNotFoundError:
        raise InputFileError(f"{folder} holds no manifest.json: name a folder that almoner plan --out has written.") from None
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise InputFileError(f"{path} is not the manifest of a plan: it cannot be read ({error}).") from error
    files = {}
    for name in names:
        try:
            files[name] = (folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise InputFileError(
                f"{folder} lacks {name}, which its manifest lists: restore the file or make the plan again."
            ) from None
    assert isinstance(command, str)
    return WrittenPlan(folder, manifest, files)


def study_of(written: WrittenPlan, scenario_files: Sequence[str] = (), own: str | Path | None = None) -> Study:
    """Return the study that the manifest's command asks for.

    A scenario or a file of own figures that is not shipped is looked for where the plan lies and where the command is given, unless
    its file is named; it must be the one that the plan was made of.
    """
    inputs = written.manifest["inputs"]
    place = resolve(inputs["area"])
    months = months_to_march(int(inputs["to_year"]))
    by_name = {Path(file).stem: file for file in scenario_files}
    found = [by_name.get(name) or _scenario(name, written.folder) for name in written.scenarios]
    own_file = own or (None if written.own is None else _beside(written.own, written.folder, "--own"))
    study = Study(
        place,
        (load_scenario(DO_NOTHING), *(load_scenario(name, months) for name in found)),
        int(inputs["draws"]),
        int(inputs["to_year"]),
        int(inputs["seed"]),
        own=own_figures(own_file, place),
        # A plan that does not say was made before there was a posterior.
        draws_from=inputs.get("draws_from", "prior"),
    )
    hashes = json.loads(inputs["scenarios"])
    for scenario in study.scenarios:
        if scenario.id in by_name and hashes.get(scenario.id) != scenario.hash:
            raise InputFileError(
                f"{by_name[scenario.id]} is not the scenario '{scenario.id}' that the plan was made of: give that file."
            )
    return study


def _scenario(name: str, folder: Path) -> str:
    if name in shipped():
        return name
    return str(_beside(f"{name}.yaml", folder, "--scenario"))


def _beside(name: str, folder: Path, option: str) -> Path:
    for place in (Path(name), folder / Path(name).name, folder.parent / Path(name).name):
        if place.is_file():
            return place
    raise InputFileError(f"The plan was made with {name}, which is not here: give the file with {option}.")


def compare(written: WrittenPlan, made: Mapping[str, str], inputs: Mapping[str, str]) -> Comparison:
    """Set the files as written beside those made again, and the manifest's inputs beside those of this installation."""
    differences: list[dict[str, str]] = []
    figures = 0
    for name in dict.fromkeys((*written.files, *(name for name in made if name != "manifest.json"))):
        before, after = _figures(name, written.files.get(name)), _figures(name, made.get(name))
        figures += len(before)
        differences.extend(
            {
                "file": name,
                "figure": figure,
                "written": before.get(figure, "not there"),
                "made again": after.get(figure, "not there"),
            }
            for figure in dict.fromkeys((*before, *after))
            if before.get(figure) != after.get(figure)
        )
    listed = written.manifest["files"]
    changed = tuple(
        name for name, text in written.files.items() if listed[name] != f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    )
    old = written.manifest["inputs"]
    other = tuple(
        {"input": key, "written": str(old.get(key, "")), "here": str(inputs.get(key, ""))}
        for key in dict.fromkeys((*old, *inputs))
        if key != "command" and str(old.get(key, "")) != str(inputs.get(key, ""))
    )
    return Comparison(tuple(differences), figures, other, changed)


def _figures(name: str, text: str | None) -> dict[str, str]:
    """Return every figure of a file by its name."""
    if text is None:
        return {}
    if name.endswith(".json"):
        return dict(_of_json(json.loads(text), ""))
    if name.endswith(".csv"):
        return dict(_of_csv(text))
    if name.endswith(".html"):
        return dict(_of_html(text))
    return {f"line {number}": line for number, line in enumerate(text.splitlines(), 1)}


def _of_json(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _of_json(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        seen: dict[str, int] = {}
        for number, item in enumerate(value):
            name = _name(item, number)
            seen[name] = seen.get(name, 0) + 1
            yield from _of_json(item, f"{path}[{name if seen[name] == 1 else f'{name}, {seen[name]}'}]")
    else:
        yield path, json.dumps(value, ensure_ascii=False)


def _name(item: Any, number: int) -> str:
    if isinstance(item, dict):
        found = [str(item[key]) for key in NAMES if isinstance(item.get(key), str | int)]
        if found:
            return ", ".join(found[:3])
    return str(number)


def _of_csv(text: str) -> Iterator[tuple[str, str]]:
    rows = list(csv.reader(io.StringIO(text)))
    if not rows:
        return
    head, seen = rows[0], dict[str, int]()
    for row in rows[1:]:
        name = ", ".join(cell for cell in row[:_NAMING_COLUMNS] if cell and not _AMOUNT.fullmatch(cell))
        seen[name] = seen.get(name, 0) + 1
        own = name if seen[name] == 1 else f"{name}, {seen[name]}"
        for column, cell in zip(head, row, strict=False):
            yield f"{own}: {column}", cell


class _Text(HTMLParser):
    """Gathers the words of a page, without its style."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"style", "script"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.words.append(" ".join(data.split()))


def _of_html(text: str) -> Iterator[tuple[str, str]]:
    """Yield every number of a page by the words before it; then the page without its numbers, where words or drawings changed."""
    reader = _Text()
    reader.feed(text)
    page, seen = " ".join(reader.words), dict[str, int]()
    for match in _NUMBER.finditer(page):
        name = _NUMBER.sub("#", page[max(match.start() - _CONTEXT, 0) : match.start()]).strip()
        seen[name] = seen.get(name, 0) + 1
        yield (f"after '{name}'" if seen[name] == 1 else f"after '{name}', {seen[name]}"), match[0]
    yield "words of the page", hashlib.sha256(_NUMBER.sub("#", page).encode()).hexdigest()
    yield "page with its drawings", hashlib.sha256(text.encode()).hexdigest()


def _options(words: Sequence[str], option: str) -> list[str]:
    found = [words[place + 1] for place, word in enumerate(words[:-1]) if word == option]
    return found + [word.partition("=")[2] for word in words if word.startswith(f"{option}=")]
