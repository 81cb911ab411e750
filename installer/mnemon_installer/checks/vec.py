"""Does the vector extension load?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.checks.check import Finding, Subject


@dataclass(frozen=True)
class Vec:
    """Without vec0 the vault scans vectors with numpy: the same answers, more slowly."""

    code: str = "vec"
    about: str = "the vector extension loads"
    needs: Sequence[str] = ("python-sqlite",)

    def run(self, subject: Subject) -> Finding:
        import apsw

        from mnemon_server.vault.open import load_vec

        connection = apsw.Connection(":memory:")
        try:
            problem = load_vec(connection)
        finally:
            connection.close()
        if not problem:
            return Finding(self.code, "ok", "sqlite-vec loads")
        message = f"sqlite-vec does not load ({problem}); numpy is used instead, more slowly"
        return Finding(self.code, "warn", message, "pip install --force-reinstall sqlite-vec")
