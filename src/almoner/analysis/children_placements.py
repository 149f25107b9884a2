"""What is known of placements and support for looked-after and disabled children by kind, and what is not.

England's children by placement are assumed shares, as no table after 2017 is shipped; places are as published. For an area only
places in homes are published; everything else is unknown until its own files say it, and is never shown as nought.
"""

from __future__ import annotations

from almoner.analysis import children_now
from almoner.analysis.children_record import PlacementLine
from almoner.model.children.record import load_record
from almoner.parameters import load
from almoner.reference.areas import Area


def placements(place: Area) -> tuple[PlacementLine, ...]:
    """Return what is known of placements and support by kind: England's with assumed shares, an area's only where published."""
    tree, record = load(), load_record()
    if place.level != "england":
        lines = children_now.homes(place)
        unknown = "not published by area since 2017; own files give it"
        short = next(line for line in lines if line.id == "short_break_places")
        homes = next(line for line in lines if line.id == "homes_places")
        return (
            _line("foster", "Foster care", unknown),
            _line("kinship", "Foster care by family or friends", unknown),
            PlacementLine(
                "homes",
                "Children's homes",
                None,
                homes.place,
                homes.status,
                homes.date,
                "places in the area, not the children whom it places; need unknown",
                homes.sources,
            ),
            _line("secure", "Secure homes", "a national resource, 214 places in England in March 2023"),
            _line("semi_independent", "Semi-independent and supported accommodation", unknown),
            PlacementLine(
                "short_breaks",
                "Short breaks for disabled children",
                None,
                short.place,
                short.status,
                short.date,
                "places in homes for short breaks only; need and other short breaks unknown",
                short.sources,
            ),
            _line("therapeutic", "Therapeutic placements", "no published figure of need or capacity was found"),
            _line("mental_health", "Mental health support", "no published figure of need or capacity was found"),
        )
    looked_after = float(record.england["looked_after_31_march"][-1])
    date = f"31 March {record.years[-1]}"

    def share(name: str, label: str) -> PlacementLine:
        path = f"children.placement.share.{name}"
        return PlacementLine(name, label, tree.at(path) * looked_after, None, "assumed", date, tree.parameter(path).note)

    return (
        share("foster", "Foster care"),
        share("kinship", "Foster care by family or friends"),
        PlacementLine(
            "homes",
            "Children's homes",
            None,
            tree.at("children.homes.places"),
            "published",
            "31 March 2023",
            "registered places, without secure homes, special schools and short breaks; children in them not published here",
            ("s_12acd661",),
        ),
        PlacementLine("secure", "Secure homes", None, 214.0, "published", "31 March 2023", "registered places", ("ofsted_2023",)),
        share("semi_independent", "Semi-independent and supported accommodation"),
        PlacementLine(
            "short_breaks",
            "Short breaks for disabled children",
            None,
            tree.at("children.short_breaks.places"),
            "published",
            "31 March 2023",
            "places in homes for short breaks only; need not published",
            ("s_99c02e64",),
        ),
        _line("therapeutic", "Therapeutic placements", "no published figure of need or capacity was found"),
        _line("mental_health", "Mental health support", "no published figure of need or capacity was found"),
    )


def _line(name: str, label: str, note: str) -> PlacementLine:
    return PlacementLine(name, label, None, None, "unknown", "", note)
