"""Scenario files: shipped ones load, those of people are understood or answered with one sentence, hashes say what they do."""

from __future__ import annotations

from pathlib import Path

import pytest

from almoner.errors import AlmonerError, InputFileError, NotFoundError
from almoner.model.clock import months_to_march
from almoner.parameters import load
from almoner.study.scenario import DO_NOTHING, Scenario, load_scenario, shipped

MONTHS = months_to_march(2040)
FLOOR = "policies:\n  - pay_floor: {premium: 0.5, start: 2028-04}\n"
JARGON = ("Value error", "dict[", "nullable", "tuple", "pydantic", "Errno", "NoneType", "Input should", "'settings'")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, text: str, name: str = "mine.yaml") -> str:
    (folder / name).write_bytes(text.encode())
    return name


def loaded(folder: Path, text: str, name: str = "mine.yaml") -> Scenario:
    return load_scenario(written(folder, text, name), MONTHS)


def refusal(reference: str, kind: type[AlmonerError] = AlmonerError) -> str:
    """Return the text of the error after checking its class, and that it is one sentence without the jargon of a library."""
    with pytest.raises(AlmonerError) as error:
        load_scenario(reference, MONTHS)
    text = str(error.value)
    assert isinstance(error.value, kind), f"{type(error.value).__name__}: {text}"
    assert "\n" not in text
    assert text.endswith((".", "?"))
    assert not text.endswith("..")
    assert [word for word in JARGON if word in text] == [], text
    return text


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_loads_has_a_name_and_says_what_it_assumes(name: str) -> None:
    scenario = load_scenario(name, MONTHS)
    assert scenario.id == name
    assert scenario.name
    assert scenario.description.endswith(".")


def test_the_scenarios_that_ship_are_known_and_differ() -> None:
    packages = {
        "fair-pay",
        "fair-pay-2028",
        "prevention-and-recovery",
        "white-paper-delivered",
        "white-paper-promised",
        "workforce-plan",
    }
    assert set(shipped()) == {DO_NOTHING, *packages}
    hash_of = {name: load_scenario(name).hash for name in shipped()}
    # The agreement of 2028 is the fair pay scenario by the name of its year.
    assert hash_of.pop("fair-pay-2028") == hash_of["fair-pay"]
    assert len(set(hash_of.values())) == len(hash_of)


def test_doing_nothing_gives_the_parameters_back_as_they_are() -> None:
    assert load_scenario(DO_NOTHING).apply(load()) is load()


def test_the_fair_pay_scenario_has_the_premium_that_was_costed() -> None:
    ((name, policy),) = load_scenario("fair-pay").policies
    assert name == "pay_floor"
    assert policy.model_dump()["premium"] == load().at("policy.fair_pay.floor_premium")


@pytest.mark.parametrize(
    "text",
    [
        f"name: Windows\n{FLOOR}".replace("\n", "\r\n"),
        f"\ufeffname: From a spreadsheet\n{FLOOR}",
        f"name: Tâl teg £ – café\n{FLOOR}",
        f"# a comment\nname: 'x'\n\n{FLOOR}",
        "name: x\npolicies:\n  - pay_floor:\n      premium: 0.5\n      start: 2028-04\n",
        "name: x\npolicies:\n  - pay_floor: {premium: 0.5, start: 2028-04-01}\n",
        f"name: x\nover: do-nothing\nparameters:\n{FLOOR}",
    ],
    ids=["windows line ends", "byte order mark", "other letters", "comments", "block style", "a full date", "empty list"],
)
def test_files_of_common_editors_mean_the_same(here: Path, text: str) -> None:
    assert loaded(here, text).hash == loaded(here, f"name: x\n{FLOOR}", "plain.yaml").hash


def test_a_scenario_has_the_name_of_its_file_for_an_id(here: Path) -> None:
    scenario = loaded(here, "name: Pay first\ndescription: >\n  Two\n  lines.\n", "pay-first.yaml")
    assert (scenario.id, scenario.name, scenario.description) == ("pay-first", "Pay first", "Two lines.")


