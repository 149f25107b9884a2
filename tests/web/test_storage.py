"""The database: its layout by migrations, the same on both kinds, and carried over whole by backup and restore."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from almoner.errors import AlmonerError
from almoner.web import audit, jobs, scenarios_store
from almoner.web.backup import back_up, restore
from almoner.web.database import layout_of, open_database, upgrade
from almoner.web.problems import Refused
from almoner.web.settings import driver_named
from almoner.web.tables import Base

from .conftest import Server
from .test_access import SCENARIO, census, fill, member_of


def test_the_migrations_make_the_tables_that_the_program_knows(any_team: Server) -> None:
    with any_team.app.state.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_database_that_is_up_to_date_is_left_as_it_is(any_team: Server) -> None:
    engine = any_team.app.state.database.engine
    before = layout_of(engine)
    upgrade(engine)
    assert layout_of(engine) == before == "0001"


def test_sqlite_keeps_a_log_of_writes_and_its_foreign_keys(team: Server) -> None:
    with team.app.state.database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_what_fails_leaves_nothing_behind(any_team: Server) -> None:
    before = census(any_team)
    ann = member_of(any_team, "ann")

    def half() -> None:
        with any_team.app.state.database.session() as db:
            scenarios_store.create(db, ann, any_team.settings, SCENARIO)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert census(any_team) == before


def test_a_change_over_somebody_elses_change_is_refused_and_a_change_is_undone(any_team: Server) -> None:
    ann = member_of(any_team, "ann")
    with any_team.app.state.database.session() as db:
        row = scenarios_store.create(db, ann, any_team.settings, SCENARIO)
        scenarios_store.change(db, ann, row.id, SCENARIO.replace("Pay more", "Pay most"), version=1)
        with pytest.raises(Refused, match="version 2 now"):
            scenarios_store.change(db, ann, row.id, SCENARIO, version=1)
        assert scenarios_store.undo(db, ann, row.id).text == SCENARIO
        with pytest.raises(Refused, match="no earlier version"):
            scenarios_store.undo(db, ann, row.id)
        assert scenarios_store.copy(db, ann, any_team.settings, row.id).name == "Copy of Pay more"
        assert scenarios_store.copy(db, ann, any_team.settings, "fair-pay").name.startswith("Copy of ")


def test_the_audit_log_says_who_did_what(any_team: Server) -> None:
    ann = member_of(any_team, "ann")
    fill(any_team, ann)
    with any_team.app.state.database.reading() as db:
        found = [(entry["who"], entry["action"]) for entry in audit.entries(db, ann.workspace_id)]
    assert found == [
        ("Ann", action) for action in ("share", "ask for run", "upload", "upload", "change scenario", "create scenario")
    ]


def test_a_backup_restores_everything_and_moves_between_the_kinds_of_database(
    serve: Callable[..., Server], any_team: Server, tmp_path: Path
) -> None:
    ids = fill(any_team, member_of(any_team, "ann"))
    any_team.work()
    archive = tmp_path / "backup.zip"
    rows = back_up(any_team.settings, archive)
    assert rows["users"] == 4
    other = replace(any_team.settings, data=tmp_path / "other", runs=str(tmp_path / "other" / "runs"))
    other = replace(other, database_url=f"sqlite:///{tmp_path / 'restored.sqlite'}")
    assert restore(other, archive) == rows
    restored = serve(other.database_url, runs=other.runs)
    assert census(restored) == census(any_team)
    with restored.app.state.database.session() as db:
        audit.record(db, member_of(restored, "ann"), "after")
    ann = restored.signed_in("ann@example.org")
    assert (
        ann.get(f"/runs/{ids['runs']}/plan.zip").content
        == any_team.signed_in("ann@example.org").get(f"/runs/{ids['runs']}/plan.zip").content
    )
    with pytest.raises(AlmonerError, match="not empty"):
        restore(other, archive)


def test_a_backup_of_sqlite_fills_a_postgresql(
    serve: Callable[..., Server], team: Server, database_url: str, tmp_path: Path
) -> None:
    fill(team, member_of(team, "ann"))
    archive = tmp_path / "backup.zip"
    back_up(team.settings, archive)
    there = replace(
        team.settings, database_url=database_url.replace("almoner.sqlite", "other.sqlite"), runs=str(tmp_path / "runs2")
    )
    restore(there, archive)
    restored = serve(there.database_url)
    assert census(restored) == census(team)
    with restored.app.state.database.session() as db:
        audit.record(db, member_of(restored, "ann"), "after")


def test_an_archive_that_was_changed_is_refused_and_changes_nothing(team: Server, tmp_path: Path) -> None:
    archive, forged = tmp_path / "backup.zip", tmp_path / "forged.zip"
    back_up(team.settings, archive)
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(forged, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"viewer", b"analyst") if name == "tables/memberships.jsonl" else content)
    there = replace(team.settings, database_url=f"sqlite:///{tmp_path / 'x.sqlite'}")
    with pytest.raises(AlmonerError, match="memberships has been changed"):
        restore(there, forged)
    database = open_database(there.database_url)
    with database.reading() as db:
        assert sum(jobs.counts(db).values()) == 0
        assert db.connection().exec_driver_sql("SELECT count(*) FROM users").scalar() == 0
    database.close()


def test_a_backup_holds_no_session_and_no_counter(team: Server, tmp_path: Path) -> None:
    team.signed_in("ann@example.org")
    back_up(team.settings, tmp_path / "backup.zip")
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        assert not {"tables/sessions.jsonl", "tables/rate_counts.jsonl"} & set(archive.namelist())
        assert json.loads(archive.read("manifest.json"))["layout"] == "0001"


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04"])
def test_a_file_that_is_no_archive_is_one_clear_sentence(team: Server, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(AlmonerError, match="no archive that almoner backup made"):
        restore(team.settings, tmp_path / "x.zip")


@pytest.mark.parametrize(
    ("url", "said"),
    [("oracle://x", "must begin with"), ("nonsense", "must begin with"), ("sqlite:////nowhere/at/all.db", "cannot be used")],
)
def test_a_database_that_cannot_be_opened_is_one_clear_sentence(url: str, said: str) -> None:
    with pytest.raises(AlmonerError, match=said):
        open_database(url)


def test_a_plain_postgresql_address_goes_through_psycopg() -> None:
    assert driver_named("postgres://a/b") == driver_named("postgresql://a/b") == "postgresql+psycopg://a/b"
