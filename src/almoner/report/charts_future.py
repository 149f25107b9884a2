"""Charts of the future if nothing changes: fans over draws, and where the gap falls by service and role.

In: a `PlanRecord`. Out: `Chart` values. A fan shows the median as a line and the spread over draws as a band whose meaning the
record names; fewer than 30 draws are only ever shown as their lowest and highest.
"""

from __future__ import annotations

from almoner.analysis import words
from almoner.analysis.plan_record import Band, GapRow, Path, PlanRecord
from almoner.reference.vocabulary import ROLES, SERVICES
from almoner.report import marks, view
from almoner.report.figure import Chart, Column, Frame, Spec, Table


def needed_and_filled(record: PlanRecord) -> Chart | None:
    """Draw posts needed and filled posts as two fans."""
    needed, filled = (view.path_of(record, measure) for measure in (view.POSTS_NEEDED, view.FILLED_POSTS))
    if needed is None or filled is None:
        return None
    level, year = record.place.level, record.to_year
    first, last = ({path.measure: _at(path, when) for path in (needed, filled)} for when in (view.opening_year(record), year))
    gap = last[needed.measure].median - last[filled.measure].median
    before = first[needed.measure].median - first[filled.measure].median
    said = words.moved(before, gap, "posts", level)
    return Chart(
        id="needed-and-filled",
        title=f"The gap between posts needed and filled posts would {said} by {year}",
        subtitle=_subtitle(record, (needed, filled), "posts at 31 March"),
        alt=f"Fan chart, modelled. {_told(record, needed)} {_told(record, filled)}",
        status="modelled",
        twin=_fan_table(record, (needed, filled), "Posts needed and filled posts if nothing changes (modelled)"),
        spec=lambda frame: _fan_spec(record, (needed, filled), frame),
    )


def fan(record: PlanRecord, measure: str) -> Chart | None:
    """Draw one measure if nothing changes, as a fan."""
    path = view.path_of(record, measure)
    if path is None:
        return None
    note = view.label_note(path.label)
    when = "twelve months to 31 March" if measure == view.TURNOVER_RATE else "31 March"
    return Chart(
        id=f"fan-{measure.replace('_', '-')}",
        title=_finding(record, path),
        subtitle=_subtitle(record, (path,), f"{words.unit_words(path.unit)}{f' ({note})' if note else ''}, {when}"),
        alt=f"Fan chart, modelled. {_told(record, path)}",
        status="modelled",
        twin=_fan_table(record, (path,), f"{path.label} if nothing changes (modelled)"),
        spec=lambda frame: _fan_spec(record, (path,), frame),
    )


def _at(path: Path, year: int) -> Band:
    band = view.band_at(path, year)
    return band if band is not None else path.bands[-1]


def _finding(record: PlanRecord, path: Path) -> str:
    level, year, label = record.place.level, record.to_year, view.short_label(path.label)
    start, end = path.bands[0].median, _at(path, year)
    if end.low <= start <= end.high:
        now = f"{words.number(start, path.unit, level)} {view.first_words(record, path)}"
        return f"{label} would be {words.between(end, path.unit, level)} in {year} if nothing changes, against {now}"
    return f"{label} would {words.moved(start, end.median, path.unit, level)} by {year} if nothing changes"


def _told(record: PlanRecord, path: Path) -> str:
    level, last = record.place.level, _at(path, record.to_year)
    now = words.number(path.bands[0].median, path.unit, level)
    then = words.number(last.median, path.unit, level)
    return (
        f"{path.label}: {now} in {path.years[0]}, {then} in {record.to_year} ({words.between(last, path.unit, level)}, "
        f"{view.band_words(record)})."
    )


def _subtitle(record: PlanRecord, paths: tuple[Path, ...], what: str) -> str:
    axis = "" if _domain(paths)[0] <= 0 else " The axis does not start at zero."
    made = f"Run {record.run_id}, made on {view.day(record.made_on)}."
    return f"{what[:1].upper()}{what[1:]}. Line: median; band: {view.band_words(record)}. {made}{axis}"


