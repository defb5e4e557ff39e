"""Performs rows of the tables in a prepared world, leaving nothing behind."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.signing import Signer
from django.db import models, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from fucheng.flows import open_data, public_report
from fucheng.flows.list_export import ListExport
from jobs import running
from jobs.models import Job
from tests import factories, world
from tests.access.notation import PRINCIPALS, Row
from tests.conftest import Cast


@dataclass(frozen=True)
class Stage:
    """The world, the people with open sessions, and things that only addresses need."""

    world: world.World
    sessions: dict[str, str]
    things: dict[str, Any]


def stage(cast: Cast) -> Stage:
    built = world.build(cast)
    people = {name: getattr(cast, name) for name in PRINCIPALS if hasattr(cast, name)}
    people["landlord2"] = factories.landlord_account("10087654321", "landlord2")
    people["gone"] = factories.person("gone", "grid_worker", cast.fumin)
    sessions = {name: _session_of(user) for name, user in people.items()}
    User.objects.filter(pk=people["gone"].pk).update(is_active=False)
    return Stage(built, sessions, _things(cast, built))


def _session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def client_of(principal: str, on: Stage, **more: Any) -> Client:
    """A browser with this person's open session and nothing else in it."""
    client = Client(**more)
    if principal in on.sessions:
        client.cookies[settings.SESSION_COOKIE_NAME] = on.sessions[principal]
    return client


def _things(cast: Cast, built: world.World) -> dict[str, Any]:
    """What a table may name beside the attributes of the world."""
    kept = default_storage.save("exports/a.xlsx", ContentFile(b"PK made by the tests"))
    export = Job.objects.create(
        kind=ListExport.kind, requested_by=cast.reviewer, requested_at=world.NOON, state="done",
        params={"list": "review-register", "wanted": {}, "total": 1, "scope": [cast.fumin.pk]},
        finished_at=timezone.now(), result={"file": kept, "rows": 1},
    )  # fmt: skip
    return {
        "latest": "latest",
        "common_photo": factories.common_photo(built.building, cast.grid),
        "buildings": _open_data(),
        "export": export,
        "kept": Signer(salt=f"photo of {cast.grid.pk}").sign(built.photo.sha256),
        "urgent_change": built.urgent.change,
        "answers": cast.office,
        "zero": 0,
        "one": 1,
        "nowhere": "v1/nothing/",
        "code": built.green.code,
        "case": built.report.case_number,
        "sticker_case": _sticker_case(built),
        "version": built.rule_set.version,
        "draft": built.draft.version,
        "item": "F02",
        "fire": "fire",
        "homes": "homes",
        "sticker_word": "sticker",
        "a6_word": "a6",
        "hops": "hops",
        "hung": "posted",
        "nobody": factories.person("someone", "leader"),
    }


def _sticker_case(built: world.World) -> str:
    """What somebody who looks for a home told about its door."""
    told = public_report.submit_from_search(
        building_id=built.building.pk,
        unit_id=built.green.pk,
        text="标贴不见了",
        photo=None,
        at=timezone.now(),
        kinds=["sticker_gone"],
    )
    return told.case_number


def _open_data() -> str:
    """The newest night's file of buildings is there."""
    job = open_data.ask(at=timezone.now())
    assert job is not None
    running.drain(job.pk, wait=True)
    return "buildings.csv"


def address(row: Row, on: Stage) -> str:
    kwargs = {}
    for name, thing in row.filled_with.items():
        value = on.things[thing] if thing in on.things else getattr(on.world, thing)
        kwargs[name] = value.pk if isinstance(value, models.Model) else value
    return reverse(row.route, kwargs=kwargs)


def data_of(row: Row, on: Stage) -> dict[str, Any]:
    """The body; values that are functions are asked with the world."""
    return {k: v(on) if callable(v) else v for k, v in row.data.items()}


def ask(row: Row, principal: str, on: Stage, *, verb: str = "") -> HttpResponse:
    """The answer; whatever was written for it is taken back."""
    cache.clear()
    client, path, verb = client_of(principal, on), address(row, on), verb or row.verb
    before = transaction.savepoint()
    try:
        if verb == "GET":
            response = client.get(path)
        elif row.route.startswith("api:") and row.route != "api:photos":
            response = client.generic(verb, path, _json(data_of(row, on)), content_type="application/json")
        else:
            response = getattr(client, verb.lower())(path, data_of(row, on))
        return _read(response)
    finally:
        transaction.savepoint_rollback(before)


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, default=str).encode()


def met(response: HttpResponse) -> str:
    """The answer in the words of the tables."""
    if response.status_code == 302 and response["Location"].startswith(f"{settings.LOGIN_URL}?next="):
        return "in"
    return "ok" if response.status_code < 400 else str(response.status_code)


def _read(response: Any) -> HttpResponse:
    """Reads a streamed answer to its end, as a browser does; the test client then closes its file."""
    response.body = b"".join(response.streaming_content) if response.streaming else response.content
    return response


def body_of(response: Any) -> bytes:
    """What was sent, and the headers that could carry words."""
    content = response.body if hasattr(response, "body") else _read(response).body
    return content + "\n".join(f"{k}: {v}" for k, v in response.items()).encode()


def routes(resolver: URLResolver | None = None, prefix: str = "") -> dict[str, str]:
    """Every named address of the site: `namespace:name` to its pattern."""
    found: dict[str, str] = {}
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            space = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            found |= routes(entry, space)
        elif isinstance(entry, URLPattern):
            found[f"{prefix}{entry.name or entry.pattern}"] = str(entry.pattern)
    return found


def new_number(_: Stage) -> str:
    return str(uuid.uuid4())


def today(_: Stage) -> str:
    return timezone.localdate().isoformat()