@pytest.mark.parametrize(
    ("entry", "near"),
    [
        ("pay_flor: {premium: 1, start: 2028-04}", "did you mean pay_floor?"),
        ("reablment: {more_episodes_per_1000: 1, start: 2028-04}", "did you mean reablement?"),
    ],
)
def test_an_unknown_policy_is_answered_with_the_nearest(here: Path, entry: str, near: str) -> None:
    text = refusal(written(here, f"name: x\npolicies:\n  - {entry}\n"), NotFoundError)
    assert near in text
    assert "mine" in text


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        ("{premum: 1, start: 2028-04}", ("'premum'", "premium")),
        ("{premium: 1, strat: 2028-04}", ("'strat'", "start")),
        ("{premium: 1, start: 2028-04, colour: red}", ("'colour'", "it takes", "services")),
        ("{premium: 1}", ("needs", "'start'")),
        ("{start: 2028-04}", ("needs", "'premium'")),
        ("{premium: 999, start: 2028-04}", ("'premium'", "10", "999")),
        ("{premium: -1, start: 2028-04}", ("'premium'", "0", "-1")),
        ("{premium: .nan, start: 2028-04}", ("'premium'", "nan")),
        ("{premium: .inf, start: 2028-04}", ("'premium'", "inf")),
        ("{premium: lots, start: 2028-04}", ("'premium'", "lots")),
        ("{premium: £1, start: 2028-04}", ("'premium'", "£1")),
        ("{premium: 1, start: 2028-04, services: home_care}", ("'services'", "home_care")),
        ("{premium: 1, start: 2028-04, services: [home_car]}", ("home_car", "did you mean home_care")),
        ("{premium: 1, start: 2028-04, until: 2028-04}", ("'until' (2028-04) must come after 'start' (2028-04)",)),
        ("3", ("pay_floor",)),
    ],
)
def test_a_faulty_setting_is_named_with_its_file_and_what_was_given(here: Path, settings: str, parts: tuple[str, ...]) -> None:
    text = refusal(written(here, f"name: x\npolicies:\n  - pay_floor: {settings}\n"))
    assert [part for part in ("mine", *parts) if part not in text] == [], text


@pytest.mark.parametrize("month", ["2028", "2028-13", "April 2028", "spring", "2028-04banana", "2028/04", ""])
def test_a_month_that_is_none_is_refused_with_an_example_and_shown_as_written(here: Path, month: str) -> None:
    policy = refusal(written(here, f"name: x\npolicies:\n  - pay_floor: {{premium: 1, start: {month}}}\n"))
    assert "as in 2027-04" in policy
    assert month in policy
    if month:
        edit = refusal(written(here, f"name: x\nparameters:\n  - {{path: filling.arrivals, set: 1, from: {month}}}\n"))
        assert "as in 2027-04" in edit


def test_a_start_before_the_first_month_is_refused_with_that_month(here: Path) -> None:
    text = refusal(written(here, "name: x\npolicies:\n  - pay_floor: {premium: 1, start: 2025-03}\n"))
    assert "2025-03" in text
    assert "2025-04" in text
    loaded(here, "name: x\npolicies:\n  - pay_floor: {premium: 1, start: 2025-04}\n")


def test_a_start_after_the_end_of_the_run_is_refused_with_two_remedies(here: Path) -> None:
    text = refusal(written(here, "name: x\npolicies:\n  - pay_floor: {premium: 1, start: 2040-04}\n"))
    assert "2040-03" in text
    assert "--to" in text
    loaded(here, "name: x\npolicies:\n  - pay_floor: {premium: 1, start: 2040-03}\n")


