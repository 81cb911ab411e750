"""A client's version, without starting it where the files say it."""

from __future__ import annotations

import json
from pathlib import Path

from mnemon_installer.clients.claude_code import ClaudeCode
from mnemon_installer.clients.codex import CODEX
from mnemon_installer.facts.versions import quick_version, told_version
from mnemon_installer.world.real import RealWorld


def program(path: Path, text: str = "#!/bin/sh\nexit 9\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def on_path(home: Path, name: str, target: Path) -> None:
    (home / "bin").mkdir(exist_ok=True)
    (home / "bin" / name).symlink_to(target)


def test_a_folder_or_a_file_named_after_the_version_tells_it(world: RealWorld, home: Path) -> None:
    on_path(home, "claude", program(home / ".local/share/claude/versions/2.1.330"))
    assert quick_version(world, ClaudeCode()) == "2.1.330"


def test_an_npm_package_tells_it(world: RealWorld, home: Path) -> None:
    package = home / "lib/node_modules/@openai/codex"
    on_path(home, "codex", program(package / "bin/codex.js"))
    (package / "package.json").write_text(json.dumps({"version": "0.169.0", "bin": {"codex": "bin/codex.js"}}))
    assert quick_version(world, CODEX) == "0.169.0"


def test_otherwise_the_program_is_asked_when_there_is_time(world: RealWorld, home: Path) -> None:
    program(home / "bin/codex", '#!/bin/sh\n[ "$1" = --version ] && echo "codex-cli 0.170.1"\n')
    assert quick_version(world, CODEX) == ""
    assert told_version(world, CODEX) == "0.170.1"


def test_nothing_is_made_up(world: RealWorld, home: Path) -> None:
    assert told_version(world, CODEX) == ""
    program(home / "bin/codex")
    assert told_version(world, CODEX) == ""
