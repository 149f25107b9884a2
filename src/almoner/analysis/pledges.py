"""The ledger of promised money: which sum lies inside which, what is left, and what became of it.

In: the shipped `pledges` table, and a user's own rows in the same format. Out: a `Ledger` whose sums count every pound once. A row
stands to its parent in one of three ways: the parent *contains* it, it *restates* the parent (the same money announced again), or
it *replaces* rows inside the parent. Only *contains* nests. Amounts are million pounds in cash, as announced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, Literal

from almoner.errors import NotFoundError
from almoner.reference import tables

Relation = Literal["contains", "restates", "replaces"]
RELATIONS: Final[Mapping[str, Relation]] = {"contained_in": "contains", "restates": "restates", "replaces_within": "replaces"}
"""The words of the file, from the child's side, and those of the answers."""

FATES: Final[Mapping[str, str]] = {
    "spent": "spent",
    "allocated": "allocated",
    "replaced": "replaced by another line",
    "restated": "restated, not new money",
    "elsewhere": "not from this payer, such as council tax",
    "cut": "cut, diverted or not spent",
    "pending": "not yet due",
    "unknown": "not known",
}
"""What can become of a promised pound, with the words that people read."""

ROUNDING_GBP_M: Final = 0.05
"""Sums are announced to a tenth of a million at best, so children may pass their parent by half of that."""

NEW_MONEY: Final[Mapping[str, float]] = {"A06": 1000.0, "A41": 2700.0, "C09": 547.0}
"""Rows whose own text in the ledger says how much of the sum was new money of central government, million pounds."""


@dataclass(frozen=True, slots=True)
class Pledge:
    """One promised sum. `replaces` are the ids whose place it takes; amounts are None where no figure was found."""

    id: str
    domain: str
    title: str
    amount: float | None
    amount_note: str | None
    period: str
    period_start: str | None
    period_end: str | None
    parent: str | None
    relation: Relation | None
    replaces: tuple[str, ...]
    announced_by: str
    announced_date: str | None
    purpose: str | None
    what_happened: str
    status: str
    status_detail: str
    revised: float | None
    spent: float | None
    sources: tuple[str, ...]
    confidence: str
    note: str | None

    @property
    def delivered(self) -> float | None:
        """What is left of the sum or was spent of it, million pounds; None where that is pending or not known."""
        if self.status == "part_spent":
            # Here the ledger's revised sum is what remained beside what had been spent already.
            return (self.revised or 0.0) + (self.spent or 0.0)
        if self.revised is not None:
            return self.revised
        if self.spent is not None:
            return self.spent
        if self.status == "cancelled":
            return 0.0
        return self.amount if self.status in ("allocated", "spent") else None


@dataclass(frozen=True)
class Ledger:
    """Pledges by id, with what lies inside what."""

    pledges: Mapping[str, Pledge]

    def pledge(self, id: str) -> Pledge:
        """Return the pledge with an id, or raise NotFoundError with the nearest."""
        wanted = id.strip().upper()
        if wanted not in self.pledges:
            raise NotFoundError("pledge", id, [*self.pledges, *(pledge.title for pledge in self.pledges.values())])
        return self.pledges[wanted]

    def parts(self, id: str) -> tuple[Pledge, ...]:
        """Return the pledges that a pledge contains, in the order of their ids."""
        return self._children.get((id, "contains"), ())

    def restatements(self, id: str) -> tuple[Pledge, ...]:
        """Return the pledges that announce the same money again."""
        return self._children.get((id, "restates"), ())

    def replacements(self, id: str) -> tuple[Pledge, ...]:
        """Return the pledges that take the place of parts of this one."""
        return self._children.get((id, "replaces"), ())

    def replaced_by(self, id: str) -> Pledge | None:
        """Return the pledge that took the place of this one inside the same parent, if any."""
        own = self.pledge(id)
        inside = [each for each in self.pledges.values() if id in each.replaces and each.parent == own.parent and each.parent]
        return inside[0] if inside else None

    def unreplaced(self, id: str) -> tuple[Pledge, ...]:
        """Return the parts that no other line inside the same pledge has taken the place of."""
        return tuple(part for part in self.parts(id) if self.replaced_by(part.id) is None)

    def first_parts(self, id: str) -> tuple[Pledge, ...]:
        """Return the parts as first promised: without those that took the place of another part."""
        own = {part.id for part in self.parts(id)}
        return tuple(part for part in self.parts(id) if not own & set(part.replaces))

    def unallocated(self, id: str) -> float | None:
        """Return what a pledge promised beyond the parts first named, million pounds; None without an amount or without parts."""
        whole = self.pledge(id).amount
        if whole is None or not self.parts(id):
            return None
        return max(whole - _sum(self.first_parts(id)), 0.0)

    def roots(self) -> tuple[Pledge, ...]:
        """Return the pledges that stand on their own: inside no other, restating none and replacing none."""
        return tuple(pledge for pledge in self.pledges.values() if pledge.parent is None)

    def total(self, ids: Sequence[str] | None = None) -> float:
        """Return the sum of pledges, each pound once: one that lies in, restates or replaces another of them is not added again.

        With `ids`, the sum of those alone; a part counts only where none that holds it is among them. What was only recommended is
        no pledge.
        """
        chosen = set(self.pledges if ids is None else (self.pledge(each).id for each in ids))
        return sum(
            self.pledges[each].amount or 0.0
            for each in sorted(chosen)
            if self.pledges[each].status != "announced" and not chosen & {above.id for above in self.above(each)}
        )

    def above(self, id: str) -> Iterator[Pledge]:
        """Yield the pledges that a pledge's money was already counted in, nearest first: parents, and lines that it replaced."""
        seen, waiting = {id}, [id]
        while waiting:
            own = self.pledges[waiting.pop(0)]
            for each in (own.parent, *own.replaces):
                if each is not None and each in self.pledges and each not in seen:
                    seen.add(each)
                    waiting.append(each)
                    yield self.pledges[each]

    def new_money(self, id: str) -> float | None:
        """Return how much of a pledge was new when announced, million pounds; None where the ledger does not tell.

        A part, a restatement or a replacement is not new beside its parent.
        """
        own = self.pledge(id)
        return 0.0 if own.parent is not None else NEW_MONEY.get(own.id)

    def fate(self, id: str) -> dict[str, float]:
        """Return what became of a pledge's amount by `FATES`, million pounds; the parts add up to the amount."""
        own = self.pledge(id)
        whole = own.amount or 0.0
        if whole == 0:
            return {}
        if own.relation == "restates":
            return {"restated": whole}
        if self.replaced_by(own.id) is not None:
            return {"replaced": whole}
        if own.status in ("pending", "announced", "unknown"):
            return {"pending" if own.status == "pending" else "unknown": whole}
        if own.delivered is None:
            return self._by_parts(own)
        kept = min(own.delivered, whole)
        spent = kept if own.status == "spent" else min(own.spent or 0.0, kept)
        rest = "elsewhere" if own.status == "allocated" else "cut"
        found = {"spent": spent, "allocated": kept - spent, rest: whole - kept}
        return {fate: amount for fate, amount in found.items() if amount > 0}

    def _by_parts(self, own: Pledge) -> dict[str, float]:
        """Add up what became of the parts first named; what was never named is not known."""
        total: dict[str, float] = {}
        for part in self.first_parts(own.id):
            for fate, amount in self.fate(part.id).items():
                total[fate] = total.get(fate, 0.0) + amount
        rest = (own.amount or 0.0) - sum(total.values())
        return {**total, "unknown": total.get("unknown", 0.0) + rest} if rest > ROUNDING_GBP_M else total

    @cached_property
    def _children(self) -> dict[tuple[str, Relation], tuple[Pledge, ...]]:
        found: dict[tuple[str, Relation], list[Pledge]] = {}
        for pledge in sorted(self.pledges.values(), key=lambda each: each.id):
            if pledge.parent is not None and pledge.relation is not None:
                found.setdefault((pledge.parent, pledge.relation), []).append(pledge)
        return {key: tuple(children) for key, children in found.items()}


