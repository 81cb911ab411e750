"""Room on the disk, vectors that wait, and modes: what the checks say of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mnemon_installer.checks.check import Subject
from mnemon_installer.checks.disk import Disk
from mnemon_installer.checks.pending import MANY, Pending
from mnemon_installer.checks.vault import Vault
from mnemon_installer.facts.launcher import Installation
from mnemon_installer.facts.survey import survey
from mnemon_installer.world.real import RealWorld
from mnemon_server.client.in_process import InProcess
from mnemon_server.embed import ModelState
from mnemon_server.settings import Settings


@pytest.fixture
def subject(world: RealWorld, settings: Settings, home: Path) -> Subject:
    return Subject(world, survey(world, settings, Installation(home / "venv", ())))


@pytest.mark.parametrize(
    ("free", "verdict", "said"),
    [
        (200_000_000, "ok", "0.2 GB free for"),
        (199_000_000, "warn", "only 199 MB are free for"),
    ],
)
def test_little_room_is_a_warning(subject: Subject, home: Path, free: int, verdict: str, said: str) -> None:
    asked: list[Path] = []

    def tell(folder: Path) -> int:
        asked.append(folder)
        return free

    finding = Disk(free=tell).run(subject)
    assert (finding.verdict, said in finding.message) == (verdict, True)
    assert asked == [home]  # the vault's folder is not there yet


def test_a_file_system_that_does_not_tell_is_no_problem(subject: Subject) -> None:
    def fail(folder: Path) -> int:
        raise OSError(38, "not implemented")

    assert Disk(free=fail).run(subject).verdict == "skipped"


@pytest.mark.parametrize(
    ("waiting", "has_model", "verdict", "fix"),
    [
        (MANY, True, "warn", "mnemon rebuild"),
        (MANY - 1, True, "ok", ""),
        (MANY, False, "skipped", ""),
    ],
)
def test_many_memories_without_a_vector_are_a_warning_where_there_is_a_model(
    subject: Subject,
    settings: Settings,
    open_client: Callable[..., InProcess],
    waiting: int,
    has_model: bool,
    verdict: str,
    fix: str,
) -> None:
    client = open_client(settings)
    for number in range(waiting):
        client.call("save", title=f"memory {number}", content=f"the content of memory {number}")
    client.close()
    model = ModelState("a model", Path("/models/a") if has_model else None)
    finding = Pending().run(replace(subject, facts=replace(subject.facts, model=model)))
    assert (finding.verdict, finding.fix) == (verdict, fix)
    assert f"{waiting} memories" in finding.message


def test_a_folder_that_the_user_pointed_us_at_keeps_its_mode(
    world: RealWorld, home: Path, open_client: Callable[..., InProcess]
) -> None:
    (home / "Documents").mkdir(mode=0o755)
    elsewhere = Settings(home / "Documents")
    open_client(elsewhere).call("status")
    subject = Subject(world, survey(world, elsewhere, Installation(home / "venv", ())))
    assert Vault().run(subject).verdict == "ok"
    elsewhere.vault_path.chmod(0o640)
    finding = Vault().run(subject)
    assert (finding.verdict, finding.fix) == ("warn", f"chmod 600 {elsewhere.vault_path}")
