"""Job adverts: reading them with a span, a rule and a confidence for every field, and what many of them show together."""

from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.findings import Findings, find
from almoner.voices.adverts.overrides import Override, Overrides, overrides, scenario_text
from almoner.voices.adverts.pay import Pay, parse_pay
from almoner.voices.adverts.read import expand, read_files, read_source

__all__ = [
    "Advert",
    "Findings",
    "Override",
    "Overrides",
    "Pay",
    "expand",
    "find",
    "overrides",
    "parse_pay",
    "read_files",
    "read_source",
    "scenario_text",
]
