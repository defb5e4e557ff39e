"""Every example of docs/rules.md is computed again, line by line, from the tables on that very page."""

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from grading import rules
from grading.facts import Effect, Item, OpenHazard, Verdict
from grading.services.rule_sets import DEFAULT_FILE
from tests.grading.test_rules import BOOK

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
ITEMS = {item["code"]: item for item in json.loads(DEFAULT_FILE.read_text(encoding="utf-8"))["items"]}
EFFECTS = {Effect.VETO: "R red", Effect.CAP: "Y yellow", Effect.POINTS: "points", Effect.BONUS: "bonus"}
GRADES = {"green 宽管", "yellow 严管", "red 禁止"}


@dataclass(frozen=True)
class Row:
    """One line of an example's table: an open hazard and what the page says it costs."""

    code: str
    fault: str
    place: str
    effect: str
    points: int


@dataclass(frozen=True)
class Example:
    title: str
    rows: tuple[Row, ...]
    sums: str  # 100 − H 5 = 95
    grade: str
    days: int

    def verdict(self) -> Verdict:
        facts = [
            OpenHazard(number, row.code, date(2026, 5, 12), row.place == "common parts")
            for number, row in enumerate(self.rows, 1)
        ]
        return rules.evaluate(facts, BOOK)


def read(section: str) -> Example:
    title, body = section.split("\n", 1)
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in body.splitlines() if line[:1] == "|"
    ]
    rows = (
        Row(code, fault, place, effect, int(points.replace("−", "-")))
        for code, fault, place, effect, points in cells[2:]
    )
    told = re.search(r"\*\*Sum:\*\* (.+)\. \*\*Grade:\*\* (.+)\. \*\*Next visit:\*\* (\d+) days\.", body)
    assert told, title
    return Example(title, tuple(rows), told[1], told[2], int(told[3]))


EXAMPLES = [read(section) for section in PAGE.split("\n### ")[1:]]
each = pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.title)


def test_there_are_at_least_twelve_and_all_grades_and_effects_appear() -> None:
    assert len(EXAMPLES) >= 12
    assert {example.grade for example in EXAMPLES} == GRADES
    assert {row.effect for example in EXAMPLES for row in example.rows} == {*EFFECTS.values(), "unknown"}


@each
def test_the_rules_give_the_grade_and_the_interval_of_the_page(example: Example) -> None:
    verdict = example.verdict()
    assert example.grade.split()[0] == verdict.grade
    assert example.days == rules.next_visit_in_days(verdict, BOOK)


@each
def test_the_sum_of_the_page_adds_up_and_is_the_score(example: Example) -> None:
    left, _equals, score = example.sums.rpartition(" = ")
    counted = {d: int(n) for d, n in re.findall(r"− ([A-Z]) (\d+)", left)}
    lost: dict[str, int] = {}
    for row in example.rows:
        if row.points:
            lost[row.code[0]] = lost.get(row.code[0], 0) - row.points
    assert counted == {d: min(n, BOOK.caps[d]) for d, n in lost.items()}
    assert int(score) == 100 - sum(counted.values()) == example.verdict().score
    for dimension, points in re.findall(r"([A-Z]) \d+ \(of (\d+)\)", left):
        assert lost[dimension] == int(points) > BOOK.caps[dimension]


@each
def test_each_line_names_its_item_as_the_rules_do(example: Example) -> None:
    seen: set[str] = set()
    for row in example.rows:
        item, raw = BOOK.items.get(row.code), ITEMS.get(row.code)
        if item is None or raw is None:
            assert (row.effect, row.points) == ("unknown", 0)
            continue
        assert (row.fault, row.effect) == (f"{raw['fault_zh']} {raw['fault_en']}", EFFECTS[item.effect])
        assert raw["scope"] in ("either", "building" if row.place == "common parts" else "unit")
        assert row.points == -cost(item, seen)
        seen.add(row.code)


def cost(item: Item, seen: set[str]) -> int:
    return item.points if item.effect is Effect.POINTS and item.code not in seen else 0


def test_the_numbers_of_the_text_are_those_of_the_rules() -> None:
    days = BOOK.interval_days
    caps = ", ".join(f"{dimension} {cap}" for dimension, cap in BOOK.caps.items())
    for words in (
        f"score below **{BOOK.green_from}**",
        f"at most its cap: {caps}.",
        f"green after {days['green']} days, yellow after {days['yellow']}, red after {days['red']}",
        f"after {BOOK.interval_days_capped} days at most",
        f"Version {BOOK.version} of the rules",
    ):
        assert words in PAGE