def _fan_table(record: PlanRecord, paths: tuple[Path, ...], caption: str) -> Table:
    level = record.place.level
    columns = [Column("Year")]
    for path in paths:
        columns += [Column(path.label, "number"), Column(f"Band: {view.band_words(record)}", "number")]
    rows = []
    for year in paths[0].years:
        cells = [str(year)]
        for path in paths:
            band = _at(path, year)
            cells += [words.number(band.median, path.unit, level), words.to(band, path.unit, level)]
        rows.append(tuple(cells))
    return Table(caption, tuple(columns), tuple(rows))


def _domain(paths: tuple[Path, ...]) -> tuple[float, float]:
    bands = [band for path in paths for band in path.bands]
    from_nothing = len(paths) == 1 and paths[0].measure != view.TURNOVER_RATE
    return marks.room([band.low for band in bands], [band.high for band in bands], zero=from_nothing)


def _fan_spec(record: PlanRecord, paths: tuple[Path, ...], frame: Frame) -> Spec:
    level = record.place.level
    domain = _domain(paths)
    first, last = paths[0].years[0], paths[0].years[-1]
    height = 250 if frame.narrow else 300
    x = marks.years((first, last), marks.year_ticks(first, last, frame))
    layers: list[Spec] = []
    for path, style in zip(paths, marks.SERIES, strict=False):
        y = marks.amounts("median", path.unit, domain)
        data = [
            {"year": year, "median": band.median, "low": band.low, "high": band.high}
            for year, band in zip(path.years, path.bands, strict=True)
        ]
        area = {"type": "area", "color": style["color"], "opacity": 0.18}
        line = {"type": "line", "color": style["color"], "strokeDash": style["dash"], "strokeWidth": 3}
        layers.append(marks.layer(data, area, x=x, y={**y, "field": "low"}, y2={"field": "high"}))
        layers.append(marks.layer(data, line, x=x, y=y))
    y = marks.amounts("median", paths[0].unit, domain)
    said = [_end_words(path, level, frame, alone=len(paths) == 1) for path in paths]
    layers.append(marks.end_labels(said, [path.bands[-1].median for path in paths], domain, height, frame, last, x, y))
    return marks.sheet(frame, height, layers, left=62, right=104 if frame.narrow else 170)


def _end_words(path: Path, level: str, frame: Frame, *, alone: bool) -> str:
    width, end = 13 if frame.narrow else 19, path.bands[-1]
    said = words.number(end.median, path.unit, level)
    parts = [said, f"({view.shortened(words.to(end, path.unit, level))})"] if alone else [f"{path.label} {said}"]
    return "\n".join(marks.wrapped(part, width) for part in parts)


def gap(record: PlanRecord) -> Chart | None:
    """Draw the service and role cells with the most vacant posts at the end."""
    found = sorted(record.gap, key=lambda row: -row.vacant_end.median)
    rows = [row for row in found if row.vacant_end.median > 0 or row.vacant_now > 0][:10] or found[:1]
    if not rows:
        return None
    level, year = record.place.level, record.to_year
    by_service: dict[str, float] = {}
    for row in record.gap:
        by_service[_service(row)] = by_service.get(_service(row), 0.0) + max(row.vacant_end.median, 0.0)
    total = sum(by_service.values())
    top = max(by_service, key=lambda service: by_service[service])
    share = f"{100 * by_service[top] / total:.0f}%" if total else "None"
    most = words.number(rows[0].vacant_end.median, "posts", level)
    lead = f"{words.lower_first(_role(rows[0]))}s in {words.lower_first(_service(rows[0]))} ({most})"
    title = f"{share} of the vacant posts of {year} would be in {words.lower_first(top)}, most of all {lead}"
    if rows[0].vacant_end.median < words.rounding_step("posts", level):
        step = words.rounding_step("posts", level)
        title = f"No service and role would have {step} vacant posts in {year}: too few to say where they fall"
    said = "; ".join(f"{_cell(row)} {words.number(row.vacant_end.median, 'posts', level)}" for row in rows)
    return Chart(
        id="gap",
        title=title,
        subtitle=f"Vacant posts, 31 March {view.opening_year(record)} and {year}, the largest services and roles, posts paid by "
        f"direct payments included. Line: {view.band_words(record)}. The share adds medians. Run {record.run_id}.",
        alt=f"Dot plot of modelled vacant posts by service and role in {year} if nothing changes: {said}.",
        status="modelled",
        twin=gap_table(record),
        spec=lambda frame: _gap_spec(record, rows, frame),
    )


