"""What the terminal shows of an explanation: the policies with their shares and intervals, and the flows of a year.

In: an `Explanation` or a `YearChange` and a rich console. Out: tables that fit 80 columns.
"""

from __future__ import annotations

import math

from rich.console import Console

from almoner.analysis import words
from almoner.analysis.explain import EDITS, Explanation, Flow, YearChange
from almoner.analysis.responses import Effect
from almoner.report.terminal import TableColumn, print_rows

_AFTER = {"percent": " points", "gbp_m": " million"}
_PAIRS_SHOWN = 5


def print_explanation(found: Explanation, console: Console) -> None:
    """Print the total, each policy in order with its Shapley value, the interaction and what rests on assumed effects."""
    unit, level = found.unit, found.level
    console.print(
        f"{found.place_name}, {found.year}: {words.lower_first(found.label)} under '{found.scenario_name}' beside doing nothing "
        f"({words.number(found.reference, unit, level)}), modelled: {said(found.total, unit, level)}",
        soft_wrap=False,
        highlight=False,
    )
    console.print()
    own = {row.policy: row for row in found.shapley}
    rows = [
        {
            "policy": name_of(step.policy),
            "step": bare(words.signed(step.effect.effect, unit, level)),
            "share": bare(words.signed(own[step.policy].value.effect, unit, level)),
            "range": bare(range_of(own[step.policy].value, unit, level)),
            "error": error_of(own[step.policy].value, unit, level),
            "alone": bare(words.signed(own[step.policy].alone.effect, unit, level)),
            "effect": "assumed" if step.assumed else "estimated",
        }
        for step in found.waterfall
    ]
    rows.append(
        {
            "policy": "all together",
            "step": bare(words.signed(found.total.effect, unit, level)),
            "share": bare(words.signed(found.total.effect, unit, level)),
            "range": bare(range_of(found.total, unit, level)),
            "error": error_of(found.total, unit, level),
            "alone": bare(words.signed(sum(row.alone.effect for row in found.shapley), unit, level)),
            "effect": "",
        }
    )
    columns = (
        TableColumn("policy", "policy"),
        TableColumn("step", "in this order"),
        TableColumn("share", "any order"),
        TableColumn("range", "range"),
        TableColumn("error", "+/-"),
        TableColumn("alone", "alone"),
        TableColumn("effect", "effect"),
    )
    spoken = words.unit_words("percentage_points" if unit == "percent" else unit)
    print_rows(rows, columns, f"What each policy adds, {spoken}", console)
    console.print()
    for sentence in sentences(found):
        console.print(sentence, highlight=False)


def print_year(found: YearChange, console: Console) -> None:
    """Print the flows of a year so that the whole numbers add up to the change."""
    shown = whole([found.change.effect, *(-flow.people.effect for flow in found.flows)])
    numbers = dict(zip((flow.flow for flow in found.flows), (-n for n in shown[1:]), strict=True))
    rows = [_flow_row(flow, numbers[flow.flow]) for flow in found.flows]
    rows.append(
        {
            "flow": "Change in filled posts",
            "people": _signed(shown[0]),
            "range": _between(found.change),
            "beside": _beside(found.beside_doing_nothing),
        }
    )
    columns = (
        TableColumn("flow", "twelve months to 31 March"),
        TableColumn("people", "people"),
        TableColumn("range", "range"),
        TableColumn("beside", "beside doing nothing"),
    )
    print_rows(rows, columns, f"{found.place_name}, {found.year}: filled posts under '{found.scenario_name}' (modelled)", console)
    console.print()
    console.print(
        f"{found.filled_before:,.0f} filled posts before, {found.filled_after:,.0f} after. Means over {_draws(found.draws)}; "
        f"range: {found.band_kind}. In every draw the flows add up to the change to the unit (largest residual "
        f"{found.residual:g}).",
        highlight=False,
    )


