"""The base year's flows that filling is calibrated from, and the published ratios that leaving is raked to, each with its fit.

In: the shipped parameters. Out: rows. Nothing is run but the calibrations themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from almoner.model.baseline import build
from almoner.model.baseline.margins import margins
from almoner.model.baseline.structure import base_turnover
from almoner.model.filling import calibrate
from almoner.model.leaving import contrasts
from almoner.parameters import load
from almoner.reference.areas import england


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One flow of the base year, people or posts a year, council and independent posts of England."""

    flow: str
    published: float | None
    modelled: float
    note: str


@dataclass(frozen=True, slots=True)
class RatioRow:
    """One published ratio of a group's turnover to all turnover, with what the raked weights give."""

    margin: str
    published: float
    modelled: float
    status: str
    sources: tuple[str, ...]
    period: str

    @property
    def difference(self) -> float:
        """Modelled less published."""
        return self.modelled - self.published


def base_year_flows() -> tuple[FlowRow, ...]:
    """Return the identity of the base year: change in filled posts = entrants + arrivals - exits (MODEL.md section 5)."""
    tree = load()
    _, flows = calibrate(build(None), tree)
    return (
        FlowRow("Change in filled posts", tree.at("filling.base_change"), flows.change_in_filled, "chained growth of one series"),
        FlowRow("People who left the sector", tree.at("filling.base_exits"), flows.exits, "published turnover x share of exits"),
        FlowRow("Moves between care employers", None, flows.moves, "published turnover x share of movers"),
        FlowRow("People who arrived from abroad", tree.at("filling.base_arrivals"), flows.arrivals, "apportioned to areas"),
        FlowRow(
            "Resident entrants by the identity",
            tree.at("filling.entrants_base_year"),
            flows.entrants_by_identity,
            "change + exits - arrivals",
        ),
        FlowRow(
            "Resident entrants that the model starts from",
            None,
            flows.entrants_used,
            "shrunk towards the mean of three years; see filling.entrants_weight",
        ),
    )


def turnover_ratios() -> tuple[RatioRow, ...]:
    """Return every published ratio of a group's turnover to all turnover, beside the modelled one.

    Age, experience, contract, qualification and visa are raked on the joint distribution, so that their ratios hold at once. Roles,
    services and regions are built into the turnover of every cell; where their publications cannot all hold together, the note of
    the margin in `almoner baseline england` says which gave way.
    """
    tree = load()
    rows = []
    for name, published, modelled in contrasts(tree).fit:
        parameter = tree.parameter(f"leaving.ratio.{name}")
        margin = name.replace(".", ": ").replace("_", " ")
        rows.append(RatioRow(margin, published, modelled, parameter.status_at(), parameter.sources, parameter.period))
    all_turnover = 100.0 * base_turnover()
    for row in margins(england()):
        kind, _, what = str(row["margin"]).partition(" ")
        if what == "turnover" and row["published"] is not None:
            rows.append(
                RatioRow(
                    f"{kind}: {row['category']}",
                    float(str(row["published"])) / all_turnover,
                    float(str(row["modelled"])) / all_turnover,
                    str(row["confidence"]),
                    tuple(str(row["source"]).split(";")),
                    str(row["period"]),
                )
            )
    return tuple(rows)
