"""How it stands between a client's hooks and ours."""

from __future__ import annotations

from typing import Literal

from mnemon_installer.clients import Client
from mnemon_installer.clients.client import Launch
from mnemon_installer.clients.hook_handlers import wanted_hooks
from mnemon_installer.clients.hook_table import Mode
from mnemon_installer.clients.hooks_file import own_hooks, read_hooks, with_own_hooks
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError

HookStanding = Literal["none", "as wanted", "other", "unreadable"]


def hook_standing(world: World, client: Client, launch: Launch | None, mode: Mode = "local") -> HookStanding:
    """`launch` is what ours would run; None where no client can rely on this installation. `mode` says which of ours
    are of use."""
    if client.hooks is None:
        return "none"
    path = client.hooks_files(world)[0]
    try:
        file = read_hooks(world, path)
        if not own_hooks(file):
            return "none"
        wanted = wanted_hooks(client.name, client.hooks, launch, world.platform, mode) if launch else ()
        return "as wanted" if with_own_hooks(file, wanted).text == file.document.text else "other"
    except MnemonError:  # whoever wants hooks there is told what is wrong
        return "unreadable"
