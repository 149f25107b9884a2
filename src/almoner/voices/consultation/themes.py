"""Theme sets: the care-workforce framework that is shipped, or one of the user's own in the same YAML.

A theme has words for people (label, definition, what is in and out, examples) and for the machine (cues), and names the policies
and parameters of Almoner that it speaks about. Labels are held to rules: unique, at most six words, and not words that say
nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from almoner.errors import InputFileError, NotFoundError, in_words

FRAMEWORKS: Final = {"care-workforce": "care_workforce.yaml"}
_EMPTY_LABELS: Final = re.compile(
    r"^(other|others|misc\w*|general|concerns?|issues?|comments?|views?|opinions?|suggestions?|various|none|unclear)"
    r"( (comments?|issues?|concerns?|themes?|points?|views?|suggestions?))?$",
    re.I,
)
LONGEST_LABEL: Final = 6


class Theme(BaseModel):
    """One theme."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    head: str | None = None
    label: str = Field(min_length=2)
    definition: str = Field(min_length=10)
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Everything that says what the theme is, as one text."""
        return ". ".join((self.label, self.definition, *self.includes, *self.examples))


class ThemeSet(BaseModel):
    """Themes by which answers are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: int = 1
    heads: dict[str, str] = {}
    themes: tuple[Theme, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _keeps_the_rules(self) -> Self:
        for what, words in (
            ("id", [theme.id for theme in self.themes]),
            ("label", [theme.label.casefold() for theme in self.themes]),
        ):
            if twice := next((word for word in words if words.count(word) > 1), None):
                raise ValueError(f"two themes have the {what} '{twice}'")
        for theme in self.themes:
            if problem := label_problem(theme.label):
                raise ValueError(f"theme {theme.id}: the label '{theme.label}' {problem}")
            if theme.head is not None and theme.head not in self.heads:
                raise ValueError(f"theme {theme.id} has the head '{theme.head}', which 'heads' does not name")
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        """The themes' ids in order."""
        return tuple(theme.id for theme in self.themes)

    def theme(self, id: str) -> Theme:
        """Return a theme by its id.

        Raises:
            NotFoundError: there is none; the nearest ids are offered.
        """
        for theme in self.themes:
            if theme.id == id:
                return theme
        raise NotFoundError("theme", id, self.ids)


def label_problem(label: str) -> str | None:
    """Return why a label tells a reader too little, or none."""
    words = label.split()
    if len(words) > LONGEST_LABEL:
        return f"has more than {LONGEST_LABEL} words"
    return "says nothing about what people wrote" if _EMPTY_LABELS.match(label.strip()) else None


def load_themes(name: str) -> ThemeSet:
    """Return a shipped theme set by name, or the one in a YAML file.

    Raises:
        NotFoundError: no such set is shipped and there is no such file.
        InputFileError: the file is not YAML or breaks a rule; the sentence names the entry.
    """
    if name in FRAMEWORKS:
        return framework(name)
    path = Path(name).expanduser()
    if not path.is_file():
        if path.suffix in {".yaml", ".yml"} or "/" in name:
            raise InputFileError(f"There is no theme file {path}.")
        raise NotFoundError("theme set", name, FRAMEWORKS)
    return parse(path.read_text(encoding="utf-8"), str(path))


@lru_cache(maxsize=4)
def framework(name: str) -> ThemeSet:
    """Return a theme set that is shipped with Almoner."""
    text = (files("almoner.voices.consultation") / "data" / FRAMEWORKS[name]).read_text(encoding="utf-8")
    return parse(text, FRAMEWORKS[name])


def parse(text: str, where: str) -> ThemeSet:
    """Return the theme set in a YAML text; `where` names it in errors."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputFileError(f"{where} is not YAML that can be used: {' '.join(str(error).split())}.") from None
    try:
        return ThemeSet.model_validate(content)
    except ValidationError as error:
        found = error.errors()[0]
        entry = ".".join(str(part) for part in found["loc"])
        raise InputFileError(f"{where}{f', entry {entry!r}' if entry else ''}: {in_words(found)}.") from None


def to_yaml(themes: ThemeSet) -> str:
    """Return a theme set as YAML that a person can edit and give back."""
    content = themes.model_dump(mode="json")
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
