"""What pages say: one kind of middle on a comparison, words in place of ids and options, promised money, runs with own figures."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from almoner.analysis.compare import comparison, measures_named
from almoner.analysis.pledges import shipped_ledger
from almoner.errors import NotFoundError, OutOfRangeError
from almoner.reference.areas import areas, england, resolve
from almoner.report.children_section import children_section
from almoner.study.design import Study
from almoner.study.run import run_study
from almoner.study.scenario import load_scenario
from almoner.web.views import area, comparing, filters, pledges, trial, why
from almoner.web.views.answers import children_of

from .conftest import Server

PLEDGES = (Path(__file__).parents[2] / "examples" / "own-pledges.csv").read_bytes()
MINE = b"area,service,role,filled_posts,vacant_posts,turnover_rate,source,date\nRutland,home_care,,120,9,,Our return,2025-03\n"


def text_of(page: str) -> str:
    """Return what a reader sees of a page's main part, without its code."""
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"<[^>]+>", " ", re.sub(r"<code>.*?</code>|<pre.*?</pre>", "", main, flags=re.DOTALL))


def test_a_comparison_says_the_means_that_the_command_prints_in_its_table_its_charts_and_its_costs() -> None:
    place, scenario = resolve("rutland"), load_scenario("fair-pay", 120)
    found = trial.compared(place, (scenario,), 2030)
    study = Study(place, (load_scenario("do-nothing", 60), scenario), trial.COMPARED_DRAWS, 2030)
    printed = {row.measure: row for row in comparison(run_study(study), measures_named(())).rows if row.year == 2030}
    record = comparing.as_means(found.plan, found.comparison)
    for row in record.differences:
        assert row.band.median == printed[row.measure].effect
        assert (row.band.low, row.band.high) == (printed[row.measure].low, printed[row.measure].high)
        assert row.clear == printed[row.measure].distinguishable
    ends = {path.scenario: path.bands[-1].median for path in record.paths if path.measure == "vacancy_rate"}
    assert ends["do-nothing"] == printed["vacancy_rate"].reference
    assert ends["fair-pay"] == pytest.approx(printed["vacancy_rate"].reference + printed["vacancy_rate"].effect)
    drawn = [chart for chart in comparing.charts(found) if chart is not None]
    assert len(drawn) == 5
    assert all("mean" in chart.subtitle and "median" not in chart.subtitle for chart in drawn)
    (cost,) = comparing.costs(found.comparison, 2030)
    assert f"{abs(printed['cost_gbp_m'].effect):.1f}" in cost.mean
    payers = comparing.payers(found.comparison, 2030)
    assert payers is not None
    # Each payer is rounded to £0.1 million, half of which each may be off.
    paid = sum(float(cell.replace("+£", "").replace("−£", "-").removesuffix(" million")) for cell in payers.rows[0][1:])
    assert paid == pytest.approx(printed["cost_gbp_m"].effect, abs=0.05 * len(payers.rows[0][1:]))


def test_the_files_of_a_page_about_another_year_are_of_that_year(team: Server) -> None:
    browser = team.browser()
    page = browser.get("/areas/E06000017/workforce?to=2028").text
    linked = re.findall(r'href="(/areas/E06000017/workforce/[^"]*\.csv[^"]*)"', page)
    assert len(linked) > 5
    assert [each for each in linked if not each.endswith("?to=2028")] == []
    rows = list(csv.DictReader(io.StringIO(browser.get("/areas/E06000017/workforce/charts/fan-vacancy-rate.csv?to=2028").text)))
    assert rows[-1]["Year"] == "2028"


@pytest.mark.parametrize("place", ["E06000017", "E06000053"], ids=["Rutland", "Isles of Scilly"])
def test_no_sentence_of_a_page_names_an_option_or_an_opaque_id_and_no_table_is_empty(team: Server, place: str) -> None:
    browser = team.browser()
    for path in ("", "/workforce", "/need", "/delays", "/children"):
        page = browser.get(f"/areas/{place}{path}").text
        said = text_of(page)
        assert re.search(r"\s--[a-z]", said) is None, path
        assert re.search(r"\bs_[0-9a-f]{8}\b", said) is None, path
        assert ".." not in said, path
        assert re.search(r"<tbody[^>]*>\s*</tbody>", page) is None, path
        assert "between 0 and 0 people" not in said
    assert all(table.rows for table in children_section(children_of(place)).tables)


def test_a_council_that_is_small_is_said_in_small_numbers() -> None:
    from almoner.analysis.delays_words import people

    assert [people(number) for number in (0.0, 0.14, 1.2, 63.4, 1234.0)] == ["0", "0.1", "1", "63", "1,230"]


