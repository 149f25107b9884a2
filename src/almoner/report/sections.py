"""The sections of a plan beside the adult workforce: delays out of hospital, and children's services.

In: their records. Out: `PlanSection`s, each with its part of the page and files of its figures for the plan's folder. Sections
of an area's own evidence are made in `evidence_sections`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from almoner.analysis.children import LAST_YEAR, children_answer
from almoner.analysis.children_json import as_data
from almoner.analysis.children_record import ChildrenRecord
from almoner.analysis.delays import as_json, delays
from almoner.analysis.delays_record import DelaysRecord
from almoner.errors import NotFoundError
from almoner.report.children_section import children_section
from almoner.report.delays_section import section_html
from almoner.report.document import without_addresses
from almoner.report.figure import drawn
from almoner.report.templating import rendered
from almoner.study.design import Study


@dataclass(frozen=True, slots=True)
class PlanSection:
    """One section: its anchor and title, its part of the page, its figures in the file `<id>.json`, and tables as CSV by name."""

    id: str
    title: str
    html: str
    data: dict[str, Any]
    tables: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The name of the file that holds the figures."""
        return f"{self.id}.json"

    @property
    def text(self) -> str:
        """The figures as JSON."""
        return json.dumps(self.data, ensure_ascii=False, indent=1, default=str) + "\n"

    @property
    def files(self) -> dict[str, str]:
        """The text of the section's files by their path in the plan's folder."""
        return {self.file: self.text, **{f"tables/{name}.csv": text for name, text in self.tables.items()}}


SECTIONS: Final = ("delays", "children")


def section_names(without: Sequence[str]) -> tuple[str, ...]:
    """Return the sections to make when some are left out.

    Raises:
        NotFoundError: there is no such section.
    """
    for name in without:
        if name not in SECTIONS:
            raise NotFoundError("section", name, SECTIONS)
    return tuple(name for name in SECTIONS if name not in without)


def plan_sections(study: Study, names: Sequence[str] = SECTIONS, threads: int | None = None) -> tuple[PlanSection, ...]:
    """Make the sections of a study's place, with its seed and last year; children's has draws of its own."""
    made = []
    if "delays" in names:
        made.append(delays_part(delays(study.place, seed=study.seed, threads=threads)))
    if "children" in names:
        to_year = min(study.to_year, LAST_YEAR)
        made.append(children_part(children_answer(study.place, study.scenarios[:1], to_year, seed=study.seed, threads=threads)))
    return tuple(made)


def delays_part(answer: DelaysRecord) -> PlanSection:
    """Return the section about delays out of hospital."""
    return PlanSection("delays", "Delays out of hospital", section_html(answer), as_json(answer))


def children_part(found: ChildrenRecord) -> PlanSection:
    """Return the section about children's services."""
    section = children_section(found)
    html = rendered("children_section.html.jinja", section=section, charts=list(drawn(section.charts).values()))
    return PlanSection("children", "Children's social care", without_addresses(html), as_data(found))
