"""The language model in memory: the only room that imports onnxruntime_genai, and only the worker enters it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from mnemon_server.llm.model_files import CONFIG
from mnemon_server.llm.orders import Order

_CHUNK = 256  # tokens of a prompt between two looks at the clock
# How a model that may think aloud begins its answer when it is told not to. The runtime passes no such wish on to the
# template.
_NO_THOUGHTS = "<think>\n\n</think>\n\n"
_TEMPLATES = ("chat_template.jinja", "tokenizer_config.json")


class TooLong(Exception):
    """The question has more words than the model takes."""


class TooSlow(Exception):
    """The time is up."""


class LanguageModel:
    """A loaded model. One question at a time."""

    def __init__(self, folder: Path) -> None:
        """Load what is in `folder`: `genai_config.json` and the files that it names.

        Raises:
            ImportError: the extra `llm` is not installed.
            Exception: whatever the runtime raises; there is no class of its own.
        """
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read on import: it reports to its makers unless told not to
        import onnxruntime_genai

        onnxruntime_genai.disable_telemetry_events()  # for Windows, where the variable is not read
        self._runtime: Any = onnxruntime_genai  # Any: it ships no types
        settings = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        self._context = int(settings["model"]["context_length"])
        config = self._runtime.Config(str(folder))
        config.clear_providers()  # the processor, whatever the folder was made for
        self._model = self._runtime.Model(config)
        self._tokenizer = self._runtime.Tokenizer(self._model)
        self._opening = _NO_THOUGHTS if _may_think(folder) else ""

    def answer(self, order: Order) -> str:
        """The model's answer, always the likeliest word, in the shape of the schema unless it was cut off.

        Raises:
            TooLong, TooSlow: it got no answer.
            Exception: whatever the runtime raises.
        """
        deadline = time.monotonic() + order.seconds
        prompt = self._tokenizer.encode(self._prompt(order))
        if len(prompt) + order.tokens > self._context:
            raise TooLong(f"the question has {len(prompt):,} tokens, and the model takes {self._context:,} in all")
        generator = self._runtime.Generator(self._model, self._parameters(order, len(prompt)))
        for start in range(0, len(prompt), _CHUNK):
            _check(deadline, order)
            generator.append_tokens(prompt[start : start + _CHUNK])
        while not generator.is_done():
            _check(deadline, order)
            generator.generate_next_token()
        return str(self._tokenizer.decode(generator.get_sequence(0)[len(prompt) :]))

    def _prompt(self, order: Order) -> str:
        messages = [{"role": "system", "content": order.system}, {"role": "user", "content": order.user}]
        asked = self._tokenizer.apply_chat_template(json.dumps(messages), add_generation_prompt=True)
        return f"{asked}{self._opening}"

    def _parameters(self, order: Order, length: int) -> Any:  # Any: of the runtime
        parameters = self._runtime.GeneratorParams(self._model)
        parameters.set_search_options(do_sample=False, num_beams=1, max_length=length + order.tokens)
        # Space between the parts could go on for ever: a model that has lost its way fills its answer with it.
        schema = {"x-guidance": {"whitespace_flexible": False}, **order.schema}
        parameters.set_guidance("json_schema", json.dumps(schema))
        return parameters


def _check(deadline: float, order: Order) -> None:
    if time.monotonic() > deadline:
        raise TooSlow(f"it had no answer within {order.seconds:.0f} s")


def _may_think(folder: Path) -> bool:
    """Whether the model's template knows a switch for thinking aloud."""
    texts = (folder / name for name in _TEMPLATES)
    return any("enable_thinking" in text.read_text(encoding="utf-8") for text in texts if text.is_file())
