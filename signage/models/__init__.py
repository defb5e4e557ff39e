"""What hangs on the wall: tokens, print runs, signs; and what the office settles about them."""

from signage.models.office import Printer, SignSettings
from signage.models.print_runs import PrintFile, PrintItem, PrintRun
from signage.models.products import PLACES, TARGETS, Product, only
from signage.models.signs import Sign
from signage.models.tasks import ScanCount, SignTask
from signage.models.tokens import PublicToken, WithdrawnToken

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