def sentences(found: Explanation) -> list[str]:
    """Say what the table does not: interaction, the share of assumed effects, policies that move nothing, and the method."""
    unit, level = found.unit, found.level
    together = found.interaction.together
    lines = [f"What they do together beyond each alone: {said(together, unit, level)}."]
    clear = [pair for pair in found.interaction.pairs if pair.effect.distinguishable]
    clear.sort(key=lambda pair: -abs(pair.effect.effect))
    lines += [
        f"  {name_of(pair.first)} with {name_of(pair.second)}: {words.signed(pair.effect.effect, unit, level)} "
        f"({range_of(pair.effect, unit, level)})"
        for pair in clear[:_PAIRS_SHOWN]
    ]
    if found.assumed_share is not None:
        lines.append(
            f"{found.assumed_share:.0%} of the sizes of the shares rests on policies whose effect is assumed: "
            f"{said(found.assumed_effect, unit, level)}."
        )
    idle = [name_of(row.policy) for row in found.shapley if row.moves_nothing]
    if idle:
        lines.append(f"Moves nothing here: {words.listed(idle)}.")
    sampled = max((row.sampling_error for row in found.shapley if not math.isnan(row.sampling_error)), default=0.0)
    of_orders = f"; error of sampled orders up to {sampled:.2g}" if sampled else ""
    lines.append(
        f"Any order: Shapley values, {found.method}{of_orders}; they add up to the total. Means over {_draws(found.draws)} at "
        f"shared luck; range: {found.band_kind}; +/-: Monte Carlo error."
    )
    return lines


def said(effect: Effect, unit: str, level: str) -> str:
    """Say an effect with its range, and that it cannot be told from none where it cannot."""
    clear = "" if effect.distinguishable else ", cannot be told from no effect"
    return f"{words.signed(effect.effect, unit, level)} ({range_of(effect, unit, level)}{clear})"


def range_of(effect: Effect, unit: str, level: str) -> str:
    """Say the ends of an effect's spread."""
    low, high = words.signed(effect.low, unit, level), words.signed(effect.high, unit, level)
    shorter = low.removesuffix(_AFTER.get(unit, "")) if high != "0" else low
    return low if low == high else f"{shorter} to {high}"


def bare(text: str) -> str:
    """Return a number without the word for its unit, for tables whose title says it."""
    for after in _AFTER.values():
        text = text.removesuffix(after)
    return text


def error_of(effect: Effect, unit: str, level: str) -> str:
    """Say a Monte Carlo error."""
    size = effect.monte_carlo_error
    if math.isnan(size):
        return "one draw"
    spoken = "percentage_points" if unit == "percent" else unit
    digits = f"{size:,.2g}" if size < words.rounding_step(spoken, level) else words.number(size, spoken, level)
    return digits.removesuffix(_AFTER.get(unit, ""))


def name_of(policy: str) -> str:
    """Say a policy's name without its underscores."""
    return "edits of parameters" if policy == EDITS else policy.replace("_", " ")


def whole(parts: list[float]) -> list[int]:
    """Round numbers that add up to a whole number so that they still do: the largest remainders go up."""
    floors = [math.floor(part) for part in parts]
    missing = round(sum(parts)) - sum(floors)
    order = sorted(range(len(parts)), key=lambda i: floors[i] - parts[i])
    for i in order[:missing]:
        floors[i] += 1
    return floors


def _flow_row(flow: Flow, people: int) -> dict[str, object]:
    return {
        "flow": flow.label,
        "people": _signed(people),
        "range": _between(flow.people),
        "beside": _beside(flow.beside_doing_nothing),
    }


def _signed(number: float) -> str:
    size = round(abs(number))
    return "0" if size == 0 else f"{'+' if number > 0 else words.MINUS}{size:,}"


def _between(effect: Effect) -> str:
    low, high = _signed(effect.low), _signed(effect.high)
    return low if low == high else f"{low} to {high}"


def _beside(effect: Effect) -> str:
    return f"{_signed(effect.effect)} ({_between(effect)})"


def _draws(draws: int) -> str:
    return f"{draws} draw" if draws == 1 else f"{draws} draws"
