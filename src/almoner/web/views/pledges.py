"""The ledger of promised money on pages: what was promised, what lies inside what, and what became of it, each pound once.

In: the shipped ledger, and the id of a pledge or a domain. Out: contexts whose JSON twins are the rows that the command prints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from almoner.analysis.pledge_files import DOMAINS
from almoner.analysis.pledge_packages import READINGS, scenario_text
from almoner.analysis.pledges import FATES, Ledger, Pledge, pledge_row, pledge_tree, shipped_ledger
from almoner.errors import AlmonerError, NotFoundError
from almoner.report.charts_pledges import ledger_chart, pledge_chart
from almoner.report.figure import Chart, Column, Table
from almoner.report.part import Part
from almoner.report.pledges_plan import became, pledges_part, sentences
from almoner.report.tables import Cell
from almoner.web.views.area import source_lines
from almoner.web.views.pictures import figure_data, figures

DOMAIN_WORDS: Final = {
    "adult": "Adult social care",
    "children": "Children’s services",
    "discharge": "Leaving hospital",
    "both": "Adults and children",
}
STATUS_WORDS: Final = {
    "announced": "recommended only",
    "allocated": "allocated",
    "spent": "spent",
    "part_spent": "spent in part",
    "cut": "cut",
    "diverted": "diverted",
    "cancelled": "cancelled",
    "pending": "not yet due",
    "unknown": "not known",
}
CONFIDENCE_WORDS: Final = {
    "seen": "in the publication itself",
    "seen_secondary": "in another publication that quotes it",
    "recalled": "recalled from memory; check it before use",
    "derived": "worked out by Almoner",
}
_RELATION_WORDS: Final = {"contains": "Part of", "restates": "The same money as", "replaces": "In place of part of"}


def chosen(domain: str) -> tuple[Pledge, ...]:
    """Return the pledges of a domain; all for "".

    Raises:
        NotFoundError: there is no such domain.
    """
    if domain and domain not in DOMAINS:
        raise NotFoundError("domain", domain[:60], DOMAINS)
    return tuple(each for each in shipped_ledger().pledges.values() if domain in ("", each.domain))


def ledger_charts(domain: str) -> tuple[Chart | None, ...]:
    """Return the chart of the pledges of a domain that lie in no other of them; what was only recommended is no pledge."""
    ledger = shipped_ledger()
    tops = [each for each in _tops(chosen(domain)) if each.status != "announced" and each.relation != "restates"]
    return (ledger_chart(tops, [became(ledger, each) for each in tops]),)


def ledger_page(domain: str) -> dict[str, Any]:
    """Return the pledges of a domain, all for "", with sums that count each pound once."""
    ledger, own = shipped_ledger(), chosen(domain)
    said = sentences(ledger, own, _tops(own))
    return {
        "domain": domain,
        "domains": [(each, DOMAIN_WORDS[each]) for each in DOMAIN_WORDS],
        "answer": said[:1],
        "rest": said[1:],
        "figures": figures(ledger_charts(domain), "/pledges", f"?domain={domain}" if domain else ""),
        "table": _table(ledger, own),
    }


def ledger_data(found: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON twin of the ledger's page: its rows, their sum with each pound once, and its charts."""
    ledger, own = shipped_ledger(), chosen(found["domain"])
    return {
        "pledges": [pledge_row(ledger, each) for each in own],
        "total_gbp_m": ledger.total([each.id for each in own]),
        "said": [*found["answer"], *found["rest"]],
        "charts": figure_data(found["figures"]),
    }


def ledger_rows(domain: str) -> list[dict[str, Cell]]:
    """Return the pledges of a domain as rows, amounts in million pounds in cash, as announced."""
    ledger = shipped_ledger()
    return [_row(ledger, each) for each in chosen(domain)]


def own_part(ledger: Ledger, ids: Sequence[str], name: str) -> Part:
    """Return the section of own pledges as a plan has it."""
    return pledges_part(ledger, ids, (name,))


