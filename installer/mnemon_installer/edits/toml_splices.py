"""Where to cut and what to put in, so that a TOML text gains, changes or loses one table and keeps the rest."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from mnemon_installer.edits.jsonc_splices import Splice, spliced
from mnemon_installer.edits.lines import break_length, newline_near, with_block_at_end, without_block_at
from mnemon_installer.edits.paths import NOTHING, is_same
from mnemon_installer.edits.toml_parts import InlinePair, Names, Part, inline_pairs, parts_of, value_end
from mnemon_installer.edits.toml_values import render_pair, render_table, render_value

_Table = Mapping[str, Any]  # Any: TOML values


class TomlSplicer:
    """Edits of one text that is known to be TOML and to mean `data`."""

    def __init__(self, text: str, data: _Table) -> None:
        self.text = text
        self.data = data
        self.parts = parts_of(text)

    def with_table(self, path: Names, value: _Table) -> str | None:
        """The text with `value` at `path`, changed in place or added; None where the place allows neither."""
        holder = self._holder(path)
        if holder is not None:
            splice = self._set_within(holder, path, value)
            return None if splice is None else spliced(self.text, [splice])
        ours = self._ours(path)
        if not ours:
            return with_block_at_end(self.text, render_table(path, value))
        for part in ours:
            if part.kind == "table" and not isinstance(_look_up(value, part.path[len(path) :]), Mapping):
                return TomlSplicer(self.without(part.path), self.data).with_table(path, value)
        splices = self._changes(path, value)
        return None if splices is None else spliced(self.text, splices)

    def without(self, path: Names) -> str:
        """The text without what is at `path`, and without the empty line that `with_table` put before it."""
        holder = self._holder(path)
        if holder is not None and holder.path != path:
            splice = self._removal_within(holder, path)
            return self.text if splice is None else spliced(self.text, [splice])
        text = self.text
        ours = set(self._ours(path))
        for is_ours, run in reversed([(key, list(run)) for key, run in groupby(self.parts, lambda part: part in ours)]):
            if not is_ours:
                continue
            start, end = run[0].start, run[-1].end
            if run[0].kind == "pair":
                text = text[:start] + text[end + break_length(text, end) :]
            else:
                text = without_block_at(text, start, end)
        return text

    def line_of(self, path: Names) -> int:
        """Where something first stands at `path`, as a position."""
        return next((part.start for part in self.parts if part.path[: len(path)] == path), 0)

    def _ours(self, path: Names) -> list[Part]:
        return [part for part in self.parts if part.path[: len(path)] == path]

    def _holder(self, path: Names) -> Part | None:
        """The pair whose value is, or contains, what is or would be at `path`."""
        for part in self.parts:
            if part.kind == "pair" and not part.is_listed and part.path == path[: len(part.path)]:
                return part
        return None

    def _changes(self, path: Names, value: _Table) -> list[Splice] | None:
        """Splices into our headers and pairs, wherever they stand."""
        splices: list[Splice] = []
        said: set[Names] = set()
        heads: dict[Names, int] = {}
        ours = self._ours(path)
        if any(part.is_listed for part in ours):
            return None
        for part in ours:
            names = part.path[len(path) :]
            new = _look_up(value, names)
            if part.kind == "table":
                heads[names] = part.end
                continue
            if new is NOTHING:
                splices.append((part.start, part.end + break_length(self.text, part.end), ""))
                continue
            said.add(names)
            if part.owner[: len(path)] == path:
                heads[part.owner[len(path) :]] = part.end
            if not is_same(new, _look_up(self.data, part.path)):
                splices.append((*part.value, render_value(new)))
        return self._with_additions(splices, value, (), said, heads)

    def _with_additions(
        self, splices: list[Splice], value: _Table, names: Names, said: set[Names], heads: dict[Names, int]
    ) -> list[Splice] | None:
        """With a line for each pair of `value` that is said nowhere, below the last one of its table."""
        lines = []
        for name, inner in value.items():
            here = (*names, name)
            if here in said:
                continue
            if here in heads and isinstance(inner, Mapping):
                if self._with_additions(splices, inner, here, said, heads) is None:
                    return None
            elif any(other[: len(here)] == here for other in said):
                return None  # said in dotted keys
            else:
                lines.append(render_pair(name, inner))
        if lines and names not in heads:
            return None
        if lines:
            end = heads[names]
            newline = newline_near(self.text, end)
            splices.append((end, end, "".join(newline + line for line in lines)))
        return splices

    def _set_within(self, holder: Part, path: Names, value: _Table) -> Splice | None:
        """`value` in the inline table that `holder` has."""
        (start, end), rest = holder.value, path[len(holder.path) :]
        while rest:
            if not self.text.startswith("{", start):
                return None
            pairs = inline_pairs(self.text, start)
            inside = next((pair for pair in pairs if pair.path == rest[: len(pair.path)]), None)
            if inside is None:
                for name in reversed(rest[1:]):
                    value = {name: value}
                return self._insertion(start, pairs, render_pair(rest[0], value))
            (start, end), rest = inside.value, rest[len(inside.path) :]
        return start, end, render_value(value)

    def _insertion(self, brace: int, pairs: list[InlinePair], pair: str) -> Splice:
        if pairs:
            return pairs[-1].value[1], pairs[-1].value[1], f", {pair}"
        return brace + 1, value_end(self.text, brace) - 1, pair

    def _removal_within(self, holder: Part, path: Names) -> Splice | None:
        start, rest = holder.value[0], path[len(holder.path) :]
        while self.text.startswith("{", start):
            pairs = inline_pairs(self.text, start)
            place = next((place for place, pair in enumerate(pairs) if pair.path == rest[: len(pair.path)]), None)
            if place is None:
                return None
            if pairs[place].path == rest:
                if len(pairs) == 1:
                    return start + 1, value_end(self.text, start) - 1, ""
                if place == 0:
                    return pairs[0].start, pairs[1].start, ""
                return pairs[place - 1].value[1], pairs[place].value[1], ""
            start, rest = pairs[place].value[0], rest[len(pairs[place].path) :]
        return None


def _look_up(data: Any, names: Names) -> Any:  # Any: TOML values, or NOTHING
    for name in names:
        if not isinstance(data, Mapping) or name not in data:
            return NOTHING
        data = data[name]
    return data
