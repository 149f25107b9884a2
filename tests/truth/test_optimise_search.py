"""The search for a mix on responses whose best is known by other means: a grid, random mixes, and a hand answer."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from almoner.analysis.search import search
from almoner.analysis.surface import fit
from almoner.errors import AlmonerError

pytest.importorskip("optuna")


class Responses:
    """Saturating benefits that get in each other's way or help each other, and costs that rise a little faster than sizes."""

    def __init__(self, policies: int, seed: int) -> None:
        generator = np.random.default_rng(seed)
        self.size, self.bend = generator.uniform(20, 200, policies), generator.uniform(0.5, 4, policies)
        self.price, self.power = generator.uniform(0.2, 2, policies), generator.uniform(1, 1.4, policies)
        pairs = generator.uniform(-0.15, 0.1, (policies, policies))
        self.pairs = np.triu(pairs, 1)
        self.highest = generator.uniform(5, 100, policies)

    def benefit(self, sizes: np.ndarray) -> np.ndarray:
        each = self.size * (1 - np.exp(-self.bend * sizes / self.highest))
        return each.sum(axis=1) + np.einsum("mi,ij,mj->m", each, self.pairs, each) / 200

    def cost(self, sizes: np.ndarray) -> np.ndarray:
        return (self.price * (50 * sizes / self.highest) ** self.power).sum(axis=1)

    def __call__(self, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.benefit(sizes)[:, None], self.cost(sizes)[:, None]

    def spent_in_full(self, direction: np.ndarray, budget: float) -> np.ndarray:
        low, high = 0.0, 1.0 / direction.max()
        for _ in range(40):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.cost((middle * direction * self.highest)[None])[0] <= budget else (low, middle)
        return low * direction * self.highest

    def within(self, sizes: np.ndarray, budget: float) -> np.ndarray:
        return sizes if self.cost(sizes[None])[0] <= budget else self.spent_in_full(sizes / self.highest, budget)


@pytest.mark.parametrize("seed", range(3))
def test_three_policies_come_within_a_hundredth_of_the_exhaustive_grid(seed: int) -> None:
    """The issue's target; the grid has 41 sizes a policy, and the mix is cut back to the budget before it is judged."""
    responses, budget = Responses(3, seed), 40.0
    grid = np.array(list(product(np.linspace(0, 1, 41), repeat=3))) * responses.highest
    best = responses.benefit(grid)[responses.cost(grid) <= budget].max()
    found = responses.within(search(responses, responses.highest, budget).candidates[0], budget)
    assert responses.benefit(found[None])[0] >= 0.99 * best


@pytest.mark.parametrize("seed", range(2))
def test_ten_policies_are_no_worse_than_the_best_of_two_thousand_random_mixes(seed: int) -> None:
    responses, budget = Responses(10, seed), 80.0
    directions = np.random.default_rng(5).dirichlet(np.ones(10), 2000)
    random = np.array([responses.spent_in_full(one, budget) for one in directions])
    found = responses.within(search(responses, responses.highest, budget).candidates[0], budget)
    assert responses.benefit(found[None])[0] >= responses.benefit(random).max()


def test_a_noisy_world_is_searched_nearly_as_well() -> None:
    """Noise of a tenth of the largest benefit at each of 16 points, that mixes do not share: the surface averages it away."""
    responses, budget = Responses(3, 1), 40.0
    noise = np.random.default_rng(9)

    def noisy(sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        benefit, cost = responses(sizes)
        return benefit + 0.1 * responses.size.max() * noise.normal(size=(len(sizes), 16)), cost + np.zeros((1, 16))

    grid = np.array(list(product(np.linspace(0, 1, 21), repeat=3))) * responses.highest
    best = responses.benefit(grid)[responses.cost(grid) <= budget].max()
    found = responses.within(search(noisy, responses.highest, budget).candidates[0], budget)
    assert responses.benefit(found[None])[0] >= 0.95 * best


def test_square_roots_are_shared_as_the_hand_answer_says() -> None:
    """Benefit a sqrt(x) + b sqrt(y) with x + y = B is best at x : y = a^2 : b^2, here 16 : 9."""

    def roots(sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return (np.sqrt(sizes) @ np.array([4.0, 3.0]))[:, None], sizes.sum(axis=1)[:, None]

    found = search(roots, np.array([100.0, 100.0]), 25.0).candidates[0]
    assert found.sum() == pytest.approx(25.0, rel=0.01)
    best = 4 * np.sqrt(16) + 3 * np.sqrt(9)
    assert np.sqrt(found) @ np.array([4.0, 3.0]) >= 0.995 * best


def test_one_policy_alone_is_bought_up_to_the_budget_or_its_limit() -> None:
    def line(sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return sizes, 2.0 * sizes

    assert search(line, np.array([100.0]), 30.0).candidates[0] == pytest.approx([15.0], rel=0.01)
    assert search(line, np.array([10.0]), 30.0).candidates[0] == pytest.approx([10.0], rel=0.01)


def test_a_policy_that_moves_nothing_is_named_and_one_that_harms_is_left_out() -> None:
    def three(sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return (sizes @ np.array([1.0, 0.0, -1.0]))[:, None], sizes.sum(axis=1)[:, None]

    found = search(three, np.full(3, 50.0), 20.0)
    assert found.kept == (0,)
    assert found.idle == (1,)


def test_when_nothing_helps_a_sentence_says_so() -> None:
    with pytest.raises(AlmonerError, match="None of the policies"):
        search(lambda sizes: (-sizes, sizes), np.array([10.0]), 5.0)


def test_the_surface_gives_back_what_it_was_made_of() -> None:
    """A quadratic with a product lies in its span: the ridge is let go where there is no noise."""
    generator = np.random.default_rng(0)
    shares = generator.uniform(0, 1, (60, 3))
    benefit = shares @ np.array([3.0, 2.0, 1.0]) - shares[:, 0] ** 2 + 0.5 * shares[:, 1] * shares[:, 2]
    surface = fit(shares, benefit, shares.sum(axis=1), np.ones(3))
    new = generator.uniform(0, 1, 3)
    expected = new @ np.array([3.0, 2.0, 1.0]) - new[0] ** 2 + 0.5 * new[1] * new[2]
    assert surface.benefit(new) == pytest.approx(expected, abs=1e-3)
    assert surface.cost(surface.best(1.2)) == pytest.approx(1.2, rel=1e-3)
