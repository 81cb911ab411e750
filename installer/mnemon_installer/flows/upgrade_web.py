"""What an upgrade to the web has to do: a deployment in, a plan out. The same plan redeploys, and goes on where an
earlier run was stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mnemon_infra import Infra
from mnemon_installer.facts.cloud import infra_of
from mnemon_installer.facts.deployment import Deployment
from mnemon_installer.facts.survey import Facts
from mnemon_installer.flows.following import following
from mnemon_installer.plan.plan import Plan
from mnemon_installer.plan.step import Step
from mnemon_installer.steps.archive_vault import ArchiveVault
from mnemon_installer.steps.create_app import CreateApp
from mnemon_installer.steps.create_storage import CreateStorage
from mnemon_installer.steps.create_volume import CreateVolume
from mnemon_installer.steps.deploy_app import DeployApp
from mnemon_installer.steps.ensure_infra import EnsureInfra
from mnemon_installer.steps.fly_session import FlySession
from mnemon_installer.steps.hand_over import HandOver
from mnemon_installer.steps.push_vault import Progress, PushVault
from mnemon_installer.steps.stage_secrets import StageSecrets
from mnemon_installer.steps.switch_vault import UseRemote
from mnemon_installer.steps.use_bucket import UseBucket
from mnemon_installer.steps.use_token import UseToken
from mnemon_installer.steps.write_deploy_files import WriteDeployFiles


def plan_upgrade(
    wanted: Deployment,
    facts: Facts,
    model: str,
    progress: Progress,
    say: Callable[[str], None],
    infra: Infra | None = None,
) -> Plan:
    """What it takes to have the vault at `wanted`.

    Args:
        wanted: the app, and all that is decided about it.
        facts: of a machine that has its vault there.
        model: becomes part of the image; empty for none.
        progress: shows what is sent.
        say: shows the end of a build that failed, and what is being done at AWS.
        infra: sees to the bucket at AWS; by default the one that does it by Pulumi.
    """
    storage = _storage(wanted, infra or infra_of(wanted), say)
    return Plan("upgrade", tuple(_steps(wanted, facts, model, progress, say, storage)), wanted.app, is_one_piece=True)


def _storage(wanted: Deployment, infra: Infra, say: Callable[[str], None]) -> Step:
    if wanted.storage == "aws":
        return EnsureInfra(wanted, infra, say)
    return CreateStorage(wanted) if wanted.storage == "tigris" else UseBucket(wanted)


def _steps(
    wanted: Deployment, facts: Facts, model: str, progress: Progress, say: Callable[[str], None], storage: Step
) -> Iterator[Step]:
    yield FlySession(wanted)
    yield CreateApp(wanted)  # before the bucket, whose role or keys are for an app that there is
    if not wanted.is_joined:
        yield storage
        yield PushVault(wanted, progress)
    yield CreateVolume(wanted)
    if not wanted.is_joined:
        yield StageSecrets(wanted)
    yield WriteDeployFiles(wanted, model)
    yield DeployApp(wanted, say)
    if not wanted.is_joined:  # a vault of its own stays where it is
        yield HandOver(wanted)
    yield UseToken(wanted)
    yield UseRemote(wanted.settings, wanted.url, needs=("remote.token",))
    if not wanted.is_joined:
        yield ArchiveVault(wanted.settings)
    yield from following(facts)
