"""The month in plain NumPy: the specification that the compiled kernel must equal, number for number (MODEL.md 2 to 5 and 9).

In: a run of `engine`. Out: the same run some months on. Brute force on purpose: every post draws, all candidates are sorted,
everything is counted afresh, and nothing is kept from month to month but the columns of posts and the pool. It shares with the
kernel what the numbers mean (layout, decisions, rates), not how they are found.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from almoner.model import draws
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.columns import FLOWS, LEVEL_2_MARK, VISA_MARK
from almoner.model.draws import Decision
from almoner.model.engine import Run
from almoner.model.leaving import AGE_STARTS, EXPERIENCE_STARTS, PENSION_AGE, SETTLED_YEARS
from almoner.model.posts import CELLS_PER_AREA, N_ROLES, N_SERVICES
from almoner.model.world import CLOSED, FILLED, VACANT, Posts, contract_of, has_level_2, pack
from almoner.reference.vocabulary import CONTRACTS

Integers = NDArray[np.int64]
Numbers = NDArray[np.uint64]

LEAVE_BITS: Final = 40
"""A post leaves when its `sliced_draw` is below its chance out of 2 to this power."""

OTHER_NATIONALITY: Final = 2
ZERO_HOURS: Final = tuple(CONTRACTS).index("zero_hours")

REST: Final = {
    Decision.LEAVE: Decision.LEAVE_REST,
    Decision.REDUNDANT: Decision.REDUNDANT_REST,
    Decision.QUALIFY: Decision.QUALIFY_REST,
    Decision.GUARANTEE: Decision.GUARANTEE_REST,
    Decision.TRAIN: Decision.TRAIN_REST,
    Decision.PROMOTE: Decision.PROMOTE_REST,
}
"""Decisions on holders, which draw by the byte, and the decision that the rest of the draw is keyed by. Others draw by the post."""


def advance(run: Run, months: int) -> None:
    """Take a run `months` months further: every post, the pool, the counters, the flows and the noted years."""
    for _ in range(months):
        for area in range(len(run.world.area_codes)):
            month(run, area)
        run.monthly_hours[run.number] = run.world.hours.reshape(-1, N_SERVICES, N_ROLES).sum(axis=2)
        run.number += 1
        if run.number % MONTHS_PER_YEAR == 0:
            run._note_year()


def month(run: Run, area: int) -> None:
    """Do one month in one area: the steps in their order."""
    place = Place(run, area)
    open_and_close_posts(place)
    leave(place)
    develop(place)
    promote(place)
    recruit(place)
    place.write_back()


class Person(NamedTuple):
    """Somebody between two care jobs: the number of the post that was left, its cell, and what goes along."""

    number: int
    cell: int
    birth: int
    sector: int
    traits: int
    hours: int
    pay: int


class Place:
    """One area in one month: its slice of the posts' columns, its pool as a list of people, and its draws.

    Cells here are those of the area, 0 to 59, and rows count from the area's first post.
    """

    def __init__(self, run: Run, area: int) -> None:
        world = run.world
        self.run, self.area, self.rates, self.month = run, area, run.rates, run.number
        self.cells = slice(area * CELLS_PER_AREA, (area + 1) * CELLS_PER_AREA)
        edges = world.offset[self.cells.start : self.cells.stop + 1]
        self.first_row = edges - edges[0]
        self.posts = Posts(*(getattr(world.posts, name)[edges[0] : edges[-1]] for name in Posts.__slots__))
        self.cell: Integers = np.repeat(np.arange(CELLS_PER_AREA), np.diff(edges))
        self.cell_number: Numbers = world.base_number[self.cells]
        place_in_cell = np.arange(self.cell.size) - self.first_row[self.cell]
        self.number: Numbers = self.cell_number[self.cell] + place_in_cell.astype(np.uint64)
        self.target: Integers = run.inputs.target[self.month, self.cells].astype(np.int64)
        self.flows = run.year_flows[self.cells]
        pool = world.pool
        self.pool_rows = slice(int(pool.offset[area]), int(pool.offset[area + 1]))
        columns = [getattr(pool, name)[self.pool_rows][: pool.size[area]].tolist() for name in Person._fields]
        self.pool = [Person(*values) for values in zip(*columns, strict=True)]
        self.vacant_at_start = self.count(VACANT)

    def key(self, decision: Decision) -> np.uint64:
        """Return the key of this month's draws on a decision."""
        return draws.draw_key(self.run.seed, decision, self.month, self.run.replicate)

    def draw(self, decision: Decision, numbers: Numbers) -> Numbers:
        """Return 32 random bits on a decision for posts, or people by the post that they left."""
        return draws.draws(self.key(decision), numbers).astype(np.uint64)

    def sliced_draw(self, decision: Decision, numbers: Numbers) -> Numbers:
        """Return 40 random bits on a decision for the holders of posts."""
        return draws.sliced_draws(self.key(decision), self.key(REST[decision]), numbers)

    def rows(self, cell: int, status: int) -> Integers:
        """Return the rows of a cell's posts of one status."""
        first, last = self.first_row[cell], self.first_row[cell + 1]
        return np.asarray(first + np.flatnonzero(self.posts.status[first:last] == status), dtype=np.int64)

    def lowest(self, decision: Decision, rows: Integers, count: int) -> Integers:
        """Return the `count` of `rows` whose posts have the lowest draw, lowest first; of equals the first."""
        luck = (self.sliced_draw if decision in REST else self.draw)(decision, self.number[rows])
        return rows[np.argsort(luck, kind="stable")[:count]]

    def rounded(self, decision: Decision, cell: int, expected: float) -> int:
        """Round an expected count of a cell up or down by the cell's draw."""
        return rounded(expected, self.draw(decision, self.cell_number[[cell]])[0])

    def count(self, status: int) -> Integers:
        """Count the posts of one status in each cell."""
        return np.bincount(self.cell[self.posts.status == status], minlength=CELLS_PER_AREA)

    def add(self, flow: str, cells: Integers) -> None:
        """Count one more of a flow for every entry of `cells`."""
        self.flows[:, FLOWS.index(flow)] += np.bincount(cells, minlength=CELLS_PER_AREA).astype(np.int32)

    def to_pool(self, row: int) -> None:
        """Put the holder of a post into the pool, or out of the sector when it is full."""
        full = len(self.pool) >= self.pool_rows.stop - self.pool_rows.start
        self.add("exits_other_sector" if full else "moves_out", self.cell[[row]])
        if not full:
            own = [int(column[row]) for column in (self.number, self.cell)]
            self.pool.append(Person(*own, *(int(getattr(self.posts, name)[row]) for name in Person._fields[2:])))

    def write_back(self) -> None:
        """Write the pool, and the counters counted afresh, into the world."""
        world, filled = self.run.world, self.posts.status == FILLED
        world.pool.size[self.area] = len(self.pool)
        for name in Person._fields:
            getattr(world.pool, name)[self.pool_rows][: len(self.pool)] = [getattr(person, name) for person in self.pool]
        world.filled[self.cells], world.vacant[self.cells] = self.count(FILLED), self.count(VACANT)
        world.hours[self.cells] = np.bincount(self.cell, weights=self.posts.hours * filled, minlength=CELLS_PER_AREA)


