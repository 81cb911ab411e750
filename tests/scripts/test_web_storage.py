"""A vault goes to the web, and its backups to Tigris or to AWS: whole upgrades on the stand-ins for Fly and AWS."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fakes.fly.install import add_fault, app_url, calls, install, read_state, stop_everything
from tests.installer.clouds import RecordingCloud, their_bucket
from tests.s3 import Store, serving_s3
from tests.scripts.doomed import SEEDED

from mnemon_infra import Infra
from mnemon_infra.trouble import CliMissing
from mnemon_installer.facts.cloud import with_bucket
from mnemon_installer.facts.deployment import Deployment, Storage, known_storage
from mnemon_installer.facts.launcher import Installation
from mnemon_installer.facts.own_wheel import own_wheel
from mnemon_installer.facts.storage_keys import SECRETS
from mnemon_installer.facts.survey import survey
from mnemon_installer.flows.upgrade_web import plan_upgrade
from mnemon_installer.plan.engine import Result, carry_out, not_begun
from mnemon_installer.plan.journal import Journal
from mnemon_installer.plan.plan import foresee
from mnemon_installer.ui.progress import download_progress
from mnemon_installer.world.real import RealWorld
from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import load_settings

pytestmark = SEEDED
APP = "my-mnemon"
ROOT = Path(__file__).parents[2]


class Machine:
    """A vault with memories in it, an account at the stand-in for Fly, a store that both can reach."""

    def __init__(self, home: Path, root: Path, store: Store) -> None:
        self.home, self.state, self.store = home, root / "fly-state", store
        self.program = install(root / "bin", self.state, environment={"FAKEFLY_S3_ENDPOINT": store.url})
        self.folder = home / ".mnemon"
        self.said = ""
        with closing(InProcess(load_settings({}, home), "test")) as client:
            for title in ("tea", "coffee", "milk"):
                client.call("save", title=title, content=f"all about {title}")

    @property
    def environment(self) -> dict[str, str]:
        url = app_url(self.state, APP)
        return {**os.environ, "MNEMON_FLY_BIN": str(self.program), "MNEMON_FLY_URL_TEMPLATE": url}

    def upgrade(self, storage: Storage) -> subprocess.CompletedProcess[str]:
        """In a process of its own, that can be killed."""
        code = f"from {__name__} import told; told({storage!r})"
        environment = {**self.environment, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=180
        )
        self.said += done.stdout + done.stderr
        return done

    def secret_words(self) -> set[str]:
        deploy = self.folder / "deploy" / APP
        files = [self.folder / "owner_passphrase", deploy / "token", deploy / "passphrase_hash"]
        found = {file.read_text(encoding="utf-8").strip() for file in files}
        if (keys := self.folder / "storage_keys").exists():
            told = json.loads(keys.read_text(encoding="utf-8"))
            found |= {told["key_id"], told["secret"]}
        return found

    def everything_written(self) -> str:
        """What stands where no secret may: command lines, journals, logs, what is deployed, what was said."""
        deploy = self.folder / "deploy" / APP
        names = [deploy / "fly.toml", deploy / "Dockerfile", deploy / "role_arn", self.folder / "config.toml"]
        files = [*names, *(self.folder / "ops").rglob("*"), *self.state.rglob("log")]
        argv = json.dumps([call["argv"] for call in calls(self.state)])
        return self.said + argv + "".join(file.read_text(errors="replace") for file in files if file.is_file())

    @property
    def app_secrets(self) -> dict[str, str]:
        return {name: secret["value"] for name, secret in read_state(self.state)["apps"][APP]["secrets"].items()}


@pytest.fixture
def machine(home: Path, tmp_path: Path) -> Iterator[Machine]:
    with serving_s3() as store:
        made = Machine(home, tmp_path, store)
        try:
            yield made
        finally:
            stop_everything(made.state)


def upgraded(storage: Storage, infra: Infra | None = None, bucket: str = "", **changes: bool) -> tuple[Result, ...]:
    """What `mnemon upgrade web --yes` does, with that cloud."""
    home = Path(os.environ["HOME"])
    world = RealWorld(os.environ, home, sys.platform)
    settings = load_settings(os.environ, home)
    program, url = os.environ["MNEMON_FLY_BIN"], os.environ["MNEMON_FLY_URL_TEMPLATE"]
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3", "")
    wanted = Deployment(settings, program, APP, "personal", "ams", storage, url, own_wheel(), endpoint=endpoint)
    named = replace(settings, bucket_from_environment=bucket or settings.bucket)
    wanted = replace(wanted, settings=named, **changes)
    if infra is not None or storage == "tigris":
        wanted = with_bucket(wanted, infra or RecordingCloud())
    facts = survey(world, replace(settings, remote=url), Installation(Path(sys.prefix), ()))
    plan = plan_upgrade(wanted, replace(facts, clients=()), "", download_progress, print, infra)
    if blocked := not_begun(foresee(plan, world)):
        return blocked
    journal = Journal(world, settings.ops_folder, plan.flow, plan.place)
    return carry_out(plan, world, journal, lambda result: print(result.step.key, result.outcome, result.message))


def told(storage: Storage) -> None:
    results = upgraded(storage)
    print(json.dumps(outcomes(results)))
    sys.exit(any(result.is_failure for result in results))


def outcomes(results: tuple[Result, ...]) -> dict[str, str]:
    return {result.step.key: result.outcome for result in results}


def test_backups_at_tigris_killed_when_the_keys_were_printed_and_run_again(machine: Machine) -> None:
    assert not {name for name in os.environ if name.startswith("AWS_")} - {"AWS_EC2_METADATA_DISABLED"}
    add_fault(machine.state, "storage create", 1, "kill_parent_after")
    assert machine.upgrade("tigris").returncode == -signal.SIGKILL
    assert not (machine.folder / "storage_keys").exists()
    again = machine.upgrade("tigris")
    assert again.returncode == 0, machine.said
    bucket = f"{APP}-vault"
    assert list(read_state(machine.state)["buckets"]) == [bucket]
    assert "mnemon/default/manifest.json" in machine.store.keys(bucket)
    assert set(SECRETS) <= set(machine.app_secrets)
    assert not (machine.folder / "default.sqlite").exists()
    assert "AWS_" not in (machine.folder / "deploy" / APP / "fly.toml").read_text()
    third = machine.upgrade("tigris")
    assert set(json.loads(third.stdout.splitlines()[-1]).values()) == {"kept"}
    written = machine.everything_written()
    assert [secret for secret in machine.secret_words() if secret in written] == []


def test_backups_at_aws_by_a_role_and_without_a_key(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**machine.environment, **machine.store.environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_REGION")
    # As on Fly, where a token takes the place of keys: the stand-in gives the machine what its own caller has.
    cloud = RecordingCloud(machine.store, missing=CliMissing())
    blocked = upgraded("aws", cloud)
    assert outcomes(blocked)["bucket"] == "blocked"
    assert "--install-pulumi" in next(result.hint for result in blocked if result.outcome == "blocked")
    assert read_state(machine.state)["apps"] == {}
    assert set(outcomes(upgraded("aws", cloud, installs_pulumi=True)).values()) == {"done", "kept"}
    (made,) = cloud.ensured
    assert made.org_slug == "dev-of-the-tests"
    assert made.bucket.startswith(f"mnemon-{APP}-")
    assert "mnemon/default/manifest.json" in machine.store.keys(made.bucket)
    assert not {name for name in machine.app_secrets if name.startswith("AWS_")}
    fly_toml = (machine.folder / "deploy" / APP / "fly.toml").read_text()
    assert f"role/{made.role_name}" in fly_toml
    assert 'AWS_REGION = "eu-central-1"' in fly_toml
    asked = len(cloud.asked)
    cloud.missing = CliMissing()
    assert set(outcomes(upgraded("aws", cloud)).values()) == {"kept"}
    assert set(cloud.asked[asked:]) == {"look"}, "no Pulumi where nothing is missing"
    world = RealWorld(os.environ, machine.home, sys.platform)
    assert known_storage(world, load_settings(os.environ, machine.home), APP) == "aws"
    machine.said = "".join(capfd.readouterr())
    written = machine.everything_written()
    secrets = machine.secret_words() | {machine.store.environment["AWS_SECRET_ACCESS_KEY"]}
    assert [secret for secret in secrets if secret in written] == []


def test_a_foreign_bucket_stops_everything_before_it_begins(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**machine.environment, **machine.store.environment}.items():
        monkeypatch.setenv(name, value)
    cloud = RecordingCloud(buckets={"of-somebody": replace(their_bucket(""), is_mine=False)})
    results = upgraded("aws", cloud, "of-somebody")
    assert {result.outcome for result in results} <= {"blocked", "skipped", "kept"}
    assert read_state(machine.state)["apps"] == {}
    assert cloud.ensured == []
    assert (machine.folder / "default.sqlite").exists()
