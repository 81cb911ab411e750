"""What the renderings of all clients share: ids, a clock, and prompts with what came along with them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from tests.golden.cases import Case, RawTurn

Record = dict[str, Any]  # Any: JSON of another program
_START = datetime(2026, 11, 25, 20, 44, 10, tzinfo=UTC)
_WITH_A_PROMPT = ("user", "attachment", "injected")


@dataclass(frozen=True)
class Prompt:
    """What a human sent at once.

    Attributes:
        text: as typed.
        attachments: name and text of each attached file.
        injected: memories that mnemon gave to it.
    """

    text: str
    attachments: tuple[tuple[str, str], ...]
    injected: tuple[str, ...]


@dataclass
class Pen:
    """Ids and times that are the same in every run."""

    case: Case
    count: int = 0
    session: str = field(init=False)

    def __post_init__(self) -> None:
        self.session = str(uuid.uuid5(uuid.NAMESPACE_URL, self.case.name))

    def next_id(self) -> str:
        """An id that was not used before."""
        self.count += 1
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.case.name}/{self.count}"))

    def now(self) -> str:
        """A moment, later with every id."""
        moment = _START + timedelta(milliseconds=137 * self.count)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def prompts_and_turns(case: Case) -> Iterator[Prompt | RawTurn]:
    """The turns of a case, prompts together with their attachments and injected memories."""
    for with_prompt, group in groupby(case.turns, key=lambda turn: any(kind in turn for kind in _WITH_A_PROMPT)):
        if not with_prompt:
            yield from group
            continue
        along = list(group)
        yield Prompt(
            text=next(turn["user"] for turn in along if "user" in turn),
            attachments=tuple((a["name"], a["text"]) for turn in along if (a := turn.get("attachment"))),
            injected=tuple(turn["injected"] for turn in along if "injected" in turn),
        )


def as_lines(records: Iterable[Record]) -> str:
    """The records, one a line, as JavaScript and serde write them."""
    return "".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records)