def open_and_close_posts(place: Place) -> None:
    """Open closed posts, lowest place first, or shut some, vacant ones first, until each cell has its funded number (section 2)."""
    status = place.posts.status
    for cell in range(CELLS_PER_AREA):
        closed, vacant, filled = (place.rows(cell, each) for each in (CLOSED, VACANT, FILLED))
        surplus = vacant.size + filled.size - int(place.target[cell])
        if surplus < 0:
            status[closed[:-surplus]] = VACANT
        elif surplus > 0:
            status[place.lowest(Decision.CLOSE, vacant, surplus)] = CLOSED
            for row in place.lowest(Decision.REDUNDANT, filled, max(surplus - vacant.size, 0)):
                place.to_pool(row)
                status[row] = CLOSED


def leave(place: Place) -> None:
    """Empty the posts whose holders leave this month, by two competing hazards on one draw, and note where they go (section 4)."""
    rates, posts = place.rates, place.posts
    rows = np.flatnonzero(posts.status == FILLED)
    age = (place.month - posts.birth[rows].astype(np.int64)) // MONTHS_PER_YEAR
    experience = (place.month - posts.sector[rows].astype(np.int64)) // MONTHS_PER_YEAR
    a = np.searchsorted(AGE_STARTS, age, side="right") - 1
    e = np.searchsorted(EXPERIENCE_STARTS, experience, side="right") - 1
    # Somebody recruited from abroad who may settle leaves like anyone else.
    traits = np.where(experience >= SETTLED_YEARS, posts.traits[rows] & ~np.uint8(VISA_MARK), posts.traits[rows])
    weight = rates.trait_weight[traits]
    leaving_sector = _hazard(place, "exit")[place.cell[rows]] * weight * rates.exit_weight[a, e]
    leaving_employer = _hazard(place, "move")[place.cell[rows]] * weight * rates.move_weight[a, e]
    either = chance(leaving_sector + leaving_employer)
    share = leaving_sector / np.maximum(leaving_sector + leaving_employer, np.finfo(float).tiny)
    out = (either.astype(np.float64) * share).astype(np.uint64)
    u = place.sliced_draw(Decision.LEAVE, place.number[rows])
    _count_destinations(place, rows[u < out], age[u < out])
    for row in rows[(u >= out) & (u < either)]:
        place.to_pool(row)
    posts.status[rows[u < either]] = VACANT


