"""Can this Python open a vault at all?"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.checks.check import Finding, Subject

_REINSTALL = "pip install --force-reinstall mnemon-memory"


@dataclass(frozen=True)
class PythonSqlite:
    """APSW brings its own SQLite, so the one in Python does not matter."""

    code: str = "python-sqlite"
    about: str = "APSW is there, with full-text search"
    needs: Sequence[str] = ()

    def run(self, subject: Subject) -> Finding:
        try:
            import apsw
        except ImportError as trouble:
            return Finding(self.code, "fail", f"APSW cannot be imported: {trouble}", _REINSTALL)
        connection = apsw.Connection(":memory:")
        try:
            connection.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
        except apsw.Error as trouble:
            message = f"SQLite {apsw.sqlite_lib_version()} has no full-text search: {trouble}"
            return Finding(self.code, "fail", message, _REINSTALL)
        finally:
            connection.close()
        return Finding(self.code, "ok", f"Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()}")
