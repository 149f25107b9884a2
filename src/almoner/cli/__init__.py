"""The command line: one function a command, no logic. Each prints a table a person can read and takes `--json`.

Heavy modules are imported inside the commands, so that `almoner --help` answers at once. The order of the imports is the order in
which `almoner --help` lists the commands.
"""

from almoner.cli.app import app

from almoner.cli import plan, compare, scenarios, runs, reference, policies, bench  # isort: skip

__all__ = ["app", "bench", "compare", "plan", "policies", "reference", "runs", "scenarios"]
