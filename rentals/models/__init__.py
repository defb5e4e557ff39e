"""Tables of this room."""

from rentals.models.homes import Building, Unit
from rentals.models.imports import ImportChange, ImportRun
from rentals.models.people import Landlord, Manager

__all__ = ["Building", "ImportChange", "ImportRun", "Landlord", "Manager", "Unit"]
