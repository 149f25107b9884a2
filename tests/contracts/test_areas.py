"""Whatever a person types for a place is understood or answered with the nearest place."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almoner.errors import AlmonerError, NotFoundError
from almoner.reference import tables
from almoner.reference.area_names import bare_name, short_name
from almoner.reference.areas import AreaNotFound, DistrictNotArea, areas, england, former_areas, icbs, regions, resolve

EVERY_PLACE = (*areas(), *regions(), *icbs(), england())


@pytest.mark.parametrize("place", areas(), ids=lambda place: place.code)
def test_every_area_is_found_by_its_name_and_by_each_of_its_codes(place) -> None:
    row = tables.load("areas").row(by_predicate=pl.col("area_code") == place.code, named=True)
    for text in (place.name, place.code, row["area_code_2023"], row["old_la_code"]):
        assert resolve(text) is place


@pytest.mark.parametrize("place", [*regions(), *icbs(), england()], ids=lambda place: place.code)
def test_every_region_and_board_and_england_are_found_by_code(place) -> None:
    assert resolve(place.code) is place
    assert resolve(place.code.lower()) is place


def test_there_are_153_areas_in_nine_regions_and_42_boards_sorted_by_code() -> None:
    assert (len(areas()), len(regions()), len(icbs())) == (153, 9, 42)
    for places in (areas(), regions(), icbs()):
        assert [place.code for place in places] == sorted(place.code for place in places)
    assert sorted(code for region in regions() for code in region.area_codes) == list(england().area_codes)


def test_boards_together_hold_everybody_in_every_area() -> None:
    shares: dict[str, float] = {}
    for board in icbs():
        for code, share in board.members:
            shares[code] = shares.get(code, 0.0) + share
    # Shares under 0.005 are left out of the table, at most two of them for an area, and the rest is rounded to four places.
    assert all(abs(share - 1) < 0.0105 for share in shares.values())
    assert set(shares) == set(england().area_codes)


@settings(deadline=None)
@given(st.sampled_from(EVERY_PLACE), st.randoms(use_true_random=False), st.text(alphabet=" \t", max_size=3))
def test_case_and_white_space_do_not_matter(place, chance, space: str) -> None:
    text = "".join(letter.upper() if chance.random() < 0.5 else letter.lower() for letter in place.name)
    assert resolve(space + text.replace(" ", " " + space) + space) == resolve(place.name)
    assert resolve(space + place.code.swapcase() + space) is place


@settings(deadline=None)
@given(
    st.sampled_from(areas()),
    st.sampled_from(["{} Council", "{} council", "City of {}", "{} City Council", "{} Borough Council", "the {}"]),
)
def test_words_of_government_do_not_matter(place, pattern: str) -> None:
    if place.name != "City of London":
        assert resolve(pattern.format(place.name)) is place


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("wakefield", "E08000036"),
        ("City of Wakefield Metropolitan District Council", "E08000036"),
        ("Bristol", "E06000023"),
        ("Hull", "E06000010"),
        ("Durham", "E06000047"),
        ("durham county council", "E06000047"),
        ("Kingston", "E09000021"),
        ("Richmond", "E09000027"),
        ("BCP", "E06000058"),
        ("Bournemouth, Christchurch & Poole", "E06000058"),
        ("Bournemouth", "E06000058"),
        ("Poole", "E06000058"),
        ("Telford & Wrekin", "E06000020"),
        ("Telford", "E06000020"),
        ("Herefordshire", "E06000019"),
        ("Stoke", "E06000021"),
        ("Southend", "E06000033"),
        ("Brighton", "E06000043"),
        ("Bath", "E06000022"),
        ("B&NES", "E06000022"),
        ("RBKC", "E09000020"),
        ("Royal Borough of Kensington and Chelsea", "E09000020"),
        ("London Borough of Barnet", "E09000003"),
        ("St Helens", "E08000013"),
        ("Saint Helens", "E08000013"),
        ("Newcastle", "E08000021"),
        ("Newcastle-upon-Tyne", "E08000021"),
        ("City of London", "E09000001"),
        ("E08000016", "E08000038"),
        ("E08000019", "E08000039"),
        ("E10000002", "E06000060"),
        ("E10000009", "E06000059"),
        ("E06000028", "E06000058"),
        ("E06000048", "E06000057"),
        ("London", "E12000007"),
        ("London region", "E12000007"),
        ("Yorkshire & the Humber", "E12000003"),
        ("yorkshire and humber", "E12000003"),
        ("north west", "E12000002"),
        ("England", "E92000001"),
        ("QHM", "QHM"),
        ("E54000050", "QHM"),
        ("NHS West Yorkshire Integrated Care Board", "QWO"),
        ("Devon", "E10000008"),
        ("Devon ICB", "QJK"),
    ],
)
def test_a_name_or_code_in_use_is_understood(text: str, code: str) -> None:
    assert resolve(text).code == code


@pytest.mark.parametrize(
    ("text", "name", "members"),
    [
        ("Cumbria", "Cumbria", ("E06000063", "E06000064")),
        ("E10000006", "Cumbria", ("E06000063", "E06000064")),
        ("Northamptonshire", "Northamptonshire", ("E06000061", "E06000062")),
        ("E06000061+E06000062", "North Northamptonshire and West Northamptonshire", ("E06000061", "E06000062")),
        ("e09000027 + e09000021", "Kingston upon Thames and Richmond upon Thames", ("E09000021", "E09000027")),
        ("E06000052+E06000053", "Cornwall and Isles of Scilly", ("E06000052", "E06000053")),
    ],
)
def test_a_split_or_joint_council_is_the_group_of_its_successors(text: str, name: str, members: tuple[str, ...]) -> None:
    place = resolve(text)
    assert (place.name, place.area_codes, place.level) == (name, members, "area")
    assert all(weight == 1 for _, weight in place.members)


def test_every_former_code_leads_to_areas_of_today() -> None:
    today = set(england().area_codes)
    assert all(set(place.area_codes) <= today for place in former_areas())


@pytest.mark.parametrize("text", ["Harrogate", "harrogate borough council", "E07000165"])
def test_a_former_district_names_the_area_that_it_is_part_of(text: str) -> None:
    with pytest.raises(DistrictNotArea, match=r"Harrogate is now part of North Yorkshire \(E06000065\): ask for that area\."):
        resolve(text)


def test_no_district_stands_silently_for_its_county() -> None:
    inside = tables.load("lad_to_area").filter(pl.col("lad_code").str.starts_with("E07"))
    names = {place.name for place in EVERY_PLACE}
    for code, name in inside.select("lad_code", "lad_name").iter_rows():
        with pytest.raises(DistrictNotArea):
            resolve(code)
        if name not in names:
            with pytest.raises(DistrictNotArea):
                resolve(name)


def test_no_short_name_of_an_area_is_the_name_of_a_district() -> None:
    districts = {
        bare_name(name) for name in tables.load("lad_to_area").filter(pl.col("lad_code").str.starts_with("E07"))["lad_name"]
    }
    shortened = {short_name(place.name) for place in areas() if short_name(place.name) != bare_name(place.name)}
    assert not shortened & districts


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("Wakefeild", "Wakefield (E08000036)"),
        ("Manchster", "Manchester (E08000003)"),
        ("Stocktn", "Stockton-on-Tees (E06000004)"),
        ("Birmingam", "Birmingham (E08000025)"),
        ("nottinghamshir", "Nottinghamshire (E10000024)"),
        ("Enlgand", "England (E92000001)"),
    ],
)
def test_a_slip_offers_the_nearest_name_first(slip: str, meant: str) -> None:
    with pytest.raises(AreaNotFound) as caught:
        resolve(slip)
    assert caught.value.suggestions[0] == meant
    assert str(caught.value).startswith(f"There is no area called '{slip}': did you mean {meant}")
    assert isinstance(caught.value, NotFoundError)


@pytest.mark.parametrize(
    "text", ["", "  ", "E08000099", "W06000001", "999", "QZZ", "zzzzqqqq", "+", "ü", "东京", "()", "E08000036;"]
)
def test_anything_else_is_one_clear_sentence(text: str) -> None:
    with pytest.raises(AreaNotFound) as caught:
        resolve(text)
    assert str(caught.value).endswith((".", "?"))
    assert "\n" not in str(caught.value)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_text_makes_the_resolver_fall_over(text: str) -> None:
    try:
        found = resolve(text).label
    except AlmonerError as error:
        found = str(error)
    assert found


def test_a_board_of_2026_names_the_boards_of_2022() -> None:
    with pytest.raises(AlmonerError, match=r"boards of July 2022: ask for Bedfordshire, Luton and Milton Keynes \(QHG\)"):
        resolve("Central East ICB")