def own_page(ledger: Ledger, ids: Sequence[str], name: str, address: str) -> dict[str, Any]:
    """Return the page of own pledges: the sentences, charts and table that a plan has of them, and the scenarios they make."""
    part = own_part(ledger, ids, name)
    made = [(ledger.pledge(each), reading, _package(ledger, each, reading)) for each in ids for reading in READINGS]
    return {
        "name": name,
        "answer": part.sentences,
        "figures": figures(part.charts, address),
        "table": part.tables[0],
        "packages": [(own.title, reading, text) for own, reading, text in made if text],
    }


def own_data(ledger: Ledger, ids: Sequence[str], name: str) -> dict[str, Any]:
    """Return the JSON twin of the page of own pledges."""
    part = own_part(ledger, ids, name)
    return {**part.data, "said": list(part.sentences)}


def pledge_charts(id: str) -> tuple[Chart | None, ...]:
    """Return the chart of a pledge and what lies inside it."""
    ledger = shipped_ledger()
    return (pledge_chart(ledger, ledger.pledge(id).id),)


def pledge_page(id: str) -> dict[str, Any]:
    """Return one pledge: what it says, what lies in it, what became of it, and the scenarios that it can be made into.

    Raises:
        NotFoundError: there is no such pledge.
    """
    ledger = shipped_ledger()
    own = ledger.pledge(id)
    related = [each for each in (own.parent, *own.replaces) if each is not None]
    below = (*ledger.parts(own.id), *ledger.replacements(own.id), *ledger.restatements(own.id))
    return {
        "pledge": own,
        "tree": pledge_tree(ledger, own.id),
        "fate": [(FATES[name], amount) for name, amount in ledger.fate(own.id).items()],
        "unallocated": ledger.unallocated(own.id),
        "relation": _RELATION_WORDS.get(own.relation or "", ""),
        "related": [ledger.pledge(each) for each in dict.fromkeys(related)],
        "below": _table(ledger, below) if below else None,
        "status": STATUS_WORDS.get(own.status, own.status),
        "confidence": CONFIDENCE_WORDS.get(own.confidence, own.confidence),
        "domain": DOMAIN_WORDS[own.domain],
        "figures": figures(pledge_charts(own.id), f"/pledges/{own.id}"),
        "packages": [(reading, text) for reading in READINGS if (text := _package(ledger, own.id, reading))],
        "sources": source_lines(set(own.sources)),
    }


def _package(ledger: Ledger, id: str, reading: Any) -> str:
    try:
        return scenario_text(ledger, id, reading)
    except AlmonerError:
        return ""


def _tops(own: Sequence[Pledge]) -> list[Pledge]:
    ids = {each.id for each in own}
    return [each for each in own if each.parent not in ids]


def _table(ledger: Ledger, own: Sequence[Pledge]) -> Table:
    columns = (
        Column("Pledge", "pledge"),
        Column("Promised, £m", "number"),
        Column("For"),
        Column("Stands"),
        Column("What became of it"),
        Column("In figures"),
        Column("Source", "source"),
    )
    rows = tuple(
        (
            f"{each.id} {each.title}",
            "not known" if each.amount is None else f"{each.amount:,.10g}",
            each.period.replace("..", " to "),
            f"{_RELATION_WORDS[each.relation].lower()} {each.parent}" if each.relation else "on its own",
            each.what_happened,
            "; ".join(f"£{amount:,.10g}m {FATES[name]}" for name, amount in ledger.fate(each.id).items()) or "not known",
            "; ".join(each.sources),
        )
        for each in own
    )
    return Table("Promised sums, million pounds in cash as announced", columns, rows)


def _row(ledger: Ledger, each: Pledge) -> dict[str, Cell]:
    fate = ledger.fate(each.id)
    return {
        "id": each.id,
        "title": each.title,
        "domain": each.domain,
        "amount_gbp_m": each.amount,
        "period": each.period,
        "announced_by": each.announced_by,
        "announced_date": each.announced_date,
        "relation": each.relation,
        "parent": each.parent,
        "status": each.status,
        "what_happened": each.what_happened,
        **{f"{name}_gbp_m": fate.get(name) for name in FATES},
        "source": "; ".join(each.sources),
        "confidence": each.confidence,
    }