def gap_table(record: PlanRecord) -> Table:
    """Return every cell of the gap: filled and vacant now, posts and vacant posts at the end."""
    level, now, end = record.place.level, view.opening_year(record), record.to_year

    def said(value: float) -> str:
        return words.number(value, "posts", level)

    columns = (
        Column("Service"),
        Column("Role"),
        Column(f"Filled {now}", "number"),
        Column(f"Vacant {now}", "number"),
        Column(f"Posts {end}", "number"),
        Column(f"Vacant {end}", "number"),
        Column(f"Band: {view.band_words(record)}", "number"),
    )
    rows = tuple(
        (
            _service(row),
            _role(row),
            said(row.filled_now),
            said(row.vacant_now),
            said(row.posts_end),
            said(row.vacant_end.median),
            words.to(row.vacant_end, "posts", level),
        )
        for row in sorted(record.gap, key=lambda row: -row.vacant_end.median)
    )
    return Table("Vacant posts by service and role if nothing changes (modelled)", columns, rows)


def gap_grid(record: PlanRecord) -> Table | None:
    """Return the medians of the gap as a grid of role by service, shaded from the fewest to the most vacant posts."""
    services = [service for service in SERVICES.values() if any(_service(row) == service for row in record.gap)]
    roles = [role for role in ROLES.values() if any(_role(row) == role for row in record.gap)]
    if not services:
        return None
    cells = {(_role(row), _service(row)): row.vacant_end.median for row in record.gap}
    most = max(*cells.values(), 5 * words.rounding_step("posts", record.place.level))

    def shade(value: float | None) -> int:
        return 0 if value is None or value <= 0 else min(5, 1 + int(4.999 * (value / most) ** 0.5))

    def said(value: float | None) -> str:
        text = "\N{EN DASH}" if value is None else words.number(value, "posts", record.place.level)
        return view.shortened(text)

    return Table(
        f"Vacant posts in {record.to_year} if nothing changes, by role and service (modelled medians)",
        (Column("Role"), *(Column(service, "number") for service in services)),
        tuple((role, *(said(cells.get((role, service))) for service in services)) for role in roles),
        tuple(tuple(shade(cells.get((role, service))) for service in services) for role in roles),
    )


def _service(row: GapRow) -> str:
    return SERVICES.get(row.service, row.service)


def _role(row: GapRow) -> str:
    return ROLES.get(row.role, row.role)


def _cell(row: GapRow) -> str:
    if _service(row) == SERVICES["personal_assistant"]:
        return _service(row)
    return f"{_role(row)}, {words.lower_first(_service(row))}"


def _gap_spec(record: PlanRecord, rows: list[GapRow], frame: Frame) -> Spec:
    level = record.place.level
    rows = rows[: 7 if frame.narrow else 10]
    labels = [_cell(row) for row in rows]

    def posts(value: float) -> str:
        return view.shortened(words.number(value, "posts", level))

    said = [f"{posts(row.vacant_end.median)} (now {posts(row.vacant_now)})" for row in rows]
    data = [
        {"row": i, "start": row.vacant_now, "end": row.vacant_end.median, "low": row.vacant_end.low, "high": row.vacant_end.high}
        for i, row in enumerate(rows)
    ]
    domain = (0.0, 1.04 * max(max(row["start"], row["high"]) for row in data) or 1.0)
    left, right = (10, 14) if frame.narrow else (marks.LABEL_COLUMN + 20, 190)
    x, y = marks.across("low", "posts", domain), marks.row_channel(len(rows), frame)
    layers = [
        marks.layer(data, {"type": "rule", "color": marks.BLUE, "strokeWidth": 2}, x=x, x2={"field": "high"}, y=y),
        *marks.then_and_now(data, domain, "posts", frame)[1:],
        *marks.row_text(frame, labels, said, frame.width - left - right),
    ]
    now = view.opening_year(record)
    items = [(f"{now}", "circle", marks.INK, False), (f"{record.to_year}, with its band", "circle", marks.BLUE, True)]
    layers += marks.key(items, frame, left)
    height = marks.row_height(frame, labels, said) * len(rows)
    return marks.sheet(frame, height, layers, left=left, right=right, top=46 + (24 if frame.narrow else 0))
