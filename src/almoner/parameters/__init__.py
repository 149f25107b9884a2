"""The dated value tree: every number the model may assume, with its unit, source, status and prior."""

from almoner.parameters.describe import describe
from almoner.parameters.edits import Add, Cap, Edit, Floor, Scale, Set
from almoner.parameters.files import load
from almoner.parameters.priors import Prior
from almoner.parameters.tree import Parameter, ParameterTree

__all__ = ["Add", "Cap", "Edit", "Floor", "Parameter", "ParameterTree", "Prior", "Scale", "Set", "describe", "load"]
