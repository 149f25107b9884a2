"""Which schema each reference table obeys, by table name."""

from __future__ import annotations

from typing import Final

import dataframely as dy

from almoner.reference import schemas_adult, schemas_children, schemas_discharge, schemas_places, schemas_registers

SCHEMAS: Final[dict[str, type[dy.Schema]]] = {
    "adult_activity_by_area": schemas_adult.AdultActivityByArea,
    "adult_posts_structure": schemas_adult.AdultPostsStructure,
    "adult_turnover_by_area": schemas_adult.AdultTurnoverByArea,
    "adult_workforce": schemas_adult.AdultWorkforce,
    "area_code_changes": schemas_places.AreaCodeChanges,
    "area_to_icb": schemas_places.AreaToIcb,
    "areas": schemas_places.Areas,
    "ascof_by_area": schemas_adult.AscofByArea,
    "ascof_measures": schemas_adult.AscofMeasures,
    "children_homes": schemas_children.ChildrenHomes,
    "children_homes_national": schemas_children.ChildrenHomesNational,
    "children_need": schemas_children.ChildrenNeed,
    "children_neighbours": schemas_children.ChildrenNeighbours,
    "children_workforce": schemas_children.ChildrenWorkforce,
    "context": schemas_adult.Context,
    "discharge_by_area": schemas_discharge.DischargeByArea,
    "discharge_by_icb": schemas_discharge.DischargeByIcb,
    "discharge_constraints": schemas_discharge.DischargeConstraints,
    "discharge_destinations": schemas_discharge.DischargeDestinations,
    "discharge_reasons": schemas_discharge.DischargeReasons,
    "discharge_responsibility": schemas_discharge.DischargeResponsibility,
    "evidence": schemas_registers.Evidence,
    "lad_to_area": schemas_places.LadToArea,
    "other_national_series": schemas_registers.OtherNationalSeries,
    "pay": schemas_adult.Pay,
    "pledges": schemas_registers.Pledges,
    "population": schemas_places.Population,
    "sources": schemas_registers.Sources,
    "spend_by_area": schemas_adult.SpendByArea,
    "tile_map": schemas_places.TileMap,
}
