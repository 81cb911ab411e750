"""The vault on a Python whose own sqlite3 cannot load extensions, as pyenv and macOS build them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import apsw
import pytest

CAN_LOAD = hasattr(sqlite3.Connection, "enable_load_extension")
INTERPRETER = f"{sys.implementation.name} {sys.version.split()[0]} at {Path(sys.executable).resolve()}"

pytestmark = pytest.mark.skipif(CAN_LOAD, reason=f"the sqlite3 of {INTERPRETER} can load extensions")


def test_vec0_answers_where_sqlite3_cannot_load_it(
    home: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _mnemon(tiny_model, "save", "Transport", "Anna drives an automobile.")
    _mnemon(tiny_model, "save", "Lunch", "The canteen serves soup.")
    _mnemon(tiny_model, "rebuild")
    found = _mnemon(tiny_model, "search", "vehicle")

    assert (found["mode"], found["memories"][0]["title"]) == ("hybrid", "Transport")
    assert _is_a_vec0_table(home / ".mnemon" / "default.sqlite", "vector_index")
    with capsys.disabled():
        print(f"\nvec0 works where sqlite3 cannot load it: {INTERPRETER}")


def _mnemon(model: Path, *arguments: str) -> dict[str, Any]:  # Any: JSON
    """The result of a command in a process of its own, with this interpreter and this home."""
    done = subprocess.run(
        (sys.executable, "-m", "mnemon_installer.cli", *arguments, "--json"),
        env=os.environ | {"MNEMON_MODEL_PATH": str(model)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout)["result"])


def _is_a_vec0_table(vault: Path, name: str) -> bool:
    """The table is only made where vec0 is loaded, so its being there says that the command loaded it."""
    connection = apsw.Connection(str(vault), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        sql = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).get
        return sql is not None and "USING vec0" in sql
    finally:
        connection.close()
