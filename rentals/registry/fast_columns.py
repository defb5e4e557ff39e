"""Reading one column of a chunk at once: by one pattern if all of it is canonical, else each value once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rentals.registry.normalise import DIRTY_TEXT, Fault, Parsed, Rule
from rentals.registry.read_child import RECORD

MEMO_SIZE = 200_000


class _Memo(dict[str, Parsed]):
    """Parses a value the first time it is asked for."""

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self.rule = rule
        self.has_faults = False

    def __missing__(self, value: str) -> Parsed:
        parsed = self[value] = self.rule.parse(value)
        self.has_faults = self.has_faults or isinstance(parsed, Fault)
        return parsed


class FastColumn:
    """One column over all chunks of a file."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._memo = _Memo(rule)
        self._clean = re.compile(f"(?:{RECORD}{rule.clean})*{RECORD}") if rule.clean else None

    def is_clean(self, raw: Sequence[str]) -> bool:
        """True when every value is known to parse to itself."""
        joined = f"{RECORD}{RECORD.join(raw)}{RECORD}"
        if self._clean is not None:
            return self._clean.fullmatch(joined) is not None
        if not self.rule.most:
            return False
        return (
            max(map(len, raw)) <= self.rule.most
            and DIRTY_TEXT.search(joined) is None
            and unicodedata.is_normalized("NFC", joined)
        )

    def read(self, raw: Sequence[str]) -> tuple[list[str], list[tuple[int, Fault]]]:
        """Return the canonical texts (empty where refused) and the faults with their positions."""
        if self.is_clean(raw):
            return list(raw), []
        memo = self._memo
        if len(memo) > MEMO_SIZE:
            memo.clear()
            memo.has_faults = False
        parsed = [memo[value] for value in raw]
        if not memo.has_faults:
            return parsed, []  # type: ignore[return-value]  # no Fault among them, by the flag
        faults = [(position, value) for position, value in enumerate(parsed) if isinstance(value, Fault)]
        return [(value.value or "") if isinstance(value, Fault) else value for value in parsed], faults
