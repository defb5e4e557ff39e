"""Places picked by hand for a print order: serials of signs, codes of homes, codes of buildings."""

import re
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from rentals.models import Building, Unit
from signage.models import PrintItem, PrintRun
from signage.serials import typed_serial
from signage.services.targets import OF_BUILDING, OF_UNIT

_BETWEEN = re.compile(r"[\s,;，；、]+")


def places(user: User, product: str, typed: str) -> tuple[list[int], list[str]]:
    """(keys of homes or buildings as the product needs them, words that lead to none in the person's area)."""
    typed_words = (word for word in _BETWEEN.split(typed.upper()) if word)
    words = list(dict.fromkeys((typed_serial(w) if w.startswith("FC") else "") or w for w in typed_words))
    if not words:
        return [], []
    rows: QuerySet[Any]
    if product in OF_UNIT:
        rows, column = Unit.objects.visible_to(user).in_register(), "unit"
    elif product in OF_BUILDING:
        rows, column = Building.objects.visible_to(user), "building"
    else:
        return [], words
    by_word = dict(rows.filter(code__in=words).values_list("code", "pk"))
    printed = PrintItem.objects.filter(
        serial__in=words, run__in=PrintRun.objects.visible_to(user), **{f"{column}__in": rows}
    )
    by_word |= dict(printed.values_list("serial", f"{column}_id"))
    return list(dict.fromkeys(by_word[w] for w in words if w in by_word)), [
        w for w in words if w not in by_word
    ]
