"""What a consultation says in a plan: shares of themes with intervals by question, and the policies that the themes speak about.

In: the report of a consultation project as data (`almoner.voices.consultation.reporting.current`). Out: an `Part`. Shares
without an interval are never shown as shares; the words of respondents stay in the consultation's own report.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from almoner.report import marks
from almoner.report.figure import Chart, Column, Frame, Spec, Table
from almoner.report.part import Part
from almoner.voices.consultation.counting import ALL
from almoner.voices.consultation.report_page import finding, interval, percent

ID: Final = "consultation"
MOST_CHARTS: Final = 4
"""Questions that get a chart; all get a table."""

_MOST_ROWS: Final = 8
_FEWEST_ANSWERS: Final = 10

Row = Mapping[str, Any]


def consultation_part(report: Mapping[str, Any], policies: Collection[str] = ()) -> Part:
    """Return the section; `policies` are those of the plan's scenarios, which are marked where a theme speaks about them."""
    facts, themes = report["facts"], {theme["id"]: theme for theme in report["themes"]}
    by_question = {question: _shares(report, question) for question in report["questions"]}
    audited = {question: [row for row in rows if row["share"] is not None] for question, rows in by_question.items()}
    labels = {name: theme["label"] for name, theme in themes.items()}
    charted = [question for question, rows in audited.items() if rows][:MOST_CHARTS]
    return Part(
        ID,
        f"What people said: {report['title']}",
        tuple(_sentences(report, by_question, labels)),
        tuple(_chart(place, report["questions"][each], audited[each], labels) for place, each in enumerate(charted, 1)),
        tuple(_table(report["questions"][each], rows, themes, policies) for each, rows in by_question.items() if rows),
        tuple(_notes(report)),
        {
            **{name: report[name] for name in ("title", "questions", "themes", "shares", "counts", "positions", "agreement")},
            "facts": facts,
            "sources": [f"{name} {digest}" for name, digest in facts["steps"].items()],
        },
        {"consultation_shares": (_CSV, [_csv_row(row, report["questions"], labels) for row in report["shares"]])},
        caution=facts["caution"],
    )


def _shares(report: Mapping[str, Any], question: str) -> list[Row]:
    own = [row for row in report["shares"] if row["question"] == question and row["group"] == ALL and not row["hidden"]]
    return sorted(own, key=lambda row: (-(row["share"] if row["share"] is not None else row["machine_share"]), row["theme"]))


def _sentences(report: Mapping[str, Any], by_question: Mapping[str, Sequence[Row]], labels: dict[str, str]) -> list[str]:
    facts = report["facts"]
    said = [
        f"{facts['respondents']:,} respondents gave {facts['answers']:,} answers in their own words, {facts['distinct_texts']:,} "
        f"distinct texts; {facts['in_campaigns']:,} are copies of campaign texts."
    ]
    said += [
        f"“{_short(report['questions'][question])}” {finding([dict(row) for row in rows], labels)}."
        for question, rows in by_question.items()
        if rows
    ]
    return said


def _short(words: str, most: int = 90) -> str:
    text = " ".join(words.split()).rstrip(".:")
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _chart(place: int, question: str, rows: Sequence[Row], labels: dict[str, str]) -> Chart:
    shown = rows[:_MOST_ROWS]
    said = [f"{percent(row['share'])} ({interval(row['low'], row['high'])})" for row in shown]
    names = [labels[row["theme"]] for row in shown]
    first = shown[0]
    left_out = f" The {len(rows) - len(shown)} rarer themes are in the table." if len(rows) > len(shown) else ""
    return Chart(
        id=f"consultation-{place}",
        title=finding([dict(row) for row in rows], labels),
        subtitle=f"“{_short(question, 160)}” Share of {first['answers']:,} answers, of which people coded {first['audited']:,} "
        f"drawn at random; lines: 95% intervals.{left_out} Source: the consultation's own answers; figures in the table.",
        alt=f"Dots with intervals. {'; '.join(f'{name} {words}' for name, words in zip(names, said, strict=True))}.",
        status="estimated",
        twin=_shares_table(question, rows, labels),
        spec=lambda frame: _spec(shown, names, said, frame),
    )