def test_sources_are_named_by_who_published_them_and_numbers_by_their_units() -> None:
    assert filters.source_names(["ascof_2025"]) == [("ascof_2025", "DHSC")]
    two = filters.source_names(["ons_mye_2023", "ons_mye_2024"])
    assert [each for each, _ in two] == ["ons_mye_2023", "ons_mye_2024"]
    assert len({name for _, name in two}) == 2
    said = str(filters.origins("Posts. Source: DHSC (ascof_2025); ONS (ons_mye_2023, ons_mye_2024)."))
    assert '<a href="/sources/ascof_2025">DHSC</a>' in said
    assert '<a href="/sources/ons_mye_2024">ons_mye_2024</a>' in said
    assert filters.value(2088.0, "GBP per episode") == "£2,088 per episode"
    assert filters.value(-0.5, "gbp_per_hour") == "−£0.5 per hour"
    assert filters.value(402400.0, "children") == "402,400 children"
    assert [filters.limits("0", "10"), filters.limits("0", ""), filters.limits("", "1")] == ["From 0 to 10", "From 0 up", "Up to 1"]
    assert [filters.dated(each) for each in ("2021-09-07", "2021-09", "autumn")] == ["7 September 2021", "September 2021", "autumn"]


def test_every_measure_of_a_place_names_its_sources_in_words() -> None:
    assert all(name and not re.fullmatch(r"s_[0-9a-f]{8}", name) for name in (filters.span(each.name) for each in areas()[:1]))
    lines = area.source_lines({"ascof_2025", "posts_own"})
    assert [line.id for line in lines] == ["ascof_2025", "posts_own"]


def test_the_page_of_pledges_counts_each_pound_once_and_its_files_agree(team: Server) -> None:
    browser, ledger = team.browser(), shipped_ledger()
    data = browser.get("/pledges.json").json()
    assert data["total_gbp_m"] == ledger.total()
    rows = list(csv.DictReader(io.StringIO(browser.get("/pledges.csv").text)))
    assert [row["id"] for row in rows] == [row["id"] for row in data["pledges"]] == list(ledger.pledges)
    fates = [key for key in rows[0] if key.endswith("_gbp_m") and key != "amount_gbp_m"]
    for row in rows:
        if row["amount_gbp_m"]:
            # What became of a pledge adds up to it, to the tenth of a million that sums are announced to.
            assert sum(float(row[key] or 0) for key in fates) == pytest.approx(float(row["amount_gbp_m"]), abs=0.05)
    (chart,) = pledges.ledger_charts("")
    assert chart is not None
    assert f"£{ledger.total():,.0f}m promised" in chart.title
    children = browser.get("/pledges.json?domain=children").json()
    assert {row["domain"] for row in children["pledges"]} == {"children"}
    with pytest.raises(NotFoundError, match="did you mean children"):
        pledges.ledger_page("childrn")


def test_every_pledge_has_a_page_with_its_tree_its_sources_and_the_scenarios_it_makes(team: Server) -> None:
    reader, analyst = team.browser(), team.signed_in("ann@example.org")
    for each in shipped_ledger().pledges:
        assert reader.get(f"/pledges/{each}").status_code == 200, each
    tree = reader.get("/pledges/A20.json").json()
    assert [part["id"] for part in tree["parts"]] == ["A21", "A22"]
    assert "csrf_token" not in reader.get("/pledges/A22").text
    page = analyst.get("/pledges/A22").text
    assert "Keep it as a scenario, as delivered" in page
    found = pledges.pledge_page("A22")
    made = analyst.post("/scenarios/save", data={"text": dict(found["packages"])["promised"]})
    assert made.status_code == 303
    assert reader.get("/pledges/A99").status_code == 404


def test_pledges_of_ones_own_have_a_page_for_their_workspace_and_a_wrong_file_is_one_sentence(team: Server) -> None:
    ann, eve = team.signed_in("ann@example.org"), team.signed_in("eve@example.org")
    files = {"file": ("ours.csv", PLEDGES, "text/csv")}
    assert ann.send("POST", "/uploads", files=files, data={"kind": "pledges"}).status_code == 303
    (kept,) = ann.get("/uploads.json").json()["files"]
    page = ann.get(f"/pledges/own/{kept['id']}").text
    assert "each pound counted once" in page
    assert "Care workforce offer" in page
    data = ann.get(f"/pledges/own/{kept['id']}.json").json()
    assert [each["id"] for each in data["pledges"]][:2] == ["W01", "W02"]
    again = list(csv.DictReader(io.StringIO(ann.get(f"/uploads/{kept['id']}/figures.csv").text)))
    assert again == list(csv.DictReader(io.StringIO(PLEDGES.decode())))
    assert eve.get(f"/pledges/own/{kept['id']}").status_code == 404
    wrong = ann.send("POST", "/uploads", files=files, headers={"Accept": "application/json"})
    assert wrong.status_code == 422
    taken = PLEDGES.replace(b"\nW01,", b"\nA20,")
    refused = ann.send("POST", "/uploads", files={"file": ("ours.csv", taken, "text/csv")}, data={"kind": "pledges"})
    assert "id 'A20' is taken" in refused.text.replace("&#39;", "'")
    form = {"area": "Rutland", "to_year": "2029", "draws": "1", "upload": kept["id"]}
    assert "file of own pledges" in ann.post("/runs", data=form).text


