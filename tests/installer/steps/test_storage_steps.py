"""Where backups go to: the bucket at AWS with its role, the one at Tigris with its keys; refused, broken off, again."""

from __future__ import annotations

import json
import stat
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.fakes.fly.install import add_fault, calls, read_state
from tests.fakes.fly.state import State
from tests.installer.clouds import ACCOUNT, RecordingCloud, our_bucket, their_bucket
from tests.installer.near_fly import NearFly
from tests.s3 import Store, serving_s3

from mnemon_infra import InfraError
from mnemon_infra.nothing import NothingToDo
from mnemon_infra.run import PulumiInfra
from mnemon_infra.trouble import INSTALL_PAGE, CliMissing, ExtraMissing, named_refusal, no_credentials
from mnemon_installer.argv import fly as argv
from mnemon_installer.facts.app_notes import HASH, TOKEN
from mnemon_installer.facts.aws_regions import nearest_aws_region
from mnemon_installer.facts.cloud import default_bucket, infra_of, tigris_bucket, with_bucket
from mnemon_installer.facts.deployment import Deployment, Storage, known_storage
from mnemon_installer.facts.own_wheel import Wheel
from mnemon_installer.facts.storage_keys import SECRETS, created_path, keys_path, known_keys, printed_keys
from mnemon_installer.plan.plan import look_at
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed
from mnemon_installer.steps.create_app import CreateApp
from mnemon_installer.steps.create_storage import CreateStorage
from mnemon_installer.steps.ensure_infra import EnsureInfra
from mnemon_installer.steps.push_vault import PushVault
from mnemon_installer.steps.stage_secrets import StageSecrets
from mnemon_installer.steps.use_bucket import UseBucket
from mnemon_installer.steps.write_deploy_files import WriteDeployFiles
from mnemon_installer.ui.progress import download_progress
from mnemon_installer.world.dry import DryWorld
from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings, load_settings
from mnemon_server.sync.place import place_of
from mnemon_server.sync.session import open_bucket

APP, BUCKET = "my-mnemon", "acme-memories"
ARN = f"arn:aws:iam::{ACCOUNT}:role/mnemon-{APP}"
ALL_NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", *SECRETS)
NOWHERE = "https://fly.storage.tigris.dev"


@pytest.fixture
def world(home: Path, tmp_path: Path) -> NearFly:
    return NearFly(home, tmp_path)


@pytest.fixture(scope="module")
def s3() -> Iterator[Store]:
    with serving_s3() as store:
        yield store


def deployment(world: NearFly, storage: Storage, bucket: str = BUCKET) -> Deployment:
    settings = replace(load_settings(world.environment, world.home), bucket_from_environment=bucket)
    wheel = Wheel("mnemon_memory-0-py3-none-any.whl", b"wheel", "0")
    return Deployment(settings, world.program, APP, "personal", "ams", storage, "https://my-mnemon.fly.dev", wheel)


def with_app(world: NearFly, wanted: Deployment) -> Deployment:
    CreateApp(wanted).apply(world)
    return wanted


def config(settings: Settings) -> str:
    return settings.config_path.read_text(encoding="utf-8")


def obstacle(verdict: object) -> Blocked:
    assert isinstance(verdict, Blocked), verdict
    return verdict


class Aws:
    """The step, with what it said and what it asked of the cloud."""

    def __init__(self, world: NearFly, cloud: RecordingCloud | None = None, **changes: bool) -> None:
        self.world, self.cloud, self.said = world, cloud or RecordingCloud(), list[str]()
        self.wanted = replace(deployment(world, "aws"), **changes)
        self.step = EnsureInfra(self.wanted, self.cloud, self.said.append)

    @property
    def verdict(self) -> object:
        return look_at(self.step, self.world)

    def apply(self) -> None:
        assert self.verdict == Needed()
        self.step.apply(self.world)
        assert self.verdict == Done()


def test_bucket_and_role_are_made_once_and_noted(world: NearFly) -> None:
    aws = Aws(world)
    assert aws.verdict == Needed(), "before there is an app"
    with_app(world, aws.wanted)
    aws.apply()
    (made,) = aws.cloud.ensured
    assert (made.org_slug, made.region) == ("dev-of-the-tests", "eu-central-1"), "as tokens name it; near ams"
    assert not made.adopt_bucket
    assert aws.said == ["creating"]
    assert config(aws.wanted.settings) == f's3_bucket = "{BUCKET}"\n'
    assert known_storage(world, aws.wanted.settings, APP) == "aws"
    assert known_storage(world, aws.wanted.settings, "another") is None
    aws.cloud.missing = CliMissing()  # nobody needs it any more
    assert aws.verdict == Done()
    assert aws.cloud.asked[-1] == "look"


