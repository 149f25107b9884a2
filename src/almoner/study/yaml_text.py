"""Reading the YAML that people write - scenarios, studies - with one sentence for what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from almoner.errors import InputFileError
from almoner.parameters.files import OneOfEach

DEEPEST: Final = 20
"""Levels of nesting beyond which nothing is read: the loader takes each level's room from the stack, and ends the program."""


def mapping_in(text: str, where: str, instead: str) -> Mapping[Any, Any]:
    """Return the mapping that `text` holds.

    Raises:
        InputFileError: it is not YAML, is nested too deep, a name stands in it twice, or it is no mapping; `where` names the file
            and `instead` says what a file of its kind needs.
    """
    for _ in events_in(text, where):
        pass
    try:
        content = yaml.load(text, Loader=OneOfEach)
    except yaml.YAMLError as error:
        raise _unusable(error, where) from None
    if not isinstance(content, Mapping):
        raise InputFileError(f"{where} is not {instead}.")
    return content


def events_in(text: str, where: str) -> Iterator[yaml.Event]:
    """Yield what YAML holds piece by piece, without building anything.

    Raises:
        InputFileError: it is not YAML, or nested too deep.
    """
    depth = 0
    try:
        for event in yaml.parse(text):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise InputFileError(f"{where} is nested more than {DEEPEST} levels deep: nothing needs that.")
            yield event
    except yaml.YAMLError as error:
        raise _unusable(error, where) from None


def _unusable(error: yaml.YAMLError, where: str) -> InputFileError:
    mark = getattr(error, "problem_mark", None)
    line = f", line {mark.line + 1}" if mark else ""
    problem = " ".join(str(getattr(error, "problem", None) or error).split()).rstrip(".")
    return InputFileError(f"{where}{line} is not YAML that can be used: {problem}.")
