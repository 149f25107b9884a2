"""How names of places are compared: plain form, bare form without the words of government, and short form.

In: a name as a person or a publication writes it. Out: a lower-case key; two names of one place have one key.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

ALIASES: Final[dict[str, str]] = {
    "b and nes": "E06000022",
    "banes": "E06000022",
    "bcp": "E06000058",
    "bracknell": "E06000036",
    "cwac": "E06000050",
    "east riding": "E06000011",
    "greater london": "E12000007",
    "hull": "E06000010",
    "iow": "E06000046",
    "kingston": "E09000021",
    "lbbd": "E09000002",
    "lbhf": "E09000013",
    "rbkc": "E09000020",
    "scilly": "E06000053",
    "wight": "E06000046",
    "yorkshire": "E12000003",
    "yorkshire and humberside": "E12000003",
}
"""Names in common use that no rule below gives; Kingston is the London borough because Kingston upon Hull is called Hull."""

_GOVERNMENT: Final = frozenset(
    {
        *(
            "authority",
            "board",
            "borough",
            "city",
            "corporation",
            "council",
            "county",
            "district",
            "metropolitan",
            "royal",
            "the",
            "unitary",
        ),
        *("care", "icb", "ics", "integrated", "nhs", "region", "system"),
    }
)
_BOROUGH = re.compile(r"^(the )?(london|royal) borough( of)? ")
_JOINERS = re.compile(r" (?:and|with|upon|on) ")
_CODE = re.compile(r"^([A-Z]\d{8}(\+[A-Z]\d{8})*|\d{3}|Q[A-Z0-9]{2})$")


def plain_name(name: str) -> str:
    """Return the name in lower case without accents and punctuation, `&` and `saint` spelled as `and` and `st`."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    letters = letters.replace("&", " and ").replace("'", "")
    return " ".join("st" if word == "saint" else word for word in re.sub(r"[^a-z0-9]+", " ", letters).split())


def bare_name(name: str) -> str:
    """Return the plain name without the words of government (`City of Bristol Council` and `Bristol, City of` are `bristol`)."""
    words = [word for word in _BOROUGH.sub("", plain_name(name)).split() if word not in _GOVERNMENT]
    while words and words[0] == "of":
        words = words[1:]
    while words and words[-1] == "of":
        words = words[:-1]
    return " ".join(words)


def short_name(name: str) -> str:
    """Return the bare name up to the first `and`, `with`, `upon` or `on`: Bath, Telford, Blackburn, Newcastle, Stoke."""
    return _JOINERS.split(bare_name(name), maxsplit=1)[0]


def is_code(text: str) -> bool:
    """Tell whether the text has the shape of a code, so that names are no help."""
    return _CODE.match(text.upper().replace(" ", "")) is not None
