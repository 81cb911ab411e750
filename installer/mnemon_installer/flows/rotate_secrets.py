"""What it takes to have new secrets: pure, from what was found."""

from __future__ import annotations

from collections.abc import Iterator

from mnemon_installer.facts.rotation import Rotation
from mnemon_installer.facts.survey import Facts
from mnemon_installer.plan.plan import Plan
from mnemon_installer.plan.step import Step
from mnemon_installer.steps.exchange_token import ExchangeToken
from mnemon_installer.steps.register_direct import RegisterDirect
from mnemon_installer.steps.rotate_secrets import EndRotation, MakeSecrets, RestartServer, StageNext
from mnemon_installer.steps.use_secrets import UpdateDirect, UseSecrets


def plan_rotation(rotation: Rotation, facts: Facts, build: str) -> Plan:
    """The server first, then what leads to it from here. `build` is that of the program that runs."""
    return Plan("rotate", tuple(_steps(rotation, facts, build)), rotation.app, is_one_piece=True)


def plan_exchange(exchange: ExchangeToken, facts: Facts) -> Plan:
    """This machine's own token only: a server that is no app of ours is not for us to restart."""
    needs, settings = (exchange.key,), exchange.settings
    direct = tuple(
        RegisterDirect(found.client, settings, found.config_path, needs=needs, is_optional=True)
        for found in facts.clients
        if found.state.standing == "direct"
    )
    return Plan("rotate", (exchange, *direct), is_one_piece=True)


def _steps(rotation: Rotation, facts: Facts, build: str) -> Iterator[Step]:
    yield MakeSecrets(rotation)
    yield StageNext(rotation)
    yield RestartServer(rotation)
    yield UseSecrets(rotation, build)
    for found in facts.clients:
        if found.state.standing == "direct" and rotation.settings.remote == rotation.url:
            yield UpdateDirect(rotation, RegisterDirect(found.client, rotation.settings, found.config_path))
    yield EndRotation(rotation)
