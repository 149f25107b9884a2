"""Scenarios that a workspace keeps, as the YAML that the command line uses, each with its versions.

A text is read in full before it is kept. It may stand over a scenario that ships with Almoner and over nothing else, since a name
of a file would be one of the server's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Final

import yaml
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from almoner.errors import AlmonerError, InputFileError, NotFoundError, nearest
from almoner.study.scenario import Scenario, load_scenario, shipped
from almoner.study.yaml_text import events_in, mapping_in
from almoner.web import audit
from almoner.web.permissions import own
from almoner.web.problems import Refused
from almoner.web.sessions import Member
from almoner.web.settings import Settings
from almoner.web.tables import ScenarioRow, ScenarioVersion, now

LONGEST_TEXT: Final = 64 * 1024
VERSIONS_KEPT: Final = 50


def parse(text: str, id: str = "scenario", months: int | None = None) -> Scenario:
    """Return the scenario that a text describes, under an id.

    Raises:
        InputFileError: it is too long, is not YAML, repeats itself by aliases, or stands over something that does not ship.
        AlmonerError: what `load_scenario` finds wrong.
    """
    if len(text.encode("utf-8", "replace")) > LONGEST_TEXT:
        raise InputFileError(f"The scenario is too long: at most {LONGEST_TEXT // 1024} kB are taken.")
    if not _is_text(text) or not id.isalnum():
        raise InputFileError("The scenario is not text that can be used.")
    _check_shape(text)
    try:
        content = mapping_in(text, "The scenario", "a scenario: it needs at least 'name:' and a list of 'policies:'")
        over = content.get("over")
        if over is not None and over not in shipped():
            raise InputFileError(f"A scenario kept here stands over one of {', '.join(shipped())}, not over '{str(over)[:60]}'.")
        with tempfile.TemporaryDirectory(prefix="almoner-") as folder:
            file = Path(folder) / f"{id}.yaml"
            file.write_text(text, encoding="utf-8")
            try:
                return load_scenario(str(file), months)
            except AlmonerError as error:
                said = str(error).replace(str(file), "The scenario").replace(f"Scenario {id}:", "The scenario:")
                raise InputFileError(said) from None
    except RecursionError:
        raise InputFileError("The scenario is not text that can be used.") from None


def _check_shape(text: str) -> None:
    """Refuse aliases, which grow without end, and nesting so deep that reading it would take the server down."""
    for event in events_in(text, "The scenario"):
        if isinstance(event, yaml.AliasEvent):
            raise InputFileError("The scenario uses a YAML alias (*name): write the lines out.")


def create(db: Session, who: Member, settings: Settings, text: str) -> ScenarioRow:
    """Keep a new scenario."""
    scenario = parse(text)
    count = db.scalar(select(func.count()).where(ScenarioRow.workspace_id == who.workspace_id)) or 0
    if count >= settings.scenarios_per_workspace:
        raise Refused(409, f"The workspace keeps {count} scenarios, the most it may: remove one first.")
    row = ScenarioRow(workspace_id=who.workspace_id, name=_name(scenario), text=text, created_by=who.user_id)
    db.add(row)
    db.flush()
    _remember(db, who, row)
    audit.record(db, who, "create scenario", "scenario", row.id)
    return row


def change(db: Session, who: Member, id: str, text: str, version: int | None = None) -> ScenarioRow:
    """Keep a new text of a scenario; `version` is the one that was edited, so that nobody's change is lost unseen."""
    row = own(db.get(ScenarioRow, id), who, "scenario")
    if version is not None and version != row.version:
        raise Refused(
            409, f"Somebody has changed this scenario since you opened it (version {row.version} now): look at theirs first."
        )
    scenario = parse(text)
    if text != row.text:
        row.name, row.text, row.version, row.changed_at = _name(scenario), text, row.version + 1, now()
        _remember(db, who, row)
        audit.record(db, who, "change scenario", "scenario", row.id, version=row.version)
    return row


