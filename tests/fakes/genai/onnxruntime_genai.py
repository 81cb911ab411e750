"""A stand-in of onnxruntime-genai 0.18: what the worker calls of it, with the same names, types and refusals.

It obeys `script.json` in the model's folder: `load` is what happens on loading, `answers` are given in turn, over and
over. What begins with `!` is something that goes wrong. Notes for the test go to the same folder: what was asked, and
the names of the variables of the environment. A token is four characters.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

_pieces: list[str] = []  # a token is a place in it
_is_told_to_be_silent = False


def disable_telemetry_events() -> None:
    global _is_told_to_be_silent
    _is_told_to_be_silent = True


class Config:
    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        if not (self.folder / "genai_config.json").is_file():
            raise RuntimeError(f"Error opening {folder}/genai_config.json")

    def clear_providers(self) -> None:
        """It has the processor only."""


class Model:
    type = "qwen3"

    def __init__(self, config: Config) -> None:
        if os.environ.get("ORT_DISABLE_TELEMETRY") != "1" or not _is_told_to_be_silent:
            raise RuntimeError("the makers would be told of this")
        self.folder = config.folder
        (self.folder / "environment.txt").write_text("\n".join(os.environ), encoding="utf-8")
        self.script = json.loads((config.folder / "script.json").read_text(encoding="utf-8"))
        _go_wrong(self.script.get("load", ""))
        self.answers = cycle(self.script.get("answers", [""]))


class Tokenizer:
    def __init__(self, model: Model) -> None:
        self._model = model

    def apply_chat_template(self, messages: str, *, add_generation_prompt: bool = True) -> str:
        with (self._model.folder / "asked.jsonl").open("a", encoding="utf-8") as log:
            log.write(f"{messages}\n")
        said = "".join(f"<|im_start|>{each['role']}\n{each['content']}<|im_end|>\n" for each in json.loads(messages))
        return f"{said}<|im_start|>assistant\n" if add_generation_prompt else said

    def encode(self, text: str) -> list[int]:
        return _encoded(text)

    def decode(self, tokens: Sequence[int]) -> str:
        return "".join(_pieces[token] for token in tokens)


class GeneratorParams:
    def __init__(self, model: Model) -> None:
        self.search: dict[str, Any] = {"max_length": 4096, "do_sample": True}
        self.schema: dict[str, Any] = {}

    def set_search_options(self, **options: Any) -> None:
        self.search |= options

    def set_guidance(self, kind: str, data: str, enable_ff_tokens: bool = False) -> None:
        assert kind == "json_schema"
        self.schema = json.loads(data)


class Generator:
    def __init__(self, model: Model, params: GeneratorParams) -> None:
        if params.schema["type"] != "object" or params.search["do_sample"]:
            raise RuntimeError("Error creating grammar")
        self._length = params.search["max_length"]
        self._sequence: list[int] = []
        self._answer = next(model.answers)
        self._rest: list[int] = []

    def append_tokens(self, tokens: Sequence[int]) -> None:
        if len(self._sequence) + len(tokens) > self._length:
            raise RuntimeError(f"input_ids size ({len(tokens)}) exceeds max length ({self._length})")
        self._sequence += tokens
        self._rest = _encoded(self._answer)

    def is_done(self) -> bool:
        return not self._rest or len(self._sequence) >= self._length

    def generate_next_token(self) -> None:
        if self._answer == "!never stops":
            time.sleep(0.01)
            self._rest += self._rest[:1]
            self._length += 1
        elif self._answer.startswith("!"):
            _go_wrong(self._answer)
        self._sequence.append(self._rest.pop(0))

    def get_sequence(self, index: int) -> list[int]:
        assert index == 0
        return self._sequence


def _encoded(text: str) -> list[int]:
    start = len(_pieces)
    _pieces.extend(text[place : place + 4] for place in range(0, len(text), 4))
    return list(range(start, len(_pieces)))


def _go_wrong(how: str) -> None:
    if how == "!crashes":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif how == "!raises":
        raise RuntimeError("Load model failed:Protobuf parsing failed.\nand much more")
    elif how == "!takes all memory":
        kept = []
        while True:
            kept.append(bytearray(64 << 20))
    elif how == "!hangs":
        time.sleep(60)
    elif how == "!exits":
        os._exit(7)
    elif how == "!prints":
        print("a library's own words")  # on what would be the protocol
    elif how.startswith("!waits "):
        time.sleep(float(how.removeprefix("!waits ")))
