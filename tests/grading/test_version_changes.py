"""The examples of "When the rules change" in docs/rules.md: both sums are computed from the tables of the page."""

import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from grading import rules
from grading.facts import Effect, Grade, HazardFact, Item, RuleBook
from tests.grading.test_rules import BOOK

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## When the rules change")[1].split("\n## ")[0]
TOLD = re.compile(r"\*\*1\.(\d):\*\* (\d+), (\w+) \S+, (\d+) days\.")
DAY = date(2026, 5, 12)


@dataclass(frozen=True)
class Example:
    title: str
    what: str
    old: str
    new: str
    open: list[str]
    told: dict[str, tuple[int, str, int]]


def read(section: str) -> Example:
    title, body = section.split("\n", 1)
    what, old, new = [cell.strip() for cell in body.split("|---|---|---|\n|")[1].split("|")[:3]]
    codes = re.search(r"Open: ([^.]+)\.", body)
    assert codes, title
    told = {version: (int(score), grade, int(days)) for version, score, grade, days in TOLD.findall(body)}
    return Example(title, what, old, new, re.findall(r"[A-Z]\d\d", codes[1]), told)


EXAMPLES = [read(section) for section in SECTION.split("\n#### ")[1:]]


def said(book: RuleBook, what: str) -> str:
    """A part of a version in the words of the page."""
    name, _space, part = what.rpartition(" ")
    if name == "green":
        return str(book.green_from)
    if name:
        return str(book.caps[part] if name == "most of" else book.interval_days[Grade(part)])
    item = book.items.get(what)
    words = {Effect.VETO: "R red", Effect.CAP: "Y yellow"}
    return "taken out" if item is None else words.get(item.effect, f"−{item.points}")


def changed(book: RuleBook, what: str, to: str) -> RuleBook:
    name, _space, part = what.rpartition(" ")
    if name == "green":
        return replace(book, green_from=int(to))
    if name == "most of":
        return replace(book, caps=book.caps | {part: int(to)})
    if name == "days of":
        return replace(book, interval_days=book.interval_days | {Grade(part): int(to)})
    if to == "taken out":
        return replace(book, items={code: item for code, item in book.items.items() if code != what})
    effect = {"R": Effect.VETO, "Y": Effect.CAP}.get(to[0], Effect.POINTS)
    points = int(to[1:]) if effect is Effect.POINTS else 0
    return replace(book, items=book.items | {what: Item(what, effect, points)})


def test_there_is_one_for_each_kind_of_change() -> None:
    assert len({example.what for example in EXAMPLES}) == len(EXAMPLES) >= 6


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_both_versions_give_what_the_page_says(example: Example) -> None:
    draft = changed(BOOK, example.what, example.new)
    assert (said(BOOK, example.what), said(draft, example.what)) == (example.old, example.new)
    facts = [HazardFact(number, code, DAY, False) for number, code in enumerate(example.open, 1)]
    for version, book in (("0", BOOK), ("1", draft)):
        verdict = rules.evaluate(facts, book, DAY)
        assert example.told[version] == (
            verdict.score,
            verdict.grade.value,
            rules.next_visit_in_days(verdict, book),
        )
