"""Every page in a browser: nothing that axe finds, no sideways scrolling, readable without scripts, a twin as JSON."""

from __future__ import annotations

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
    "/areas/E08000036/children",
    "/evidence",
    "/evidence/E01",
    "/sources?q=ascof",
    "/sources/ascof_2025",
    "/help",
    "/account/sign-in",
    "/nothing-here",
)
OF_MEMBERS = (
    "/scenarios",
    "/scenarios/fair-pay",
    "/scenarios/build?area=E08000036&add=pay_floor",
    "/compare",
    "/runs",
    "/account",
    "/uploads",
)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
WIDTHS = (1280, 375)


@pytest.fixture(scope="module")
def tall_and_wide(browser, server):
    """A page signed in as the analyst."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(180_000)
    page.goto(server.address + "/account/sign-in")
    page.get_by_label("Email address").fill("ana@example.org")
    page.get_by_label("Password").fill("three words are easy")
    page.get_by_role("button", name="Sign in").click()
    yield page
    page.context.close()


@pytest.mark.parametrize("path", PUBLIC + OF_MEMBERS)
def test_a_page_has_no_barrier_and_no_sideways_scrolling(tall_and_wide, server, path: str) -> None:
    page = tall_and_wide
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(server.address + path)
        found = axe.Axe().run(page, options=RULES).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_pages_can_be_read_without_scripts(browser, server) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800}).new_page()
    page.set_default_timeout(180_000)
    for path in PUBLIC:
        page.goto(server.address + path)
        assert page.locator("h1").inner_text()
    page.goto(server.address + "/areas/E08000036")
    assert page.locator(".al-narrow svg").first.is_visible()
    page.locator("#chart-gap summary").click()
    assert page.locator("#chart-gap table").is_visible()
    page.goto(server.address + "/")
    page.get_by_label("Which place?").fill("Leeds")
    page.get_by_role("button", name="Show this place").click()
    assert page.locator("h1").inner_text() == "Leeds"
    page.context.close()


@pytest.mark.parametrize("path", [path for path in PUBLIC + OF_MEMBERS if path != "/nothing-here"])
def test_a_page_has_its_twin_as_json(tall_and_wide, server, path: str) -> None:
    page = tall_and_wide
    page.goto(server.address + path)
    twin = page.locator("link[rel='alternate'][type='application/json']").get_attribute("href")
    answer = page.request.get(server.address + str(twin))
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    answer.json()
