"""The policies by name, and the one place where settings from a file become a policy or a clear error.

Policies ship with Almoner or come with another installed package, which names its classes under the entry point group
`almoner.policies`. A name belongs to whoever ships it first: no package may take a name that Almoner has.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from pydantic import ValidationError

from almoner.errors import AlmonerError, NotFoundError, in_words, nearest
from almoner.policies.base import Policy

GROUP: Final = "almoner.policies"
"""The entry point group of other packages' policies: `name = "package.module:Class"`."""

_SHIPPED: Final = (
    "pay_floor:PayFloor",
    "nhs_parity:NhsParity",
    "experience_premium:ExperiencePremium",
    "training_places:TrainingPlaces",
    "guaranteed_hours:GuaranteedHours",
    "wellbeing:Wellbeing",
    "recruitment_campaign:RecruitmentCampaign",
    "return_to_care:ReturnToCare",
    "apprenticeships:Apprenticeships",
    "international_recruitment:InternationalRecruitment",
    "reablement:Reablement",
    "prevention:Prevention",
    "carer_support:CarerSupport",
    "care_technology:CareTechnology",
    "digital_records:DigitalRecords",
    "housing_with_care:HousingWithCare",
    "fee_uplift:FeeUplift",
    "registration:Registration",
    "living_wage_path:LivingWagePath",
    "visa_closure:VisaClosure",
    "cost_of_living:CostOfLiving",
    "winter:Winter",
    "nhs_recruitment_pull:NhsRecruitmentPull",
    "provider_failure:ProviderFailure",
    "entry_condition:EntryCondition",
    "discharge.recovery_capacity:RecoveryCapacity",
    "discharge.transfer_hubs:TransferHubs",
    "discharge.trusted_assessment:TrustedAssessment",
    "discharge.discharge_fund:DischargeFund",
    "discharge.care_home_places:CareHomePlaces",
    "children.agency_rules:AgencyRules",
    "children.caseload_cap:CaseloadCap",
    "children.social_worker_entry:SocialWorkerEntry",
    "children.childrens_homes_pay:ChildrensHomesPay",
    "children.childrens_places:ChildrensPlaces",
    "children.family_help:FamilyHelp",
    "children.short_breaks:ShortBreaks",
    "children.children_cost_of_living:ChildrenCostOfLiving",
)
"""Module and class below `almoner.policies`; a policy is called what its module is called."""


@lru_cache(maxsize=1)
def policies() -> dict[str, type[Policy]]:
    """Return every policy by the name that scenario files use: Almoner's own, then those of other packages by name.

    Raises:
        AlmonerError: another package's policy cannot be loaded, is no policy, or takes a name that is taken.
    """
    known: dict[str, type[Policy]] = {}
    for place in _SHIPPED:
        module, _, kind = place.partition(":")
        known[module.rpartition(".")[2]] = getattr(import_module(f"almoner.policies.{module}"), kind)
    for entry in sorted(entry_points(group=GROUP), key=lambda found: (found.name, _package(found))):
        if entry.name in known:
            raise AlmonerError(
                f"The package {_package(entry)} names a policy '{entry.name}', which is taken: it must give it another name."
            )
        known[entry.name] = _load(entry)
    return known


def origin(name: str) -> str:
    """Return the package that a policy comes with, and its version: `almoner`, or as in `own-policy 1.0`."""
    if name not in policies():
        raise NotFoundError("policy", name, policies())
    found = next((entry for entry in entry_points(group=GROUP) if entry.name == name), None)
    return "almoner" if found is None else _package(found)


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


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else entry.value.partition(".")[0]


def _load(entry: EntryPoint) -> type[Policy]:
    remedy = "mend or uninstall the package"
    try:
        kind = entry.load()
    except Exception as error:
        what = f"The policy '{entry.name}' of the package {_package(entry)} cannot be loaded"
        raise AlmonerError(f"{what} ({type(error).__name__}: {error}): {remedy}.") from error
    if not (isinstance(kind, type) and issubclass(kind, Policy)):
        raise AlmonerError(f"'{entry.name}' of the package {_package(entry)} is not a subclass of Policy: {remedy}.")
    return kind


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
    said = in_words(first)
    return f"{place}{what}: {said}" if said.endswith("?") else f"{place}{what}: {said}."
