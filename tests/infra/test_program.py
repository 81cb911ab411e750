"""The Pulumi program under Pulumi's own mocks, with a monitor that sees what mocks do not: protect, retain, import."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from mnemon_infra import BadInput, Wanted
from mnemon_infra.adopting import BUCKET, LIFECYCLE, PARTS, PRIVACY, PROVIDER, ROLE, ROLE_POLICY, TLS, Ways
from mnemon_infra.policies import machine_policy, tls_only_policy, trust_policy
from mnemon_infra.program import SUPERSEDED, program
from mnemon_server.sync import retention

pytestmark = [pytest.mark.pulumi, pytest.mark.filterwarnings("ignore::DeprecationWarning")]  # pulumi_aws's own names
pulumi = pytest.importorskip("pulumi", reason="the extra [server] is not installed")
pytest.importorskip("pulumi_aws", reason="the extra [server] is not installed")
from pulumi.runtime import mocks  # noqa: E402  only where there is Pulumi

WANTED = Wanted("my-mnemon", "acme", "acme-memories", "eu-central-1")
PROVIDER_ARN = "arn:aws:iam::123456789012:oidc-provider/oidc.fly.io/acme"


@dataclass
class Declared:
    """A resource: its type, its inputs, and the request that registered it."""

    kind: str
    inputs: dict[str, Any]
    request: Any = None


@dataclass
class Cloud(mocks.Mocks):
    """Gives each resource an id and an ARN, and notes it."""

    resources: dict[str, Declared] = field(default_factory=dict)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.resources[args.name] = Declared(args.typ, dict(args.inputs))
        arns = {PROVIDER: PROVIDER_ARN, ROLE: f"arn:aws:iam::123456789012:role/{args.inputs.get('name')}"}
        return f"{args.name}-id", {**args.inputs, "arn": arns.get(args.name, "")}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], None]:
        return {}, None


class Monitor(mocks.MockMonitor):
    """Notes what a resource is registered with."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.requests: list[Any] = []

    def RegisterResource(self, request: Any) -> Any:
        self.requests.append(request)
        return super().RegisterResource(request)


def declared(wanted: Wanted, ways: Ways | None = None) -> dict[str, Declared]:
    cloud = Cloud()
    monitor = Monitor(cloud)
    pulumi.runtime.set_mocks(cloud, project="mnemon", stack="test", preview=False, monitor=monitor)
    pulumi.runtime.test(program(wanted, ways))()
    for request in monitor.requests:
        if request.name in cloud.resources:
            cloud.resources[request.name].request = request
    return {name: found for name, found in cloud.resources.items() if not found.kind.startswith("pulumi:")}


def test_a_new_bucket_is_versioned_encrypted_private_and_tls_only() -> None:
    made = declared(WANTED)
    assert made.keys() == {BUCKET, *PARTS, PROVIDER, ROLE, ROLE_POLICY}
    assert made[BUCKET].kind == "aws:s3/bucket:Bucket"
    assert made[BUCKET].inputs == {"bucket": "acme-memories", "forceDestroy": False, "tags": {"mnemon": "backups"}}
    assert made["vault-versioning"].inputs["versioningConfiguration"] == {"status": "Enabled"}
    [rule] = made["vault-encryption"].inputs["rules"]
    assert rule == {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}, "bucketKeyEnabled": True}
    assert made["vault-ownership"].inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    doors = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert all(made[PRIVACY].inputs[door] is True for door in doors)
    assert json.loads(made[TLS].inputs["policy"]) == tls_only_policy("acme-memories")
    assert all(made[part].inputs["bucket"] == "acme-memories" for part in PARTS)


def test_the_policy_waits_for_the_public_access_block() -> None:
    made = declared(WANTED)
    assert any(urn.endswith(f"::{PRIVACY}") for urn in made[TLS].request.dependencies)


