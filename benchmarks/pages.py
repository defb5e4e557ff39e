"""Promise 4: with the full street every page answers soon, and its queries do not grow with its rows.

Every address is opened as every role through the whole of Django in this process (test client); where it
answers 200 it is timed warm. HTML and JSON are judged; workbooks, PDF and photos are shown only.
"""

import gc
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.addresses import routes, urls_for
from benchmarks.figures import Figure, percentile
from benchmarks.street import Bench, said

ROLES = ("grid", "reviewer", "panel", "office", "leader", "auditor", "landlord", "")
JUDGED = ("text/html", "application/json", "application/vnd.oai")
SHOWN = 15


@dataclass(slots=True)
class Page:
    """One address as one role. `queries_1`, `queries_50`: with so many rows on a page, where it has pages."""

    name: str
    role: str
    url: str
    kind: str
    size: int
    p50: float
    p95: float
    queries: int
    queries_1: int
    queries_50: int

    @property
    def is_public(self) -> bool:
        return self.url.startswith("/u/")

    @property
    def is_judged(self) -> bool:
        return self.kind.startswith(JUDGED)


def measure(bench: Bench) -> tuple[list[Figure], dict[str, Any]]:
    bench.at("loaded")
    gc.freeze()  # as fucheng/webserver.py does
    logging.disable(logging.WARNING)  # addresses that are not for a role are refused, and logged
    pages: list[Page] = []
    failed: list[str] = []
    unseen = {name for name, _ in routes()}
    for role in ROLES:
        with said(f"Pages of {role or 'nobody'}"):
            seen, broken = _of_role(role, bench.requests)
        pages += seen
        failed += broken
        unseen -= {page.name for page in seen}
    logging.disable(logging.NOTSET)
    pages.sort(key=lambda page: -page.p95)
    print(_table(pages[:SHOWN]))
    for line in failed:
        print(f"  FAILS {line}")
    print(f"  Never 200 for a GET (verbs, or no example): {', '.join(sorted(unseen))}")
    return _figures(pages, failed), {"pages": [asdict(p) for p in pages], "unseen": sorted(unseen)}


def _figures(pages: list[Page], failed: list[str]) -> list[Figure]:
    staff = [page for page in pages if page.is_judged and not page.is_public]
    public = [page for page in pages if page.is_judged and page.is_public]
    grown = [page for page in pages if page.queries_50 > page.queries_1]
    for page in grown:
        print(f"  GROWS {page.name} as {page.role}: {page.queries_1} -> {page.queries_50} queries")
    figures = [
        Figure("addresses opened", len({page.name for page in pages})),
        Figure("addresses by role", len(pages)),
        Figure("that fail", len(failed), exactly=0),
        Figure("slowest page or list, p95", max(p.p95 for p in staff), "ms", at_most=300, full_size=True),
        Figure("pages and lists over 300 ms", sum(p.p95 > 300 for p in staff), exactly=0, full_size=True),
        Figure("median of all p95", percentile([p.p95 for p in staff], 0.5), "ms"),
        Figure("most queries of one page", max(p.queries for p in pages)),
        Figure("pages whose queries grow with rows", len(grown), exactly=0),
    ]
    if public:
        worst = max(p.p95 for p in public)
        figures.append(Figure("public page, p95", worst, "ms", at_most=30, full_size=True))
    return figures


def _of_role(role: str, times: int) -> tuple[list[Page], list[str]]:
    """The pages this role may open, and the addresses that end in an error for it."""
    from django.contrib.auth.models import AnonymousUser
    from django.test import Client

    user: Any = _person(role) if role else AnonymousUser()
    pages, failed = [], []
    for name, route in routes():
        client = Client(raise_request_exception=False)
        if role:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for url in urls_for(name, route, user):
            status = client.get(url).status_code
            if status >= 500:
                failed.append(f"{status} {name} as {role or 'nobody'}: {url}")
            elif status == 200:
                pages.append(_timed(client, name, role, url, times))
    return pages, failed


def _person(role: str) -> Any:
    """The told sign-in. The landlord's register entry was given the told phone number."""
    from accounts.models import User

    return User.objects.get(name=role)


def _timed(client: Any, name: str, role: str, url: str, times: int) -> Page:
    body, response = _got(client, url)
    milliseconds = []
    for _ in range(times):
        start = time.perf_counter()
        _got(client, url)
        milliseconds.append((time.perf_counter() - start) * 1000)
    few, many = (_queries_with(client, url, rows) for rows in (1, 50))
    return Page(
        name=name,
        role=role,
        url=url,
        kind=response.headers.get("Content-Type", ""),
        size=len(body),
        p50=round(percentile(milliseconds, 0.5), 1),
        p95=round(percentile(milliseconds, 0.95), 1),
        queries=_queries(client, url),
        queries_1=few,
        queries_50=many,
    )


def _got(client: Any, url: str) -> tuple[bytes, Any]:
    response = client.get(url)
    return (b"".join(response.streaming_content) if response.streaming else response.content), response


def _queries(client: Any, url: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        _got(client, url)
    return len(captured)


def _queries_with(client: Any, url: str, rows: int) -> int:
    """Lists of the API are told by `limit`, pages by the size that `fucheng.web.listing` has as its default."""
    if url.startswith("/api/v1/"):
        wanted = f"{url}?limit={rows}"
        return _queries(client, wanted if client.get(wanted).status_code == 200 else url)
    with _rows_on_a_page(rows):
        return _queries(client, url)


@contextmanager
def _rows_on_a_page(rows: int) -> Iterator[None]:
    from fucheng.web import listing

    functions = [listing.numbered, listing.by_key]
    before = [dict(function.__kwdefaults__) for function in functions]
    try:
        for function in functions:
            function.__kwdefaults__["size"] = rows
        yield
    finally:
        for function, defaults in zip(functions, before, strict=True):
            function.__kwdefaults__.update(defaults)


def _table(pages: list[Page]) -> str:
    head = f"  {'slowest':<34}{'role':<10}{'p50 ms':>9}{'p95 ms':>9}{'queries':>9}{'1 row':>7}{'50 rows':>9}{'kB':>8}"
    lines = [
        f"  {p.name:<34}{p.role:<10}{p.p50:>9.1f}{p.p95:>9.1f}{p.queries:>9}{p.queries_1:>7}"
        f"{p.queries_50:>9}{p.size / 1024:>8.1f}{'' if p.is_judged else '  ' + p.kind}"
        for p in pages
    ]
    return "\n".join([head, *lines])
