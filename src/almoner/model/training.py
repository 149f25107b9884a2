"""Where apprentices come from: the roles whose holders train, in post, for a registered one (MODEL.md section 10)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.reference.vocabulary import ROLE_IDS

TRAINED_FROM: Final = {
    "registered_nurse": ("care_worker", "support_worker"),
    "social_worker": ("support_worker", "care_worker"),
    "occupational_therapist": ("support_worker", "care_worker"),
}
"""The roles that apprentices of a registered role come from: the second where a service has nobody left of the first."""


def trained_from() -> NDArray[np.int64]:
    """Return for each role the two that its apprentices come from, [role, choice], or -1."""
    choices = [TRAINED_FROM.get(role, ()) for role in ROLE_IDS]
    return np.array([[ROLE_IDS.index(role) for role in choice] or [-1, -1] for choice in choices])
