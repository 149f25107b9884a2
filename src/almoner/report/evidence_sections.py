"""The sections of a plan about an area's own evidence: job adverts, a consultation, promised sums.

In: files and folders that a user names. Out: the sections, and what the plan's manifest says of them: each by its name with the
SHA-256 of what it holds, and the words of the command that ask for it, so that `almoner reproduce` makes them again or says which
is not there. Nothing of the evidence changes a run; edits that adverts carry are scenario files.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from almoner.analysis.plan_record import PlanRecord
from almoner.analysis.pledge_files import with_own
from almoner.analysis.pledges import shipped_ledger
from almoner.errors import InputFileError
from almoner.reference.areas import Area
from almoner.report.adverts_plan import adverts_part
from almoner.report.consultation_plan import consultation_part
from almoner.report.part import Part
from almoner.report.pledges_plan import pledges_part
from almoner.report.sections import PlanSection
from almoner.study.scenario import Scenario

KINDS: Final = ("adverts", "consultation", "pledges")
"""Kinds of evidence in the order of the page; each is an option of the command and an entry of the manifest."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file or folder of evidence: as the plan names it, and where it lies now."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class PlanEvidence:
    """What was read of an area's evidence: parts to be drawn, and the SHA-256 of each file or folder by kind and name."""

    parts: tuple[Part, ...]
    hashes: Mapping[str, Mapping[str, str]]

    @property
    def manifest(self) -> dict[str, str]:
        """The entries of the plan's manifest."""
        return {kind: json.dumps(names, ensure_ascii=False) for kind, names in self.hashes.items()}

    @property
    def options(self) -> str:
        """The words of the command that ask for this evidence, each after a space."""
        return "".join(f" --{kind} {shlex.quote(name)}" for kind, names in self.hashes.items() for name in names)

    def sections(self) -> tuple[PlanSection, ...]:
        """Draw the sections."""
        return tuple(part.section() for part in self.parts)

    def listed_in(self, record: PlanRecord) -> PlanRecord:
        """Return the record with the evidence in its manifest."""
        if not self.hashes:
            return record
        command = record.manifest["command"] + self.options
        return replace(record, manifest={**record.manifest, **self.manifest, "command": command})


def read_evidence(
    place: Area,
    scenarios: Sequence[Scenario] = (),
    adverts: Sequence[str | Path] = (),
    consultation: str | Path | None = None,
    pledges: Sequence[str | Path] = (),
) -> PlanEvidence:
    """Read evidence that a user names for a place.

    Args:
        place: the plan's place.
        scenarios: those of the plan; themes say which of their policies they speak about.
        adverts: files or folders of adverts, or the one folder that almoner adverts report has written.
        consultation: the folder of a consultation.
        pledges: files of the area's own pledges.

    Raises:
        InputFileError: something is not there or cannot be read, or is about another place.
    """
    return _read(place, scenarios, _given(adverts), _given([] if consultation is None else [consultation]), _given(pledges))


def read_again(
    inputs: Mapping[str, Any],
    folder: Path,
    place: Area,
    scenarios: Sequence[Scenario] = (),
    given: Mapping[str, Sequence[str | Path]] | None = None,
) -> PlanEvidence:
    """Read the evidence that the manifest of a written plan names.

    It is looked for where the command is given and where the plan lies, unless `given` names it by kind.

    Raises:
        InputFileError: it is not there; the sentence says with which option to name it.
    """
    found = []
    for kind in KINDS:
        names = list(json.loads(inputs[kind])) if kind in inputs else []
        named = [Path(each) for each in (given or {}).get(kind, ())]
        if named and len(named) != len(names):
            raise InputFileError(f"The plan was made with {len(names)} of --{kind} and {len(named)} are given: name as many.")
        paths = named or [_beside(name, folder, kind) for name in names]
        found.append([Given(name, path) for name, path in zip(names, paths, strict=True)])
    return _read(place, scenarios, *found)


def _given(paths: Sequence[str | Path]) -> list[Given]:
    """Name files as they were given, absolute ones by their last name: a plan tells nothing of the folders of a machine."""
    found = [Given(Path(each).name if Path(each).is_absolute() else Path(each).as_posix(), Path(each)) for each in paths]
    names = [each.name for each in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InputFileError(f"Two files or folders of evidence are called '{twice}': give one of them another name.")
    return found


def _beside(name: str, folder: Path, kind: str) -> Path:
    last = Path(name).name
    for path in (Path(name), folder / last, folder.parent / last):
        if path.exists():
            return path
    raise InputFileError(f"The plan was made with {name}, which is not here: give the file or folder with --{kind}.")


def _read(
    place: Area, scenarios: Sequence[Scenario], adverts: Sequence[Given], consultation: Sequence[Given], pledges: Sequence[Given]
) -> PlanEvidence:
    parts, hashes = [], {}
    if adverts:
        part, hashes["adverts"] = _adverts(place, scenarios, adverts)
        parts.append(part)
    for each in consultation:
        part, hashes["consultation"] = _consultation(scenarios, each)
        parts.append(part)
    if pledges:
        part, hashes["pledges"] = _pledges(pledges)
        parts.append(part)
    return PlanEvidence(tuple(parts), hashes)


def _adverts(place: Area, scenarios: Sequence[Scenario], given: Sequence[Given]) -> tuple[Part, dict[str, str]]:
    from almoner.voices.adverts.findings import find
    from almoner.voices.adverts.overrides import overrides
    from almoner.voices.adverts.read import expand, read_files
    from almoner.voices.adverts.saved import FILE, Saved, is_saved, load_saved

    if any(is_saved(each.path) for each in given):
        if len(given) > 1:
            raise InputFileError("Give --adverts either one folder of a report of adverts or files of adverts, not both.")
        saved = load_saved(given[0].path)
        about = saved.findings.place
        if about is None or about.code != place.code:
            raise InputFileError(
                f"The report of adverts in {given[0].name} is of {about.name if about else 'no one place'}, not of {place.name}: "
                f"make it with almoner adverts report FILE... --area {place.code} --out DIR."
            )
        file = given[0].path / FILE if given[0].path.is_dir() else given[0].path
        hashes = {given[0].name: _sha(file.read_bytes())}
    else:
        read = [(each, read_files(expand([each.path]))) for each in given]
        hashes = {each.name: _sha(json.dumps([(one.file, one.file_sha256) for one in some]).encode()) for each, some in read}
        found = find([advert for _, some in read for advert in some], place)
        saved = Saved(found, overrides(found))
    used = {edit.source for scenario in scenarios for edit in scenario.parameter_edits if edit.source}
    return adverts_part(saved, used), hashes


def _consultation(scenarios: Sequence[Scenario], given: Given) -> tuple[Part, dict[str, str]]:
    from almoner.voices.consultation.project import Project
    from almoner.voices.consultation.reporting import current

    report = current(Project.open(given.path))
    policies = {name for scenario in scenarios for name, _ in scenario.policies}
    digest = _sha(json.dumps(report["facts"]["steps"], sort_keys=True).encode())
    return consultation_part(report, policies), {given.name: digest}


def _pledges(given: Sequence[Given]) -> tuple[Part, dict[str, str]]:
    ledger = with_own([each.path for each in given])
    ids = [each for each in ledger.pledges if each not in shipped_ledger().pledges]
    names = [each.name for each in given]
    if not ids:
        raise InputFileError(f"{names[0]} holds no pledge: give a file with a row for each promised sum.")
    return pledges_part(ledger, ids, names), {each.name: _sha(each.path.read_bytes()) for each in given}


def _sha(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
