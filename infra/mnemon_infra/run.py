"""Running the program by Pulumi's Automation API: what would change, and the change itself."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mnemon_infra.adopting import Ways, decided
from mnemon_infra.discover import ClientFactory, aws_clients, look
from mnemon_infra.found import Found
from mnemon_infra.inputs import Wanted, checked_for_aws
from mnemon_infra.outputs import Changes, Made
from mnemon_infra.program import program
from mnemon_infra.pulumi_cli import find_cli, install_cli
from mnemon_infra.trouble import Failed, Locked, named_failure
from mnemon_infra.workspace import Notes, managed_by, opened_stack, require

__all__ = ["PulumiInfra", "find_cli", "install_cli", "preview", "up"]

Report = Callable[[str], None]


@dataclass(frozen=True)
class Setting:
    """How Pulumi is run.

    Attributes:
        client: makes boto3's clients for the same account; None for those of the environment.
        environment: what else Pulumi and its plugins are to see, such as AWS_PROFILE.
        is_alone: the caller holds a lock of its own, so that no other mnemon works on this stack: a lock of Pulumi's
            that is in the way was left by one that was killed, and is taken away.
    """

    client: ClientFactory | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    is_alone: bool = False


def preview(wanted: Wanted, folder: Path, report: Report, setting: Setting | None = None) -> Changes:
    """What `up` would change. Nothing is changed at AWS, and nothing but our own state here.

    Args:
        wanted: what there is to be.
        folder: where the state is kept.
        report: called with each line that Pulumi prints.
        setting: how it is run.

    Raises:
        BadInput, InfraError: see `up`.
    """
    run = _Run(wanted, folder, report, setting or Setting())
    with run.named():
        ways = run.decided()
        changes = run.locked(
            lambda: run.stack(ways).preview(color="never", on_output=run.notes.line, on_error=run.notes.line)
        )
    counts = {getattr(kind, "value", str(kind)): int(count) for kind, count in changes.change_summary.items()}
    return Changes(counts, ways.bucket)


def up(wanted: Wanted, folder: Path, report: Report, setting: Setting | None = None) -> Made:
    """Make what is wanted, or bring what is there to it. May run twice, and after having been killed.

    A state that lacks something which exists is no reason to make it again: it is adopted, in a run of its own that
    takes it as it is; the run after brings it to what the program says.

    Raises:
        BadInput: AWS cannot have it.
        ExtraMissing, CliMissing: what it takes is not on this machine.
        Locked: another Pulumi is at work.
        Refused: AWS says no; or the bucket is somebody else's, elsewhere, or gone.
        Unreachable, Failed: anything else.
    """
    run = _Run(wanted, folder, report, setting or Setting())
    with run.named():
        ways = run.decided()
        if ways.adopts:
            report("taking what is there already into care")
            run.locked(lambda: run.up(ways))
        done = run.locked(lambda: run.up(ways.settled))
    outputs = {name: str(output.value) for name, output in done.outputs.items()}
    if missing := {"bucket", "region", "role_arn"} - outputs.keys():
        raise Failed(f"Pulumi did not say the {' and '.join(sorted(missing))}", f"its output is in {run.notes.path}")
    return Made(outputs["bucket"], outputs["region"], outputs["role_arn"])


@dataclass(frozen=True)
class PulumiInfra:
    """The `Infra` of AWS. `folder` is where Pulumi's state is kept."""

    folder: Path
    setting: Setting = field(default_factory=Setting)

    def look(self, wanted: Wanted) -> Found:
        return _looked(wanted, self.folder, self.setting)

    def require(self) -> None:
        require(self.folder)

    def fetch(self, report: Report) -> None:
        install_cli(self.folder, report)

    def preview(self, wanted: Wanted) -> Changes:
        return preview(wanted, self.folder, lambda line: None, self.setting)

    def ensure(self, wanted: Wanted, report: Report) -> Made:
        return up(wanted, self.folder, report, self.setting)


class _Run:
    """One call of `preview` or `up`."""

    def __init__(self, wanted: Wanted, folder: Path, report: Report, setting: Setting) -> None:
        self._wanted = checked_for_aws(wanted)
        self._folder = folder
        self._setting = setting
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.notes = Notes(folder, report)

    def stack(self, ways: Ways) -> Any:  # Any: Pulumi may not be installed where types are checked
        environment = self._setting.environment
        return opened_stack(self._wanted.app, program(self._wanted, ways), self._folder, environment)

    def decided(self) -> Ways:
        """Reality decides: what AWS has, and what the state holds."""
        managed = managed_by(self.stack(Ways()))
        return decided(self._wanted, _looked(self._wanted, self._folder, self._setting), managed)

    def up(self, ways: Ways) -> Any:  # Any: see stack
        if ways.bucket == "create" and ways.is_ours:
            _begin(self._folder, self._wanted.bucket)
        # With `refresh` what was deleted behind Pulumi's back is noticed, and made again.
        return self.stack(ways).up(
            refresh=True, color="never", suppress_progress=True, on_output=self.notes.line, on_error=self.notes.line
        )

    def locked(self, act: Callable[[], Any]) -> Any:  # Any: see stack
        """`act`, and once more where only the lock of a dead one was in the way."""
        from pulumi.automation import ConcurrentUpdateError

        try:
            return act()
        except ConcurrentUpdateError:
            if not self._setting.is_alone:
                raise Locked(self._wanted.app) from None
        try:
            self.stack(Ways()).cancel()
            return act()
        except ConcurrentUpdateError:
            raise Locked(self._wanted.app) from None

    @contextmanager
    def named(self) -> Iterator[None]:
        """Turn a failure of Pulumi's program into one of ours."""
        try:
            from pulumi.automation import CommandError
        except ImportError:
            yield  # the first thing inside says so
            return
        try:
            yield
        except CommandError as trouble:
            self.notes.keep(str(trouble))
            raise named_failure(self.notes.text, self._wanted.bucket, str(self.notes.path)) from None


def _looked(wanted: Wanted, folder: Path, setting: Setting) -> Found:
    client = setting.client or aws_clients(wanted.region, setting.environment.get("AWS_PROFILE", ""))
    found = look(wanted, client)
    if found.bucket_exists and found.is_mine and wanted.bucket in _begun(folder):
        return replace(found, is_made_by_us=True)
    return found


def _begin(folder: Path, bucket: str) -> None:
    """Note that the bucket was not there before us: whoever is killed between making it and the state being written
    would take it for the user's own."""
    begun = _begun(folder)
    if bucket in begun:
        return
    path = folder / "begun.json"
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump([*begun, bucket], file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _begun(folder: Path) -> list[str]:
    try:
        names = json.loads((folder / "begun.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [str(name) for name in names] if isinstance(names, list) else []
