"""What is made, what is taken into care, what is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mnemon_infra import Found, InfraError, Wanted
from mnemon_infra.adopting import BUCKET, LIFECYCLE, OWNERSHIP, PARTS, PRIVACY, PROVIDER, ROLE, TLS, VERSIONING, decided
from mnemon_infra.trouble import Refused

REGION = "eu-central-1"
PROVIDER_ARN = "arn:aws:iam::123456789012:oidc-provider/oidc.fly.io/acme"
ROLE_ARN = "arn:aws:iam::123456789012:role/mnemon-my-mnemon"
NOTHING = Found(bucket_exists=False)
THEIRS = Found(bucket_exists=True, is_mine=True, region=REGION)
BARE = Found(
    bucket_exists=True,
    is_mine=True,
    region=REGION,
    is_versioned=False,
    is_public_blocked=False,
    encryption="AES256",
    has_policy=False,
    has_lifecycle=False,
)
OURS = Found(bucket_exists=True, is_mine=True, region=REGION, is_made_by_us=True)
ALL = frozenset({BUCKET, ROLE, PROVIDER, *PARTS})


def wanted(adopt: bool = False, harden: bool = False, arn: str | None = None) -> Wanted:
    return Wanted("my-mnemon", "acme", "acme-memories", REGION, adopt, harden, arn)


def test_what_is_not_there_is_made() -> None:
    ways = decided(wanted(), NOTHING, ())
    assert (ways.bucket, ways.role, ways.provider_arn, ways.parts) == ("create", "create", "", PARTS)
    assert not ways.adopts


def test_a_bucket_that_was_there_is_left_alone() -> None:
    for adopt in (True, False):
        ways = decided(wanted(adopt), BARE, ())
        assert (ways.bucket, ways.parts) == ("look-up", frozenset())
        assert not ways.adopts


def test_a_bucket_that_was_there_gets_what_it_lacks_when_told_so() -> None:
    ways = decided(wanted(True, harden=True), BARE, ())
    assert (ways.bucket, ways.is_ours) == ("import", False)
    assert ways.parts == {VERSIONING, PRIVACY, TLS, LIFECYCLE}
    again = decided(wanted(True, harden=True), THEIRS, ())  # its settings may not be looked at
    assert again.parts == frozenset()


def test_a_policy_and_rules_of_the_users_own_are_not_replaced() -> None:
    own = replace(BARE, has_policy=True, has_lifecycle=True)
    assert decided(wanted(True, harden=True), own, ()).parts == {VERSIONING, PRIVACY}
    ours = decided(wanted(True, harden=True), own, {BUCKET, TLS, LIFECYCLE, VERSIONING, PRIVACY})
    assert ours.bucket == "create"  # as Pulumi knows it
    assert ours.parts == {VERSIONING, PRIVACY, TLS, LIFECYCLE}  # those that we have set stay ours
    assert OWNERSHIP not in ours.parts


def test_what_the_state_holds_is_declared_as_ever() -> None:
    there = replace(OURS, role_arn=ROLE_ARN, provider_arn=PROVIDER_ARN)
    ways = decided(wanted(), there, ALL)
    assert (ways.bucket, ways.role, ways.provider_arn, ways.parts) == ("create", "create", "", PARTS)


def test_a_lost_state_makes_nothing_twice() -> None:
    there = replace(OURS, role_arn=ROLE_ARN, provider_arn=PROVIDER_ARN)
    ways = decided(wanted(), there, ())
    assert (ways.bucket, ways.role, ways.provider_arn, ways.parts) == ("import", "import", PROVIDER_ARN, PARTS)
    assert ways.adopts
    assert (ways.settled.bucket, ways.settled.role, ways.settled.adopts) == ("create", "create", False)


def test_a_second_app_shares_the_identity_provider() -> None:
    assert decided(wanted(), replace(NOTHING, provider_arn=PROVIDER_ARN), ()).provider_arn == PROVIDER_ARN
    assert decided(wanted(arn=PROVIDER_ARN), NOTHING, ()).provider_arn == PROVIDER_ARN


@pytest.mark.parametrize(
    ("found", "adopt", "said", "hint"),
    [
        (Found(bucket_exists=True, is_mine=False), False, "belongs to somebody else", "--bucket NAME"),
        (NOTHING, True, "there is no bucket acme-memories", "create it"),
        (
            Found(bucket_exists=True, is_mine=True, region="us-east-1"),
            True,
            "acme-memories is in us-east-1, and not in eu-central-1",
            "AWS_REGION=us-east-1",
        ),
        (
            Found(bucket_exists=False, provider_arn=PROVIDER_ARN, provider_knows_aws=False),
            False,
            "does not know the audience sts.amazonaws.com",
            f"--open-id-connect-provider-arn {PROVIDER_ARN}",
        ),
    ],
)
def test_what_cannot_be_had_is_said_with_a_way_out(found: Found, adopt: bool, said: str, hint: str) -> None:
    with pytest.raises(Refused) as refusal:
        decided(wanted(adopt), found, ())
    assert isinstance(refusal.value, InfraError)
    assert said in refusal.value.message
    assert hint in refusal.value.hint