def _spec(rows: Sequence[Row], labels: Sequence[str], said: Sequence[str], frame: Frame) -> Spec:
    left, right = (10, 14) if frame.narrow else (marks.LABEL_COLUMN, 270)
    data = [
        {"row": k, "value": 100 * row["share"], "low": 100 * row["low"], "high": 100 * row["high"]} for k, row in enumerate(rows)
    ]
    points = [{**row, "shape": "circle", "color": marks.BLUE, "fill": marks.BLUE, "size": 140} for row in data]
    domain = (0.0, marks.room([0.0], [row["high"] for row in data], zero=True)[1])
    x, y = marks.across("value", "percent", domain), marks.row_channel(len(rows), frame)
    layers = [
        marks.layer(
            data, {"type": "rule", "color": marks.QUIET, "strokeWidth": 2}, x={**x, "field": "low"}, x2={"field": "high"}, y=y
        ),
        marks.points(points, x, y),
        *marks.row_text(frame, labels, said, frame.width - left - right),
    ]
    return marks.sheet(frame, marks.row_height(frame, labels, said) * len(rows), layers, left=left, right=right)


def _shares_table(question: str, rows: Sequence[Row], labels: Mapping[str, str]) -> Table:
    columns = (
        Column("Theme"),
        Column("Share of answers", "number"),
        Column("95% interval"),
        Column("Found in the audit", "number"),
    )
    return Table(
        _short(question, 160),
        columns,
        tuple(
            (
                labels[row["theme"]],
                percent(row["share"]),
                _ends(row),
                f"{row['audited_with']:,} of {row['audited']:,}",
            )
            for row in rows
        ),
    )


def _ends(row: Row) -> str:
    return "too few audited" if row["low"] is None else f"{percent(row['low'])} to {percent(row['high'])}"


def _table(question: str, rows: Sequence[Row], themes: Mapping[str, Any], policies: Collection[str]) -> Table:
    plain = _shares_table(question, rows, {name: theme["label"] for name, theme in themes.items()})
    spoken = [_policies(themes[row["theme"]], policies) for row in rows]
    return Table(
        f"{plain.caption}: themes, and the policies they speak about",
        (*plain.columns, Column("Policies it speaks about")),
        tuple((*row, words) for row, words in zip(plain.rows, spoken, strict=True)),
    )


def _policies(theme: Mapping[str, Any], used: Collection[str]) -> str:
    return ", ".join(f"{name} (in this plan)" if name in used else name for name in theme["policies"]) or "none yet"


def _notes(report: Mapping[str, Any]) -> list[str]:
    facts, people = report["facts"], report["agreement"]["people"]
    said = [
        f"Of {facts['audit_drawn']:,} answers drawn for people to code, {facts['audited']:,} count. Shares join what people coded "
        "with what the machine read in all answers; without enough coded answers no share is stated.",
        "Copies of campaign texts count as answers here; the consultation's report shows distinct texts beside them.",
    ]
    if people["answers"] >= _FEWEST_ANSWERS:
        said.append(
            f"Two people coded {people['answers']:,} answers: the same themes in {percent(people['same_themes'])}, Krippendorff's "
            f"alpha {people['alpha_masi']:.2f}."
        )
    else:
        said.append(f"Two people coded {people['answers']:,} of the same answers: too few to say how far coders agree.")
    said.append(
        f"Answers were read by the model '{facts['model']}' after {facts['redactions']:,} pieces were redacted. The consultation's "
        "own report has quotes, kinds of respondents and positions, and follows each number to its words."
    )
    return said


_CSV: Final = (
    "question",
    "question_words",
    "group",
    "theme",
    "theme_words",
    "share",
    "low",
    "high",
    "answers",
    "audited",
    "audited_with",
    "hidden",
    "number",
    "source",
)


def _csv_row(row: Row, questions: Mapping[str, str], labels: Mapping[str, str]) -> tuple[Any, ...]:
    return (
        row["question"],
        questions[row["question"]],
        row["group"],
        row["theme"],
        labels.get(row["theme"], "") if row["theme"] else "",
        *(row[name] for name in ("share", "low", "high", "answers", "audited", "audited_with")),
        "yes" if row["hidden"] else "no",
        row["number"],
        "consultation",
    )
