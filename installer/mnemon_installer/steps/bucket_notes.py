"""Writing down which bucket has the backups: in config.toml, and whose store it is beside what the app is made of."""

from __future__ import annotations

from mnemon_installer.edits.config_toml import with_setting
from mnemon_installer.facts.deployment import Deployment, first_line
from mnemon_installer.world import World


def is_noted(world: World, deployment: Deployment, endpoint: str = "") -> bool:
    """Whether it stands there already."""
    is_set = all(_with(world, deployment, name, value) is None for name, value in _settings(deployment, endpoint))
    return is_set and first_line(world, deployment.storage_path) == deployment.storage


def note_bucket(world: World, deployment: Deployment, endpoint: str = "") -> None:
    """`endpoint` is the store's address, empty where AWS's own configuration says it."""
    path = deployment.settings.config_path
    for name, value in _settings(deployment, endpoint):
        if (text := _with(world, deployment, name, value)) is not None:
            world.write(path, text.encode(), world.read(path))
    before, after = world.read(deployment.storage_path), f"{deployment.storage}\n".encode()
    if before != after:
        world.write(deployment.storage_path, after, before)


def _settings(deployment: Deployment, endpoint: str) -> list[tuple[str, str]]:
    found = [("s3_bucket", deployment.settings.bucket)]
    return [*found, ("s3_endpoint", endpoint)] if endpoint else found


def _with(world: World, deployment: Deployment, name: str, value: str) -> str | None:
    """config.toml with that setting; None where it has it."""
    text = (world.read(deployment.settings.config_path) or b"").decode()
    edited = with_setting(text, name, value)
    return edited if edited != text else None
