"""Which region of AWS is near one of Fly's: the server sends its backups there, and brings the vault from there."""

from __future__ import annotations

_DEFAULT = "us-east-1"
# Only regions that every account of AWS has from the start.
_NEAREST = {
    "us-east-1": "atl bog bos ewr iad mia",
    "us-east-2": "den dfw ord qro",
    "us-west-1": "gdl lax phx sjc",
    "us-west-2": "sea",
    "ca-central-1": "yul yyz",
    "sa-east-1": "eze gig gru scl",
    "eu-west-1": "jnb",
    "eu-west-2": "lhr",
    "eu-west-3": "cdg mad",
    "eu-central-1": "ams fra otp waw",
    "eu-north-1": "arn",
    "ap-south-1": "bom del maa",
    "ap-southeast-1": "hkg sin",
    "ap-southeast-2": "syd",
    "ap-northeast-1": "nrt",
}
_OF = {fly: aws for aws, near in _NEAREST.items() for fly in near.split()}


def nearest_aws_region(fly_region: str) -> str:
    """The region of AWS for an app in `fly_region`, where nothing else says which."""
    return _OF.get(fly_region, _DEFAULT)
