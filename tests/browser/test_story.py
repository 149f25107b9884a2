"""What a council's analyst does, from choosing a place to sharing a plan, in a real browser; and what somebody else may not."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("playwright.sync_api")

ANALYST, VIEWER = "ana@example.org", "vic@example.com"
POLICIES = ("pay_floor", "wellbeing", "reablement")


def test_an_analyst_builds_runs_compares_and_shares_and_another_workspace_is_refused(screen, tmp_path: Path) -> None:
    page = screen.page
    screen.sign_in(ANALYST)

    screen.go("/")
    page.get_by_label("Which place?").press_sequentially("wakef")
    page.get_by_role("option", name="Wakefield").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/areas/E08000036")
    assert page.get_by_role("heading", level=1).inner_text() == "Wakefield"
    assert "filled posts in adult social care" in page.locator(".al-answer").inner_text()

    page.get_by_role("button", name="Build a scenario for Wakefield").click()
    for policy in POLICIES:
        page.get_by_label("Add a policy").select_option(policy)
        page.get_by_role("button", name="Add", exact=True).click()
        page.locator(f"#p-{policy}").wait_for()
    page.get_by_label("Name of the scenario").fill("Pay, wellbeing and reablement")
    page.get_by_label("Premium", exact=True).fill("1.5")
    page.wait_for_url(re.compile(r"pay_floor\.premium=1\.5"))
    shown = page.locator("#preview")
    shown.get_by_text("Vacancy rate").wait_for()
    assert "4 draws" in shown.inner_text()
    page.locator("#keep").get_by_text("The file that this makes").click()
    page.locator("#keep pre", has_text="premium: 1.5").wait_for()
    page.get_by_role("button", name="Save this scenario").click()
    page.get_by_role("heading", level=1, name="Pay, wellbeing and reablement").wait_for()
    scenario = page.url

    page.get_by_label("Place").select_option("E08000036")
    page.get_by_label("Last year").fill("2028")
    page.get_by_label("Draws, if not the usual").fill("2")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(re.compile(r"/runs/[^/?]+$"))
    run = page.url
    page.get_by_role("link", name="Download the plan (HTML)").wait_for()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the plan (HTML)").click()
    kept = tmp_path / "plan.html"
    download.value.save_as(kept)
    assert "Social care workforce plan: Wakefield" in kept.read_text(encoding="utf-8")

    page.get_by_label("Days until the link ends").fill("7")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_role("link", name="Read-only link 1")
    link.wait_for()
    shared = link.get_attribute("href")

    page.get_by_role("link", name="Compare these scenarios with doing nothing").click()
    page.get_by_role("heading", level=1, name="Compare scenarios: Wakefield").wait_for()
    assert "Change beside doing nothing in 2028" in page.locator("main").inner_text()

    screen.go("/account")
    page.get_by_role("button", name="Sign out").click()
    screen.go(str(shared))
    assert "Somebody shared this run with you" in page.locator("main").inner_text()
    screen.sign_in(VIEWER)
    for path in (run, scenario):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 404
        assert "in your workspace" in page.locator("main").inner_text()
    for file in ("plan.html", "plan.zip", "events", "measures/filled_posts.csv"):
        assert page.request.get(f"{run}/{file}").status == 404


def test_the_story_can_be_told_with_a_keyboard_alone(screen) -> None:
    page = screen.page
    screen.sign_in(ANALYST)
    screen.go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    _tab_to(page, "#area")
    page.keyboard.type("wakefield")
    page.get_by_role("option", name="Wakefield").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/areas/E08000036")
    _tab_to(page, "a[href^='/scenarios/build']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/scenarios/build?area=E08000036")
    _tab_to(page, "#add")
    page.keyboard.type("Pay floor")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#p-pay_floor").wait_for()
    _tab_to(page, "input[type='range']")
    before = page.get_by_label("Premium", exact=True).input_value()
    page.keyboard.press("ArrowRight")
    assert page.get_by_label("Premium", exact=True).input_value() != before
    page.wait_for_url(re.compile(r"pay_floor\.premium="))
    _tab_to(page, "#keep form button")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="My scenario").wait_for()
    _tab_to(page, "#run-area")
    page.keyboard.type("Rutland")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("2029")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/runs/[^/?]+$"))
    page.get_by_role("link", name="Download the plan (HTML)").wait_for()
    _tab_to(page, "a[href$='plan.html']")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith("plan.html")
    _tab_to(page, "form[action$='/share'] button")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Read-only link 1").wait_for()
    _tab_to(page, "a[href^='/compare?']")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Compare scenarios: Rutland").wait_for()
    _tab_to(page, "a[href^='/explain?']")
    page.keyboard.press("Enter")
    page.locator("#chart-waterfall-vacancy-rate").wait_for()


def _tab_to(page, wanted: str, most: int = 260) -> None:
    """Press Tab until what is wanted has the focus."""
    for _ in range(most):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} cannot be reached by Tab")


def test_a_chart_can_be_explored_with_its_figures_read_one_at_a_time(screen) -> None:
    page = screen.page
    screen.go("/areas/E08000036")
    figure = page.locator("#chart-needed-and-filled")
    figure.get_by_role("button", name="Explore this chart").click()
    figure.locator(".vega-embed svg").wait_for()
    reader = figure.locator(".al-chart__reader")
    reader.wait_for()
    assert "2025" in reader.inner_text()
    reader.press("ArrowRight")
    assert "2026" in reader.inner_text()


def test_the_map_follows_its_year_and_the_address_keeps_it(screen) -> None:
    page = screen.page
    screen.go("/")
    page.locator("#year").fill("2024")
    page.wait_for_url(re.compile(r"year=2024"))
    page.get_by_text("year to March 2024").first.wait_for()
    page.get_by_label("Draw as").select_option("map")
    page.wait_for_url(re.compile(r"show=map"))
    page.locator("#map-shown path").first.wait_for()
    assert page.locator("#map-shown path").count() >= 153
    assert {"year=2024", "show=map"} <= set(urlsplit(page.url).query.split("&"))


def test_a_run_is_watched_cancelled_and_taken_up_again_on_its_page(screen) -> None:
    page = screen.page
    screen.sign_in(ANALYST)
    screen.go("/scenarios/fair-pay")
    page.get_by_label("Place").select_option("E08000036")
    page.get_by_label("Draws, if not the usual").fill("256")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(re.compile(r"/runs/[^/?]+$"))
    under_way = page.get_by_text(re.compile("[1-9][0-9]* of 513 parts done"))
    under_way.wait_for()
    page.get_by_role("button", name="Cancel this run").click()
    page.get_by_role("button", name="Go on with this run").wait_for()
    assert "Cancelled" in page.locator("dl").inner_text()
    page.get_by_role("button", name="Go on with this run").click()
    under_way.wait_for()
    page.get_by_role("button", name="Cancel this run").click()
    page.get_by_role("button", name="Go on with this run").wait_for()


def test_a_change_in_the_builder_is_undone_at_a_press(screen) -> None:
    page = screen.page
    screen.sign_in(ANALYST)
    screen.go("/scenarios/build?area=E08000036&policy=pay_floor&pay_floor.premium=1&pay_floor.start=2028-04")
    undo = page.get_by_role("button", name="Undo the last change")
    assert not undo.is_visible()
    page.get_by_label("Premium", exact=True).fill("2")
    page.wait_for_url(re.compile(r"pay_floor\.premium=2"))
    undo.click()
    page.wait_for_url(re.compile(r"pay_floor\.premium=1(&|$)"))
    assert page.get_by_label("Premium", exact=True).input_value() == "1"
    assert not undo.is_visible()


def test_what_is_typed_before_the_scripts_have_come_is_followed_too(screen) -> None:
    page = screen.page
    screen.sign_in(ANALYST)
    # The script is held back until a size has been typed.
    typed = []

    def after_typing(route) -> None:
        page.get_by_label("Premium", exact=True).fill("2")
        typed.append(page.url)
        route.continue_()

    page.route("**/builder.js*", after_typing)
    screen.go("/scenarios/build?area=E08000036&policy=pay_floor&pay_floor.premium=1&pay_floor.start=2028-04")
    page.wait_for_url(re.compile(r"pay_floor\.premium=2"))
    assert typed