def develop(place: Place) -> None:
    """Let people gain a qualification or guaranteed hours, and those who have trained for it a registered post (section 10)."""
    posts, inputs = place.posts, place.run.inputs
    market = inputs.market[place.area]
    qualifying, guaranteeing, trainees = (
        getattr(inputs, name)[place.month, where].reshape(CELLS_PER_AREA)
        for name, where in (("qualifying", market), ("guaranteeing", market), ("trainees", place.area))
    )
    for cell in range(CELLS_PER_AREA):
        holders = place.rows(cell, FILLED)
        count = place.rounded(Decision.ROUND_QUALIFIED, cell, qualifying[cell] * holders.size)
        gaining = place.lowest(Decision.QUALIFY, holders[~has_level_2(posts.traits[holders])], count)
        posts.traits[gaining] |= LEVEL_2_MARK
        place.add("qualified", place.cell[gaining])
    for cell in range(CELLS_PER_AREA):
        holders = place.rows(cell, FILLED)
        zero_hours = holders[contract_of(posts.traits[holders]) == ZERO_HOURS]
        count = place.rounded(Decision.ROUND_GUARANTEED, cell, guaranteeing[cell] * zero_hours.size)
        gaining = place.lowest(Decision.GUARANTEE, zero_hours, count)
        posts.traits[gaining] ^= np.uint8(ZERO_HOURS << 3)
        place.add("guaranteed", place.cell[gaining])
    for cell in range(CELLS_PER_AREA):
        trained = place.rounded(Decision.ROUND_TRAINEES, cell, trainees[cell])
        for role in place.rates.trained_from[cell % N_ROLES]:
            if role >= 0:
                risen = _raise_up(place, Decision.TRAIN, cell - cell % N_ROLES + int(role), cell, trained)
                posts.traits[risen] |= LEVEL_2_MARK
                trained -= risen.size


def promote(place: Place) -> None:
    """Fill senior posts from the role below in the same service and area, which opens a post there (section 5)."""
    expected = place.rates.promotion_rate[place.cells] * place.vacant_at_start
    for cell in range(CELLS_PER_AREA):
        below = int(place.rates.below[cell % N_ROLES])
        if below >= 0:
            count = place.rounded(Decision.ROUND_PROMOTIONS, cell, expected[cell])
            _raise_up(place, Decision.PROMOTE, cell - cell % N_ROLES + below, cell, count)


def recruit(place: Place) -> None:
    """Fill vacancies with movers, people from abroad and resident entrants, scarce vacancies in proportion (section 5)."""
    going = _where_movers_go(place)
    asking = np.bincount(going[going >= 0], minlength=CELLS_PER_AREA)
    arriving, entering = _expected_newcomers(place)
    luck, vacant = place.draw(Decision.SHARE_OUT, place.cell_number), place.count(VACANT)
    starting: dict[int, list[int]] = {}
    for cell in range(CELLS_PER_AREA):
        shares = share_out(int(vacant[cell]), (int(asking[cell]), arriving[cell], entering[cell]), int(luck[cell]))
        rows = place.lowest(Decision.FILL, place.rows(cell, VACANT), sum(shares))
        # The lowest draws go to movers, the next to people from abroad and the rest to residents.
        movers, abroad, residents = np.split(rows, np.cumsum(shares)[:2])
        starting[cell] = movers.tolist()
        for flow, hired in (("moves_in", movers), ("arrivals", abroad), ("entrants", residents)):
            place.flows[cell, FLOWS.index(flow)] += hired.size
            if hired is not movers and hired.size:
                join(place, hired, cell, from_abroad=hired is abroad)
    waiting = []
    for person, cell in zip(place.pool, going.tolist(), strict=True):
        if cell >= 0 and starting[cell]:
            _start_again(place, person, starting[cell].pop(0))
        else:
            waiting.append(person)
    place.pool = waiting