def test_a_page_takes_apart_what_it_can_in_its_time_and_says_why_not_where_it_cannot() -> None:
    assert why.most_policies(1) >= 6
    assert why.most_policies(len(england().members)) >= 1
    longest = load_scenario("workforce-plan", 180)
    with pytest.raises(OutOfRangeError, match="every policy more doubles the runs"):
        why.parts(england(), longest, 2040, "vacancy_rate")


def test_a_run_uses_own_figures_that_are_chosen_on_its_form_and_its_page_says_what_it_found(team: Server) -> None:
    ann, vic = team.signed_in("ann@example.org"), team.signed_in("vic@example.org")
    assert 'name="upload"' not in ann.get("/scenarios/fair-pay").text
    ann.send("POST", "/uploads", files={"file": ("ours.csv", MINE, "text/csv")})
    page = ann.get("/scenarios/fair-pay").text
    upload = re.search(r'name="upload">.*?<option value="([0-9a-f]{24})">ours.csv', page, re.DOTALL)
    assert upload is not None
    form = {"area": "Rutland", "to_year": "2029", "draws": "2", "scenarios": "fair-pay", "upload": upload[1]}
    address = ann.post("/runs", data=form).headers["location"]
    waiting = ann.get(address).text
    assert "Waiting" in waiting
    assert "Cancel this run" in waiting
    assert "Cancel this run" not in vic.get(address).text
    team.work()
    done = vic.get(address)
    assert "Used in place of modelled ones" in done.text
    assert "Rutland had" in done.text
    assert vic.get(f"{address}.json").json()["headline"][0].startswith("Rutland had")
    listed = text_of(vic.get("/runs").text)
    assert "Fair pay from 2028" in listed
    assert "Done" in listed


def test_two_scenarios_of_one_name_can_be_told_apart_where_they_are_chosen(team: Server) -> None:
    ann = team.signed_in("ann@example.org")
    for premium in (1, 2):
        text = f"name: Pay more\npolicies:\n  - pay_floor: {{premium: {premium}, start: 2026-04}}\n"
        assert ann.post("/scenarios/save", data={"text": text}).status_code == 303
    for path in ("/compare?area=E06000017&to=2027&scenario=do-nothing", "/explain?area=E06000017&to=2029"):
        assert len(re.findall(r"Pay more \(\d+ \w+ \d{4}, \d\d:\d\d UTC\)", ann.get(path).text)) == 2, path


def test_a_link_shows_what_a_run_found_and_what_a_scenario_does_to_somebody_without_an_account(team: Server) -> None:
    ann, stranger = team.signed_in("ann@example.org"), team.browser()
    address = ann.post("/runs", data={"area": "Rutland", "to_year": "2027", "draws": "1"}).headers["location"]
    team.work()
    ann.post(f"{address}/share", data={"days": "3"})
    link = ann.get(f"{address}.json").json()["links"][0]["address"]
    assert "Rutland had" in stranger.get(link).text
    kept = ann.post("/scenarios/save", data={"text": "name: Pay more\npolicies:\n  - pay_floor: {premium: 1, start: 2026-04}\n"})
    scenario = kept.headers["location"]
    ann.post(f"{scenario}/share", data={"days": "3"})
    page = stranger.get(ann.get(f"{scenario}.json").json()["links"][0]["address"]).text
    assert "Nobody in adult social care is paid less" in page


def test_somebody_who_is_sent_to_sign_in_is_told_why_and_the_log_knows_the_command_line(team: Server) -> None:
    assert "Sign in to see that page" in team.browser().get("/account/sign-in?next=/runs").text
    assert "Sign in to see that page" not in team.browser().get("/account/sign-in").text
    from almoner.web import audit

    with team.app.state.database.session() as db:
        held = db.query(audit.AuditEntry).first()
        workspace = held.workspace_id if held else team_workspace(team)
        audit.record(db, None, "add member", "user", "x", workspace_id=workspace, by=audit.COMMAND_LINE)
    with team.app.state.database.reading() as db:
        assert audit.entries(db, workspace, 1)[0]["who"] == "the command line"


def team_workspace(team: Server) -> str:
    """Return the id of the first workspace."""
    from almoner.web.tables import Workspace

    with team.app.state.database.reading() as db:
        return str(db.query(Workspace).first().id)


def test_a_scenario_that_is_misspelt_is_answered_with_the_nearest_name(team: Server) -> None:
    ann = team.signed_in("ann@example.org")
    answer = ann.get("/compare.json?area=Wakefield&scenario=fair-pai")
    assert answer.status_code == 404
    assert "did you mean fair-pay" in answer.json()["error"]
