"""Almoner: a tested workforce plan for social care in England.

The names in `__all__` are the public face; each is imported when it is first used, so that `import almoner` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from almoner.version import VERSION

if TYPE_CHECKING:
    from almoner.analysis.compare import compare
    from almoner.analysis.delays import delays
    from almoner.analysis.explain import explain
    from almoner.analysis.optimise import optimise
    from almoner.analysis.plan import make_plan as plan
    from almoner.model.baseline import build as baseline
    from almoner.reference.areas import areas, resolve
    from almoner.reference.sources import all_sources as sources
    from almoner.study.design import Study
    from almoner.study.run import run_study as run
    from almoner.study.scenario import Scenario, load_scenario

__all__ = [
    "Scenario",
    "Study",
    "areas",
    "baseline",
    "compare",
    "delays",
    "explain",
    "load_scenario",
    "optimise",
    "plan",
    "resolve",
    "run",
    "sources",
]
__version__: Final = VERSION

_HOMES: Final = {
    "Scenario": ("almoner.study.scenario", "Scenario"),
    "Study": ("almoner.study.design", "Study"),
    "areas": ("almoner.reference.areas", "areas"),
    "baseline": ("almoner.model.baseline", "build"),
    "compare": ("almoner.analysis.compare", "compare"),
    "delays": ("almoner.analysis.delays", "delays"),
    "explain": ("almoner.analysis.explain", "explain"),
    "optimise": ("almoner.analysis.optimise", "optimise"),
    "load_scenario": ("almoner.study.scenario", "load_scenario"),
    "plan": ("almoner.analysis.plan", "make_plan"),
    "resolve": ("almoner.reference.areas", "resolve"),
    "run": ("almoner.study.run", "run_study"),
    "sources": ("almoner.reference.sources", "all_sources"),
}


def __getattr__(name: str) -> Any:
    """Import a public name from its home on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'almoner' has no attribute '{name}'; its public names are {', '.join(__all__)}")
    home, own_name = _HOMES[name]
    return getattr(import_module(home), own_name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
