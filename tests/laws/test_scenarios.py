"""Laws of scenarios that stand over one another."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from almoner.parameters import load
from almoner.study.scenario import load_scenario

Layer = dict[str, list[object]]

POLICIES = st.lists(
    st.sampled_from(
        [
            {"pay_floor": {"premium": 0.5, "start": "2027-04"}},
            {"pay_floor": {"premium": 1.25, "start": "2029-04", "services": ["home_care"]}},
            {"prevention": {"gbp_per_person_65_plus": 20, "start": "2027-04"}},
        ]
    ),
    max_size=2,
)
EDITS = st.lists(
    st.sampled_from(
        [
            {"path": "filling.arrivals", "set": 20000, "from": "2027-04"},
            {"path": "filling.arrivals", "scale": 0.5},
            {"path": "need.funding_coverage", "add": 0.01, "from": "2028-04"},
        ]
    ),
    max_size=2,
)
LAYERS = st.fixed_dictionaries({"policies": POLICIES, "parameters": EDITS})


def written(folder: Path, name: str, over: str | None, *layers: Layer) -> str:
    entries = {key: [one for layer in layers for one in layer[key]] for key in layers[0]}
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump({"name": name, "over": over, **entries}), encoding="utf-8")
    return str(file)


@settings(max_examples=40)
@given(LAYERS, LAYERS, LAYERS)
def test_standing_over_is_associative(low: Layer, middle: Layer, top: Layer) -> None:
    """(top over middle) over low is top over (middle over low): the same edits in the same order, so the same tree and hash."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written(folder, "low", None, low)
        written(folder, "middle", "low.yaml", middle)
        one = load_scenario(written(folder, "right", "middle.yaml", top))
        other = load_scenario(written(folder, "left", "low.yaml", middle, top))
        flat = load_scenario(written(folder, "flat", None, low, middle, top))
    assert one.hash == other.hash == flat.hash
    assert one.apply(load()).hash == other.apply(load()).hash == flat.apply(load()).hash
