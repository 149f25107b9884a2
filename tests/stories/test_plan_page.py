"""The plan opened in a browser, at a desk's width and at a telephone's: nothing loads, nothing spills over, nothing is clipped."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from almoner.report.document import render_plan

sys.path.insert(0, str(Path(__file__).parent))
from plan_fixture import england_record, wakefield_record

playwright = pytest.importorskip("playwright.sync_api")


_SPILLED = """() => [...document.querySelectorAll('.drawing')].filter(s => s.getClientRects().length).flatMap(s => {
  const box = s.getBoundingClientRect();
  return [...s.querySelectorAll('text')].filter(t => {
    const r = t.getBoundingClientRect();
    return r.right > box.right + 2 || r.left < box.left - 2 || r.top < box.top - 2 || r.bottom > box.bottom + 2;
  }).map(t => t.textContent);
})"""

_OVERLAPPING = """() => [...document.querySelectorAll('.drawing')].filter(s => s.getClientRects().length).flatMap(s => {
  const texts = [...s.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
  return texts.flatMap(([one, a], i) => texts.slice(i + 1).filter(([, b]) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3
  ).map(([other]) => one + ' | ' + other));
})"""

_SMALLEST = """() => Math.min(...[...document.querySelectorAll('.drawing')].filter(s => s.getClientRects().length)
  .map(s => s.getBoundingClientRect().width / s.viewBox.baseVal.width))"""


@pytest.fixture(scope="module", params=["wakefield", "england"])
def plan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    record = wakefield_record() if request.param == "wakefield" else england_record()
    file = tmp_path_factory.mktemp("plan") / "plan.html"
    file.write_text(render_plan(record), encoding="utf-8")
    return file


@pytest.mark.parametrize("width", [1280, 1010, 700, 375, 320])
def test_the_plan_fits_its_screen_and_loads_nothing(browser: playwright.Browser, plan: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(plan.as_uri())
    assert [url for url in requests if not url.startswith("data:")] == [plan.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(_SPILLED) == []
    # Boxes of text hold the air above and below letters: three pixels of it may meet without letters touching.
    assert page.evaluate(_OVERLAPPING) == []
    # Letters are drawn at 13 to 15 pixels: at three quarters of that they are still ten pixels high.
    assert page.evaluate(_SMALLEST) >= 0.68
    page.close()


def test_each_width_shows_one_picture_of_each_chart(browser: playwright.Browser, plan: Path) -> None:
    for width, shown in ((1280, ".wide"), (375, ".narrow")):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(plan.as_uri())
        figures = page.locator("figure.chart").count()
        assert figures > 10
        assert page.locator(f"figure {shown} > svg:visible").count() == figures
        assert page.locator("figure svg.drawing:visible").count() == figures
        page.close()


def test_the_table_behind_a_chart_opens_without_a_script(browser: playwright.Browser, plan: Path) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(plan.as_uri())
    first = page.locator("figure.chart details").first
    assert not first.locator("table").is_visible()
    first.locator("summary").click()
    assert first.locator("table").is_visible()
    page.context.close()


def test_print_shows_every_table_behind_the_charts(browser: playwright.Browser, plan: Path) -> None:
    page = browser.new_page(viewport={"width": 794, "height": 1123})
    page.goto(plan.as_uri())
    page.emulate_media(media="print")
    assert page.locator(".appendix table:visible").count() >= page.locator("figure.chart").count()
    assert page.locator("figure .wide > svg:visible").count() == page.locator("figure.chart").count()
    assert page.evaluate("document.documentElement.scrollWidth") <= 794
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.close()