def test_superseded_snapshots_go_with_the_next_round_and_former_versions_after_90_days() -> None:
    assert retention.TAG == SUPERSEDED  # the server puts on what the rule looks for
    assert declared(WANTED)[LIFECYCLE].inputs["rules"] == [
        {
            "id": "mnemon-superseded-snapshots",
            "status": "Enabled",
            "filter": {"and": {"prefix": "mnemon/", "tags": {"mnemon": "superseded"}}},
            "expiration": {"days": 1},
            "noncurrentVersionExpiration": {"noncurrentDays": 90},
        },
        {
            "id": "mnemon-former-versions",
            "status": "Enabled",
            "filter": {"prefix": "mnemon/"},
            "expiration": {"expiredObjectDeleteMarker": True},
            "noncurrentVersionExpiration": {"noncurrentDays": 90, "newerNoncurrentVersions": 10},
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        },
    ]


def test_nothing_that_holds_memories_is_ever_destroyed() -> None:
    made = declared(WANTED)
    assert made[BUCKET].request.protect
    assert made[BUCKET].inputs["forceDestroy"] is False
    for name in (BUCKET, *PARTS, PROVIDER):
        assert made[name].request.retainOnDelete, name
    assert all(not found.request.importId for found in made.values())


def test_the_role_is_for_machines_of_the_app_and_for_the_vault_only() -> None:
    made = declared(replace(WANTED, vault="work"))
    assert made[PROVIDER].inputs == {"url": "https://oidc.fly.io/acme", "clientIdLists": ["sts.amazonaws.com"]}
    assert made[ROLE].inputs["name"] == "mnemon-my-mnemon"
    assert json.loads(made[ROLE].inputs["assumeRolePolicy"]) == trust_policy(PROVIDER_ARN, WANTED)
    assert json.loads(made[ROLE_POLICY].inputs["policy"]) == machine_policy(replace(WANTED, vault="work"))
    assert "acme-memories/mnemon/work/*" in made[ROLE_POLICY].inputs["policy"]


def test_an_identity_provider_that_is_there_is_used() -> None:
    made = declared(replace(WANTED, existing_oidc_provider_arn=PROVIDER_ARN))
    assert PROVIDER not in made
    assert json.loads(made[ROLE].inputs["assumeRolePolicy"]) == trust_policy(PROVIDER_ARN, WANTED)


def test_a_bucket_that_was_there_is_not_managed_at_all() -> None:
    made = declared(replace(WANTED, adopt_bucket=True))
    assert made.keys() == {PROVIDER, ROLE, ROLE_POLICY}
    assert json.loads(made[ROLE_POLICY].inputs["policy"]) == machine_policy(WANTED)


def test_a_bucket_that_is_to_be_hardened_is_imported_with_its_tags_untouched() -> None:
    made = declared(replace(WANTED, adopt_bucket=True, harden=True))
    request = made[BUCKET].request
    assert (request.importId, request.protect, request.retainOnDelete) == ("acme-memories", True, True)
    assert "tags" not in made[BUCKET].inputs
    assert "tags" in request.ignoreChanges
    assert "vault-ownership" not in made
    settled = declared(WANTED, Ways("create", frozenset({TLS}), is_ours=False))
    assert settled[BUCKET].request.importId == ""
    assert list(settled[BUCKET].request.ignoreChanges) == ["tags"]
    assert settled.keys() & PARTS == {TLS}


def test_after_a_lost_state_bucket_and_role_are_imported_as_they_are() -> None:
    ways = Ways("import", role="import", provider_arn=PROVIDER_ARN)
    made = declared(WANTED, ways)
    assert made[BUCKET].request.importId == "acme-memories"
    assert made[ROLE].request.importId == "mnemon-my-mnemon"
    assert "assumeRolePolicy" in made[ROLE].request.ignoreChanges
    after = declared(WANTED, ways.settled)
    assert all(not found.request.importId and not list(found.request.ignoreChanges) for found in after.values())


def test_it_asks_the_region_that_is_wanted() -> None:
    cloud = Cloud()
    pulumi.runtime.set_mocks(cloud, project="mnemon", stack="test", preview=False)
    pulumi.runtime.test(program(WANTED))()
    assert cloud.resources["aws"].inputs["region"] == "eu-central-1"


def test_what_aws_cannot_have_is_refused_before_pulumi_starts() -> None:
    with pytest.raises(BadInput):
        program(replace(WANTED, region="auto"))
