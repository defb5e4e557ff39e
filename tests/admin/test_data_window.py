"""The admin is a window, not a door: superusers only, states read-only, personal data masked, flat queries."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.admin_base import LookUp, MasterData
from accounts.models import AuditEvent, User
from communities.models import Community, Estate, Grid, ResidentsCommittee, Street
from tests import factories, world
from tests.conftest import Cast
from tests.test_arrows import OURS
from tests.world import World

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
MASTER = {Street, Community, ResidentsCommittee, Grid, Estate}
CATALOGUE = settings.BASE_DIR / "locale/zh_Hans/LC_MESSAGES/django.po"
INLINE = re.compile(
    r"<script(?![^>]*(?:src=|type=\"application/json\"|type=\"text/html\"))|<style|\sstyle=|\son\w+=|javascript:"
)


@pytest.fixture
def root(client, cast: Cast):
    client.force_login(User.objects.create_superuser("root", factories.PASSWORD))
    return client


def url(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_only_our_rooms_are_in_the_window_and_only_places_can_be_edited() -> None:
    assert set(MODELS) <= set(OURS)
    assert {model for model, shown in admin.site._registry.items() if isinstance(shown, MasterData)} == MASTER
    assert all(isinstance(shown, MasterData | LookUp) for shown in admin.site._registry.values())


@pytest.mark.parametrize("name", ["grid", "reviewer", "panel", "office", "leader", "auditor", "landlord"])
def test_no_role_opens_the_window(client, cast: Cast, name: str) -> None:
    client.force_login(getattr(cast, name))
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get(url(User, "changelist"), follow=True).status_code == 403


def test_staff_flag_alone_opens_nothing(client, cast: Cast) -> None:
    User.objects.filter(pk=cast.office.pk).update(is_staff=True)
    client.force_login(cast.office)
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_stranger_is_sent_to_the_one_door(client, db: None) -> None:
    response = client.get(url(User, "changelist"), follow=True)
    assert response.redirect_chain[-1][0].startswith("/sign-in/?next=")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_each_list_and_row_opens_masked_and_without_anything_inline(root, cast: Cast, model: type) -> None:
    world.build(cast)
    factories.estate(cast.fumin)
    row = model._base_manager.first()
    pages = [root.get(url(model, "changelist"))] + ([root.get(url(model, "change", row.pk))] if row else [])
    for page in pages:
        html = page.content.decode()
        assert page.status_code == 200
        assert not INLINE.search(html), INLINE.search(html)
        assert "王小明" not in html
        assert "10012345678" not in html
        assert "argon2" not in html


@pytest.mark.parametrize("model", [m for m in MODELS if m not in MASTER], ids=lambda model: model._meta.label)
def test_what_has_a_state_cannot_be_added_changed_or_deleted(root, cast: Cast, model: type) -> None:
    world.build(cast)
    row = model._base_manager.first()
    assert root.get(url(model, "add")).status_code == 403
    if row:
        before = model._base_manager.filter(pk=row.pk).values().get()
        assert root.post(url(model, "change", row.pk), {"state": "approved"}).status_code == 403
        assert root.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert model._base_manager.filter(pk=row.pk).values().get() == before


def test_master_data_is_changed_with_an_audit_row_and_never_deleted(root, cast: Cast) -> None:
    estate = factories.estate(cast.fumin)
    sent = {"community": cast.fumin.pk, "name": "福景花园二期", "is_gated": "on"}
    assert root.post(url(Estate, "change", estate.pk), sent).status_code == 302
    assert root.post(url(Estate, "delete", estate.pk), {"post": "yes"}).status_code == 403
    estate.refresh_from_db()
    assert estate.name == "福景花园二期"
    event = AuditEvent.objects.get(verb="master-data-changed")
    assert (event.actor.name, event.subject, event.data) == ("root", "estate", {"fields": ["name"]})


def count(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_lists_cost_the_same_for_one_row_and_many(root, cast: Cast, model: type) -> None:
    first: World = world.build(cast)
    address = url(model, "changelist")
    one = count(root, address)
    more(cast, first)
    assert count(root, address) <= one


def more(cast: Cast, first: World) -> None:
    """Several more rows of nearly everything, each with relations of its own."""
    for n in range(5):
        place = factories.community(f"新村{n}", f"44030601500{n}")
        building = factories.building(place, estate=factories.estate(place, f"花园{n}"))
        factories.units(building, 3, owner=factories.landlord(f"业主{n}", f"1000000000{n}"))
        factories.person(f"more-{n}", "reviewer", place)


# Ours and Django's differ by a synonym only; anything else would put our words on its pages, or the reverse.
SYNONYMS = {"Action", "Clear", "English", "Filter", "Search", "Today"}


def test_our_catalogue_does_not_give_djangos_own_words_another_meaning() -> None:
    ours = {e.msgid: e.msgstr for e in polib.pofile(str(CATALOGUE)) if not e.msgctxt}
    django = Path(admin.__file__).parents[2]
    theirs = [django / "conf", *(django / "contrib" / app for app in ("admin", "auth", "contenttypes"))]
    other = {
        e.msgid: (ours[e.msgid], e.msgstr)
        for folder in theirs
        for e in polib.pofile(str(folder / "locale/zh_Hans/LC_MESSAGES/django.po"))
        if not e.msgctxt and e.msgstr and ours.get(e.msgid, e.msgstr) != e.msgstr
    }
    assert set(other) <= SYNONYMS, other
