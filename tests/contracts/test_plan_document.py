"""What every plan must keep to, whatever the place: words, labels, alternative text, escapes, and writing as a whole."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console

from almoner.analysis import words
from almoner.analysis.plan_record import Band, Place, PlanRecord
from almoner.errors import OutputError
from almoner.reference.vocabulary import ROLES, SERVICES
from almoner.report import charts_future, charts_scenarios, figure, marks, tables, terminal, view, writing
from almoner.report.charts import plan_charts
from almoner.report.document import render_plan

sys.path.insert(0, str(Path(__file__).parents[1] / "stories"))
from plan_fixture import england_record, wakefield_record

HOSTILE = "Wake<script>alert(1)</script>&\"'field http://evil.example/"


@pytest.fixture(scope="module")
def record() -> PlanRecord:
    return wakefield_record()


@pytest.fixture(scope="module")
def page(record: PlanRecord) -> str:
    return render_plan(record)


class Outline(HTMLParser):
    """Collects headings, ids, links to places in the page, images, figures and addresses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.targets.append(str(found.get("href")))


def test_the_page_holds_nothing_that_a_browser_would_load(page: str) -> None:
    assert not re.search(r"https?:", page, re.IGNORECASE)
    outline = Outline(page)
    assert not {tag for tag, _ in outline.tags} & {"script", "img", "iframe", "object", "embed", "base", "form"}
    assert all(target.startswith("#") for target in outline.targets)
    assert [attrs["href"] for tag, attrs in outline.tags if tag == "link"] == ["data:,"]
    assert "url(" not in page.replace("url(#", "")
    assert "@import" not in page


def test_headings_go_down_one_level_at_a_time_and_ids_are_single(page: str) -> None:
    outline = Outline(page)
    assert outline.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(outline.levels))
    assert len(outline.ids) == len(set(outline.ids))
    assert all(target[1:] in outline.ids for target in outline.targets)


def test_the_page_is_in_british_english_with_landmarks_and_a_skip_link(page: str) -> None:
    assert '<html lang="en-GB">' in page
    for landmark in ("<main", "<nav", "<header", "<footer", 'class="skip"'):
        assert landmark in page


def test_sections_come_in_the_order_of_the_argument(page: str) -> None:
    order = [
        page.index(f'<section id="{name}"')
        for name in ("answer", "today", "need", "future", "gap", "scenarios", "uncertainty", "sources")
    ]
    assert order == sorted(order)


def test_the_answer_leads_in_the_sentences_of_the_record(page: str, record: PlanRecord) -> None:
    answer = page[page.index('<section id="answer"') : page.index('<section id="today"')]
    assert all(sentence.replace("'", "&#39;") in answer for sentence in record.headline)


@pytest.mark.parametrize("make", [wakefield_record, england_record])
def test_every_chart_has_a_finding_a_unit_alternative_text_with_numbers_and_a_table_twin(make) -> None:  # type: ignore[no-untyped-def]
    html = render_plan(make())
    charts = [chart for section in plan_charts(make()).values() for chart in section]
    assert len({chart.id for chart in charts}) == len(charts)
    for chart in charts:
        assert re.search(r"\d", chart.title) or "cannot be told" in chart.title or "can be told" in chart.title
        assert re.search(r"\d", chart.alt)
        assert len(chart.alt) > 40
        assert "Run " in chart.subtitle or "ource" in chart.subtitle or "table" in chart.subtitle
        assert chart.twin.rows
        assert all(len(row) == len(chart.twin.columns) for row in chart.twin.rows)
        block = html[html.index(f'id="chart-{chart.id}"') :].split("</figure>")[0]
        assert block.count('role="img"') == 2
        assert block.count("aria-label=") >= 2
        assert "<details>" in block
        assert "<table" in block
        assert f"tag-{chart.status}" in block


def test_every_section_of_the_issue_has_its_charts(record: PlanRecord) -> None:
    found = {section: [chart.id for chart in charts] for section, charts in plan_charts(record).items()}
    assert found["today"] == ["comparison", "published-turnover-rate", "mix"]
    assert found["need"] == ["population", "need"]
    assert {"needed-and-filled", "fan-vacant-posts", "fan-vacancy-rate", "fan-unmet-hours-per-week"} <= set(found["future"])
    assert found["gap"] == ["gap"]
    assert {"scenarios-vacancy-rate", "scenarios-filled-posts", "difference-vacant-posts"} <= set(found["scenarios"])
    assert found["uncertainty"] == ["drivers"]


def test_every_specification_is_valid_vega_lite(record: PlanRecord) -> None:
    import altair as alt

    charts = [chart for section in plan_charts(record).values() for chart in section]
    assert charts
    for chart in charts:
        for frame in (figure.WIDE, figure.NARROW):
            # Reading a specification checks it against the schema of Vega-Lite; what comes out draws the same marks.
            assert alt.Chart.from_dict(chart.spec(frame)).to_dict().keys() >= {"$schema"}, (chart.id, frame.name)


