"""Every example of docs/rules.md is computed again, line by line, from the tables on that very page."""

import json
import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from grading import rules
from grading.facts import Effect, HazardFact, Item, Line, MeritFact, RuleBook, Verdict
from grading.services.rule_sets import DEFAULT_FILE
from tests.grading.test_rules import BOOK

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
ITEMS = {item["code"]: item for item in json.loads(DEFAULT_FILE.read_text(encoding="utf-8"))["items"]}
EFFECTS = {Effect.VETO: "R red", Effect.CAP: "Y yellow", Effect.POINTS: "points"}
GRADES = {"green 宽管", "yellow 严管", "red 禁止"}


@dataclass(frozen=True)
class Row:
    """One line of an example's table: what counts, and what the page says it costs."""

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
    book: RuleBook = BOOK
    on: date = date(2026, 5, 12)
    facts: dict[str, dict[str, object]] = field(default_factory=dict)  # code to what is told of its days

    def verdict(self) -> Verdict:
        hazards = [r for r in self.rows if not r.effect.startswith("bonus")]
        merits = [MeritFact(r.code, self.on, r.place != "home") for r in self.rows if r not in hazards]
        gone = [Row(code, "", "home", "", 0) for code in self.facts if code not in {r.code for r in hazards}]
        facts = [
            HazardFact(number, row.code, in_common_parts=row.place != "home", **self.facts_of(row.code))
            for number, row in enumerate([*hazards, *gone], 1)
        ]
        return rules.evaluate(facts, self.book, self.on, merits)

    def facts_of(self, code: str) -> dict[str, object]:
        return {"since": self.on} | self.facts.get(code, {})


KEYS = {
    "found": "since",
    "mended": "closed_on",
    "due": "due_on",
    "happened": "happened_on",
    "seen": "seen_on",
}


def facts_of(body: str) -> dict[str, dict[str, object]]:
    """- `H05` found 2026-01-05, mended 2026-02-11"""
    told: dict[str, dict[str, object]] = {}
    for code, words in re.findall(r"^- `(\w+)` (.+)$", body, re.M):
        days = re.findall(r"([a-z ]+) (\d{4}-\d\d-\d\d)", words)
        told[code] = {KEYS[key.strip()]: date.fromisoformat(day) for key, day in days if "back" not in key}
        told[code]["relapsed_on"] = tuple(date.fromisoformat(day) for key, day in days if "back" in key)
    return told


def book_of(body: str) -> RuleBook:
    """Version 1.0, or what the page says of another."""
    book = BOOK
    for code, days in re.findall(r"(\w+) counts on for (\d+) days", body):
        book = replace(book, items=book.items | {code: replace(book.items[code], decay_days=int(days))})
    green = re.search(r"\*\*Version:\*\* green from (\d+)", body)
    return replace(book, green_from=int(green[1])) if green else book


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
    day = re.search(r"\*\*Day:\*\* (\S+)\.", body)
    on = date.fromisoformat(day[1]) if day else Example.on
    version = next((line for line in body.splitlines() if line.startswith("**Version:**")), "")
    told_facts = facts_of(body)
    return Example(title, tuple(rows), told[1], told[2], int(told[3]), book_of(version), on, told_facts)


EXAMPLES = [read(section) for section in PAGE.split("\n### ")[1:]]
each = pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.title)


def test_there_are_at_least_twenty_and_all_grades_and_effects_appear() -> None:
    assert len(EXAMPLES) >= 20
    assert {example.grade for example in EXAMPLES} == GRADES
    effects = {row.effect.split(" +")[0] for example in EXAMPLES for row in example.rows}
    assert effects == {*EFFECTS.values(), "bonus", "R relapse", "R refusal", "unknown"}


@each
def test_the_rules_give_the_grade_and_the_interval_of_the_page(example: Example) -> None:
    verdict = example.verdict()
    assert example.grade.split()[0] == verdict.grade
    assert example.days == rules.next_visit_in_days(verdict, example.book)


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
        assert row.fault == f"{raw['fault_zh']} {raw['fault_en']}"
        assert raw["scope"] in ("either", "building" if row.place == "common parts" else "unit")
        assert row.points == -cost(item, seen)
        seen.add(row.code)


@each
def test_the_table_holds_every_line_of_the_sum_and_what_it_does(example: Example) -> None:
    told = sorted((row.code, row.effect) for row in example.rows if row.effect != "unknown")
    assert told == sorted((line.item_code, does(line)) for line in example.verdict().lines)


def does(line: Line) -> str:
    if line.effect is Effect.BONUS:
        return f"bonus +{line.points}"
    return f"R {line.because}" if line.because else EFFECTS[line.effect]


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
        f"came back **{BOOK.relapse_red_count}** times within **{BOOK.relapse_window_months}** months",
        f"until **{BOOK.watch_days_incident}** days after it happened",
    ):
        assert words in PAGE
