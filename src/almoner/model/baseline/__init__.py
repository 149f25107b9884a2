"""The baseline world: England's posts and their holders on 31 March 2025, by area, service and role (MODEL.md section 1).

`build` gives the posts, `holders` a row for each filled one, `attribute_tables` what joiners are drawn from, `margins` the
baseline beside what was published, `apportionment_error` how well the areas with a published total are predicted without it.
"""

from almoner.model.baseline.apportion import apportionment_error
from almoner.model.baseline.build import Baseline, build
from almoner.model.baseline.holders import AttributeTables, Holders, attribute_tables, holders
from almoner.model.baseline.margins import margins

__all__ = ["AttributeTables", "Baseline", "Holders", "apportionment_error", "attribute_tables", "build", "holders", "margins"]
