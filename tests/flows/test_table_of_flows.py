"""docs/architecture.md tells every flow, and no flow that is gone."""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import fucheng.flows

ROOT = Path(__file__).parents[2]
NOT_IN_THE_TABLE = {"aftermath", "apps", "tasks"}


def told() -> list[tuple[str, str]]:
    """(module, function) of each row: `visit.submit`, or `proof.send`, `accept`, `refuse`."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("## Flows")[2].partition("## Jobs")[0]
    rows = [re.findall(r"`([\w.]+)`", line.split("|")[1]) for line in table.splitlines() if line[:3] == "| `"]
    return [(row[0].split(".")[0], name.split(".")[-1]) for row in rows for name in row]


def test_every_flow_has_its_row() -> None:
    modules = {module.name for module in iter_modules(fucheng.flows.__path__)} - NOT_IN_THE_TABLE
    assert {module for module, _function in told()} == modules


def test_every_function_of_the_table_is_there() -> None:
    for module, function in told():
        assert callable(getattr(import_module(f"fucheng.flows.{module}"), function)), f"{module}.{function}"
