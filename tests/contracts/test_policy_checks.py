"""The public checks find what is wrong with a policy, and another package's policy is found, checked and used like our own."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import pytest
from pydantic import Field

from almoner.errors import AlmonerError
from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies import registry
from almoner.policies.base import Cost, CostBasis, Policy
from almoner.policies.listing import about, cost_rule, example, moved, reads, rows, said, shown, size_setting, status
from almoner.study.scenario import load_scenario
from almoner.testing import CHECKS, PolicyFault, check_policy

OWN = Path(__file__).parents[2] / "examples" / "own-policy"


class Good(Policy):
    """Exits fall.

    Cost: a pound for each adult, paid by councils.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E01",)
    moves: ClassVar[dict[str, str]] = {"leaving.exit_scale": "down"}
    size: Annotated[float, Field(strict=True, ge=0, le=1, description="how much")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        yield Scale("leaving.exit_scale", 1 - 0.1 * self.size, from_=self.start, until=self.until)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        return Cost({"council": self.size * basis.adults * self.active(basis.years)})


class Unlimited(Good):
    """Exits fall.

    Cost: a pound for each adult, paid by councils.
    """

    size: float = Field(description="how much")


class Wordless(Good):
    """Exits fall."""


class Undescribed(Good):
    """Exits fall.

    Cost: a pound for each adult, paid by councils.
    """

    other: float = 1.0


def faulty(**changes: Any) -> type[Policy]:
    """Return the good policy with some of its class attributes and methods changed."""
    return type("Faulty", (Good,), {"__doc__": Good.__doc__, "__module__": __name__, **changes})


def always(path: str, amount: float, first: int | None, until: int | None = None) -> Any:
    def edits(self: Good, tree: ParameterTree) -> Iterator[Edit]:
        yield Scale(path, 1 + amount * self.size, from_=first if first is None else self.start + first, until=until)

    return edits


def costing(amount: Any, payer: str = "council", assumed: bool = False) -> Any:
    return lambda self, tree, basis: Cost({payer: amount(self, basis)}, assumed)


def once(self: Good, basis: CostBasis) -> np.ndarray:
    return np.asarray(self.size**2 * basis.adults * self.active(basis.years))


MUTANTS: dict[str, tuple[str, type[Policy], str]] = {
    "no cost rule": ("says_what_it_is", Wordless, "Cost"),
    "a setting without a meaning": ("says_what_it_is", Undescribed, "'other'"),
    "an unknown domain": ("says_what_it_is", faulty(domain="housing"), "housing"),
    "unknown evidence": ("names_its_evidence", faulty(evidence=("E99",)), "E99"),
    "the same evidence twice": ("names_its_evidence", faulty(evidence=("E01", "E01")), "twice"),
    "no evidence": ("names_its_evidence", faulty(evidence=()), "assumed"),
    "no limits": ("has_a_size_with_limits", Unlimited, "lowest"),
    "an unknown path": ("edits_what_may_be_edited", faulty(edits=always("leaving.exit_scael", -0.1, 0)), "leaving.exit_scale"),
    "a fixed path": ("edits_what_may_be_edited", faulty(edits=always("leaving.turnover_base", -0.1, 0)), "baseline"),
    "a value out of its limits": ("edits_what_may_be_edited", faulty(edits=always("leaving.exit_scale", -2.0, 0)), "lowest"),
    "an edit without a start": ("acts_in_its_months", faulty(edits=always("leaving.exit_scale", -0.1, None)), "before it starts"),
    "an edit without an end": ("acts_in_its_months", faulty(edits=always("leaving.exit_scale", -0.1, 0)), "after it ends"),
    "the wrong direction": ("moves_as_it_says", faulty(edits=always("leaving.exit_scale", 0.1, 0)), "down"),
    "nothing done": ("does_something", faulty(edits=lambda self, tree: iter(())), "no parameter"),
    "an unknown payer": ("costs_what_it_says", faulty(cost=costing(once, "lottery"), proportional=False), "lottery"),
    "a cost that grows with the square": ("costs_what_it_says", faulty(cost=costing(once)), "twice"),
    "a cost below nothing": (
        "costs_what_it_says",
        faulty(cost=costing(lambda self, basis: -self.size * basis.adults * self.active(basis.years))),
        "less than nothing",
    ),
    "a cost out of its years": (
        "costs_what_it_says",
        faulty(cost=costing(lambda self, basis: self.size * basis.adults)),
        "not in force",
    ),
    "no cost": ("costs_what_it_says", faulty(cost=lambda self, tree, basis: Cost()), "no programme cost"),
    "an assumed cost that says it is not": (
        "costs_what_it_says",
        faulty(cost=costing(lambda self, basis: self.size * basis.adults * self.active(basis.years), assumed=True)),
        "assumed",
    ),
    "a cost at no size": ("does_nothing_at_no_size", faulty(cost=costing(lambda self, basis: basis.adults)), "costs"),
    "edits that know their class": (
        "survives_inheritance",
        faulty(
            edits=lambda self, tree: iter([Scale("leaving.exit_scale", 0.9, self.start)] if type(self).__mro__[1] is Good else [])
        ),
        "subclass",
    ),
}


def test_a_policy_that_keeps_everything_passes() -> None:
    check_policy(Good)


@pytest.mark.parametrize("fault", MUTANTS)
def test_each_check_finds_its_fault_and_names_it(fault: str) -> None:
    check, kind, word = MUTANTS[fault]
    with pytest.raises(PolicyFault, match=word):
        CHECKS[check](kind)
    with pytest.raises(PolicyFault, match=word):
        check_policy(kind)


def test_every_check_has_a_mutant_that_only_it_needs_to_find() -> None:
    assert {check for check, _, _ in MUTANTS.values()} == set(CHECKS)


def installed(folder: Path, name: str, entries: str, version: str = "1.0") -> None:
    """Write what an installer writes about a package, so that its entry points are found."""
    about = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{entries}\n", encoding="utf-8")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path where packages may be installed; the registry is read anew and forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    registry.policies.cache_clear()
    yield tmp_path
    registry.policies.cache_clear()
    sys.modules.pop("paid_travel_time.policy", None)


@pytest.fixture
def own(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The example package, installed; its policy's name."""
    project = tomllib.loads((OWN / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ((name, place),) = project["entry-points"][registry.GROUP].items()
    installed(shelf, project["name"], f"{name} = {place}", project["version"])
    monkeypatch.syspath_prepend(str(OWN / "src"))
    return str(name)


def test_another_packages_policy_is_found_listed_and_used_in_a_scenario(own: str) -> None:
    assert registry.origin(own) == "paid-travel-time 1.0"
    assert registry.origin("pay_floor") == "almoner"
    assert rows()[-1]["name"] == own
    assert rows()[-1]["package"] == "paid-travel-time 1.0"
    ((name, policy),) = load_scenario(str(OWN / "scenario.yaml")).policies
    assert (name, policy.model_dump()["minutes"]) == (own, 5.0)


@pytest.mark.parametrize("check", CHECKS)
def test_the_example_package_keeps_what_policies_promise(own: str, check: str) -> None:
    CHECKS[check](registry.policies()[own])


@pytest.mark.parametrize(
    ("entries", "parts"),
    [
        ("pay_floor = json:loads", ("'pay_floor'", "taken", "third-party 1.0")),
        ("mine = no_such_module:Policy", ("'mine'", "cannot be loaded", "no_such_module", "uninstall")),
        ("mine = json:loads", ("'mine'", "not a subclass of Policy", "third-party 1.0")),
    ],
)
def test_a_package_that_cannot_be_used_is_named_in_one_sentence(shelf: Path, entries: str, parts: tuple[str, ...]) -> None:
    installed(shelf, "third-party", entries)
    with pytest.raises(AlmonerError) as error:
        registry.policies()
    assert "\n" not in str(error.value)
    assert [part for part in parts if part not in str(error.value)] == []


def test_two_packages_may_not_name_the_same_policy(shelf: Path) -> None:
    (shelf / "sound.py").write_text("from almoner.policies.wellbeing import Wellbeing\n", encoding="utf-8")
    installed(shelf, "first", "mine = sound:Wellbeing")
    installed(shelf, "second", "mine = sound:Wellbeing")
    with pytest.raises(AlmonerError, match=r"second 1\.0 names a policy 'mine', which is taken"):
        registry.policies()


def test_a_row_says_all_that_is_asked_of_it() -> None:
    for row in rows():
        assert {"name", "domain", "parameters", "evidence", "status", "cost_rule"} <= set(row)
        assert row["status"] in ("assumed", "estimated")
        assert row["cost_rule"].endswith(".")
        assert [each["name"] for each in row["parameters"]][:2] == ["start", "until"]


def test_a_policys_page_names_what_it_reads_with_its_prior_and_an_example_that_loads(tmp_path: Path) -> None:
    for name, kind in registry.policies().items():
        page = shown(name, kind)
        path = tmp_path / f"{name}.yaml"
        path.write_text(f"name: {name}\n{page['example']}\n", encoding="utf-8")
        assert [found for found, _ in load_scenario(str(path)).policies] == [name]
        assert page["edits"]
    page = shown("training_places", registry.policies()["training_places"])
    (read,) = [each for each in page["reads"] if each["prior"]]
    assert (read["path"], read["evidence"]) == ("policy.qualification.causal_share", ["E20", "E21"])


def test_words_about_a_policy_come_from_its_docstring() -> None:
    assert about(Good) == "Exits fall."
    assert cost_rule(Good) == "A pound for each adult, paid by councils."
    assert status(Good) == "estimated"
    assert status(faulty(assumed=True)) == "assumed"
    assert size_setting(Good) == "size"


def test_a_policy_reads_what_it_looks_up_and_not_what_it_edits() -> None:
    kind = registry.policies()["entry_condition"]
    paths = {leaf.path for leaf in reads(kind.model_validate({"share_leaving": 0.03, "start": "2027-04"}))}
    assert paths == {
        "leaving.mover_share",
        "leaving.turnover_base",
        "leaving.ratio.service.care_home",
        "leaving.ratio.service.care_home_nursing",
    }


def test_every_policy_for_adults_and_every_check_stands_in_the_documents() -> None:
    text = (OWN.parents[1] / "docs" / "policies.md").read_text(encoding="utf-8")
    adult = [name for name, kind in registry.policies().items() if kind.domain == "adult"]
    assert [name for name in (*adult, *CHECKS) if f"`{name}`" not in text] == []


def test_a_policy_that_moves_nothing_says_so() -> None:
    assert moved(registry.make("pay_floor", {"premium": 1.0, "start": "2027-04", "services": ["home_care"]})) == (
        "pay.floor_premium.home_care",
    )
    # The shipped value of the effect is none, and a summer without a winter has nothing to add.
    assert moved(registry.make("wellbeing", {"share_of_staff": 1.0, "start": "2027-04"})) == ()
    assert moved(registry.make("winter", {"extra_need": 0.1, "start": "2027-04", "until": "2027-11"})) == ()


def test_settings_are_said_in_words_with_shares_as_percentages() -> None:
    spoken = {name: said(example(kind)) for name, kind in registry.policies().items()}
    assert spoken["pay_floor"] == ["1 pounds an hour above the National Living Wage"]
    assert spoken["wellbeing"] == ["10% of staff who have it"]
    assert spoken["fee_uplift"] == ["5% rise of councils' fees"]
    assert spoken["training_places"] == ["30,000 more places a year in England; an area has its share"]
    parity = registry.make("nhs_parity", {"share_of_gap": 1.0, "start": "2027-04", "band": 2, "roles": ["care_worker"]})
    assert said(parity) == [
        "100% of the way from the National Living Wage to the band's entry",
        "band of Agenda for Change for care workers: 2",
        "roles that it covers: Care worker",
    ]
    assert said(registry.make("pay_floor", {"premium": 0.5, "uprated": False, "start": "2027-04"}))[-1] == (
        "not growing each April with pay outside care"
    )
