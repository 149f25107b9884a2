"""Reading the YAML that people write - scenarios, studies - with one sentence for what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from almoner.errors import InputFileError
from almoner.parameters.files import OneOfEach


def mapping_in(text: str, where: str, instead: str) -> Mapping[Any, Any]:
    """Return the mapping that `text` holds.

    Raises:
        InputFileError: it is not YAML, a name stands in it twice, or it is no mapping; `where` names the file and `instead` says
            what a file of its kind needs.
    """
    try:
        content = yaml.load(text, Loader=OneOfEach)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = " ".join(str(getattr(error, "problem", None) or error).split()).rstrip(".")
        raise InputFileError(f"{where}{line} is not YAML that can be used: {problem}.") from None
    if not isinstance(content, Mapping):
        raise InputFileError(f"{where} is not {instead}.")
    return content
