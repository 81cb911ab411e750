"""Whatever becomes of our hooks, the real clients answer: the prompt reaches the model, as it was typed and once."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import apsw
import pytest
from tests.npm.hooked import MEMORY, PROMPT, Hooked, Told, set_up
from tests.npm.kinds import CLAUDE, KINDS
from tests.npm.machine import Machine

pytestmark = pytest.mark.npm

ANSWER = "It is 6544."
Breakage = Callable[[Hooked], AbstractContextManager[None]]


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, mnemon: Path) -> Hooked:
    """Each client that has hooks, after setup, with a memory that bears on the prompt."""
    hooked = set_up(request.param, Machine(tmp_path_factory.mktemp("machine"), mnemon, resident="off"))
    hooked.save(*MEMORY)
    return hooked


@contextmanager
def launcher_gone(client: Hooked) -> Iterator[None]:
    client.launcher.unlink()
    try:
        yield
    finally:
        client.launcher.symlink_to(client.machine.mnemon)


@contextmanager
def launcher_fails(client: Hooked) -> Iterator[None]:
    with _hooks_run(client, "echo '{\"rubbish'; echo rubbish >&2; exit 1"):
        yield


@contextmanager
def launcher_hangs(client: Hooked) -> Iterator[None]:
    before = client.hooks_file.read_bytes()
    client.shorten_timeouts()
    try:
        with _hooks_run(client, f"exec sleep {60 if client.kind.ends_late_hooks else 2}"):
            yield
    finally:
        client.hooks_file.write_bytes(before)


@contextmanager
def _hooks_run(client: Hooked, command: str) -> Iterator[None]:
    """Instead of a hook the launcher does this; our server starts as ever."""
    client.launcher.unlink()
    ours = shlex.quote(str(client.machine.mnemon))
    client.launcher.write_text(f'#!/bin/sh\n[ "$1" = hook ] || exec {ours} "$@"\n{command}\n', encoding="utf-8")
    client.launcher.chmod(0o755)
    try:
        yield
    finally:
        client.launcher.unlink()
        client.launcher.symlink_to(client.machine.mnemon)


@contextmanager
def vault_rubbish(client: Hooked) -> Iterator[None]:
    kept = client.vault.rename(client.vault.with_suffix(".kept"))
    client.vault.write_bytes(b"rubbish" * 1000)
    try:
        yield
    finally:
        kept.replace(client.vault)


@contextmanager
def vault_locked(client: Hooked) -> Iterator[None]:
    connection = apsw.Connection(str(client.vault))
    connection.set_busy_timeout(30_000)  # a hook of the prompt before may still be at it
    connection.pragma("locking_mode", "exclusive")
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.close()


@pytest.mark.parametrize("breakage", [launcher_gone, launcher_fails, launcher_hangs], ids=["gone", "fails", "hangs"])
def test_no_broken_launcher_harms_a_prompt(client: Hooked, breakage: Breakage) -> None:
    ran = client.logged("surface")
    with breakage(client):
        told = client.ask(PROMPT, closing=ANSWER)

    assert_answered_without_us(client, told)
    assert client.logged("surface") == ran, "none of our hooks was to run"


# What the process of a hook does is the same for every client.
@pytest.mark.parametrize("client", [CLAUDE], ids=["claude-code"], indirect=True)
@pytest.mark.parametrize(
    ("breakage", "outcome"),
    [(vault_rubbish, "vault-refused"), (vault_locked, "deadline")],
    ids=["rubbish", "locked"],
)
def test_no_vault_in_trouble_harms_a_prompt(client: Hooked, breakage: Breakage, outcome: str) -> None:
    ran = len(client.logged("handoff"))
    with breakage(client):
        told = client.ask(PROMPT, closing=ANSWER)
        client.wait_for("handoff", ran + 1)

    assert_answered_without_us(client, told)
    assert (client.logged("session-start")[-1], client.logged("surface")[-1]) == (outcome, outcome)


def assert_answered_without_us(client: Hooked, told: Told) -> None:
    assert (told.status, ANSWER in told.output) == (0, True), told.output
    [heard] = told.heard
    assert heard.splitlines().count(PROMPT) == 1
    assert client.kind.fence not in heard
    assert "rubbish" not in heard