def undo(db: Session, who: Member, id: str) -> ScenarioRow:
    """Go back to the text before the last change; that change can be undone no more."""
    row = own(db.get(ScenarioRow, id), who, "scenario")
    before = db.scalar(
        select(ScenarioVersion)
        .where(ScenarioVersion.scenario_id == id, ScenarioVersion.version < row.version)
        .order_by(ScenarioVersion.version.desc())
        .limit(1)
    )
    if before is None:
        raise Refused(409, "There is no earlier version of this scenario to go back to.")
    db.execute(delete(ScenarioVersion).where(ScenarioVersion.scenario_id == id, ScenarioVersion.version > before.version))
    row.name, row.text, row.version, row.changed_at = _name(parse(before.text)), before.text, before.version, now()
    audit.record(db, who, "undo scenario", "scenario", row.id, version=row.version)
    return row


def copy(db: Session, who: Member, settings: Settings, id: str) -> ScenarioRow:
    """Keep a copy of a scenario of the workspace, or of one that ships with Almoner."""
    text = shipped_text(id) if id in shipped() else one(db, who, id).text
    return create(db, who, settings, renamed(text))


def remove(db: Session, who: Member, id: str) -> None:
    """Remove a scenario with its versions; runs made with it keep what they ran."""
    row = own(db.get(ScenarioRow, id), who, "scenario")
    db.delete(row)
    audit.record(db, who, "remove scenario", "scenario", id)


def kept(db: Session, who: Member) -> list[ScenarioRow]:
    """Return the workspace's scenarios, the newest first."""
    asked = select(ScenarioRow).where(ScenarioRow.workspace_id == who.workspace_id).order_by(ScenarioRow.changed_at.desc())
    return list(db.scalars(asked))


def one(db: Session, who: Member, id: str) -> ScenarioRow:
    """Return a scenario of the workspace."""
    return own(db.get(ScenarioRow, id), who, "scenario")


def chosen(db: Session, who: Member, reference: str, months: int) -> Scenario:
    """Return the scenario that a reference means: a shipped one's name, or the id of one of the workspace."""
    if reference in shipped():
        return load_scenario(reference, months)
    if nearest(reference, shipped()):
        raise NotFoundError("scenario", reference, shipped())
    row = one(db, who, reference)
    return parse(row.text, row.id, months)


def shipped_text(name: str) -> str:
    """Return the YAML of a scenario that ships with Almoner."""
    return (resources.files("almoner.study") / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")


def renamed(text: str) -> str:
    """Return a scenario's text with 'Copy of' before its name; other lines stay as they were written."""
    content = yaml.safe_load(text)
    name = str(content.get("name", "")) if isinstance(content, Mapping) else ""
    new = yaml.safe_dump({"name": f"Copy of {name}"[:200]}, allow_unicode=True, width=1000).strip()
    lines = text.splitlines()
    places = [number for number, line in enumerate(lines) if line.startswith("name:")]
    if len(places) == 1 and yaml.safe_load(lines[places[0]]) == {"name": name}:
        lines[places[0]] = new
        return "\n".join(lines) + "\n"
    return yaml.safe_dump({**content, "name": f"Copy of {name}"[:200]}, allow_unicode=True, sort_keys=False)


def _is_text(text: str) -> bool:
    """Whether a text can be written as UTF-8 and kept by every database: no half characters, no null."""
    return "\x00" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def _remember(db: Session, who: Member, row: ScenarioRow) -> None:
    db.add(ScenarioVersion(scenario_id=row.id, version=row.version, text=row.text, saved_by=who.user_id))
    oldest = row.version - VERSIONS_KEPT
    db.execute(delete(ScenarioVersion).where(ScenarioVersion.scenario_id == row.id, ScenarioVersion.version <= oldest))


def _name(scenario: Scenario) -> str:
    name = " ".join(scenario.name.split())
    if not name or len(name) > 200:
        raise InputFileError("A scenario needs a name of at most 200 characters.")
    return name