@pytest.mark.parametrize(
    ("edit", "parts"),
    [
        ("{path: filing.arrivals, set: 3}", ("'filing.arrivals'", "did you mean filling.arrivals")),
        ("{path: filling, set: 3}", ("'filling'", "filling.")),
        ("{path: 'filing.*', set: 3}", ("'filing.*'",)),
        ("{path: filling.arrivals, set: .nan}", ("filling.arrivals", "finite")),
        ("{path: filling.arrivals, scale: 1.0e+308}", ("filling.arrivals", "finite")),
        ("{path: filling.arrivals, set: 5, from: 2028-04, until: 2027-04}", ("2028-04", "2027-04")),
        ("{path: filling.arrivals, scal: 2}", ("'parameters.0.scal'", "did you mean scale?")),
        ("{path: filling.arrivals, set: many}", ("set", "many")),
        ("{set: 5}", ("path",)),
    ],
)
def test_a_faulty_edit_of_a_parameter_is_named(here: Path, edit: str, parts: tuple[str, ...]) -> None:
    text = refusal(written(here, f"name: x\nparameters:\n  - {edit}\n"))
    assert [part for part in parts if part not in text] == [], text


@pytest.mark.parametrize("kinds", ["", "set: 3, add: 2", "scale: 2, cap: 3, floor: 1"])
def test_an_edit_gives_exactly_one_kind(here: Path, kinds: str) -> None:
    text = refusal(written(here, f"name: x\nparameters:\n  - {{path: filling.arrivals, {kinds}}}\n"))
    assert "exactly one of set, add, scale, cap, floor" in text


@pytest.mark.parametrize(
    ("kind", "amount", "expected"),
    [
        ("set", 12000, 12000),
        ("add", -5000, 25000),
        ("scale", 0.5, 15000),
        ("cap", 20000, 20000),
        ("floor", 40000, 40000),
        ("set", 0, 0),
    ],
)
def test_each_kind_of_edit_does_what_it_says_in_its_months(here: Path, kind: str, amount: float, expected: float) -> None:
    text = f"name: x\nparameters:\n  - {{path: filling.arrivals, {kind}: {amount}, from: 2027-04, until: 2028-04, source: ours}}\n"
    tree = loaded(here, text).apply(load())
    assert tree.changes(load()) == ["filling.arrivals"]
    assert [tree.at("filling.arrivals", month) for month in (23, 24, 35, 36)] == [30000, expected, expected, 30000]


def test_edits_are_done_before_policies_and_in_their_order(here: Path) -> None:
    edits = "  - {path: filling.arrivals, add: 1000}\n  - {path: filling.arrivals, scale: 2}\n"
    assert loaded(here, f"name: x\nparameters:\n{edits}").apply(load()).at("filling.arrivals", 0) == 62000
    growth = "parameters:\n  - {path: pay.outside_growth, set: 0}\n"
    tree = loaded(here, f"name: x\n{growth}{FLOOR}").apply(load())
    assert tree.at("pay.floor_premium.home_care", 120) == 0.5


def test_a_star_edits_every_parameter_that_it_stands_for(here: Path) -> None:
    tree = loaded(here, "name: x\nparameters:\n  - {path: 'pay.floor_premium.*', set: 1}\n").apply(load())
    assert len(tree.changes(load())) == 6


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("is not a scenario", "name:")),
        ("- a\n- b\n", ("is not a scenario", "name:")),
        ("just words\n", ("is not a scenario", "name:")),
        ("name: [x\n", ("line 2", "is not YAML")),
        ("name: x\npolicies:\n\t- pay_floor\n", ("line 3", "is not YAML")),
        ("name: a\n---\nname: b\n", ("line 2",)),
        ("name: \x07\n", ("not YAML",)),
        ("name: !!python/object:os.system x\n", ("line 1",)),
        ("policies: []\n", ("name",)),
        ("name:\n", ("name",)),
        ("name: x\npolices: []\n", ("'polices'", "did you mean policies?")),
        ("name: x\npolicies: 3\n", ("policies",)),
        ("name: x\npolicies: [3]\n", ("policies",)),
        ("name: x\npolicies:\n  pay_floor: {premium: 1, start: 2028-04}\n", ("policies", "list")),
        ("name: x\nparameters: {filling.arrivals: 3}\n", ("parameters", "list")),
        ("name: x\nversion: 2\n", ("version", "1")),
        ("name: x\nname: y\n", ("'name'", "twice")),
        ("name: x\npolicies:\n  - pay_floor: {premium: 1, premium: 2, start: 2028-04}\n", ("'premium'", "twice")),
    ],
)
def test_a_file_that_is_no_scenario_is_named_with_the_place_of_the_fault(here: Path, text: str, parts: tuple[str, ...]) -> None:
    told = refusal(written(here, text), InputFileError)
    assert [part for part in ("mine.yaml", *parts) if part not in told] == [], told


