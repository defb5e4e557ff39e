"""What hangs on the wall: tokens, print runs, signs; and what the office settles about them."""

from signage.models.office import Printer, SignSettings
from signage.models.signs import (
    PLACES,
    TARGETS,
    PrintFile,
    PrintItem,
    PrintRun,
    Product,
    PublicToken,
    ScanCount,
    Sign,
    SignTask,
    WithdrawnToken,
    only,
)

__all__ = [
    "PLACES",
    "TARGETS",
    "PrintFile",
    "PrintItem",
    "PrintRun",
    "Printer",
    "Product",
    "PublicToken",
    "ScanCount",
    "Sign",
    "SignSettings",
    "SignTask",
    "WithdrawnToken",
    "only",
]
