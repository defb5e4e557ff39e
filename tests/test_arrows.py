"""Relations between tables point down the house, as imports do (docs/architecture.md)."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOMS = (
    "letters",
    "signage",
    "grading",
    "rentals",
    "communities",
    "jobs",
    "accounts",
    "core",
)  # from top to bottom
OURS = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in ROOMS]


def relations(model: type[models.Model]) -> list[tuple[str, str]]:
    """Field and room of every relation that this model's own table declares."""
    return [
        (field.name, field.related_model._meta.app_label)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and isinstance(field.related_model, type)
    ]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_relation_points_up(model: type[models.Model]) -> None:
    floor = ROOMS.index(model._meta.app_label)
    up = [(name, room) for name, room in relations(model) if room in ROOMS[:floor]]
    assert not up


def test_relations_are_found_at_all() -> None:
    found = {name for model in OURS for name, _room in relations(model)}
    assert {"unit", "building", "landlord", "job", "by", "successors"} <= found


def test_the_rooms_are_those_of_the_architecture_page() -> None:
    page = (Path(__file__).parents[1] / "docs/architecture.md").read_text(encoding="utf-8")
    house = page.split("## A write")[0]
    drawn = [word for word in re.findall(r"^ +([a-z]+) {2,}", house, re.MULTILINE) if word in ROOMS]
    assert tuple(drawn) == ROOMS


def test_every_room_with_tables_is_named() -> None:
    known = {"admin", "auth", "axes", "contenttypes", "knox", "sessions", *ROOMS}
    assert {model._meta.app_label for model in apps.get_models()} <= known