def test_a_missing_file_is_answered_with_the_nearest_one_in_its_folder(here: Path) -> None:
    written(here, f"name: x\n{FLOOR}", "pay-first.yaml")
    assert "Did you mean pay-first.yaml?" in refusal("pay-frist.yaml", InputFileError)
    assert "fair-pay" in refusal("no-such-folder/x.yaml", InputFileError)


@pytest.mark.parametrize("slip", ["fair-pai", "fairpay", "Fair-Pay", "fair pay"])
def test_a_shipped_scenario_with_a_slip_is_offered(here: Path, slip: str) -> None:
    assert "did you mean fair-pay" in refusal(slip, NotFoundError)


def test_a_name_that_is_like_no_scenario_is_answered_with_those_that_ship(here: Path) -> None:
    assert "prevention-and-recovery" in refusal("qqq", NotFoundError)


@pytest.mark.parametrize("reference", ["", ".", "a-folder", "x\0y", "a" * 300])
def test_what_can_be_no_file_is_one_sentence(here: Path, reference: str) -> None:
    (here / "a-folder").mkdir()
    assert str(here) not in refusal(reference)


def test_a_file_that_is_not_text_is_one_sentence(here: Path) -> None:
    (here / "mine.yaml").write_bytes(b"\xff\xfe\x00n\x00a")
    assert "mine.yaml" in refusal("mine.yaml", InputFileError)


def test_a_ring_of_scenarios_is_told(here: Path) -> None:
    written(here, "name: a\nover: b.yaml\n", "a.yaml")
    written(here, "name: b\nover: a.yaml\n", "b.yaml")
    assert "break the ring" in refusal("a.yaml", InputFileError)
    assert "break the ring" in refusal(written(here, "name: a\nover: mine.yaml\n"), InputFileError)


def test_what_a_scenario_stands_over_comes_first(here: Path) -> None:
    low = "name: low\nparameters:\n  - {path: filling.arrivals, set: 100}\n"
    written(here, low + "policies:\n  - prevention: {gbp_per_person_65_plus: 1, start: 2027-04}\n", "low.yaml")
    top = "name: top\nover: low.yaml\nparameters:\n  - {path: filling.arrivals, scale: 2}\n" + FLOOR
    scenario = loaded(here, top, "top.yaml")
    assert [name for name, _ in scenario.policies] == ["prevention", "pay_floor"]
    assert scenario.apply(load()).at("filling.arrivals", 0) == 200
    assert (scenario.id, scenario.name) == ("top", "top")


def test_over_is_found_beside_the_file_that_names_it(here: Path) -> None:
    (here / "deep").mkdir()
    written(here, f"name: low\n{FLOOR}", "deep/low.yaml")
    written(here, "name: top\nover: low.yaml\n", "deep/top.yaml")
    assert [name for name, _ in load_scenario("deep/top.yaml").policies] == ["pay_floor"]
    assert [name for name, _ in load_scenario(str(here / "deep" / "top.yaml")).policies] == ["pay_floor"]


def test_a_scenario_may_stand_over_a_shipped_one(here: Path) -> None:
    scenario = loaded(here, "name: x\nover: fair-pay\npolicies:\n  - reablement: {more_episodes_per_1000: 5, start: 2027-04}\n")
    assert [name for name, _ in scenario.policies] == ["pay_floor", "reablement"]