def test_every_modelled_chart_says_modelled_beside_its_title(record: PlanRecord, page: str) -> None:
    for chart in (chart for charts in plan_charts(record).values() for chart in charts if chart.status == "modelled"):
        assert "modelled" in f"{chart.alt} {chart.subtitle} {chart.twin.caption}".lower() or chart.id in ("mix", "drivers")
        assert (
            '<span class="tag tag-modelled">modelled</span>'
            in page[page.index(f'id="chart-{chart.id}"') :].split("</figcaption>", maxsplit=1)[0]
        )


def test_an_effect_that_is_not_clear_is_said_to_be_none_that_can_be_told(page: str) -> None:
    assert "cannot be told from no effect" in page[page.index('id="card-2"') : page.index("</article>", page.index('id="card-2"'))]


def test_ten_draws_are_never_shown_as_a_share_of_draws(page: str, record: PlanRecord) -> None:
    assert "minimum and maximum of 10 draws" in page
    assert not re.search(r"\b80% (interval|of)", page)
    with pytest.raises(ValueError, match="minimum and maximum"):
        render_plan(replace(record, band_kind="80% interval"))


def test_a_hundred_draws_name_their_interval() -> None:
    assert view.band_words(wakefield_record(draws=100, band_kind="80% interval")) == "80% interval of 100 draws"


def test_hostile_names_are_escaped_everywhere(record: PlanRecord) -> None:
    cards = tuple(
        replace(card, name=HOSTILE if card.id == "fair-pay" else card.name, description=HOSTILE) for card in record.scenarios
    )
    series = tuple(replace(line, label=HOSTILE if line.label == "Wakefield" else line.label) for line in record.published_series)
    place = Place("E08000036", HOSTILE, "area", HOSTILE)
    html = render_plan(replace(record, place=place, scenarios=cards, published_series=series, headline=(HOSTILE,)))
    assert "<script" not in html
    assert not re.search(r"https?:", html)
    assert "Wake&lt;script&gt;" in html
    assert Outline(html).levels.count(1) == 1


def test_an_almost_empty_record_still_makes_a_page(record: PlanRecord) -> None:
    bare = replace(
        record,
        indicators=(),
        similar_areas=(),
        mix=(),
        published_series=(),
        population=(),
        need=(),
        paths=(),
        gap=(),
        scenarios=record.scenarios[:1],
        differences=(),
        drivers=(),
        assumptions=(),
        conflicts=(),
        limits=(),
    )
    assert "The answer" in render_plan(bare)
    assert all(not charts for charts in plan_charts(bare).values())


def test_what_was_not_published_is_said_and_never_zero(page: str) -> None:
    row = page[page.index("Care worker pay, median") :].split("</tr>", maxsplit=1)[0]
    assert "not published" in row


@pytest.mark.parametrize(
    ("value", "unit", "level", "said"),
    [
        (1_600_049, "posts", "england", "1,600,000"),
        (1_600_050, "posts", "england", "1,600,100"),
        (8_812, "posts", "area", "8,810"),
        (615, "posts", "area", "620"),
        (4, "posts", "area", "fewer than 10"),
        (0, "posts", "area", "0"),
        (-290, "posts", "area", "\N{MINUS SIGN}290"),
        (7.05, "percent", "area", "7.1%"),
        (-0.02, "percent", "area", "0.0%"),
        (12.6, "gbp_per_hour", "area", "£12.60"),
        (14.23, "gbp_m", "area", "£14.2 million"),
        (1_432.4, "gbp_m", "england", "£1,432 million"),
        (None, "posts", "area", "not published"),
        (float("nan"), "percent", "area", "not published"),
    ],
)
def test_numbers_are_said_as_a_council_report_would(value: float | None, unit: str, level: str, said: str) -> None:
    assert words.number(value, unit, level) == said


def test_the_grid_of_the_gap_knows_services_and_roles_by_id_and_by_name(record: PlanRecord) -> None:
    by_id = charts_future.gap_grid(record)
    named = tuple(replace(row, service=SERVICES[row.service], role=ROLES[row.role]) for row in record.gap)
    assert by_id is not None
    assert charts_future.gap_grid(replace(record, gap=named)) == by_id


def test_the_total_of_need_is_the_median_that_the_answer_gives(record: PlanRecord) -> None:
    needed = view.path_of(record, view.POSTS_NEEDED)
    chart = next(chart for chart in plan_charts(record)["need"] if chart.id == "need")
    assert needed is not None
    assert chart.twin.rows[-1][2] == words.number(needed.bands[-1].median, "posts", "area")


