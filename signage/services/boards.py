"""Boards and notices: reads what they say today and hands it to the engine's templates."""

from datetime import date
from typing import Any


def BOARD_URL() -> str: return ""
def no_rental_notices(run: Any, first: int, last: int, *, on: date) -> Any: raise NotImplementedError
def estate_boards(run: Any, first: int, last: int, *, on: date) -> Any: raise NotImplementedError
