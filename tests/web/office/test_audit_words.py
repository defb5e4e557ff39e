"""The audit trail speaks words: everything that the database watches has a name, and so have its states."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from fucheng.web.office.queries import audit

ROOT = Path(__file__).resolve().parents[3]
WATCHED = re.compile(r"'changed', '(\w+)'")


def watched() -> list[tuple[str, Any, str]]:
    return [
        (found.group(1), model, trigger.func)
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", [])
        if (found := WATCHED.search(str(trigger.func)))
    ]


def test_every_watched_table_has_its_words() -> None:
    rows = watched()

    assert len(rows) > 20
    for subject, model, func in rows:
        assert subject in audit.SUBJECTS
        for column in re.findall(r"'(\w+)', n\.\1", func):
            assert column in audit.FIELDS, (subject, column)
        if "'state', n.state" in func:
            states = {value for value, _name in model._meta.get_field("state").flatchoices}
            assert states <= {str(value) for value in audit.STATES[subject]}, subject


def recorded() -> list[str]:
    """The first word of every `audit.record("…")` in the code."""
    trees = [
        ast.parse(path.read_text())
        for room in ("accounts", "communities", "rentals", "grading", "signage", "letters", "jobs", "fucheng")
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts
    ]
    calls = [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record"
    ]
    return [
        part.value
        for call in calls
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


@pytest.mark.parametrize("verb", sorted(set(recorded())))
def test_every_recorded_verb_has_its_word(verb: str) -> None:
    assert verb in audit.VERBS
