"""Commands about measures: the policies that scenarios may use."""

from __future__ import annotations

from almoner.cli.app import app
from almoner.cli.common import AsJson, console, print_json


@app.command(epilog="Example: almoner policies --json")
def policies(as_json: AsJson = False) -> None:
    """List the policies that scenarios may use, with their settings and evidence."""
    from almoner.policies.base import summary
    from almoner.policies.registry import policies as known
    from almoner.report.terminal import print_rows

    rows: list[dict[str, object]] = [
        {
            "policy": name,
            "what it does": summary(kind),
            "settings": ", ".join(kind.model_fields),
            "evidence": ", ".join(kind.evidence),
            "effect": "assumed" if kind.assumed else "estimated",
        }
        for name, kind in known().items()
    ]
    if as_json:
        print_json(rows)
        return
    print_rows(rows, ["policy", "what it does", "settings", "evidence", "effect"], "Policies", console())