@pytest.mark.parametrize(
    ("draws", "kind", "said"),
    [
        (100, "80% interval", "About 80% of the 100 draws"),
        (10, "minimum and maximum of 10 draws", "about 18 in 100 further draws would fall outside"),
        (1, "single draw", "gives no range"),
    ],
)
def test_what_the_range_means_is_said_in_a_sentence(draws: int, kind: str, said: str) -> None:
    record = wakefield_record(draws=draws, band_kind=kind)
    assert said in view.range_sentence(record)
    assert view.range_sentence(record).replace("'", "&#39;") in render_plan(record)


def test_an_effect_beside_its_chart_takes_two_short_lines(record: PlanRecord) -> None:
    row = record.differences[0]
    for unit, low, high in (("hours_per_week", -1_565_000, 25_000), ("percent", -2.3, 0.1), ("posts", -52_600, 100)):
        said = charts_scenarios.told_briefly(replace(row, unit=unit, band=Band(low / 2, low, high), clear=False), "england")
        assert said.startswith(f"{charts_scenarios.NO_EFFECT}\n(")
        assert marks.wrapped(said, 34) == said
    same = replace(row, unit="posts", band=Band(0, 0, 0), clear=False)
    assert charts_scenarios.told(same, "area") == charts_scenarios.told_briefly(same, "area") == "no change"


def test_money_that_would_round_to_nothing_is_not_said_to_be_nothing() -> None:
    assert view.money(0.03, "area") == "less than £0.1 million"
    assert view.money(-0.03, "area") == "a saving of less than £0.1 million"
    assert view.money(14.23, "area") == "£14.2 million"
    assert view.money(0.4, "england") == "less than £1 million"


def test_a_series_of_another_place_is_not_said_to_be_the_places_own(record: PlanRecord) -> None:
    series = tuple(line for line in record.published_series if line.label != "Wakefield")
    chart = next(c for c in plan_charts(replace(record, published_series=series))["today"] if c.id.startswith("published"))
    assert chart.title.startswith("No turnover is published for Wakefield; in Yorkshire and The Humber it was")


def test_bands_and_changes_are_said_in_words() -> None:
    assert words.between(Band(1500, 1200, 1900), "posts", "area") == "between 1,200 and 1,900"
    assert words.between(Band(1500, 1498, 1502), "posts", "area") == "about 1,500"
    assert words.change_between(Band(-290, -480, -120), "posts", "area") == "between 120 and 480 fewer"
    assert words.change_between(Band(-100, -260, 40), "posts", "area") == "between 260 fewer and 40 more"
    assert words.change_between(Band(-2.4, -4.0, -1.0), "percent", "area") == "between 1.0 and 4.0 points lower"
    assert words.change(2.0, "posts", "area") == "no change"


def test_labels_at_the_ends_of_lines_stand_apart_and_keep_their_order() -> None:
    placed = marks.apart([1.0, 1.1, 1.05, 5.0], gap=1.0, low=0.0, high=10.0)
    ordered = sorted(placed)
    assert all(after - before >= 1.0 - 1e-6 for before, after in pairwise(ordered))
    assert placed[0] < placed[2] < placed[1] < placed[3]


def test_the_tables_are_tidy_and_hold_every_row(record: PlanRecord) -> None:
    made = tables.csv_tables(record)
    wanted = {"paths", "need", "population", "gap", "indicators", "mix", "differences", "drivers", "assumptions", "sources"}
    assert {f"{name}.csv" for name in wanted} <= set(made)
    rows = list(csv.DictReader(io.StringIO(made["paths.csv"])))
    assert len(rows) == sum(len(path.years) for path in record.paths)
    assert {row["status"] for row in rows} == {"modelled"}
    assert {row["median"] for row in rows if row["measure"] == "turnover_rate" and row["year"] == "2025"} == {""}
    assert len(list(csv.DictReader(io.StringIO(made["population.csv"])))) == len(record.population)


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd|x", "@SUM(A1)", "\tx", " =1"])
def test_no_cell_is_taken_for_a_formula(text: str, record: PlanRecord) -> None:
    card = replace(record.assumptions[0], label=text)
    made = tables.csv_tables(replace(record, assumptions=(card,)))["assumptions.csv"]
    assert next(csv.DictReader(io.StringIO(made)))["label"] == f"'{text}"


def test_numbers_are_no_formulas() -> None:
    assert tables.safe(-2.5) == -2.5
    assert tables.safe("-2.5") == "-2.5"


def test_the_json_is_the_record_field_for_field(record: PlanRecord) -> None:
    found = json.loads(tables.to_json(record))
    assert list(found) == list(record.__dataclass_fields__)
    assert found["paths"][0]["bands"][3]["median"] == record.paths[0].bands[3].median
    assert found["place"]["name"] == "Wakefield"