def test_an_unknown_scenario_under_another_is_answered_with_the_nearest(here: Path) -> None:
    assert "did you mean fair-pay" in refusal(written(here, "name: x\nover: fair-pai\n"), NotFoundError)


def test_the_hash_says_what_a_scenario_does_and_not_how_it_is_worded(here: Path) -> None:
    plain = loaded(here, f"name: x\n{FLOOR}")
    other = f"name: Another name\ndescription: More words.\nover: do-nothing\n{FLOOR.replace('0.5', '0.50')}# end\n"
    assert loaded(here, other, "other.yaml").hash == plain.hash
    spelled = "name: x\npolicies:\n  - pay_floor: {start: 2028-04, uprated: true, premium: 0.5}\n"
    assert loaded(here, spelled).hash == plain.hash
    written(here, f"name: low\n{FLOOR}", "low.yaml")
    assert loaded(here, "name: top\nover: low.yaml\n").hash == plain.hash


@pytest.mark.parametrize(
    "other",
    [
        FLOOR.replace("0.5", "0.51"),
        FLOOR.replace("2028-04", "2028-05"),
        FLOOR.replace("start", "until: 2035-04, start"),
        FLOOR.replace("start", "uprated: false, start"),
        FLOOR + "parameters:\n  - {path: filling.arrivals, set: 3}\n",
        FLOOR + FLOOR.removeprefix("policies:\n"),
        "policies: []\n",
    ],
)
def test_the_hash_changes_with_what_a_scenario_does(here: Path, other: str) -> None:
    assert loaded(here, f"name: x\n{FLOOR}").hash != loaded(here, f"name: x\n{other}", "other.yaml").hash


def test_the_source_of_an_edit_is_words_and_its_kind_is_not(here: Path) -> None:
    def hashed(edit: str) -> str:
        return loaded(here, f"name: x\nparameters:\n  - {{path: filling.arrivals, {edit}}}\n").hash

    assert hashed("set: 3, source: ours") == hashed("set: 3")
    assert len({hashed(edit) for edit in ("set: 3", "cap: 3", "floor: 3", "add: 3", "set: 3, from: 2027-04")}) == 5


def test_over_nothing_is_over_doing_nothing(here: Path) -> None:
    assert loaded(here, "name: x\nover:\n").content == load_scenario("do-nothing").content


@pytest.mark.parametrize(
    ("edit", "parts"),
    [
        ("{path: filling.arrivals, set: -50000}", ("filling.arrivals", "below its lowest, 0")),
        ("{path: filling.vacancy_exponent, set: 900}", ("filling.vacancy_exponent", "above its highest, 1")),
        ("{path: filling.return_rate, set: 0}", ("filling.return_rate", "below its lowest")),
        ("{path: leaving.mover_share, set: 5}", ("leaving.mover_share", "above its highest, 1")),
        ("{path: need.scale.*, set: -1}", ("need.scale", "below its lowest, 0")),
        ("{path: leaving.turnover_base, set: 0.2}", ("leaving.turnover_base", "cannot be edited")),
        ("{path: holders.pay.spread, scale: 2}", ("holders.pay.spread", "cannot be edited")),
        ("{path: leaving.exit_pay_elasticity, set: 1, from: 2030-04}", ("leaving.exit_pay_elasticity", "without 'from'")),
        ("{path: pay.national_living_wage, add: 0.5, from: 2030-04}", ("pay.national_living_wage", "pay.floor_premium")),
    ],
)
def test_an_edit_that_cannot_be_or_would_go_unread_is_refused(here: Path, edit: str, parts: tuple[str, ...]) -> None:
    sentence = refusal(written(here, f"name: x\nparameters:\n  - {edit}\n"), AlmonerError)
    assert all(part in sentence for part in parts), sentence


@pytest.mark.parametrize("text", ["name: deep\npolicies: " + "[" * 60_000, "name: deep\npolicies: " + "{a: " * 5_000])
def test_a_file_that_is_nested_without_end_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "deep.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputFileError, match="nested more than 20 levels deep"):
        load_scenario(str(file))
