"""From raw rows to good rows ready for COPY, with everything that is wrong said at once.

Works on whole columns of a chunk: a column that one pattern recognises as canonical is taken as it is;
only cells of other columns are parsed one by one (each different value once). 170,699 rows take a few
seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from rentals.registry import normalise
from rentals.registry.buildings import BuildingBook
from rentals.registry.columns import BY_FIELD, FIELDS
from rentals.registry.coordinates import Points
from rentals.registry.fast_columns import FastColumn
from rentals.registry.normalise import Fault
from rentals.registry.problems import Problem
from rentals.registry.read_child import TYPED
from rentals.registry.reader import RawRow, Sheet

GoodRow = tuple[str, ...]
"""Texts in the order of `GOOD_FIELDS`; empty means unknown. Longitude and latitude are WGS-84 degrees."""
GOOD_FIELDS: tuple[str, ...] = ("row", *(name for name in FIELDS if name != "datum"))

VALUE_SHOWN = 80


class RegistryCheck:
    """Checks one sheet. Feed it all chunks through `good_rows`, then read the results.

    `problems`: everything found, in file order when sorted; `refused`: numbers of the rows that are not
    taken; `retracted`: codes of rows that were yielded and must be dropped again, because a later row
    contradicts them; `refused_codes`: their house codes as far as they are readable (such homes are not
    missing from the file); `present`: the fields that have a column in this file (absent ones are to be
    left as they are).
    """

    def __init__(self, sheet: Sheet, *, communities: frozenset[str] | None = None) -> None:
        self.sheet = sheet
        self.present = frozenset(sheet.columns)
        self.problems: list[Problem] = list(sheet.remarks)
        self.refused: set[int] = set()
        self.retracted: set[str] = set()
        self.refused_codes: set[str] = set()
        self.rows = 0
        rules = dict(normalise.RULES)
        if communities is not None:
            rules["community"] = normalise.Rule(partial(normalise.community, known=communities))
        self._columns = {name: FastColumn(rules[name]) for name in FIELDS}
        self._seen: dict[str, tuple[str, int]] = {}
        self._points = Points()
        self._buildings = BuildingBook()

    def good_rows(self, chunks: Iterable[list[RawRow]]) -> Iterator[list[GoodRow]]:
        """Yield the good rows of each chunk. `problems` and `retracted` are complete when this is
        exhausted.
        """
        for chunk in chunks:
            self.rows += len(chunk)
            yield self._chunk(chunk)
        self.problems.sort(key=lambda problem: problem.row)

    def _chunk(self, chunk: list[RawRow]) -> list[GoodRow]:
        cells = list(zip(*chunk, strict=True))
        numbers = cells[0]
        bad: set[int] = set()
        values: dict[str, list[str]] = {}
        for name in FIELDS:
            if name in self.sheet.columns:
                raw = cells[self.sheet.columns[name] + 1]
                values[name], faults = self._columns[name].read(raw)
                for position, fault in faults:
                    self._note(numbers[position], name, raw[position], fault, bad, position)
                if BY_FIELD[name].required and "" in values[name]:
                    self._missing(name, values[name], raw, numbers, bad)
            else:
                values[name] = [""] * len(chunk)
        self._buildings_of_codes(values, numbers, bad)
        for position, name, fault in self._points.convert(values):
            self._note(numbers[position], name, values[name][position], fault, bad, position)
        self._names(values, numbers, bad)
        for position, name, fault in self._buildings.settle(values, numbers, bad):
            self._note(numbers[position], name, values[name][position], fault, bad, position)
        values["address"] = list(map(normalise.with_room, values["address"], values["room"]))
        rows = list(zip(numbers, *(values[name] for name in GOOD_FIELDS[1:]), strict=True))
        if bad:
            self.refused.update(int(numbers[position]) for position in bad)
            self.refused_codes.update(filter(None, (values["code"][position] for position in bad)))
            rows = [row for position, row in enumerate(rows) if position not in bad]
        return self._without_duplicates(rows)

    def _note(self, number: str, name: str, value: str, fault: Fault, bad: set[int], position: int) -> None:
        self.problems.append(_problem(number, name, value, fault))
        if fault.value is None:
            bad.add(position)

    def _missing(
        self, name: str, parsed: list[str], raw: tuple[str, ...], numbers: tuple[str, ...], bad: set[int]
    ) -> None:
        for position, value in enumerate(parsed):
            if value == "" and (position not in bad or normalise.plain(raw[position]) == ""):
                self._note(numbers[position], name, "", Fault("required"), bad, position)

    def _buildings_of_codes(
        self, values: dict[str, list[str]], numbers: tuple[str, ...], bad: set[int]
    ) -> None:
        """Fill in absent building codes; remark those that differ (the code means nothing, so that is
        allowed).
        """
        codes, buildings = values["code"], values["building_code"]
        starts = [code[:19] for code in codes]
        if buildings == starts:
            return
        for position, (given, start) in enumerate(zip(buildings, starts, strict=True)):
            if given and start and given != start:
                self._note(
                    numbers[position],
                    "building_code",
                    given,
                    Fault("code_prefix", value=given),
                    bad,
                    position,
                )
        values["building_code"] = [given or start for given, start in zip(buildings, starts, strict=True)]

    def _names(self, values: dict[str, list[str]], numbers: tuple[str, ...], bad: set[int]) -> None:
        """A person without a name cannot be kept."""
        for who, others in (
            ("owner_name", ("owner_id_number", "owner_phone")),
            ("manager_name", ("manager_phone",)),
        ):
            if "" not in values[who]:
                continue
            for position, name in enumerate(values[who]):
                if not name and any(values[other][position] for other in others):
                    self._note(numbers[position], who, "", Fault("name_missing"), bad, position)

    def _without_duplicates(self, rows: list[GoodRow]) -> list[GoodRow]:
        codes = [row[1] for row in rows]
        marks = [(row[0], hash(row[1:])) for row in rows]
        if len(set(codes)) == len(codes) and self._seen.keys().isdisjoint(codes):
            self._seen.update(zip(codes, marks, strict=True))
            return rows
        kept = []
        for row, code, mark in zip(rows, codes, marks, strict=True):
            first = self._seen.setdefault(code, mark)
            if first is mark:
                kept.append(row)
            elif first[1] == mark[1] and code not in self.retracted:
                self.problems.append(_problem(row[0], "code", code, Fault("repeated_row", {"row": first[0]})))
            else:
                fault = Fault("duplicate_code", {"row": first[0]})
                self.problems.append(_problem(row[0], "code", code, fault))
                self.refused.add(int(row[0]))
                if code not in self.retracted:
                    self.retracted.add(code)
                    self.refused_codes.add(code)
                    self.refused.add(int(first[0]))
                    fault = Fault("duplicate_code", {"row": row[0]})
                    self.problems.append(_problem(first[0], "code", code, fault))
        return [row for row in kept if row[1] not in self.retracted] if self.retracted else kept


def _problem(number: str, name: str, value: str, fault: Fault) -> Problem:
    return Problem(int(number), name, value.removeprefix(TYPED)[:VALUE_SHOWN], fault.code, dict(fault.params))