def test_writing_makes_the_whole_plan_and_hashes_it(record: PlanRecord, tmp_path: Path) -> None:
    import hashlib

    files = writing.write_plan(record, tmp_path / "a" / "plan")
    assert {file.name for file in files} >= {"plan.html", "plan.json", "manifest.json", "paths.csv"}
    assert all(file.is_file() for file in files)
    manifest = json.loads((tmp_path / "a" / "plan" / "manifest.json").read_text())
    page = (tmp_path / "a" / "plan" / "plan.html").read_bytes()
    assert manifest["files"]["plan.html"] == f"sha256:{hashlib.sha256(page).hexdigest()}"
    assert sorted(path.name for path in (tmp_path / "a" / "plan").iterdir()) == [
        "manifest.json",
        "plan.html",
        "plan.json",
        "tables",
    ]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the drawing where only the writing is in question."""
    monkeypatch.setattr(writing, "render_plan", lambda record, sections=(): f"<html>{record.run_id}</html>")


@pytest.mark.usefixtures("small")
def test_a_plan_replaces_a_plan_and_spares_files_of_others(record: PlanRecord, tmp_path: Path) -> None:
    writing.write_plan(record, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "tables" / "mine.csv").write_text("mine")
    writing.write_plan(replace(record, run_id="second"), tmp_path)
    assert "second" in (tmp_path / "plan.html").read_text()
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "tables" / "mine.csv").read_text() == "mine"
    assert not list(tmp_path.glob(".almoner-*"))


@pytest.mark.usefixtures("small")
def test_a_file_in_place_of_the_folder_is_one_clear_sentence(record: PlanRecord, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "plan"):
        with pytest.raises(OutputError, match="is a file; name a folder"):
            writing.write_plan(record, out)
        with pytest.raises(OutputError, match="is a file; name a folder"):
            writing.check_folder(out)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.usefixtures("small")
def test_a_folder_that_cannot_be_written_leaves_nothing(
    record: PlanRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *args: object, **options: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(OutputError, match=r"cannot be written to .*permission denied"):
        writing.write_plan(record, tmp_path / "deep" / "plan")
    assert not list(tmp_path.iterdir())


def test_a_folder_is_checked_before_the_run_without_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writing.check_folder(tmp_path / "deep" / "plan")
    assert not list(tmp_path.iterdir())

    def refuse(self: Path, *args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OutputError, match="permission denied; name a folder"):
        writing.check_folder(tmp_path / "deep" / "plan")


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("survived", [0, 1, 5, 12])
def test_a_move_that_fails_brings_the_former_plan_back(
    record: PlanRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    writing.write_plan(record, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    moves = iter(range(1000))
    true_replace = Path.replace

    def fail_once(self: Path, target: Path) -> Path:
        if next(moves) == survived:
            raise OSError(28, "No space left on device")
        return true_replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail_once)
        with pytest.raises(OutputError, match="no space left"):
            writing.write_plan(replace(record, run_id="second"), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def _printed(record: PlanRecord, encoding: str, width: int = 80) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict")
    terminal.print_plan_summary(record, [Path("out/plan.html"), Path("out/plan.json")], Console(file=stream, width=width))
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_the_terminal_shows_the_answer_within_eighty_columns(record: PlanRecord) -> None:
    text = _printed(record, "utf-8")
    assert max(len(line) for line in text.splitlines()) <= 80
    assert not [line for line in text.splitlines() if line != line.rstrip()]
    flat = " ".join(text.split())
    assert all(" ".join(sentence.split()) in flat for sentence in record.headline)
    for word in ("Posts needed", "2030", "2035", "2040", "cannot be told from no effect", "out/plan.html", "▁", "Modelled"):
        assert word in text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_the_terminal_falls_back_where_the_encoding_has_no_blocks(record: PlanRecord, encoding: str) -> None:
    text = _printed(record, encoding)
    assert "▁" not in text
    assert "GBP 14.2 million" in text


def test_a_spark_line_runs_from_lowest_to_highest() -> None:
    assert terminal.spark_line([1, 2, 3]) == "▁▅█"
    assert terminal.spark_line([5, 5]) == "▄▄"
    assert terminal.spark_line([]) == ""


def test_rows_print_with_markup_taken_as_text_and_none_said() -> None:
    out = io.StringIO()
    rows = [
        {"name": "[red]x[/red]", "posts": 1234.0, "rate": None, "year": 2025},
        {"name": "word " * 40, "posts": None, "rate": None},
    ]
    columns = ["name", "year", terminal.TableColumn("posts", "Posts", "posts"), "rate"]
    terminal.print_rows(rows, columns, "Rows", Console(file=out, width=80))
    text = out.getvalue()
    assert "[red]x[/red]" in text
    assert "1,230" in text
    assert "2025" in text
    assert "not published" in text
    assert max(len(line) for line in text.splitlines()) <= 80
