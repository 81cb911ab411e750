"""What AWS has already of what is wanted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """None, and an empty text, is: not known. Nobody asked, or these credentials may not see it.

    Attributes:
        account: the AWS account that the credentials belong to.
        bucket_exists: somewhere, of somebody.
        is_mine: the credentials may use it.
        region: where it is.
        is_made_by_us: it carries our tag, or we had begun to make it.
        encryption: the algorithm new objects are encrypted with by default; empty for none.
        has_policy, has_lifecycle: it has a policy, or rules of expiry, that may be the user's own.
        role_arn: the role of the app.
        provider_arn: Fly's identity provider for the organization.
        provider_knows_aws: it takes tokens that are meant for AWS.
    """

    account: str = ""
    bucket_exists: bool | None = None
    is_mine: bool | None = None
    region: str = ""
    is_made_by_us: bool = False
    is_versioned: bool | None = None
    is_public_blocked: bool | None = None
    encryption: str | None = None
    has_policy: bool | None = None
    has_lifecycle: bool | None = None
    role_arn: str = ""
    provider_arn: str = ""
    provider_knows_aws: bool = True

    @property
    def role_exists(self) -> bool:
        return bool(self.role_arn)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a bucket that was there before lacks, a sentence each."""
        lacks = {
            "it keeps no former versions of an object: whoever overwrites one, or deletes it, does so for good": (
                self.is_versioned
            ),
            "it may be opened to the public: public access is not blocked": self.is_public_blocked,
        }
        return tuple(sentence for sentence, has in lacks.items() if has is False)
