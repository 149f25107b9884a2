"""Laws of the children's months: stocks are what came less what went, luck is shared, order and threads change nothing."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.analysis.children_draws import drawn_trees
from almoner.model.children.columns import OUTPUTS
from almoner.model.children.fit import Fit, fit
from almoner.model.children.project import Projection, held_children, project
from almoner.model.children.record import load_record
from almoner.parameters import Cap, Edit, ParameterTree, Scale, Set
from almoner.policies.children.caseload_cap import CaseloadCap
from almoner.policies.children.family_help import FamilyHelp
from almoner.policies.children.social_worker_entry import SocialWorkerEntry

DRAWS, TO = 6, 2032
CODES = ("E08000036", "E06000017", "E10000016", "E09000021+E09000027", "E08000025")


@pytest.fixture(scope="module")
def fitted() -> Fit:
    return fit(load_record())


@pytest.fixture(scope="module")
def trees() -> list[ParameterTree]:
    return drawn_trees(DRAWS)


def run(
    fitted: Fit, trees: list[ParameterTree], *edits: Edit, codes: tuple[str, ...] = CODES, threads: int = 2, seed: int = 0
) -> Projection:
    edited = {id(tree): tree.edited(edits) if edits else tree for tree in trees}
    return project(fitted, TO, trees, {"": lambda tree, code: edited[id(tree)]}, seed, codes, threads=threads)[""]


@pytest.fixture(scope="module")
def usual(fitted: Fit, trees: list[ParameterTree]) -> Projection:
    return run(fitted, trees)


def test_every_result_is_known_and_not_negative(usual: Projection) -> None:
    assert np.isfinite(usual.values).all()
    assert (usual.values >= 0).all()
    assert usual.years == tuple(range(2026, TO + 1))


def test_staff_change_by_those_who_join_less_those_who_leave(usual: Projection, fitted: Fit) -> None:
    rows = [fitted.record.codes.index(code) for code in CODES]
    opening = np.broadcast_to(fitted.record.figures["in_post_fte"][rows, -1][None, :, None], (DRAWS, len(CODES), 1))
    staff = np.concatenate([opening, usual.of("in_post_fte")], axis=2)
    # FTE are heads times a ratio, so differences are exact up to rounding of sums of a few hundred terms.
    assert np.diff(staff, axis=2) == pytest.approx(usual.of("joiners_fte") - usual.of("leavers_fte"), abs=1e-6)


def test_looked_after_children_change_by_those_who_come_less_those_who_leave_or_turn_18(usual: Projection, fitted: Fit) -> None:
    rows = [fitted.record.codes.index(code) for code in CODES]
    opening = np.broadcast_to(fitted.record.figures["looked_after_31_march"][rows, -1][None, :, None], (DRAWS, len(CODES), 1))
    care = np.concatenate([opening, usual.of("looked_after")], axis=2)
    assert (np.diff(care, axis=2) == usual.of("care_started") - usual.of("care_ended")).all()
    assert (usual.of("aged_out") <= usual.of("care_ended")).all()


def test_children_on_plans_and_in_care_are_among_those_in_need(usual: Projection) -> None:
    assert (usual.of("protection_plans") + usual.of("looked_after") <= usual.of("children_in_need")).all()


def test_the_same_seed_gives_the_same_bits_on_any_number_of_threads(
    fitted: Fit, trees: list[ParameterTree], usual: Projection
) -> None:
    assert (run(fitted, trees, threads=1).values == usual.values).all()
    assert not (run(fitted, trees, seed=1).values == usual.values).all()


def test_one_return_alone_has_the_bits_that_it_has_among_many(fitted: Fit, trees: list[ParameterTree], usual: Projection) -> None:
    for i, code in enumerate(CODES):
        assert (run(fitted, trees, codes=(code,)).values[:, 0] == usual.values[:, i]).all()


def test_an_edit_that_changes_nothing_changes_nobody(fitted: Fit, trees: list[ParameterTree], usual: Projection) -> None:
    neutral = (Scale("children.need.scale", 1.0), Set("children.caseload.cap", 99.0), Scale("children.leaving.scale", 1.0))
    assert (run(fitted, trees, *neutral).values == usual.values).all()


def test_policies_about_staff_do_not_touch_the_luck_of_children(fitted: Fit, trees: list[ParameterTree], usual: Projection) -> None:
    fewer = run(fitted, trees, Scale("children.leaving.scale", 0.7, from_=24))
    for name in ("children_in_need", "protection_plans", "looked_after", "need_started", "care_ended"):
        assert (fewer.of(name) == usual.of(name)).all(), name
    before = usual.years.index(2026)
    assert (fewer.of("in_post_fte")[..., before] == usual.of("in_post_fte")[..., before]).all()


def test_less_leaving_leaves_more_staff_and_fewer_vacancies(fitted: Fit, trees: list[ParameterTree], usual: Projection) -> None:
    fewer = run(fitted, trees, Scale("children.leaving.scale", 0.7, from_=24))
    last = usual.years.index(TO)
    assert (fewer.of("in_post_fte")[..., last].mean(axis=0) > usual.of("in_post_fte")[..., last].mean(axis=0)).all()
    assert (fewer.of("vacancies_fte")[..., last].mean(axis=0) <= usual.of("vacancies_fte")[..., last].mean(axis=0)).all()


def test_fewer_children_coming_to_be_in_need_are_fewer_in_care_and_lower_caseloads(
    fitted: Fit, trees: list[ParameterTree], usual: Projection
) -> None:
    eased = run(fitted, trees, Scale("children.need.scale", 0.8, from_=12))
    last = usual.years.index(TO)
    for name in ("children_in_need", "protection_plans", "looked_after", "caseload"):
        assert (eased.of(name)[..., last].mean(axis=0) < usual.of(name)[..., last].mean(axis=0)).all(), name


def test_a_cap_on_caseloads_adds_posts_and_brings_caseloads_down(
    fitted: Fit, trees: list[ParameterTree], usual: Projection
) -> None:
    capped = run(fitted, trees, *CaseloadCap(cases=13.0, start="2027-04").edits(trees[0]))
    last = usual.years.index(TO)
    over = usual.of("caseload")[..., last] > 13.5
    assert (capped.of("caseload")[..., last][over] < usual.of("caseload")[..., last][over]).all()
    assert (capped.of("extra_posts_fte")[..., last][over] > 0).all()
    assert (usual.of("extra_posts_fte") == 0).all()


def test_an_agency_rule_keeps_the_share_of_agency_staff_at_its_cap(fitted: Fit, trees: list[ParameterTree]) -> None:
    capped = run(fitted, trees, Cap("children.agency.cap", 0.05))
    share = capped.of("agency_fte") / (capped.of("agency_fte") + capped.of("in_post_fte"))
    # The cap is solved for FTE in floating point.
    assert (share <= 0.05 + 1e-12).all()


def test_entrants_arrive_after_their_training_and_only_where_there_is_room(
    fitted: Fit, trees: list[ParameterTree], usual: Projection
) -> None:
    policy = SocialWorkerEntry(places_per_1000_posts=50.0, route="fast_track", start="2026-04")
    more = run(fitted, trees, *policy.edits(trees[0]))
    # Places from April 2026 give posts from June 2027.
    assert (more.of("entrants_fte")[..., usual.years.index(2026)] == 0).all()
    assert (more.of("entrants_fte")[..., usual.years.index(2028)].sum(axis=1) > 0).all()
    late = usual.years.index(TO)
    assert (more.of("in_post_fte")[..., late].mean(axis=0) >= usual.of("in_post_fte")[..., late].mean(axis=0)).all()


def test_family_help_lowers_care_and_leaves_more_children_in_need_but_not_in_care(
    fitted: Fit, trees: list[ParameterTree], usual: Projection
) -> None:
    helped = run(fitted, trees, *FamilyHelp(families=1.0, start="2026-04").edits(trees[0]))
    last = usual.years.index(TO)
    assert helped.of("looked_after")[..., last].sum() < usual.of("looked_after")[..., last].sum()


def test_with_no_policy_people_follow_the_drawn_path_but_for_luck(fitted: Fit) -> None:
    trees = drawn_trees(24)
    codes = fitted.record.codes
    found = project(fitted, 2028, trees, {"": lambda tree, code: tree}, 0, children=held_children(fitted, 2028))[""]
    rows = found.paths.modelled
    for output, path in (("looked_after", "care"), ("in_post_fte", "staff"), ("children_in_need", "need")):
        simulated = found.of(output)[:, rows].sum(axis=1)
        expected = found.paths.values[path][:, rows, 1:].sum(axis=1)
        # Luck averages out over 149 returns and 24 draws: three in a thousand is the joint standard error of the largest part,
        # and a path that asks for fewer than nobody to join is followed late.
        assert simulated.mean(axis=0) == pytest.approx(expected.mean(axis=0), rel=0.01), output
    assert len(codes) == 151


def test_outputs_are_named_once() -> None:
    assert len(set(OUTPUTS)) == len(OUTPUTS)
