"""Parameters as rows of text and numbers, for `almoner params [PATH]` and for the tables of a report."""

from __future__ import annotations

from typing import Any

from almoner.errors import NotFoundError
from almoner.parameters.files import load
from almoner.parameters.months import month_text
from almoner.parameters.steps import BEGINNING
from almoner.parameters.tree import Parameter, ParameterTree


def describe(path: str | None = None, tree: ParameterTree | None = None) -> list[dict[str, Any]]:
    """Return a row for the parameter at `path`, for each one under that branch, or for all."""
    tree = load() if tree is None else tree
    chosen = [leaf for name, leaf in tree.leaves.items() if path is None or name == path or name.startswith(f"{path}.")]
    if not chosen:
        raise NotFoundError("parameter", str(path), (*_branches(tree), *tree.paths()))
    return [_row(leaf) for leaf in chosen]


def _branches(tree: ParameterTree) -> dict[str, None]:
    return dict.fromkeys(
        ".".join(names[:depth]) for path in tree.paths() for names in [path.split(".")] for depth in range(1, len(names))
    )


def _row(leaf: Parameter) -> dict[str, Any]:
    return {
        "path": leaf.path,
        "label": leaf.label,
        "unit": leaf.unit,
        "value": leaf.at(),
        "dated": ", ".join(f"{_start(m)} {v:g}" for m, v in zip(leaf.dates, leaf.values, strict=True)) if leaf.dates else "",
        "status": _status(leaf),
        "source": ";".join(leaf.sources),
        "evidence": ";".join(leaf.evidence),
        "prior": leaf.prior.text() if leaf.prior else "",
        "period": leaf.period,
        "note": leaf.note,
    }


def _start(month: int) -> str:
    return "before" if month == BEGINNING else month_text(month)


def _status(leaf: Parameter) -> str:
    if isinstance(leaf.status, str):
        return leaf.status
    return ", ".join(f"{status} from {month}" for month, status in sorted(leaf.status.items()))
