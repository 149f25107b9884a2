"""The family of a job, by the words of its title.

Care roles bear the model's names (`reference.vocabulary`); others are grouped by whom care competes with: health, children's
services, office work, and shops, kitchens and warehouses ("outside").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

FAMILIES: Final[dict[str, str]] = {
    "registered_manager": "Registered and home managers",
    "social_worker": "Social workers",
    "occupational_therapist": "Occupational therapists",
    "childrens_services": "Children's services",
    "senior_care_worker": "Senior care workers",
    "personal_assistant": "Personal assistants",
    "care_worker": "Care workers",
    "health_support": "Health care support workers",
    "registered_nurse": "Nurses",
    "support_worker": "Support and outreach workers",
    "other_manager": "Other managers",
    "outside": "Shops, kitchens, cleaning, warehouses",
    "office": "Office and advice",
    "other": "Other",
}
"""Families in the order in which their words are looked for."""

DIRECT_CARE: Final = ("care_worker", "senior_care_worker", "support_worker", "personal_assistant")
"""Families whose workers could as well go to a shop or a hospital ward: those held against outside pay."""

CARE: Final = (
    *("care_worker", "senior_care_worker", "support_worker", "personal_assistant", "registered_nurse", "social_worker"),
    *("occupational_therapist", "registered_manager"),
)

_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "registered_manager": (
        r"registered manager",
        r"(?:care|nursing|residential) home manager",
        r"home manager",
        r"registered home",
    ),
    "social_worker": (r"social workers?", r"approved mental health professional", r"amhp"),
    "occupational_therapist": (r"occupational therap(?:ist|y)s?",),
    "childrens_services": (
        *(r"youth", r"nursery (?:nurse|practitioner|assistant|worker)", r"early (?:help|years)", r"family support"),
        *(r"child(?:ren)?'?s?\b", r"foster\w*", r"residential child"),
    ),
    "senior_care_worker": (
        *(r"senior (?:care|carer|support|health ?care|reablement)\b.*", r"(?:care|reablement) team leader", r"lead carer"),
    ),
    "personal_assistant": (r"personal assistants?(?! to)",),
    "health_support": (
        *(r"health ?care (?:support )?(?:assistants?|workers?)", r"hca", r"nursing (?:associates?|assistants?)"),
        *(r"clinical support workers?", r"phlebotomist"),
    ),
    "registered_nurse": (r"nurses?", r"rgn", r"rmn", r"rnld", r"sister", r"matron", r"health visitor"),
    "care_worker": (
        *(r"care(?: and support)? (?:assistants?|workers?|givers?)", r"carers?", r"caregivers?", r"home ?care", r"domiciliary"),
        *(r"reablement", r"night care", r"care staff", r"live-?in"),
    ),
    "support_worker": (
        *(r"support workers?", r"outreach", r"enablement", r"day (?:services?|cent(?:re|er)) (?:officers?|workers?)"),
        *(r"recovery workers?", r"shared lives"),
    ),
    "other_manager": (r"managers?", r"head of", r"directors?", r"deputy"),
    "outside": (
        *(
            r"retail",
            r"shop",
            r"store",
            r"sales assistant",
            r"cashier",
            r"supermarket",
            r"warehouse",
            r"picker",
            r"packer",
            r"driver",
        ),
        *(r"cleaners?", r"cleaning", r"domestic", r"kitchen", r"catering", r"chefs?", r"cook", r"waiting", r"waiter", r"waitress"),
        *(
            r"barista",
            r"bar staff",
            r"hotel",
            r"receptionist",
            r"porter",
            r"security",
            r"leisure",
            r"lifeguard",
            r"caretaker",
            r"grounds",
        ),
    ),
    "office": (
        *(r"administrat\w*", r"clerk", r"clerical", r"officers?", r"advis[eo]rs?", r"analysts?", r"co-?ordinators?", r"apprentice"),
        *(r"secretar\w*", r"contact centre", r"finance", r"payroll", r"accountant", r"hr\b", r"engagement", r"project", r"policy"),
        r"communications",
    ),
}
_FAMILY: Final = {name: re.compile(rf"\b(?:{'|'.join(words)})(?![a-z])", re.IGNORECASE) for name, words in _WORDS.items()}


@dataclass(frozen=True, slots=True)
class Family:
    """A job family and the words of the title that show it."""

    name: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def family_of(title: str) -> Family:
    """Return the family that a title's words show; 'other' when none does."""
    for name, words in _FAMILY.items():
        match = words.search(title)
        if match and not (name == "childrens_services" and "adult" in title.lower()):
            return Family(name, match.start(), match.end())
    return Family("other", 0, 0)
