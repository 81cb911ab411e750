"""`fly storage create`, `list`: a bucket, and its keys as secrets of the app. They are shown once."""

from __future__ import annotations

from tests.fakes.fly import secrets
from tests.fakes.fly.call import Call
from tests.fakes.fly.state import app_of, new_id
from tests.fakes.fly.trouble import Trouble, not_interactive

SHOWS_VALUES = True  # of what becomes secrets of an app; older ones name them only
_TIGRIS = "https://fly.storage.tigris.dev"


def create(call: Call) -> None:
    bucket = call.flags.text("name")
    if not bucket:
        raise not_interactive("name")
    has_app = bool(call.flags.text("app") or call.environment.get("FLY_APP") or call.config_path)
    name, endpoint = call.app_name() if has_app else "", call.environment.get("FAKEFLY_S3_ENDPOINT", "")
    with call.state.change() as data:
        org = app_of(data, name)["org"] if name else call.org(data)
        if bucket in data["buckets"] or bucket in data["foreign_apps"]:
            raise Trouble("Validation failed: Name has already been taken")
        data["buckets"][bucket] = {"org": org, "app": name}
    keys = {
        "AWS_ACCESS_KEY_ID": f"tid_{new_id(20)}",
        "AWS_ENDPOINT_URL_S3": endpoint or _TIGRIS,
        "AWS_REGION": "auto",
        "AWS_SECRET_ACCESS_KEY": f"tsec_{new_id(40)}",
        "BUCKET_NAME": bucket,
    }
    if endpoint:
        _make_bucket(keys)
    call.say(f"Your Tigris project ({bucket}) is ready. See details and next steps with: https://fly.io/docs/tigris/\n")
    first = (
        f"Setting the following secrets on {name}:"
        if name
        else "Set one or more of the following secrets on your target app."
    )
    shown = keys if name and not SHOWS_VALUES else [f"{key}: {value}" for key, value in keys.items()]
    call.say("\n".join((first, *shown, "")))
    if name:
        secrets.set_all(call, name, keys)


def list_buckets(call: Call) -> None:
    wish = call.flags.text("org")
    buckets = sorted(call.state.read()["buckets"].items())
    call.say("NAME\tORG")
    for name, bucket in buckets:
        if wish in ("", bucket["org"]):
            call.say(f"{name}\t{bucket['org']}")


def _make_bucket(keys: dict[str, str]) -> None:
    import boto3  # slow to import, and only this command needs it

    client = boto3.client(
        "s3",
        endpoint_url=keys["AWS_ENDPOINT_URL_S3"],
        region_name="us-east-1",
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
    )
    client.create_bucket(Bucket=keys["BUCKET_NAME"])
