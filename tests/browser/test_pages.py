"""Every page in a browser: nothing that axe finds, no sideways scrolling, readable without scripts and in print, a twin as JSON."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

PUBLIC = (
    "/",
    "/?show=map&measure=people-85&year=2035",
    "/?area=wakefeild",
    "/areas/E08000036",
    "/areas/E08000036/workforce",
    "/areas/E08000036/need",
    "/areas/E08000036/delays",
    "/areas/E08000036/children",
    "/pledges",
    "/pledges?domain=children",
    "/pledges/A20",
    "/pledges/A22",
    "/evidence",
    "/evidence/E01",
    "/sources?q=ascof",
    "/sources/ascof_2025",
    "/parameters?q=reablement",
    "/parameters/policy.reablement.later_home_care_reduction",
    "/help",
    "/account/sign-in",
    "/nothing-here",
)
BUILD = "/scenarios/build?area=E08000036&policy=pay_floor&pay_floor.premium=1&pay_floor.start=2028-04&pay_floor.areas=Leeds"
OF_MEMBERS = (
    "/scenarios",
    "/scenarios/fair-pay",
    BUILD + "&edit=edit-1&edit-1.path=filling.arrivals&edit-1.kind=scale&edit-1.amount=0.5",
    "/scenarios/build?area=E08000036&add=caseload_cap",
    "/compare",
    "/explain?scenario=fair-pay",
    "/runs",
    "/account",
    "/uploads",
)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
WIDTHS = (1280, 375)


def check(screen, path: str) -> None:
    """Look at a page at both widths: no barrier that axe finds, and nothing wider than the screen."""
    page = screen.page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        screen.go(path)
        found = axe.Axe().run(page, options=RULES).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    twin = page.locator("link[rel='alternate'][type='application/json']").get_attribute("href")
    answer = page.request.get(screen.address + str(twin))
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.status == (404 if path == "/nothing-here" else 200)
    answer.json()


@pytest.mark.parametrize("path", PUBLIC + OF_MEMBERS)
def test_a_page_has_no_barrier_no_sideways_scrolling_and_a_twin_as_json(analyst, path: str) -> None:
    check(analyst, path)


def test_the_page_of_a_run_and_what_its_link_shows_are_as_good(analyst, finished: str) -> None:
    check(analyst, finished)
    analyst.go(finished)
    shared = analyst.page.get_by_role("link", name="Read-only link 1").get_attribute("href")
    check(analyst, str(shared))


def test_the_page_of_own_pledges_is_as_good(analyst) -> None:
    analyst.go("/uploads")
    page = analyst.page
    page.get_by_label("What it holds").select_option("pledges")
    page.get_by_label("CSV file").set_input_files(Path(__file__).parents[2] / "examples" / "own-pledges.csv")
    page.get_by_role("button", name="Give this file").click()
    page.get_by_role("link", name="own-pledges.csv").first.click()
    page.get_by_role("heading", level=1, name="Own pledges: own-pledges.csv").wait_for()
    check(analyst, page.url.removeprefix(analyst.address))


def test_the_administrators_page_is_as_good_and_adds_somebody(administrator) -> None:
    check(administrator, "/admin")
    page = administrator.page
    page.get_by_label("Name", exact=True).fill("Zoe")
    page.get_by_label("Email address").fill("zoe@example.org")
    page.get_by_label("Role", exact=True).select_option("viewer")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("It is shown this once").wait_for()
    administrator.go("/admin")
    page.get_by_label("Role of Zoe").select_option("analyst")
    page.get_by_role("button", name="Change the role of Zoe").click()
    page.get_by_text("zoe@example.org: analyst").wait_for()
    page.get_by_role("button", name="Remove Zoe").click()
    page.get_by_text("remove member").first.wait_for()
    assert page.get_by_text("zoe@example.org").count() == 0


def test_pages_can_be_read_without_scripts(browser, server) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800}).new_page()
    page.set_default_timeout(180_000)
    for path in PUBLIC:
        page.goto(server.address + path)
        assert page.locator("h1").inner_text()
        assert page.get_by_role("navigation", name="Main").get_by_role("link", name="Help").is_visible()
    page.goto(server.address + "/areas/E08000036")
    assert page.locator(".al-narrow svg").first.is_visible()
    page.locator("#chart-gap summary").click()
    assert page.locator("#chart-gap table").is_visible()
    page.goto(server.address + "/")
    page.get_by_label("Which place?").fill("Leeds")
    page.get_by_role("button", name="Show this place").click()
    assert page.locator("h1").inner_text() == "Leeds"
    page.context.close()


def test_on_a_telephone_the_pages_are_behind_a_button_that_a_keyboard_opens(analyst) -> None:
    page = analyst.page
    page.set_viewport_size({"width": 375, "height": 800})
    analyst.go("/help")
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name="Runs")
    assert not link.is_visible()
    page.get_by_role("button", name="Menu").press("Enter")
    assert link.is_visible()
    page.keyboard.press("Escape")
    assert not link.is_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    assert link.is_visible()
    assert not page.get_by_role("button", name="Menu").is_visible()


def test_in_print_there_are_the_answer_and_its_charts_and_nothing_to_press(analyst) -> None:
    page = analyst.page
    page.set_viewport_size({"width": 794, "height": 1123})
    analyst.go("/areas/E08000036")
    page.emulate_media(media="print")
    for unseen in (".al-nav", ".al-tabs", ".govuk-button", ".al-pick", ".govuk-skip-link"):
        assert not page.locator(unseen).first.is_visible(), unseen
    for seen in ("h1", ".al-answer", ".al-figures", "#chart-gap .al-wide svg", "#sources", ".al-footer"):
        assert page.locator(seen).first.is_visible(), seen
    assert page.evaluate("document.documentElement.scrollWidth") <= 794
    page.emulate_media(media="screen")


def test_the_origin_of_every_number_is_one_press_away(analyst) -> None:
    page = analyst.page
    page.set_viewport_size({"width": 1280, "height": 900})
    analyst.go("/areas/E08000036")
    assert page.locator(".al-figures li a[href='#made']").count() == page.locator(".al-figures li").count()
    assert page.locator("#made").is_visible()
    for chart in page.locator(".al-chart figcaption").all():
        text = chart.inner_text()
        assert chart.locator("a[href^='/sources/'], a[href='#made']").count() or not re.search(r"Run |Source", text), text
    rows = page.locator("table:has(caption:text('comparators')) tbody tr")
    assert rows.count() > 5
    for row in rows.all():
        assert row.locator("a[href^='/sources/']").count() > 0
    rows.first.locator("a[href^='/sources/']").first.click()
    page.get_by_role("heading", name="Where Almoner uses it").wait_for()
