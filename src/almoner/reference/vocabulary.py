"""The words of the model: services, roles, age bands and nationality groups, each with the label that people read.

Codes are stored as small integers in the order given here; the order is part of the stored state and is never changed.
"""

from __future__ import annotations

from typing import Final

SERVICES: Final[dict[str, str]] = {
    "care_home_nursing": "Care home with nursing",
    "care_home": "Care home",
    "home_care": "Home care",
    "other_community": "Other community",
    "council": "Council",
    "personal_assistant": "Personal assistant (direct payment)",
}

ROLES: Final[dict[str, str]] = {
    "care_worker": "Care worker",
    "senior_care_worker": "Senior care worker",
    "support_worker": "Support and outreach worker",
    "personal_assistant": "Personal assistant",
    "registered_nurse": "Registered nurse",
    "social_worker": "Social worker",
    "occupational_therapist": "Occupational therapist",
    "registered_manager": "Registered manager",
    "other_manager": "Other manager",
    "other": "Other",
}

SERVICE_IDS: Final = tuple(SERVICES)
ROLE_IDS: Final = tuple(ROLES)

OUTSIDE_RATES: Final = ("personal_assistant",)
"""Services whose posts are in the sector's total but outside the base of the published vacancy and turnover rates."""

POPULATION_BANDS: Final = ("0-17", "18-64", "65-74", "75-84", "85+")
ADULT_BANDS: Final = POPULATION_BANDS[1:]

NATIONALITIES: Final[dict[str, str]] = {"british": "British", "eu": "EU", "other": "Other nationality"}
CONTRACTS: Final[dict[str, str]] = {"permanent": "Permanent", "temporary": "Temporary", "zero_hours": "Zero hours"}

ENGLAND: Final = "E92000001"