def join(place: Place, rows: Integers, cell: int, from_abroad: bool) -> None:
    """Let people new to the sector take vacant posts; their attributes are drawn by the post's own draws of the month."""
    rates, posts, here = place.rates, place.posts, divmod(cell, N_ROLES)

    def luck(decision: Decision) -> Numbers:
        return place.draw(decision, place.number[rows])

    nationality = category(rates.nationality_chance[here], luck(Decision.JOINER_NATIONALITY))
    if from_abroad:
        nationality[:] = OTHER_NATIONALITY
    contract = category(rates.contract_chance[here], luck(Decision.JOINER_CONTRACT))
    hours_luck = luck(Decision.JOINER_HOURS)
    hours = np.array([one_of(rates.hours_table[here][k], u) for k, u in zip(contract, hours_luck, strict=True)], dtype=np.uint8)
    posts.status[rows] = FILLED
    posts.birth[rows] = place.month - one_of(rates.age_months[here], luck(Decision.JOINER_AGE))
    posts.start[rows] = posts.sector[rows] = place.month
    posts.traits[rows] = pack(
        luck(Decision.JOINER_SEX) < rates.female_chance[here][nationality],
        nationality,
        contract,
        luck(Decision.JOINER_QUALIFICATION) < rates.level_2_chance[here],
        np.full(rows.size, from_abroad),
        hours,
    )
    posts.hours[rows] = hours
    posts.pay[rows] = one_of(rates.pay_table[here], luck(Decision.JOINER_PAY))


def chance(hazard: NDArray[np.float64]) -> Numbers:
    """Return 1 - exp(-hazard) out of 2**LEAVE_BITS, in steps of 2**-24, by a series so that no libm decides; capped at 0.7."""
    h = np.minimum(hazard, 0.7)
    p = h * (1.0 - h * (0.5 - h * (1.0 / 6.0 - h * (1.0 / 24.0 - h * (1.0 / 120.0 - h * (1.0 / 720.0 - h * (1.0 / 5040.0)))))))
    return np.floor(p * 2.0**24 + 0.5).astype(np.uint64) << np.uint64(LEAVE_BITS - 24)


def rounded(expected: float, luck: np.uint64) -> int:
    """Round an expected count up or down, in proportion; steps of 2**-20 keep the last bits of a power from deciding."""
    return int(np.floor(np.rint(expected * 2.0**20) / 2.0**20 + float(luck) / 2.0**32))


def share_out(vacancies: int, asking: tuple[int, int, int], luck: int) -> tuple[int, int, int]:
    """Cut three groups in proportion, by cumulative rounding from a drawn start, so that they never exceed `vacancies`."""
    total = sum(asking)
    if total <= vacancies:
        return asking
    start = luck * total >> 32
    first = (asking[0] * vacancies + start) // total
    both = ((asking[0] + asking[1]) * vacancies + start) // total
    return first, both - first, vacancies - both


def category(cumulative: Numbers, luck: Numbers) -> NDArray[np.uint8]:
    """Return 0, 1 or 2 by the first two of the cumulative chances."""
    return np.searchsorted(cumulative[:2], luck, side="right").astype(np.uint8)


def one_of(table: NDArray[np.integer], luck: Numbers) -> NDArray[np.integer]:
    """Return the entries of a table of equally likely ones that the draws fall on."""
    return np.asarray(table[(luck * np.uint64(table.size)) >> np.uint64(32)])


def _hazard(place: Place, kind: str) -> NDArray[np.float64]:
    """Return the area's monthly hazards of one kind of leaving at weight 1, by cell."""
    market = place.run.inputs.market[place.area]
    factor = getattr(place.run.inputs, f"{kind}_factor")[place.month, market].reshape(CELLS_PER_AREA)
    return np.asarray(getattr(place.rates, f"{kind}_hazard")[place.cells] * factor)


