"""Pulumi's own program: where it is, whether it can be used, and how it is fetched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mnemon_infra.trouble import CliMissing, ExtraMissing

_NAME = "pulumi.exe" if sys.platform == "win32" else "pulumi"


def find_cli(folder: Path) -> str | None:
    """The program in `folder` where `install_cli` puts it, which fits our packages; or on PATH; or where Pulumi's own
    installer puts it."""
    ours, theirs = (root / "bin" / _NAME for root in _roots(folder))
    if ours.is_file():
        return str(ours)
    return shutil.which("pulumi") or (str(theirs) if theirs.is_file() else None)


def install_cli(folder: Path, report: Callable[[str], None]) -> str:
    """Fetch the program's version that fits our packages into `folder`, by Pulumi's own installer. Ask before: this
    downloads a script and runs it. What is there and fits is kept.

    Raises:
        ExtraMissing: Pulumi's packages are not installed.
        CliMissing: it could not be fetched.
    """
    command = _command_class()
    root = folder / "cli"
    report(f"fetching Pulumi's program from get.pulumi.com into {root}; this may take some minutes")
    try:
        return str(command.install(root=str(root)).command)
    except Exception as trouble:
        raise CliMissing(f"Pulumi's program could not be fetched ({type(trouble).__name__})") from trouble


def usable_cli(folder: Path) -> Any:  # Any: a PulumiCommand, and Pulumi may not be installed where types are checked
    """The program for Pulumi's Automation API.

    Raises:
        ExtraMissing: Pulumi's packages are not installed.
        CliMissing: there is no program, or it does not fit.
    """
    command = _command_class()
    found = find_cli(folder)
    if found is None:
        raise CliMissing
    root = next((root for root in _roots(folder) if Path(found).is_relative_to(root)), None)
    from pulumi.automation import InvalidVersionError

    try:
        return command(root=str(root) if root else None)
    except InvalidVersionError as trouble:
        raise CliMissing(f"the program {found} is too old or too new for what we use of it") from trouble
    except (OSError, subprocess.CalledProcessError, UnicodeDecodeError) as trouble:
        raise CliMissing(f"the program {found} does not start") from trouble


def _roots(folder: Path) -> tuple[Path, ...]:
    return folder / "cli", Path.home() / ".pulumi"


def _command_class() -> Any:  # Any: see usable_cli
    try:
        from pulumi.automation import PulumiCommand
    except ImportError:
        raise ExtraMissing("pulumi") from None
    return PulumiCommand
