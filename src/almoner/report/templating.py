"""The templates of the report layer: one environment, in which what is missing is an error and what is inserted is escaped."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined


def templates() -> Environment:
    """Return a new environment for `report/templates`; callers may add filters of their own."""
    return Environment(
        loader=PackageLoader("almoner.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def rendered(template: str, **values: object) -> str:
    """Return a template of `report/templates` filled in."""
    return templates().get_template(template).render(**values)
