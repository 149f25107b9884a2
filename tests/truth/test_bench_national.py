"""The national benchmark times the right answer: the month is proved first, and copies of a place hold the place itself."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.bench import national
from almoner.bench.national import Ready, bench_national
from almoner.bench.proof import WrongAnswer
from almoner.errors import OutOfRangeError
from almoner.model import engine
from almoner.model.engine import STOCKS
from almoner.parameters import load
from almoner.reference.areas import resolve
from almoner.study.design import Study
from almoner.study.scenario import load_scenario


@pytest.fixture(scope="module")
def rutland() -> Ready:
    return national._ready(Study(resolve("Rutland"), (load_scenario("do-nothing"),), 1, 2027), load())


def test_a_month_that_differs_from_its_steps_is_not_timed(rutland: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    national.prove_month(rutland)
    monkeypatch.setattr(engine, "MONTH", engine.MONTH[:-1])
    with pytest.raises(WrongAnswer, match="differ"):
        national.prove_month(rutland)


def test_a_run_whose_people_do_not_add_up_is_not_timed(rutland: Ready) -> None:
    run = rutland.run(0)
    run.advance(12)
    national.check_people(run)
    run.stocks[-1][0, STOCKS.index("filled")] += 1
    with pytest.raises(WrongAnswer, match="do not add up"):
        national.check_people(run)


def test_the_first_of_several_copies_has_the_bits_of_the_place_alone(rutland: Ready) -> None:
    several = national._times_over(rutland, 3)
    alone, together = rutland.run(0), several.run(0)
    alone.advance(24)
    together.advance(24)
    national.check_people(together)
    cells = rutland.world.filled.size
    assert np.array_equal(together.world.filled[:cells], alone.world.filled)
    assert not np.array_equal(together.world.filled[cells : 2 * cells], alone.world.filled)


def test_a_place_is_chosen_by_its_posts() -> None:
    sizes = {code: 1_000 * (k + 1) for k, code in enumerate(resolve("England").area_codes)}
    chosen = national._place(sizes, 10_000)
    assert sum(sizes[code] for code in chosen.area_codes) == 10_000
    assert national._place(sizes, sum(sizes.values())) == resolve("England")


def test_nonsense_is_refused() -> None:
    with pytest.raises(OutOfRangeError, match="at least one"):
        bench_national(posts=())
