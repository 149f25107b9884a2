"""The command line: one function a command, no logic. Each prints a table a person can read and takes `--json`.

Heavy modules are imported inside the commands, so that `almoner --help` answers at once.
"""

from importlib import import_module
from typing import Final

from almoner.cli.app import app

__all__ = ["COMMANDS", "app"]

COMMANDS: Final = (
    "plan",
    "delays",
    "children",
    "compare",
    "pay",
    "explain",
    "optimise",
    "sensitivity",
    "scenarios",
    "runs",
    "policies",
    "evidence",
    "pledges",
    "adverts",
    "consultation",
    "calibrate",
    "backtest",
    "validate",
    "reproduce",
    "serve",
    "reference",
    "bench",
    "warm",
)
"""Modules of commands, in the order in which `almoner --help` lists them."""

for _name in COMMANDS:
    import_module(f"almoner.cli.{_name}")
