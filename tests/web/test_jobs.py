"""Runs as jobs: queued, carried out, watched, cancelled, resumed, and finished with the same bits after the server was killed."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import httpx2
import pytest

from almoner.study.location import open_location
from almoner.study.runs import run_plan
from almoner.study.store import verify
from almoner.web import jobs, worker
from almoner.web.jobs import RunRequest
from almoner.web.tables import Job, now

from .conftest import Browser, Server
from .test_access import MINE, SCENARIO, member_of

SMALL = {"area": "Rutland", "to_year": 2027, "draws": 2}


def ask(browser: Browser, **more: object) -> str:
    answer = browser.post("/api/runs", json=SMALL | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def state(browser: Browser, run: str) -> dict[str, object]:
    return dict(browser.get(f"/runs/{run}.json").json()["job"])


def test_a_run_is_asked_for_carried_out_and_read_on_each_kind_of_database(any_team: Server) -> None:
    ann = any_team.signed_in("ann@example.org")
    scenario = ann.post("/api/scenarios", json={"text": SCENARIO}).json()
    run = ask(ann, to_year=2029, scenarios=[scenario["id"], "fair-pay"])
    assert state(ann, run)["state"] == "queued"
    assert any_team.work() == 1
    done = state(ann, run)
    assert (done["state"], done["problem"], done["tasks_done"]) == ("done", None, done["tasks_total"])
    assert verify(open_location(any_team.settings.runs).at(str(done["run_id"]))).ok
    table = ann.get(f"/runs/{run}/measures/filled_posts.csv").text.splitlines()
    assert table[0].startswith("scenario,year,mean,q10,q50,q90")
    assert {line.split(",")[0] for line in table[1:]} == {"do-nothing", scenario["id"], "fair-pay"}
    with zipfile.ZipFile(io.BytesIO(ann.get(f"/runs/{run}/plan.zip").content)) as archive:
        assert {"plan.html", "plan.json", "tables/paths.csv", "delays.json", "children.json"} <= set(archive.namelist())
        beside = json.loads(archive.read("children.json"))["scenarios"]
        assert "fair-pay" in json.dumps(beside)
    assert json.loads(ann.get(f"/runs/{run}/plan.json").content)["place"]["name"] == "Rutland"
    assert "attachment" in ann.get(f"/runs/{run}/plan.html").headers["content-disposition"]


def test_own_figures_go_into_a_run(team: Server) -> None:
    ann = team.signed_in("ann@example.org")
    assert ann.post("/uploads", files={"file": ("ours.csv", MINE, "text/csv")}).status_code == 303
    upload = ann.get("/uploads.json").json()["files"][0]["id"]
    assert ann.post("/api/runs", json=SMALL | {"upload": upload}).status_code == 422
    run = ask(ann, area="Wakefield", draws=1, upload=upload)
    assert team.work() == 1
    assert state(ann, run)["state"] == "done"
    assert json.loads(ann.get(f"/runs/{run}/plan.json").content)["overrides"]


def test_a_run_that_waits_is_cancelled_at_once_and_resumed_later(team: Server) -> None:
    ann = team.signed_in("ann@example.org")
    run = ask(ann)
    assert ann.post(f"/runs/{run}/cancel").status_code == 303
    assert state(ann, run)["state"] == "cancelled"
    assert team.work() == 0
    assert ann.post(f"/runs/{run}/cancel").status_code == 409
    assert ann.post(f"/runs/{run}/resume").status_code == 303
    assert team.work() == 1
    assert state(ann, run)["state"] == "done"


def test_a_run_asked_of_an_older_version_is_read_where_this_one_put_it(team: Server) -> None:
    ann = team.signed_in("ann@example.org")
    run = ask(ann)
    with team.app.state.database.session() as db:
        db.get_one(Job, run).run_id = "of-another-version"
    assert team.work() == 1
    assert verify(open_location(team.settings.runs).at(str(state(ann, run)["run_id"]))).ok
    assert ann.get(f"/runs/{run}/measures/filled_posts.csv").status_code == 200


def test_a_run_under_way_stops_when_that_is_asked_and_keeps_what_it_did(team: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = team.signed_in("ann@example.org")
    run = ask(ann, draws=16)
    told = jobs.note

    def note(db, job, name, done=None, total=None):
        if done:
            jobs.cancel(db, member_of(team, "ann"), job)
        return told(db, job, name, done, total)

    monkeypatch.setattr(worker, "_NOTE_SECONDS", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "note", note)
        assert team.work() == 1
    stopped = state(ann, run)
    assert stopped["state"] == "cancelled"
    assert ann.post(f"/runs/{run}/resume").status_code == 303
    assert team.work() == 1
    log = open_location(team.settings.runs).at(str(stopped["run_id"])).read("log.jsonl").decode().splitlines()
    assert json.loads(log[-1])["found"] > 0
    assert state(ann, run)["state"] == "done"


def test_a_member_may_have_so_many_runs_waiting_and_no_more(serve) -> None:
    from .conftest import people

    server = people(serve(runs_waiting_per_member=2))
    ann = server.signed_in("ann@example.org")
    ask(ann)
    ask(ann, seed=1)
    refused = ann.post("/api/runs", json=SMALL | {"seed": 2})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"area": "Wakefeild"}, "did you mean Wakefield"),
        ({"scenarios": ["fare-pay"]}, "did you mean fair-pay"),
        ({"draws": 5000}, "at most 256 draws"),
        ({"to_year": 2099}, "must be at most 2046"),
        ({"colour": "red"}, "colour"),
        ({"scenarios": ["../../etc/passwd"]}, "no such scenario"),
    ],
)
def test_what_cannot_be_run_is_one_clear_sentence(team: Server, asked: dict[str, object], said: str) -> None:
    answer = team.signed_in("ann@example.org").post("/api/runs", json=SMALL | asked)
    assert answer.status_code in (400, 404, 422)
    assert said in answer.json()["error"]


def test_two_jobs_of_one_run_are_never_carried_out_at_once(any_team: Server) -> None:
    with any_team.app.state.database.session() as db:
        for name in ("ann", "eve"):
            jobs.ask(db, member_of(any_team, name), any_team.settings, RunRequest(**SMALL))
    with any_team.app.state.database.session() as db:
        assert jobs.claim(db, "here:1:a") is not None
    with any_team.app.state.database.session() as db:
        assert jobs.claim(db, "elsewhere:2:b") is None


def test_what_a_worker_left_is_taken_up_when_it_is_gone_or_silent(any_team: Server) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    me = jobs.worker_name("me")
    host = me.rsplit(":", 2)[0]
    with any_team.app.state.database.session() as db:
        job = jobs.ask(db, member_of(any_team, "ann"), any_team.settings, RunRequest(**SMALL))
        job.state, job.heard_at = "running", now()
        for name, orphans in ((f"{host}:{gone.pid}:x", 1), (f"elsewhere:{gone.pid}:x", 0), (me, 0)):
            job.state, job.worker = "running", name
            db.flush()
            assert jobs.requeue_orphans(db, me) == orphans
        job.state, job.worker, job.heard_at = "running", "elsewhere:1:x", now() - jobs.LEASE * 2
        db.flush()
        assert jobs.requeue_orphans(db, me) == 1
        job.state, job.worker, job.heard_at, job.attempts = "running", "elsewhere:1:x", now() - jobs.LEASE * 2, jobs.MOST_ATTEMPTS
        db.flush()
        jobs.requeue_orphans(db, me)
        assert job.state == "failed"


def test_progress_comes_as_a_stream_of_events_that_ends(team: Server) -> None:
    ann = team.signed_in("ann@example.org")
    run = ask(ann, draws=1)
    team.work()
    answer = ann.get(f"/runs/{run}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line.startswith("data: ")]
    assert events[-1]["state"] == "done"


class Program:
    """`almoner serve` in a process of its own."""

    def __init__(self, data: Path, *options: str, wait: bool = True) -> None:
        begin = "import almoner.cli.serve; from almoner.__main__ import main; main()"
        command = [sys.executable, "-c", begin, "serve", "--port", "0", "--no-browser", "--data", str(data), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.client = httpx2.Client(base_url=self.address, trust_env=False, timeout=60)
        if wait:
            self.wait(lambda: self.client.get("/healthz").status_code == 200, 60)

    def wait(self, there, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if there():
                    return
            except httpx2.TransportError:
                assert self.process.poll() is None, "the server has ended"
            time.sleep(0.1)
        raise TimeoutError

    def runs(self) -> list[dict[str, object]]:
        return list(self.client.get("/runs.json").json())

    def end(self, how: signal.Signals) -> None:
        self.client.close()
        self.process.send_signal(how)
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
def test_a_server_killed_during_ten_runs_finishes_all_ten_with_the_same_bits(team: Server, tmp_path: Path) -> None:
    asked = [{**SMALL, "draws": 1, "seed": seed} for seed in range(10)]
    data = tmp_path / "laptop"
    first = Program(data, "--no-warm")
    try:
        page = first.client.get("/account/sign-in")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        for one in asked:
            assert first.client.post("/api/runs", json=one, headers={"X-CSRF-Token": token}).status_code == 201
        first.wait(lambda: any(run["state"] == "running" for run in first.runs()), 120)
    finally:
        first.end(signal.SIGKILL)
    second = Program(data, "--no-warm")
    try:
        second.wait(lambda: all(run["state"] not in ("queued", "running") for run in second.runs()), 300)
        found = {run["run_id"]: (run["state"], run["result_hash"]) for run in second.runs()}
    finally:
        second.end(signal.SIGTERM)
    with team.app.state.database.session() as db:
        plans = [jobs.plan_for(db, member_of(team, "ann"), team.settings, RunRequest(**one)) for one in asked]
    undisturbed = {plan.run_id: ("done", run_plan(plan, str(tmp_path / "alone")).result_hash) for plan in plans}
    assert len(found) == 10
    assert found == undisturbed
