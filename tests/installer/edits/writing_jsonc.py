"""Any data, written as JSONC in any layout."""

from __future__ import annotations

import json
import random

from hypothesis import strategies as st

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
NAMES = st.text(max_size=6) | st.sampled_from(["mcpServers", "mnemon", "a//b", 'quo"te', "/*x*/"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=12
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=4)


class Writer:
    """Writes data as JSONC with seeded white space, comments and trailing commas."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.newline = self.random.choice(["\n", "\r\n", "\r"])
        self.comments = self.random.random() < 0.5
        self.trailing = self.random.random() < 0.3
        self.spacious = self.random.random() < 0.7

    def write(self, data: object) -> str:
        bom = "\ufeff" if self.random.random() < 0.2 else ""
        return bom + self.gap() + self.value(data) + self.gap()

    def gap(self) -> str:
        blanks = ["", " ", "\t", self.newline, self.newline + "    "] if self.spacious else [""]
        parts = [self.random.choice(blanks)]
        if self.comments and self.random.random() < 0.2:
            parts.append(self.random.choice([f'// "a": {{,}} // {self.newline}', "/* } , */", f"/**{self.newline}*/"]))
            parts.append(self.random.choice(blanks))
        return "".join(parts)

    def value(self, data: object) -> str:
        if isinstance(data, dict):
            return self.bracket(
                "{}", [f"{self.value(k)}{self.gap()}:{self.gap()}{self.value(v)}" for k, v in data.items()]
            )
        if isinstance(data, list):
            return self.bracket("[]", [self.value(item) for item in data])
        return json.dumps(data, ensure_ascii=self.random.random() < 0.5)

    def bracket(self, pair: str, parts: list[str]) -> str:
        body = ",".join(f"{self.gap()}{part}{self.gap()}" for part in parts)
        if parts and self.trailing and self.random.random() < 0.5:
            body += "," + self.gap()
        return pair[0] + (body or self.gap()) + pair[1]
