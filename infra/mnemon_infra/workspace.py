"""A place for Pulumi to work in: state in a folder of ours, no account, nothing asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mnemon_infra.pulumi_cli import usable_cli
from mnemon_infra.trouble import ExtraMissing

PROJECT = "mnemon"


def require(folder: Path) -> None:
    """Look whether a stack could be opened, without the second that importing Pulumi's packages takes.

    Raises:
        ExtraMissing, CliMissing: see `opened_stack`.
    """
    for module, package in (("pulumi", "pulumi"), ("pulumi_aws", "pulumi-aws")):
        if find_spec(module) is None:
            raise ExtraMissing(package)
    usable_cli(folder)


def opened_stack(name: str, program: Callable[[], None], folder: Path, environment: Mapping[str, str]) -> Any:
    """A stack of the Automation API, made on first use.

    Args:
        name: of the stack; one per app.
        program: what Pulumi runs.
        folder: where the state is; made, for its owner only. It also holds Pulumi's plugins.
        environment: what else Pulumi and its plugins are to see, such as AWS_PROFILE.

    Raises:
        ExtraMissing, CliMissing: what it takes is not on this machine.
        pulumi.automation.CommandError: the program failed.
    """
    # The return type is Any because Pulumi may not be installed where types are checked.
    command = usable_cli(folder)
    try:
        from pulumi import automation
    except ImportError:
        raise ExtraMissing("pulumi") from None
    try:
        import pulumi_aws  # noqa: F401  the program does it in another thread, where a failure is hard to read
    except ImportError:
        raise ExtraMissing("pulumi-aws") from None
    project = folder / "project"  # it stays: the stack's settings in it are of one piece with the state
    for place in (folder, project, folder / "home"):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = automation.ProjectSettings(
        name=PROJECT, runtime="python", main=str(project), backend=automation.ProjectBackend(url=_backend(folder))
    )
    return automation.create_or_select_stack(
        stack_name=name,
        project_name=PROJECT,
        program=program,
        opts=automation.LocalWorkspaceOptions(
            work_dir=str(project),
            pulumi_home=str(folder / "home"),
            project_settings=settings,
            secrets_provider="passphrase",
            env_vars={**environment, **_environment(folder)},
            pulumi_command=command,
        ),
    )


def managed_by(stack: Any) -> frozenset[str]:  # Any: see opened_stack
    """The names of the resources that the stack's state holds."""
    deployment = stack.export_stack().deployment or {}
    resources = deployment.get("resources") or []
    return frozenset(str(resource["urn"]).rpartition("::")[2] for resource in resources if not resource.get("delete"))


class Notes:
    """What Pulumi prints: handed on line by line, and kept in a file of the folder; without the secrets that this
    process has from its environment."""

    def __init__(self, folder: Path, report: Callable[[str], None]) -> None:
        self.path = folder / "last-run.log"
        self.text = ""
        self._report = report
        self._secrets = _secrets()
        os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))

    def line(self, line: str) -> None:
        kept = self.keep(line).strip()
        if kept:
            self._report(kept)

    def keep(self, text: str) -> str:
        """Keep it, and tell nobody."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        self.text += f"{text}\n"
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
        return text


def _environment(folder: Path) -> dict[str, str]:
    """Said to each call, because what the user has set for other projects would win otherwise.

    There are no secrets in the state, so an empty passphrase will do; one has to be set, or Pulumi asks for it.
    """
    passphrase = folder / "passphrase"
    os.close(os.open(passphrase, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    return {
        "PULUMI_BACKEND_URL": _backend(folder),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def _backend(folder: Path) -> str:
    return f"file://{folder.as_posix()}"


def _secrets() -> list[str]:
    names = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID")
    return [value for name in names if len(value := os.environ.get(name, "")) > 7]
