"""The words of hospital discharge: bodies, constraints, stages and pathways, each with the label that people read."""

from __future__ import annotations

from typing import Final

BODIES: Final[dict[str, str]] = {
    "hospital": "Hospital",
    "nhs_community": "NHS community services",
    "council_social_care": "Council social care",
    "shared_interface": "Shared between bodies",
    "patient_and_family": "Patient and family",
    "housing": "Housing",
    "other": "Other",
}
"""Who a delay can belong to. A reason that names two bodies is `shared_interface`."""

CONSTRAINTS: Final[dict[str, str]] = {
    "hospital_process": "Hospital process",
    "hub": "Transfer hub",
    "interface": "Interface: assessment, funding, arrangements",
    "choice": "Wellbeing and choice",
    "p1_starts": "Care at home not available (pathway 1)",
    "p2_beds": "Rehabilitation bed not available (pathway 2)",
    "p3_places": "Care home place not available (pathway 3)",
}
"""What holds people back on their way out of hospital, in the order that they meet it."""

STAGES: Final = ("hospital_process", "hub", "interface", "choice", "capacity")
"""What a person passes between being ready and leaving; the last is the constraint of the person's own pathway."""

CAPACITIES: Final = ("p1_starts", "p2_beds", "p3_places")
"""The constraints that are queues for staffed capacity, of pathways 1, 2 and 3."""

PRIORITIES: Final[dict[str, str]] = {
    "first_come": "first come, first served",
    "longest_ready": "whoever has been ready longest goes first",
}
"""Rules by which a service takes people from its queue, in the order of the numbers that the flow model has for them."""

PATHWAYS: Final[dict[str, str]] = {
    "pathway_0": "Home without new support (pathway 0)",
    "pathway_1": "Home with support (pathway 1)",
    "pathway_2": "Rehabilitation bed (pathway 2)",
    "pathway_3": "Care home (pathway 3)",
}