def _count_destinations(place: Place, rows: Integers, age: Integers) -> None:
    """Count where those who leave the sector go: from state pension age on, into retirement."""
    to = np.searchsorted(place.rates.destinations, place.draw(Decision.DESTINATION, place.number[rows]), side="right")
    flows = ("exits_nhs", "exits_other_sector", "exits_retirement", "exits_abroad")
    to = np.where(age >= PENSION_AGE, flows.index("exits_retirement"), to)
    for k, flow in enumerate(flows):
        place.add(flow, place.cell[rows[to == k]])


def _where_movers_go(place: Place) -> Integers:
    """Return the cell that each person in the pool tries this month, or -1: the own, or one of the same role by its vacancies."""
    vacant, stay = place.count(VACANT), int(place.rates.stay_chance)
    numbers = np.array([person.number for person in place.pool], dtype=np.uint64)
    going = np.full(numbers.size, -1, dtype=np.int64)
    tries = place.draw(Decision.RETURN, numbers) < place.rates.return_chance
    luck = place.draw(Decision.RETURN_SERVICE, numbers)
    for p in np.flatnonzero(tries):
        cell, u = place.pool[p].cell, int(luck[p])
        if u < stay:
            going[p] = cell if vacant[cell] else -1
            continue
        same_role = np.arange(cell % N_ROLES, CELLS_PER_AREA, N_ROLES)
        upto = np.cumsum(vacant[same_role])
        if upto[-1]:
            ticket = (u - stay) * int(upto[-1]) // (2**32 - stay)
            going[p] = same_role[np.searchsorted(upto, ticket, side="right")]
    return going


def _expected_newcomers(place: Place) -> tuple[list[int], list[int]]:
    """Return the people from abroad and the resident entrants of each cell: expected ones, rounded by the cell's draw.

    Entrants are `rate x V x (V_s / V_s0)^(n - 1)` with V_s the vacancies of the area's service at the month's start.
    """
    rates, inputs, area = place.rates, place.run.inputs, place.area
    by_service = place.vacant_at_start.reshape(-1, N_ROLES).sum(axis=1)
    pressure = np.maximum(by_service, 1.0) / np.maximum(rates.base_vacancies[area], 1.0)
    common = pressure ** (rates.vacancy_exponent - 1.0) * inputs.working_age[place.month, area]
    factor = inputs.entrant_factor[place.month, inputs.market[area]].reshape(CELLS_PER_AREA)
    entrants = rates.entrant_rate[place.cells] * place.vacant_at_start * np.repeat(common, N_ROLES) * factor
    arrivals = rates.arrival_share[place.cells] * inputs.arrivals[place.month, inputs.market[area]]
    arrival_luck = place.draw(Decision.ROUND_ARRIVALS, place.cell_number)
    entrant_luck = place.draw(Decision.ROUND_ENTRANTS, place.cell_number)
    return [*map(rounded, arrivals, arrival_luck)], [*map(rounded, entrants, entrant_luck)]


def _raise_up(place: Place, decision: Decision, source: int, cell: int, count: int) -> Integers:
    """Let people of one cell take vacant posts of another, as many as `count`, people and posts allow; return the rows of these."""
    posts, vacant, candidates = place.posts, place.rows(cell, VACANT), place.rows(source, FILLED)
    count = min(count, vacant.size, candidates.size)
    new, old = place.lowest(Decision.FILL, vacant, count), place.lowest(decision, candidates, count)
    for name in ("birth", "sector", "traits", "hours"):
        getattr(posts, name)[new] = getattr(posts, name)[old]
    senior_pay = one_of(place.rates.pay_table[divmod(cell, N_ROLES)], place.draw(Decision.JOINER_PAY, place.number[new]))
    posts.pay[new] = np.maximum(posts.pay[old], senior_pay)
    posts.start[new] = place.month
    posts.status[new], posts.status[old] = FILLED, VACANT
    place.add("promotions_in", place.cell[new])
    place.add("promotions_out", place.cell[old])
    return new


def _start_again(place: Place, person: Person, row: int) -> None:
    """Let somebody from the pool take a vacant post."""
    place.posts.status[row], place.posts.start[row] = FILLED, place.month
    for name in ("birth", "sector", "traits", "hours", "pay"):
        getattr(place.posts, name)[row] = getattr(person, name)
