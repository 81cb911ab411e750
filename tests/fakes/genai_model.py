"""Folders of models for the stand-in of onnxruntime-genai, and what a worker needs to find it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STAND_IN = Path(__file__).parent / "genai"
CONFIG = {"model": {"context_length": 8192, "decoder": {"filename": "model.onnx"}}}


@dataclass(frozen=True)
class FakeModel:
    """A model that answers as it is told; see `tests/fakes/genai/onnxruntime_genai.py`."""

    folder: Path

    def told(self, *answers: str | dict[str, Any], load: str = "") -> FakeModel:
        """Answer so from the next start on; what is no text is sent as JSON."""
        texts = [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in answers]
        script = json.dumps({"load": load, "answers": texts or [""]})
        (self.folder / "script.json").write_text(script, encoding="utf-8")
        return self

    def asked(self) -> list[dict[str, str]]:
        """Each question so far: `system` and `user`."""
        try:
            lines = (self.folder / "asked.jsonl").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [{each["role"]: each["content"] for each in json.loads(line)} for line in lines]


def fake_model(folder: Path) -> FakeModel:
    folder.mkdir(parents=True)
    (folder / "genai_config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    for name in ("model.onnx", "tokenizer.json"):
        (folder / name).write_text("{}", encoding="utf-8")
    return FakeModel(folder).told()


def environment_with_stand_in(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    return {**environment, "PYTHONPATH": str(STAND_IN)}
