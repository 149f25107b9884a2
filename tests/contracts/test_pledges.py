"""Promised sums nest only where one contains another, no pound is counted twice, and a pledge can be run as it was made or kept."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from almoner.analysis.pledge_files import COLUMNS, NEEDED, PledgeFileError, faults_of, with_own
from almoner.analysis.pledge_packages import READINGS, STANDS_FOR, Reading, package, scenario_text
from almoner.analysis.pledges import FATES, NEW_MONEY, ROUNDING_GBP_M, Ledger, Pledge, pledge_rows, pledge_tree, shipped_ledger
from almoner.cli.app import app
from almoner.cli.pledges import pledges_app
from almoner.errors import AlmonerError, NotFoundError
from almoner.model.money import price_index
from almoner.parameters import load
from almoner.policies.national import england_basis
from almoner.policies.registry import policies
from almoner.reference import tables
from almoner.report.charts_pledges import pledge_chart
from almoner.report.figure import NARROW, WIDE, drawn
from almoner.study.scenario import load_scenario

LEDGER = shipped_ledger()
TABLE = tables.load("pledges")


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["pledges", *arguments], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.output


def test_every_pledge_is_listed_with_what_was_asked() -> None:
    rows = pledge_rows(LEDGER)
    assert [row["id"] for row in rows] == TABLE["id"].sort().to_list()
    asked = {"id", "title", "amount", "relation", "parent", "status", "revised", "spent", "sources"}
    assert all(asked <= set(row) for row in rows)
    assert {row["relation"] for row in rows} == {None, "contains", "restates", "replaces"}
    assert [row["id"] for row in rows if row["amount"] is None] == ["C12"]


def test_the_white_paper_contains_its_sums_and_what_became_of_each_is_said() -> None:
    whole = LEDGER.pledge("A22")
    parts = {part.id: part.amount for part in LEDGER.parts("A22")}
    assert (whole.amount, whole.delivered) == (1740.0, 729.0)
    assert (parts["A23"], parts["A26"], parts["A28"]) == (500.0, 25.0, 70.0)
    # The launch named 500 + 300 + 150 + 25 + 30 + 70 = 1,075 of the 1,740.
    assert LEDGER.unallocated("A22") == pytest.approx(665.0)
    assert LEDGER.fate("A23") == {"allocated": 250.0, "cut": 250.0}
    assert LEDGER.fate("A26") == {"replaced": 25.0}
    assert LEDGER.fate("A28") == {"unknown": 70.0}


def test_the_plan_of_april_2023_restates_the_white_paper_and_is_not_its_child() -> None:
    plan = LEDGER.pledge("A30")
    assert (plan.relation, plan.parent) == ("restates", "A22")
    assert plan not in LEDGER.parts("A22")
    assert LEDGER.restatements("A22") == (plan,)
    assert LEDGER.total(["A22", "A30"]) == LEDGER.total(["A22"]) == 1740.0
    assert LEDGER.fate("A30") == {"restated": 700.0}


def test_a_fund_that_replaces_two_lines_is_not_added_to_them() -> None:
    assert LEDGER.pledge("A29").replaces == ("A26", "A27")
    assert LEDGER.total(["A22", "A26", "A27", "A29"]) == 1740.0
    assert [part.id for part in LEDGER.unreplaced("A22")] == ["A23", "A24", "A25", "A28"]


def test_a_sum_is_never_added_to_its_own_parent() -> None:
    for pledge in LEDGER.pledges.values():
        if pledge.relation == "contains" and pledge.parent:
            assert LEDGER.total([pledge.id, pledge.parent]) == LEDGER.total([pledge.parent])
    roots = sum(pledge.amount or 0.0 for pledge in LEDGER.roots() if pledge.status != "announced")
    assert LEDGER.total() == pytest.approx(roots)


def test_what_was_new_of_a_sum_stands_in_the_ledgers_own_words() -> None:
    for name, amount in NEW_MONEY.items():
        own = LEDGER.pledge(name)
        words = " ".join(text for text in (own.amount_note, own.what_happened, own.note) if text)
        said = (f"£{amount / 1000:g}bn", f"£{amount:g}m")
        assert any(each in words for each in said), name
    assert LEDGER.new_money("A30") == LEDGER.new_money("A73") == 0.0
    assert LEDGER.new_money("A01") is None


def test_the_shipped_ledger_stands_together() -> None:
    assert list(faults_of(LEDGER, list(LEDGER.pledges))) == []


def blank(id: str, amount: float, parent: str | None = None, relation: str | None = None, **more: object) -> Pledge:
    bare = replace(LEDGER.pledge("A02"), id=id, title=id, amount=amount, revised=None, spent=None, replaces=())
    return replace(bare, parent=parent, relation=relation, **more)  # type: ignore[arg-type]


STATUSES = ("allocated", "spent", "part_spent", "cut", "diverted", "cancelled", "pending", "unknown")


def grown(seed: int) -> Ledger:
    """Grow a ledger whose parts do not exceed their whole, with restatements and replacements hung on it."""
    chance = random.Random(seed)
    found: dict[str, Pledge] = {}

    def add(amount: float, parent: str | None, relation: str | None, depth: int, replaces: tuple[str, ...] = ()) -> str:
        own = f"W{len(found):03d}"
        revised, spent = (chance.choice((None, chance.uniform(0, 1200))) for _ in range(2))
        state = {"status": chance.choice(STATUSES), "revised": revised, "spent": spent, "replaces": replaces}
        found[own] = blank(own, amount, parent, relation, **state)
        left = amount
        for _ in range(chance.randint(0, 3) if depth < 3 else 0):
            part = chance.choice((left, chance.uniform(0, left), 0.0))
            left -= part
            child = add(part, own, "contains", depth + 1)
            if chance.random() < 0.4:
                add(chance.uniform(0, part), own, chance.choice(("replaces", "contains")), 3, replaces=(child,))
        if chance.random() < 0.25:
            add(chance.uniform(0, 2 * amount), own, "restates", 2)
        return own

    for _ in range(chance.randint(1, 3)):
        add(chance.uniform(0, 1000), None, None, 0)
    return Ledger(found)


@given(st.integers(0, 2**32 - 1).map(grown))
@settings(max_examples=150, deadline=None)
def test_whatever_the_ledger_no_pound_is_counted_twice(ledger: Ledger) -> None:
    assert list(faults_of(ledger, list(ledger.pledges))) == []
    for own, pledge in ledger.pledges.items():
        whole = pledge.amount or 0.0
        unreplaced = sum(part.amount or 0.0 for part in ledger.unreplaced(own))
        assert unreplaced <= whole + ROUNDING_GBP_M
        rest = ledger.unallocated(own)
        if rest is not None:
            assert (
                0 <= rest == pytest.approx(whole - sum(part.amount or 0.0 for part in ledger.first_parts(own)), abs=ROUNDING_GBP_M)
            )
        fate = ledger.fate(own)
        assert set(fate) <= set(FATES)
        assert all(amount >= 0 for amount in fate.values())
        # Sums of parts may round above their whole by as much as the check of parts allows, once a level.
        assert sum(fate.values()) == pytest.approx(whole, abs=4 * ROUNDING_GBP_M)
    roots = sum(pledge.amount or 0.0 for pledge in ledger.roots())
    assert ledger.total() == pytest.approx(roots)
    tree = [pledge_tree(ledger, root.id) for root in ledger.roots()]

    def ids(node: dict[str, object]) -> list[str]:
        below = [*node["parts"], *node["restated_by"], *node["replaced_by"]]  # type: ignore[misc]
        return [str(node["id"]), *(each for child in below for each in ids(child))]

    assert sorted(each for node in tree for each in ids(node)) == sorted(ledger.pledges)


ROW = {
    "id": "W01",
    "domain": "adult",
    "title": "Care academy",
    "amount_gbp_m": "1.5",
    "period": "2027-28",
    "period_start": "2027-28",
    "announced_by": "Wakefield Council",
    "what_happened": "budget agreed",
    "status": "allocated",
    "source": "cabinet paper of 3 March 2027",
}


def written(folder: Path, *rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, name: str = "own.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows({key: row.get(key, "") for key in columns} for row in rows)
    return path


def test_an_areas_own_pledges_join_the_ledger_in_the_same_format(tmp_path: Path) -> None:
    part = {**ROW, "id": "W02", "title": "Bursaries", "amount_gbp_m": "0.4", "parent_id": "W01", "relation": "contained_in"}
    ledger = with_own([written(tmp_path, ROW, part)])
    assert set(ledger.pledges) == set(LEDGER.pledges) | {"W01", "W02"}
    assert ledger.unallocated("W01") == pytest.approx(1.1)
    assert ledger.total(["W01", "W02"]) == 1.5


def test_the_shipped_ledger_written_as_a_file_is_read_back_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("almoner.analysis.pledge_files.shipped_ledger", lambda: Ledger({}))
    frame = TABLE.with_columns(pl.when("is_sum_row").then(pl.lit("yes")).otherwise(pl.lit("")).alias("is_sum_row"))
    rows = [{key: "" if value is None else str(value) for key, value in row.items()} for row in frame.iter_rows(named=True)]
    assert with_own([written(tmp_path, *rows)]).pledges == LEDGER.pledges


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "w1"}, "row 2, id 'w1' is not one to three capital letters and two or three digits, as W01"),
        ({"id": "A20"}, "row 2, id 'A20' is taken by 'Health and social care levy: adult social care reform': choose another"),
        ({"title": ""}, "row 2, title is empty"),
        ({"domain": "adults"}, "row 2, domain 'adults' is none of adult, both, children, discharge"),
        ({"status": "spend"}, "row 2, status 'spend' is none of announced, allocated"),
        ({"amount_gbp_m": "£1.5m"}, "row 2, amount_gbp_m '£1.5m' is not a number of million pounds from 0"),
        ({"amount_gbp_m": "-1"}, "row 2, amount_gbp_m '-1' is not a number of million pounds from 0"),
        ({"spent_gbp_m": "nan"}, "row 2, spent_gbp_m 'nan' is not a number"),
        ({"period_start": "April 2027"}, "row 2, period_start 'April 2027' is not a year or a month, as 2025-26 or 2025-04"),
        ({"parent_id": "A20"}, "row 2, parent_id and relation must both be given or both be empty"),
        ({"parent_id": "A2", "relation": "contained_in"}, "row 2, parent_id 'A2' is in no row, did you mean"),
        ({"parent_id": "A20", "relation": "inside"}, "row 2, relation 'inside' is none of contained_in, restates, replaces_within"),
        ({"parent_id": "A22", "relation": "replaces_within"}, "row 2, relation replaces_within needs the rows that are replaced"),
        (
            {"parent_id": "A22", "relation": "replaces_within", "replaces_id": "A50"},
            "row 2, replaces 'A50', which is not inside A22",
        ),
        ({"parent_id": "W01", "relation": "contained_in"}, "row 2, lies inside itself by way of its parents: break the ring"),
        (
            {"parent_id": "A73", "relation": "contained_in", "amount_gbp_m": "501"},
            "A73: its parts first named (W01) come to £501m, more than its own £500m",
        ),
    ],
)
def test_a_faulty_row_is_named_with_its_column_and_remedy(tmp_path: Path, change: dict[str, str], said: str) -> None:
    with pytest.raises(PledgeFileError) as error:
        with_own([written(tmp_path, {**ROW, **change})])
    assert str(error.value).startswith(f"own.csv: {said}")
    assert "\n" not in str(error.value)


def test_all_faults_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    rows = [{**ROW, "id": f"W{number:02d}", "status": "x"} for number in range(1, 9)]
    with pytest.raises(PledgeFileError, match="and 3 more") as error:
        with_own([written(tmp_path, *rows)])
    assert len(error.value.faults) == 8


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "there is no column 'id'"),
        (b"id;title\n", "there is no column 'id'"),
        (b"id,titel\n", "the column 'titel' is not known, did you mean title"),
        ((",".join(NEEDED) + "\nW01,adult\n").encode(), "row 2 has 2 cells and the header has 9: check its commas"),
        ("id\n\xe9".encode("latin-1"), "is not text in UTF-8"),
    ],
)
def test_a_file_of_another_layout_is_refused_in_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(content)
    with pytest.raises(AlmonerError) as error:
        with_own([path])
    assert said in str(error.value)
    with pytest.raises(AlmonerError, match="There is no file of pledges"):
        with_own([tmp_path / "none.csv"])


@pytest.mark.parametrize("reading", READINGS)
def test_the_shipped_white_paper_has_the_sums_of_the_ledger(reading: Reading, tmp_path: Path) -> None:
    made = tmp_path / "made.yaml"
    made.write_text(scenario_text(LEDGER, "A22", reading), encoding="utf-8")
    assert load_scenario(f"white-paper-{reading}").policies == load_scenario(str(made)).policies


def test_a_package_spends_what_the_ledger_says_in_the_stated_prices() -> None:
    lines = {line.policy: line for line in package(LEDGER, "A22") if line.size}
    assert sum(line.gbp_m or 0.0 for line in lines.values()) == 500 + 300 + 150 + 25
    training = lines["training_places"]
    # Three quarters of 500 million over three years, each brought to 2024-25 prices; a place costs 1,500 pounds.
    prices = price_index(load(), (2023, 2024, 2025))
    yearly = 375 / 3 * float((1 / prices).mean())
    assert training.gbp_m_per_year == pytest.approx(yearly, rel=1e-9)
    # Sizes are written with four figures: one part in 2,000.
    assert (training.size or 0) * 1500 / 1e6 == pytest.approx(yearly, rel=5e-4)
    for name, line in lines.items():
        policy = policies()[name].model_validate({line.setting: line.size, "start": line.start, "until": line.until})
        spent = sum(float(each.mean()) for each in policy.outlay(load(), england_basis((2028, 2029, 2030))).values()) / 1e6
        assert spent == pytest.approx(line.gbp_m_per_year, rel=5e-4), name


def test_what_no_policy_stands_for_is_named_and_adds_up_to_the_whole() -> None:
    lines = package(LEDGER, "A22")
    assert sum(line.gbp_m or 0.0 for line in lines) == pytest.approx(1740.0)
    assert {line.pledge.id for line in lines if not line.size} == {"A22", "A27", "A28"}
    assert all(line.why for line in lines if not line.size)
    delivered = package(LEDGER, "A22", "delivered")
    assert sum(line.gbp_m or 0.0 for line in delivered) == pytest.approx(729.0)


def test_less_is_delivered_than_was_promised_on_every_policy() -> None:
    promised, delivered = (
        {line.policy: line.gbp_m for line in package(LEDGER, "A22", reading) if line.size} for reading in READINGS
    )
    assert set(promised) == set(delivered)
    assert all((delivered[name] or 0.0) <= (promised[name] or 0.0) for name in promised)
    assert sum(value or 0.0 for value in delivered.values()) < 0.6 * sum(value or 0.0 for value in promised.values())


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("id", list(LEDGER.pledges))
def test_every_pledge_becomes_a_scenario_that_loads_or_says_why_not(id: str, reading: Reading, tmp_path: Path) -> None:
    if any(line.size for line in package(LEDGER, id, reading)):
        text = scenario_text(LEDGER, id, reading)
        path = tmp_path / f"{id}-{reading}.yaml"
        path.write_text(text, encoding="utf-8")
        assert load_scenario(str(path)).policies
        assert yaml.safe_load(text)["name"].endswith(reading)
    else:
        with pytest.raises(AlmonerError, match=f"{id}, '.*cannot be made a scenario as {reading}: .*Name a policy"):
            scenario_text(LEDGER, id, reading)


def test_the_fair_pay_agreement_has_the_floor_that_was_assessed_for_its_sum(tmp_path: Path) -> None:
    (line,) = package(LEDGER, "A73")
    assert (line.policy, line.size, line.until) == ("pay_floor", load().at("policy.fair_pay.floor_premium"), None)
    ((_, policy),) = load_scenario("fair-pay-2028").policies
    assert policy.start == line.start
    assert policy.model_dump()["premium"] == line.size


def test_a_pledge_of_ones_own_is_spent_on_the_policy_that_one_names(tmp_path: Path) -> None:
    ledger = with_own([written(tmp_path, ROW)])
    with pytest.raises(AlmonerError, match="Name a policy for it"):
        scenario_text(ledger, "W01")
    (line,) = package(ledger, "W01", policy="training_places")
    # 1.5 million in 2027-28 cash, at 1,500 pounds a place in 2024-25 prices.
    assert line.size == pytest.approx(1000 / float(price_index(load(), (2028,))[0]), rel=5e-4)
    with pytest.raises(NotFoundError, match="did you mean training_places"):
        package(ledger, "W01", policy="training_place")
    with pytest.raises(AlmonerError, match="costs the pay bill"):
        scenario_text(ledger, "W01", policy="pay_floor")


def test_policies_that_stand_for_pledges_have_shares_that_leave_nothing_over_one() -> None:
    assert set(STANDS_FOR) <= set(LEDGER.pledges)
    assert all(0 < sum(shares.values()) <= 1 for shares in STANDS_FOR.values())


@pytest.mark.parametrize("id", list(LEDGER.pledges))
def test_a_pledge_is_drawn_with_a_twin_that_holds_its_numbers(id: str) -> None:
    chart = pledge_chart(LEDGER, id)
    for frame in (WIDE, NARROW):
        spec = chart.spec(frame)
        pieces = spec["layer"][0]["data"]["values"]
        assert all(piece["to"] > piece["from"] for piece in pieces)
    assert len(chart.twin.rows) >= 1
    assert chart.alt.endswith(".")


def test_the_chart_of_the_levy_states_what_became_of_it_and_can_be_drawn() -> None:
    chart = pledge_chart(LEDGER, "A20")
    assert chart.title == "Of £5,400m promised, £4,611m cut or diverted, £729m allocated and £60m not known"
    first = [piece for piece in chart.spec(WIDE)["layer"][0]["data"]["values"] if piece["row"] == 0]
    assert (first[0]["from"], first[-1]["to"]) == (0.0, 5400.0)
    assert "<svg" in drawn([chart])[chart.id].narrow


def test_the_chart_is_valid_vega_lite() -> None:
    altair = pytest.importorskip("altair")
    for frame in (WIDE, NARROW):
        spec = pledge_chart(LEDGER, "A20").spec(frame)
        assert altair.Chart.from_dict(spec).to_dict().keys() >= spec.keys() - {"$schema"}


def test_the_commands_print_the_ledger_a_tree_and_a_package(tmp_path: Path) -> None:
    assert pledges_app.registered_callback is not None
    assert len(json.loads(printed("--json"))) == TABLE.height
    assert "Accelerating Reform Fund" in printed("tree", "a20")
    tree = json.loads(printed("tree", "A20", "--json", "--chart", str(tmp_path / "a20.svg")))
    assert tree["unallocated"] == 60.0
    assert (tmp_path / "a20.svg").read_text(encoding="utf-8").startswith("<svg")
    out = tmp_path / "delivered.yaml"
    assert str(out) in printed("package", "A22", "--as", "delivered", "--out", str(out))
    assert load_scenario(str(out)).policies == load_scenario("white-paper-delivered").policies
    own = written(tmp_path, ROW)
    assert "Care academy" in printed("--file", str(own), "--domain", "adult")
    assert json.loads(printed("package", "W01", "--file", str(own), "--policy", "training_places", "--json"))["lines"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tree", "A99"), "There is no pledge called 'A99'"),
        (("package", "A22", "--as", "deliverd"), "did you mean delivered?"),
        (("--domain", "adults"), "did you mean adult?"),
        (("tree", "A20", "--chart", "a.doc"), "must end in .svg or .png"),
    ],
)
def test_a_slip_is_answered_in_one_sentence(arguments: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(app, ["pledges", *arguments])
    assert isinstance(done.exception, AlmonerError)
    assert said in str(done.exception)
