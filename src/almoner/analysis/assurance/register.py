"""The assumptions register: every parameter that is not simply published, with owner, status, date and effect on the result."""

from __future__ import annotations

from typing import Any, Final

from almoner.parameters import ParameterTree, load
from almoner.parameters.describe import describe
from almoner.version import VERSION

OWNERS: Final[dict[str, str]] = {
    "children": "Lead for children's services analysis",
    "contracts": "Lead for pay and conditions",
    "discharge": "Lead for hospital discharge analysis",
    "filling": "Lead for recruitment and migration analysis",
    "history": "Lead for model assurance",
    "holders": "Lead for workforce data",
    "leaving": "Lead for retention analysis",
    "market": "Lead for labour market analysis",
    "money": "Lead for finance",
    "need": "Lead for demand analysis",
    "pay": "Lead for pay and conditions",
    "policy": "Lead for policy evidence",
    "training": "Lead for skills analysis",
}
"""The role in an organisation that adopts the model which should own the assumptions of a branch; Almoner has no staff."""

NEUTRAL: Final = "Neutral; policies edit it."


def register(effects: dict[str, float] | None = None, tree: ParameterTree | None = None) -> list[dict[str, Any]]:
    """Return one row an assumption: every parameter with a prior, and all that are estimated, calibrated or assumed.

    The neutral multipliers that policies edit are left out.

    `effects` are rank correlations of uncertain parameters with the vacancy rate; a parameter without a prior has none.
    """
    tree = tree or load()
    rows = []
    for row in describe(tree=tree):
        status = str(row["status"])
        if (status == "published" and not row["prior"]) or row["note"] == NEUTRAL:
            continue
        rows.append(
            {
                "path": row["path"],
                "label": row["label"],
                "value": row["value"],
                "unit": row["unit"],
                "status": status,
                "prior": row["prior"],
                "source": row["source"],
                "evidence": row["evidence"],
                "owner": OWNERS.get(str(row["path"]).split(".")[0], "Model owner"),
                "date": row["period"] or f"version {VERSION}",
                "effect": (effects or {}).get(str(row["path"])),
                "note": row["note"],
            }
        )
    return sorted(rows, key=lambda row: -abs(row["effect"] or 0.0))
