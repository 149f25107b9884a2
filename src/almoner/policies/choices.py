"""Settings that are names: services and roles, checked against the words of the model when a scenario is read."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator

from almoner.errors import NotFoundError
from almoner.reference.vocabulary import ROLE_IDS, SERVICE_IDS

DIRECT_CARE: Final = ("care_worker", "senior_care_worker", "support_worker", "personal_assistant")
"""Roles that give care by hand."""

REGULATED: Final = ("care_home_nursing", "care_home", "home_care", "other_community")
"""Services of the independent sector, whose fees councils and the NHS pay in part."""

CARE_HOMES: Final = ("care_home_nursing", "care_home")


def _service(value: str) -> str:
    return _known("service", value, SERVICE_IDS)


def _role(value: str) -> str:
    return _known("role", value, ROLE_IDS)


def _known(kind: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(str(NotFoundError(kind, value, known)))
    return value


Services = tuple[Annotated[str, AfterValidator(_service)], ...]
"""Services by their ids, as `home_care`."""

Roles = tuple[Annotated[str, AfterValidator(_role)], ...]
"""Roles by their ids, as `senior_care_worker`."""
