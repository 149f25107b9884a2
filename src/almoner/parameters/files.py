"""Reads the parameter files of the package (`values/*.yaml`) into one tree; a file's name is the first name of its paths."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import ValidationError

from almoner.errors import InputFileError
from almoner.parameters.months import month_number
from almoner.parameters.schema import Leaf
from almoner.parameters.steps import BEGINNING, Steps
from almoner.parameters.tree import Parameter, ParameterTree

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class OneOfEach(_LOADER):  # type: ignore[misc]
    """A YAML loader that refuses a name written twice, of which plain YAML would keep the last in silence."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping, or say which name stands in it twice."""
        seen = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.constructor.ConstructorError(None, None, f"'{key.value}' stands here twice", key.start_mark)
            seen.add(str(key.value))
        return dict(super().construct_mapping(node, deep))


@lru_cache(maxsize=1)
def load() -> ParameterTree:
    """Return the shipped parameters."""
    folder = files("almoner.parameters").joinpath("values")
    leaves: dict[str, Parameter] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            for parameter in parse(file.name, file.read_text(encoding="utf-8")):
                leaves[parameter.path] = parameter
    for path, parameter in leaves.items():
        together = parameter.prior.together if parameter.prior else None
        if together is not None and (together not in leaves or leaves[together].prior is None):
            raise InputFileError(f"The prior of '{path}' moves with '{together}', which has no prior.")
    return ParameterTree(leaves)


def parse(name: str, text: str) -> Iterator[Parameter]:
    """Yield the parameters of a file called `name` that holds `text`."""
    try:
        content = yaml.load(text, Loader=OneOfEach)
    except yaml.YAMLError as error:
        raise InputFileError(f"The parameter file {name} is not valid YAML: {error}") from error
    branch = name.removesuffix(".yaml")
    if isinstance(content, dict) and tuple(content) == (branch,):
        content = content[branch]
    yield from _leaves(name, branch, content)


def _leaves(name: str, path: str, content: object) -> Iterator[Parameter]:
    if not isinstance(content, dict):
        raise InputFileError(f"In the parameter file {name}, '{path}' is neither a parameter nor a branch of parameters.")
    if "label" not in content:
        for key, below in content.items():
            yield from _leaves(name, f"{path}.{key}", below)
        return
    try:
        leaf = Leaf.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputFileError(f"In the parameter file {name}, '{path}' {place}: {first['msg']}.") from error
    yield Parameter(
        path=path,
        label=leaf.label,
        unit=leaf.unit,
        steps=_steps(leaf),
        status=leaf.status,
        sources=leaf.all_sources,
        evidence=leaf.evidence,
        prior=leaf.prior,
        note=" ".join(leaf.note.split()),
        period=leaf.period,
    )


def _steps(leaf: Leaf) -> Steps:
    if leaf.values is None:
        return Steps((BEGINNING,), (float(leaf.value or 0.0),))
    dated = sorted((month_number(text), float(value)) for text, value in leaf.values.items())
    return Steps(tuple(month for month, _ in dated), tuple(value for _, value in dated))