def test_the_server_is_told_its_role_and_gets_no_keys(world: NearFly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the-users-own-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-users-own-secret")
    aws = Aws(world)
    with_app(world, aws.wanted)
    aws.apply()
    WriteDeployFiles(aws.wanted, "").apply(world)
    fly_toml = aws.wanted.fly_toml.read_text(encoding="utf-8")
    assert f'AWS_ROLE_ARN = "{ARN}"' in fly_toml
    assert 'AWS_REGION = "eu-central-1"' in fly_toml
    StageSecrets(aws.wanted).apply(world)
    assert set(read_state(world.state)["apps"][APP]["secrets"]) == {TOKEN, HASH}


def test_keys_that_would_shadow_the_role_are_named(world: NearFly) -> None:
    wanted = with_app(world, deployment(world, "aws"))
    world.run(argv.stage_secrets(world.program, APP), input='AWS_ACCESS_KEY_ID="a"\nAWS_SECRET_ACCESS_KEY="b"\n')
    verdict = obstacle(StageSecrets(wanted).check(world))
    assert verdict.hint == f"fly secrets unset -a {APP} --stage AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"


def test_a_run_that_was_broken_off_is_not_taken_for_whole(world: NearFly) -> None:
    aws = Aws(world, RecordingCloud(breaks=KeyboardInterrupt(), buckets={BUCKET: our_bucket("eu-central-1")}))
    with_app(world, aws.wanted)
    with pytest.raises(KeyboardInterrupt):
        aws.step.apply(world)
    aws.cloud.breaks = None
    aws.apply()
    assert len(aws.cloud.ensured) == 2


def test_a_bucket_of_the_users_own_is_only_looked_up_and_what_it_lacks_is_said_once(world: NearFly) -> None:
    aws = Aws(world, RecordingCloud(buckets={BUCKET: their_bucket("us-west-2")}))
    with_app(world, aws.wanted)
    aws.apply()
    (made,) = aws.cloud.ensured
    assert (made.adopt_bucket, made.harden, made.region) == (True, False, "us-west-2"), "it stays where it is"
    assert len([line for line in aws.said if "--harden-bucket" in line]) == 2
    assert 'AWS_REGION = "us-west-2"' in WriteDeployFiles(aws.wanted, "")._fly_toml(world)
    hardened = Aws(world, aws.cloud, hardens=True)
    hardened.apply()
    assert aws.cloud.ensured[-1].harden
    assert hardened.said == ["creating"]
    assert aws.verdict == Done(), "whoever does not say it again gets it not undone"


@pytest.mark.parametrize(
    ("trouble", "says", "hint", "status"),
    [
        (no_credentials(), "no credentials for AWS", "aws sts get-caller-identity", 4),
        (named_refusal("AccessDenied", BUCKET), "may not do this", "administrator", 4),
        (named_refusal("InvalidClientTokenId", BUCKET), "does not take the credentials", "aws configure", 4),
    ],
    ids=["none", "no rights", "unknown"],
)
def test_a_refusal_is_said_before_anything_is_made(
    world: NearFly, trouble: InfraError, says: str, hint: str, status: int
) -> None:
    aws = Aws(world, RecordingCloud(trouble=trouble))
    verdict = obstacle(aws.verdict)
    assert says in verdict.reason
    assert hint in verdict.hint
    assert verdict.exit_status == status
    assert aws.cloud.ensured == []


def test_a_foreign_bucket_is_nobodys_to_use(world: NearFly) -> None:
    foreign = replace(their_bucket(""), is_mine=False)
    verdict = obstacle(Aws(world, RecordingCloud(buckets={BUCKET: foreign})).verdict)
    assert "belongs to somebody else" in verdict.reason
    assert verdict.hint == "take another name: --bucket NAME"


def test_pulumis_program_is_fetched_only_where_that_was_agreed_to(world: NearFly) -> None:
    aws = Aws(world, RecordingCloud(missing=CliMissing()))
    verdict = obstacle(aws.verdict)
    assert (INSTALL_PAGE in verdict.hint, verdict.exit_status) == (True, 4)
    agreed = Aws(world, aws.cloud, installs_pulumi=True)
    with_app(world, agreed.wanted)
    agreed.apply()
    assert aws.cloud.asked.count("fetch") == 1
    assert agreed.said == ["fetching Pulumi's program", "creating"]


def test_a_missing_extra_is_the_users_to_install(world: NearFly) -> None:
    aws = Aws(world, RecordingCloud(missing=ExtraMissing("pulumi")), installs_pulumi=True)
    verdict = obstacle(aws.verdict)
    assert (verdict.hint, verdict.exit_status) == ('pip install "mnemon-memory[server]"', 4)


def test_what_pulumi_takes_is_looked_for_before_it_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pulumi", None)
    with pytest.raises(ExtraMissing, match="the Python package pulumi is not installed"):
        PulumiInfra(tmp_path).require()


def test_another_store_in_the_settings_is_not_mixed_up_with_aws(world: NearFly) -> None:
    settings = deployment(world, "aws").settings
    settings.folder.mkdir()
    settings.config_path.write_text('s3_endpoint = "https://fly.storage.tigris.dev"\n')
    assert "s3_endpoint" in obstacle(Aws(world).verdict).hint


def test_who_does_it_depends_on_the_store(world: NearFly) -> None:
    aws = infra_of(deployment(world, "aws"))
    assert isinstance(aws, PulumiInfra)
    assert aws.folder == world.home / ".mnemon" / "pulumi"
    assert aws.setting.is_alone
    assert isinstance(infra_of(deployment(world, "tigris")), NothingToDo)


def test_names_of_buckets_are_stable_and_fit(world: NearFly) -> None:
    assert default_bucket(APP, ACCOUNT) == default_bucket(APP, ACCOUNT) == "mnemon-my-mnemon-2a33349e"
    assert default_bucket(APP, "another") != default_bucket(APP, ACCOUNT)
    longest = ["a" * 62 + "b", "a" * 62 + "c"]
    for name in (lambda app: default_bucket(app, ACCOUNT), tigris_bucket):
        names = {name(app) for app in longest}
        assert len(names) == 2
        assert {len(each) for each in names} == {63}
    unnamed = deployment(world, "aws", "")
    assert with_bucket(unnamed, RecordingCloud()).settings.bucket == default_bucket(APP, ACCOUNT)
    assert with_bucket(deployment(world, "tigris", ""), NothingToDo()).settings.bucket == "my-mnemon-vault"
    assert with_bucket(deployment(world, "tigris"), NothingToDo()).settings.bucket == BUCKET


def test_a_region_of_aws_near_one_of_flys() -> None:
    assert [nearest_aws_region(code) for code in ("ams", "nrt", "new")] == [
        "eu-central-1",
        "ap-northeast-1",
        "us-east-1",
    ]


# --- Tigris -----------------------------------------------------------------------------------------------------


def make(world: NearFly, wanted: Deployment) -> CreateStorage:
    step = CreateStorage(wanted)
    assert step.check(world) == Needed()
    step.apply(world)
    assert step.check(world) == Done()
    return step


def test_a_bucket_at_tigris_is_made_once_and_its_keys_kept(world: NearFly) -> None:
    wanted = with_app(world, deployment(world, "tigris"))
    step = make(world, wanted)
    kept = keys_path(wanted.settings)
    keys = known_keys(world, wanted.settings)
    assert keys is not None
    assert (keys.bucket, keys.endpoint, keys.region) == (BUCKET, NOWHERE, "auto")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert not created_path(wanted).exists()
    assert set(tomllib_of(config(wanted.settings)).items()) == {("s3_bucket", BUCKET), ("s3_endpoint", NOWHERE)}
    assert known_storage(world, wanted.settings, APP) == "tigris"
    app = read_state(world.state)["apps"][APP]["secrets"]
    assert {name: secret["value"] for name, secret in app.items()} == secrets(world, wanted)
    assert keys.secret not in repr((step, keys, calls(world.state)))
    assert created(world) == 1


def test_the_app_keeps_flys_own_keys_and_fly_toml_names_no_store(
    world: NearFly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-something-else")
    wanted = with_app(world, replace(deployment(world, "tigris"), endpoint="https://other.example", storage_region="x"))
    make(world, wanted)
    StageSecrets(wanted).apply(world)
    assert StageSecrets(wanted).check(world) == Done()
    app = read_state(world.state)["apps"][APP]["secrets"]
    assert set(app) == {TOKEN, HASH, *SECRETS}
    assert app["AWS_ACCESS_KEY_ID"]["value"].startswith("tid_")
    fly_toml = WriteDeployFiles(wanted, "")._fly_toml(world)
    assert "AWS_" not in fly_toml
    assert f'MNEMON_S3_BUCKET = "{BUCKET}"' in fly_toml


@pytest.mark.parametrize("when", ["secrets lack", "all is done", "kept, and not removed"])
def test_killed_after_the_keys_were_printed_the_next_run_goes_on(world: NearFly, when: str) -> None:
    wanted = with_app(world, deployment(world, "tigris"))
    world.run(argv.create_storage(world.program, APP, "personal", BUCKET), keep=created_path(wanted))
    printed = created_path(wanted).read_text(encoding="utf-8")
    if when == "secrets lack":
        with State(world.state).change() as data:
            data["apps"][APP]["secrets"] = {}
    if when == "kept, and not removed":
        make(world, wanted)
        created_path(wanted).write_text(printed)
    make(world, wanted)
    assert created(world) == 1
    assert not created_path(wanted).exists()
    assert set(read_state(world.state)["apps"][APP]["secrets"]) == set(SECRETS)


@pytest.mark.parametrize("printed", ["", "Your Tigris project is ready\nAWS_ACCESS_KEY_ID: tid_x\nAWS_SECRET_ACC"])
def test_lost_keys_are_named_with_what_to_do(world: NearFly, printed: str) -> None:
    wanted = with_app(world, deployment(world, "tigris"))
    world.run(argv.create_storage(world.program, APP, "personal", BUCKET))
    if printed:
        created_path(wanted).parent.mkdir(parents=True)
        created_path(wanted).write_text(printed)
    verdict = obstacle(CreateStorage(wanted).check(world))
    assert "shows only once" in verdict.reason
    assert f"fly storage destroy {BUCKET}" in verdict.hint
    assert "--storage s3" in verdict.hint
    with State(world.state).change() as data:  # destroyed; the app's secrets stay until somebody unsets them
        del data["buckets"][BUCKET]
        data["apps"][APP]["secrets"] = {}
    make(world, wanted)


def test_killed_before_fly_had_made_anything_it_is_made(world: NearFly) -> None:
    wanted = with_app(world, deployment(world, "tigris"))
    created_path(wanted).parent.mkdir(parents=True)
    created_path(wanted).touch()
    make(world, wanted)


def test_a_call_that_fails_after_its_effect_is_as_good(world: NearFly) -> None:
    wanted = with_app(world, deployment(world, "tigris"))
    add_fault(world.state, "storage create", 1, "fail_after", "Error: something went wrong")
    make(world, wanted)
    assert created(world) == 1


def test_a_name_that_is_somebody_elses_leaves_nothing(world: NearFly) -> None:
    wanted = with_app(world, deployment(world, "tigris", "taken-name"))
    with pytest.raises(Exception, match="somebody else has a bucket at Tigris called taken-name"):
        CreateStorage(wanted).apply(world)
    assert not created_path(wanted).exists()
    assert known_storage(world, wanted.settings, APP) is None
    make(world, replace(wanted, settings=replace(wanted.settings, bucket_from_environment=BUCKET)))


def test_a_refusal_is_flys_own_and_no_bucket_is_noted(world: NearFly) -> None:
    wanted = with_app(world, deployment(world, "tigris"))
    add_fault(world.state, "storage create", 1, "fail", "Error: please add a payment method")
    with pytest.raises(Exception, match="Fly wants a payment method"):
        CreateStorage(wanted).apply(world)
    assert not wanted.settings.config_path.exists()


def test_a_fly_that_prints_no_keys_is_found_out(world: NearFly, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = with_app(world, deployment(world, "tigris"))
    monkeypatch.setattr("tests.fakes.fly.storage.SHOWS_VALUES", False)  # as older ones did
    with pytest.raises(StepFailed, match="shows only once"):
        CreateStorage(wanted).apply(world)


def test_an_app_that_was_made_anew_gets_the_bucket_of_the_former(world: NearFly) -> None:
    wanted = with_app(world, deployment(world, "tigris"))
    make(world, wanted)
    world.run(argv.destroy_app(world.program, APP))
    with_app(world, wanted)
    make(world, wanted)
    assert created(world) == 1
    app = read_state(world.state)["apps"][APP]["secrets"]
    assert {name: secret["value"] for name, secret in app.items()} == secrets(world, wanted)


def test_a_redeploy_does_without_keys_that_only_the_server_has(world: NearFly) -> None:
    wanted = with_app(world, deployment(world, "tigris"))
    make(world, wanted)
    keys_path(wanted.settings).unlink()
    assert "shows only once" in obstacle(CreateStorage(wanted).check(world)).reason
    on_the_web = replace(wanted, settings=replace(wanted.settings, remote=wanted.url))
    assert CreateStorage(on_the_web).check(world) == Done()


def test_keys_of_another_bucket_are_not_written_over(world: NearFly) -> None:
    wanted = with_app(world, deployment(world, "tigris"))
    make(world, wanted)
    verdict = obstacle(CreateStorage(deployment(world, "tigris", "second")).check(world))
    assert verdict.hint == f"--bucket {BUCKET}"
    assert "at Tigris" in obstacle(Aws(world).verdict).reason, "nor asked for at AWS by the same name"


def test_before_there_is_a_bucket_nobody_is_asked_for_backups(world: NearFly) -> None:
    wanted = deployment(world, "tigris")
    client = InProcess(wanted.settings, "test")
    client.call("save", title="tea", content="all about tea")
    client.close()
    dry = DryWorld(world)
    for step in (CreateApp(wanted), CreateStorage(wanted), PushVault(wanted, download_progress)):
        assert look_at(step, dry) == Needed()
        step.apply(dry)
    assert read_state(world.state)["apps"] == read_state(world.state)["buckets"] == {}
    assert not keys_path(wanted.settings).exists()


def test_syncs_use_the_buckets_own_keys_whatever_the_environment_says(
    home: Path, tmp_path: Path, s3: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = NearFly(home, tmp_path, {"FAKEFLY_S3_ENDPOINT": s3.url})
    wanted = with_app(world, deployment(world, "tigris", "a-bucket-of-its-own"))
    client = InProcess(wanted.settings, "test")
    client.call("save", title="tea", content="all about tea")
    client.close()
    make(world, wanted)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://elsewhere.example")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-work")
    push = PushVault(wanted, download_progress)
    assert push.check(world) == Needed()
    push.apply(world)
    assert push.check(world) == Done()
    assert "mnemon/default/manifest.json" in s3.keys("a-bucket-of-its-own")
    client.call("save", title="milk", content="all about milk")  # as clients go on doing
    client.close()
    assert push.check(world) == Done()
    monkeypatch.setattr(type(world), "now", lambda _: datetime.now(UTC) + timedelta(minutes=11))
    assert push.check(world) == Needed()
    monkeypatch.setenv("AWS_PROFILE", "of-work")  # which nobody has set up
    with closing(open_bucket(place_of(wanted.settings))) as bucket:
        assert f"http://{bucket.where}" == s3.url
    keys_path(wanted.settings).write_text('{"bucket": 1}')
    assert "cannot be read" in obstacle(look_at(CreateStorage(wanted), world)).reason
    assert "cannot be read" in obstacle(look_at(UseBucket(replace(wanted, storage="s3")), world)).reason


def test_what_fly_prints_is_read_whole_or_not_at_all() -> None:
    lines = [f"{name}: value-of-{name}" for name in SECRETS]
    whole = "Your Tigris project (x) is ready. See: https://fly.io/docs\n\nSetting the following:\n" + "\n".join(lines)
    keys = printed_keys(f"{whole}\n")
    assert keys is not None
    assert (keys.bucket, keys.secret) == ("value-of-BUCKET_NAME", "value-of-AWS_SECRET_ACCESS_KEY")
    assert printed_keys(whole) is None, "the last value may have been cut"
    assert printed_keys("\n".join(SECRETS) + "\n") is None
    no_region = printed_keys("".join(f"{line}\n" for line in lines if not line.startswith("AWS_REGION")))
    assert no_region is not None
    assert no_region.region == "auto"


def secrets(world: NearFly, wanted: Deployment) -> dict[str, str]:
    told = json.loads(keys_path(wanted.settings).read_text(encoding="utf-8"))
    return dict(zip(SECRETS, (told[key] for key in ("bucket", "endpoint", "region", "key_id", "secret")), strict=True))


def created(world: NearFly) -> int:
    return sum(call["argv"][:2] == ["storage", "create"] for call in calls(world.state))


def tomllib_of(text: str) -> dict[str, object]:
    return tomllib.loads(text)
