"""Previews and ups by the real Automation API, with a stand-in of Pulumi's program on PATH and AWS on moto."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.moto_api._internal import moto_api_backend

from mnemon_infra import Changes, Infra, InfraError, Made, Wanted
from mnemon_infra.adopting import BUCKET, PARTS, PROVIDER, ROLE, ROLE_POLICY, TAGS
from mnemon_infra.pulumi_cli import find_cli
from mnemon_infra.run import PulumiInfra, Setting, install_cli, preview, up
from mnemon_infra.trouble import INSTALL_PAGE, CliMissing, Failed, Locked, Refused, Unreachable

REGION = "eu-central-1"
WANTED = Wanted("my-mnemon", "acme", "acme-memories", REGION)
ROLE_ARN = "arn:aws:iam::123456789012:role/mnemon-my-mnemon"
EVERYTHING = {BUCKET, *PARTS, PROVIDER, ROLE, ROLE_POLICY, "aws"}
SECRET = "wJalrXUtnFEMI-of-the-tests"
Clients = dict[str, Any]

pytestmark = [pytest.mark.pulumi, pytest.mark.filterwarnings("ignore::DeprecationWarning")]  # pulumi_aws's own names


@dataclass
class Cloud:
    """One folder with Pulumi's state, one AWS account, and what Pulumi's program was told."""

    folder: Path
    aws: Clients
    said: list[str]
    is_alone: bool = False

    @property
    def setting(self) -> Setting:
        return Setting(self.aws.__getitem__, {"AWS_PROFILE": "mine"}, self.is_alone)

    def up(self, wanted: Wanted = WANTED) -> Made:
        return up(wanted, self.folder, self.said.append, self.setting)

    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "calls.jsonl").read_text().splitlines()]

    def runs(self) -> list[dict[str, str]]:
        """What each run did to which resource."""
        return [call["ways"] for call in self.calls() if "ways" in call]

    def set(self, **values: Any) -> None:
        path = self.folder / "fake.json"
        path.write_text(json.dumps({**(json.loads(path.read_text()) if path.exists() else {}), **values}))

    def make_bucket(self, tags: dict[str, str] | None = None) -> None:
        self.aws["s3"].create_bucket(Bucket=WANTED.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        if tags:
            found = [{"Key": key, "Value": value} for key, value in tags.items()]
            self.aws["s3"].put_bucket_tagging(Bucket=WANTED.bucket, Tagging={"TagSet": found})


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    with mock_aws():
        yield {service: boto3.client(service, region_name=REGION) for service in ("s3", "iam", "sts")}


@pytest.fixture
def program_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("pulumi", reason="the extra [server] is not installed")
    pytest.importorskip("pulumi_aws", reason="the extra [server] is not installed")
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    fake = Path(__file__).with_name("fake_pulumi.py")
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{fake}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return program


@pytest.fixture
def cloud(tmp_path: Path, clients: Clients, program_on_path: Path) -> Cloud:
    moto_api_backend.reset()
    folder = tmp_path / "with a space" / "pulumi"
    folder.mkdir(parents=True, mode=0o700)
    return Cloud(folder, clients, [])


def test_the_first_up_makes_everything_and_the_second_nothing(cloud: Cloud) -> None:
    assert cloud.up() == Made("acme-memories", REGION, ROLE_ARN)
    assert cloud.runs() == [dict.fromkeys(EVERYTHING, "create")]
    assert "create vault-tls" in cloud.said
    cloud.make_bucket(TAGS)
    cloud.aws["iam"].create_role(RoleName=WANTED.role_name, AssumeRolePolicyDocument="{}")
    assert cloud.up() == Made("acme-memories", REGION, ROLE_ARN)
    assert cloud.runs()[1:] == [dict.fromkeys(EVERYTHING, "same")]


def test_no_account_is_needed_and_nothing_of_the_users_own_settings_is_used(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://somewhere-else")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "of another project")
    cloud.up()
    for call in cloud.calls():
        assert call["environment"] == {
            "PULUMI_BACKEND_URL": f"file://{cloud.folder}",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(cloud.folder / "passphrase"),
            "PULUMI_HOME": str(cloud.folder / "home"),
            "AWS_PROFILE": "mine",
        }
    [init] = [call["arguments"] for call in cloud.calls() if "init" in call["arguments"]]
    assert {"my-mnemon", "--secrets-provider", "passphrase", "--non-interactive"} <= set(init)


def test_everything_it_keeps_is_for_the_owner_only(cloud: Cloud, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    preview(WANTED, folder, cloud.said.append, cloud.setting)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    for name in ("fresh", "home", "project"):
        assert modes[name] == 0o700
    for name in ("passphrase", "last-run.log"):
        assert modes[name] == 0o600
    assert (folder / "passphrase").read_bytes() == b""


def test_a_preview_says_what_would_change_and_changes_nothing(cloud: Cloud) -> None:
    changes = preview(WANTED, cloud.folder, cloud.said.append, cloud.setting)
    assert changes == Changes({"create": len(EVERYTHING)}, "create")
    assert not changes.is_nothing
    assert not (cloud.folder / "begun.json").exists()
    assert not any("up" in call["arguments"] for call in cloud.calls())
    cloud.up()
    cloud.make_bucket(TAGS)
    infra: Infra = PulumiInfra(cloud.folder, cloud.setting)
    assert infra.preview(WANTED).is_nothing
    assert infra.look(WANTED).is_made_by_us


def test_a_bucket_that_was_there_is_only_looked_up(cloud: Cloud) -> None:
    cloud.make_bucket()
    assert cloud.up(replace(WANTED, adopt_bucket=True)).bucket == "acme-memories"
    assert cloud.runs() == [dict.fromkeys({PROVIDER, ROLE, ROLE_POLICY, "aws"}, "create")]


def test_a_bucket_that_is_to_be_hardened_is_taken_into_care_first(cloud: Cloud) -> None:
    cloud.make_bucket()
    cloud.up(replace(WANTED, adopt_bucket=True, harden=True))
    adopting, settled = cloud.runs()
    assert adopting[BUCKET] == "import"
    assert adopting["vault-versioning"] == "create"
    assert set(settled.values()) == {"same"}
    cloud.up(replace(WANTED, adopt_bucket=True, harden=True))
    assert set(cloud.runs()[2]) == set(adopting)  # Pulumi forgets nothing that it cares for
    assert len(cloud.runs()) == 3


def test_a_lost_state_makes_nothing_twice(cloud: Cloud) -> None:
    cloud.make_bucket(TAGS)
    iam = cloud.aws["iam"]
    iam.create_role(RoleName=WANTED.role_name, AssumeRolePolicyDocument="{}")
    iam.create_open_id_connect_provider(Url="https://oidc.fly.io/acme", ClientIDList=["sts.amazonaws.com"])
    assert cloud.up() == Made("acme-memories", REGION, ROLE_ARN)
    adopting, settled = cloud.runs()
    assert (adopting[BUCKET], adopting[ROLE]) == ("import", "import")
    assert PROVIDER not in adopting
    assert set(settled.values()) == {"same"}


def test_whoever_was_killed_while_making_the_bucket_still_knows_it(cloud: Cloud) -> None:
    """Made at AWS, without a tag and without a state: as a kill between two requests leaves it."""
    cloud.set(faults=[{"command": "up", "times": 1, "stderr": "signal: killed"}])
    with pytest.raises(Failed):
        cloud.up()
    cloud.make_bucket()
    cloud.up()
    assert cloud.runs()[0][BUCKET] == "import"
    assert set(PARTS) <= set(cloud.runs()[0])


def test_a_lock_of_another_program_is_respected(cloud: Cloud) -> None:
    cloud.up()
    cloud.set(locks=1)
    with pytest.raises(Locked, match="another program is changing the cloud resources of my-mnemon"):
        cloud.up()
    assert len(cloud.runs()) == 1


def test_a_lock_that_a_killed_run_left_is_taken_away_by_whoever_is_alone(cloud: Cloud) -> None:
    cloud.up()
    cloud.set(locks=1)
    cloud.is_alone = True
    assert cloud.up().role_arn == ROLE_ARN
    assert sum("cancel" in call["arguments"] for call in cloud.calls()) == 1
    assert len(cloud.runs()) == 2


@pytest.mark.parametrize(
    ("stderr", "kind", "said"),
    [
        (
            "error: creating S3 Bucket (x): operation error S3: CreateBucket, https response error StatusCode: 403,"
            f" RequestID: 7Z, HostID: q/+=, api error AccessDenied: User: arn:aws:iam::1:user/{SECRET} is not"
            " authorized to perform: s3:CreateBucket on resource: x because no identity-based policy allows it",
            Refused,
            "AWS knows the credentials, and s3:CreateBucket is not allowed to them (AccessDenied)",
        ),
        (
            "error: creating S3 Bucket (x): operation error S3: CreateBucket, https response error StatusCode: 409,"
            " RequestID: 7Z, HostID: q/+=, BucketAlreadyExists: The requested bucket name is not available.",
            Refused,
            "the bucket acme-memories belongs to somebody else",
        ),
        ("error: No valid credential sources found.", Refused, "there are no credentials for AWS"),
        ("dial tcp: lookup sts.amazonaws.com: no such host", Unreachable, "do not answer"),
        (f"panic: what is {SECRET}", Failed, "Pulumi ended with an error"),
    ],
)
def test_what_aws_said_is_named_and_no_secret_is_repeated(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, stderr: str, kind: type[InfraError], said: str
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    cloud.set(faults=[{"command": "up", "times": 1, "stderr": stderr}])
    with pytest.raises(kind) as told:
        cloud.up()
    assert said in told.value.message
    assert told.value.hint
    everything = [told.value.message, told.value.hint, repr(told.value), *cloud.said]
    assert SECRET not in " ".join(everything)
    log = (cloud.folder / "last-run.log").read_text()
    assert stderr.replace(SECRET, "***") in log
    assert SECRET not in log


def test_a_bucket_that_cannot_be_had_is_refused_before_anything_is_made(cloud: Cloud) -> None:
    with pytest.raises(Refused, match="there is no bucket acme-memories"):
        cloud.up(replace(WANTED, adopt_bucket=True))
    assert cloud.runs() == []


def test_a_program_that_is_too_old_is_no_program(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_PULUMI_VERSION", "v2.0.0")
    with pytest.raises(CliMissing, match="too old or too new") as told:
        cloud.up()
    assert INSTALL_PAGE in told.value.hint


def test_a_program_that_does_not_start_is_no_program(cloud: Cloud, program_on_path: Path) -> None:
    program_on_path.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(CliMissing, match="does not start"):
        cloud.up()


def test_without_a_program_the_page_to_install_it_is_named(
    cloud: Cloud, program_on_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_on_path.unlink()
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CliMissing) as told:
        cloud.up()
    assert INSTALL_PAGE in told.value.hint
    assert "--install-pulumi" in told.value.hint
    assert told.value.exit_status == 4


def test_a_program_in_our_own_folder_is_used(
    cloud: Cloud, program_on_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = cloud.folder / "cli" / "bin" / "pulumi"
    ours.parent.mkdir(parents=True)
    program_on_path.rename(ours)
    monkeypatch.setenv("PATH", os.environ["PATH"].partition(os.pathsep)[2])
    assert find_cli(cloud.folder) == str(ours)
    assert cloud.up().role_arn == ROLE_ARN
    assert install_cli(cloud.folder, cloud.said.append) == str(ours)  # it is there


def test_a_download_that_fails_is_said(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    from urllib.error import URLError

    from pulumi.automation import _cmd

    def fail(url: str, path: str) -> None:
        raise URLError("no network in tests")

    monkeypatch.setattr(_cmd, "_download_to_file", fail)
    with pytest.raises(CliMissing, match="could not be fetched"):
        install_cli(cloud.folder / "other", cloud.said.append)
    assert "get.pulumi.com" in cloud.said[0]
