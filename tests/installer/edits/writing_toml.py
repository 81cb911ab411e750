"""Any tables, written as TOML in any of its forms."""

from __future__ import annotations

import json
import random

from hypothesis import strategies as st

NAMES = st.text("abcé. \"'-#[]=", min_size=1, max_size=6)
SCALARS = (
    st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.dates()
    | st.datetimes().map(lambda moment: moment.replace(fold=0))
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=6)
PAIRS = st.dictionaries(NAMES, VALUES, max_size=3)
ENTRIES = st.dictionaries(NAMES, VALUES | PAIRS, max_size=4)


class TomlWriter:
    """Writes pairs and tables with seeded white space, comments and kinds of quotes; each line ends its own way."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.newlines = self.random.choice([["\n"], ["\r\n"], ["\n", "\r\n"]])

    def end(self) -> str:
        comment = self.random.choice(["", "", "  # a = [", " # [mcp_servers.mnemon]", "# '''"])
        return comment + self.random.choice(self.newlines)

    def gap(self) -> str:
        """Empty lines and comments."""
        return "".join(self.random.choice(["", "\t"]) + self.end() for _ in range(self.random.choice([0, 0, 1, 2])))

    def pairs(self, pairs: dict[str, object], prefix: str = "") -> str:
        return "".join(
            f"{self.gap()}{self.blank()}{prefix}{self.key(name)}{self.blank()}={self.blank()}{self.value(value)}{self.end()}"
            for name, value in pairs.items()
        )

    def header(self, *path: str) -> str:
        dot = self.random.choice([".", " . ", "."])
        return f"{self.gap()}{self.blank()}[{self.blank()}{dot.join(map(self.key, path))}{self.blank()}]{self.end()}"

    def blank(self) -> str:
        return self.random.choice(["", " ", " ", "\t"])

    def key(self, name: str) -> str:
        if name.isascii() and name.replace("-", "").replace("_", "").isalnum() and self.random.random() < 0.7:
            return name
        return f"'{name}'" if "'" not in name and self.random.random() < 0.5 else json.dumps(name, ensure_ascii=False)

    def value(self, value: object) -> str:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            inner = ",".join(self.space() + self.value(item) + self.space() for item in value)
            return f"[{inner}{',' if value and self.random.random() < 0.3 else ''}{self.space()}]"
        if isinstance(value, dict):
            inner = ",".join(
                f"{self.blank()}{self.key(name)} = {self.value(item)}{self.blank()}" for name, item in value.items()
            )
            return f"{{{inner}}}"
        if isinstance(value, bool):
            return "true" if value else "false"
        return value.isoformat() if hasattr(value, "isoformat") else repr(value)

    def space(self) -> str:
        """Between the items of a list, where lines may end."""
        return self.random.choice(
            ["", " ", self.random.choice(self.newlines), f" # ] {self.random.choice(self.newlines)}"]
        )

    def text(self, text: str) -> str:
        quoted = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
        plain = text.isprintable()
        kind = self.random.randrange(4)
        if kind == 0 and plain and "'" not in text:
            return f"'{text}'"
        if kind == 1 and plain and "'" not in text:
            return f"'''{text}'''"
        if kind == 2:
            return f'"""{quoted[1:-1]}"""'
        return quoted
