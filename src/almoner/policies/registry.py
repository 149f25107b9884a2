"""The policies by name, and the one place where settings from a file become a policy or a clear error."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pydantic import ValidationError

from almoner.errors import AlmonerError, NotFoundError, in_words, nearest
from almoner.policies.base import Policy


@lru_cache(maxsize=1)
def policies() -> dict[str, type[Policy]]:
    """Return every policy by the name that scenario files use."""
    from almoner.policies.pay_floor import PayFloor
    from almoner.policies.prevention import Prevention
    from almoner.policies.reablement import Reablement

    return {"pay_floor": PayFloor, "prevention": Prevention, "reablement": Reablement}


def make(name: str, settings: Mapping[str, object] | None, where: str = "") -> Policy:
    """Return the policy `name` with `settings`; `where` names the file for errors.

    Raises:
        NotFoundError: no such policy; the nearest names are offered.
        AlmonerError: a setting is unknown, missing or outside its limits.
    """
    known = policies()
    if name not in known:
        raise NotFoundError("policy", name, known, where)
    kind = known[name]
    try:
        return kind.model_validate(dict(settings or {}))
    except ValidationError as error:
        raise AlmonerError(_sentence(name, kind, error, where)) from None


def _sentence(name: str, kind: type[Policy], error: ValidationError, where: str) -> str:
    found = error.errors()
    # A misspelt setting is also a missing one: the slip says more.
    first = next((each for each in found if each["type"] == "extra_forbidden"), found[0])
    setting = ".".join(str(part) for part in first["loc"])
    place = f"{where}: " if where else ""
    if first["type"] == "extra_forbidden":
        offers = nearest(setting, kind.model_fields)
        hint = f"did you mean {offers[0]}?" if offers else f"it takes {', '.join(kind.model_fields)}."
        return f"{place}policy {name} has no setting called '{setting}': {hint}"
    if first["type"] == "missing":
        return f"{place}policy {name} needs the setting '{setting}'."
    what = f"policy {name}, setting '{setting}'" if setting else f"policy {name}"
    return f"{place}{what}: {in_words(first)}."
