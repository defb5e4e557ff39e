"""Pages of long lists: by number where lists are short enough, by key where 170,699 rows must answer at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db import models
from django.http import QueryDict

Row = TypeVar("Row")
SIZE = 50
CAP = 10_000


def numbered(
    rows: models.QuerySet[Any] | list[Any], query: QueryDict, *, size: int = SIZE, total: int | None = None
) -> Page[Any]:
    """The page that `?page=` names, the nearest one when there is none such; `total` when it is known already."""
    paginator: Paginator[Any] = Paginator(rows, size)
    if total is not None:
        paginator.count = total  # a cached property: no second count
    return paginator.get_page(query.get("page"))


@dataclass(frozen=True, slots=True)
class KeyPage(Generic[Row]):
    """Rows along a key. `previous` and `next` are query strings of the neighbours, empty at the ends."""

    rows: Sequence[Row]
    total: int | None
    previous: str
    next: str
    is_capped: bool = False  # there are at least `total`


def by_key(
    rows: models.QuerySet[Any],
    query: QueryDict,
    *,
    key: str,
    descending: bool = False,
    size: int = SIZE,
    read: Callable[[str], Any] = str,
    counted: models.QuerySet[Any] | None = None,
    capped: bool = False,
) -> KeyPage[Any]:
    """Rows beyond `?after=` or before `?before=`, along a unique column that has an index.

    `counted` is what the total counts, up to CAP when `capped`; a list that fits on its page costs no count.
    """
    after, before = query.get("after", ""), query.get("before", "")
    backwards = bool(before) and not after
    ascending = descending is backwards
    place = _read(read, before if backwards else after)
    if place is not None:
        rows = rows.filter(**{f"{key}__{'gt' if ascending else 'lt'}": place})
    found = list(rows.order_by(key if ascending else f"-{key}")[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_previous, has_next = (more, True) if backwards else (place is not None, more)
    clean = without(query, "after", "before")
    total = None
    if counted is not None:
        fits = place is None and not more
        total = len(found) if fits else (counted.order_by()[:CAP] if capped else counted.order_by()).count()
    return KeyPage(
        rows=found,
        total=total,
        is_capped=capped and total == CAP,
        previous=with_(clean, before=getattr(found[0], key)) if has_previous and found else "",
        next=with_(clean, after=getattr(found[-1], key)) if has_next and found else "",
    )


def _read(read: Callable[[str], Any], cursor: str) -> Any:
    try:
        return read(cursor) if cursor else None
    except ValueError:
        return None


def with_(query: QueryDict, **values: Any) -> str:
    changed = query.copy()
    for name, value in values.items():
        changed[name] = str(value)
    return changed.urlencode()


def without(query: QueryDict, *names: str) -> QueryDict:
    changed = query.copy()
    for name in names:
        changed.pop(name, None)
    return changed