def pledge_of(row: Mapping[str, Any]) -> Pledge:
    """Return the pledge of one row of the table or of a file, its values already of their types."""
    return Pledge(
        id=row["id"],
        domain=row["domain"],
        title=row["title"],
        amount=row["amount_gbp_m"],
        amount_note=row["amount_note"],
        period=row["period"],
        period_start=row["period_start"],
        period_end=row["period_end"],
        parent=row["parent_id"],
        relation=RELATIONS[row["relation"]] if row["relation"] else None,
        replaces=tuple(row["replaces_id"].split(";")) if row["replaces_id"] else (),
        announced_by=row["announced_by"],
        announced_date=row["announced_date"],
        purpose=row["purpose"],
        what_happened=row["what_happened"],
        status=row["status"],
        status_detail=row["status_detail"],
        revised=row["revised_amount_gbp_m"],
        spent=row["spent_gbp_m"],
        sources=tuple(row["source"].split(";")),
        confidence=row["confidence"],
        note=row["note"],
    )


@lru_cache(maxsize=1)
def shipped_ledger() -> Ledger:
    """Return the ledger that ships with Almoner."""
    rows = tables.load("pledges").sort("id").iter_rows(named=True)
    return Ledger({row["id"]: pledge_of(row) for row in rows})


def pledge_rows(ledger: Ledger) -> list[dict[str, Any]]:
    """Return a row for each pledge, as `almoner pledges --json` prints them."""
    return [pledge_row(ledger, pledge) for pledge in ledger.pledges.values()]


def pledge_row(ledger: Ledger, pledge: Pledge) -> dict[str, Any]:
    """Return one pledge as a row; amounts are million pounds in cash, None where no figure was found."""
    return {
        "id": pledge.id,
        "title": pledge.title,
        "amount": pledge.amount,
        "relation": pledge.relation,
        "parent": pledge.parent,
        "status": pledge.status,
        "revised": pledge.revised,
        "spent": pledge.spent,
        "sources": list(pledge.sources),
        "replaces": list(pledge.replaces),
        "unallocated": ledger.unallocated(pledge.id),
        "new": ledger.new_money(pledge.id),
        "fate": ledger.fate(pledge.id),
        "domain": pledge.domain,
        "period": pledge.period,
        "announced_by": pledge.announced_by,
        "announced_date": pledge.announced_date,
        "purpose": pledge.purpose,
        "what_happened": pledge.what_happened,
        "amount_note": pledge.amount_note,
        "note": pledge.note,
        "confidence": pledge.confidence,
    }


def pledge_tree(ledger: Ledger, id: str) -> dict[str, Any]:
    """Return a pledge with its parts below it, what is not allocated to any, and what restates or replaces, which does not nest."""
    own = ledger.pledge(id)
    return {
        **pledge_row(ledger, own),
        "parts": [pledge_tree(ledger, part.id) for part in ledger.parts(own.id)],
        "restated_by": [pledge_tree(ledger, each.id) for each in ledger.restatements(own.id)],
        "replaced_by": [pledge_tree(ledger, each.id) for each in ledger.replacements(own.id)],
    }


def _sum(pledges: Sequence[Pledge]) -> float:
    return sum(pledge.amount or 0.0 for pledge in pledges)
