"""fly.toml: ours when there is none; when there is one, our keys in it and everything else as the user left it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mnemon_installer.edits.lines import BOM, newline_near, with_block_at_end, with_newlines
from mnemon_installer.edits.paths import Place, changed, is_same
from mnemon_installer.edits.toml import NotToml, TomlDocument
from mnemon_installer.edits.toml_pairs import with_pair
from mnemon_installer.edits.toml_parts import parts_of
from mnemon_installer.edits.toml_values import render_pair, render_value
from mnemon_templates import fill

_Data = Mapping[str, Any]  # Any: TOML values


@dataclass(frozen=True)
class FlyFile:
    """What of fly.toml is ours. None of it is secret.

    Attributes:
        app: the Fly app.
        region: Fly's, where the volume is.
        public_url: where the server is reached: `https://my-mnemon.fly.dev`.
        bucket: where its backups go.
        vault: under which name.
        storage_region, role_arn, endpoint: of the bucket; each empty where it does not apply.
        deployed_by: the id of the machine whose vault it gets.
        volume: the name that Fly has for it.
    """

    app: str
    region: str
    public_url: str
    bucket: str
    vault: str = "default"
    storage_region: str = ""
    role_arn: str = ""
    endpoint: str = ""
    deployed_by: str = ""
    volume: str = "mnemon_data"
    dockerfile: str = "Dockerfile"
    port: int = 8080

    @property
    def env(self) -> dict[str, str]:
        """What stands under `[env]`, in this order. A name of ours that is not in it goes from a file that has it."""
        return {name: value for name, value in self._names.items() if value}

    @property
    def _names(self) -> dict[str, str]:
        return {
            "MNEMON_VAULT_DIR": "/data",
            "MNEMON_PUBLIC_URL": self.public_url,
            "MNEMON_S3_BUCKET": self.bucket,
            "MNEMON_VAULT_NAME": self.vault,
            "MNEMON_DEPLOYED_BY": self.deployed_by,
            "AWS_REGION": self.storage_region,
            "AWS_ROLE_ARN": self.role_arn,
            "AWS_ENDPOINT_URL_S3": self.endpoint,
        }

    @property
    def left_out(self) -> tuple[str, ...]:
        return tuple(name for name, value in self._names.items() if not value)


def rendered(old: str | None, ours: FlyFile) -> str:
    """The text of fly.toml.

    A text that is there gets our keys where it says something else, and loses none of its bytes otherwise: sizes,
    limits, names of the user's own, comments, order, line ends. The second time nothing changes. A section of ours that
    is gone comes back as it was at first, but for `http_service` where the user has `services` in its place.

    Raises:
        NotToml: `old` cannot be read, with its line; or something in it is not the table that it has to be.
    """
    fresh = _fresh(ours)
    if old is None or not old.strip(BOM + " \t\r\n"):
        return fresh
    document = TomlDocument(old)
    if not document.data:
        return _below(old, fresh)
    wanted, text = document.data, old
    for place, value in _settings(document, ours):
        if len(place) > 1 and place[0] not in wanted:
            wanted = changed(wanted, place[:1], TomlDocument(fresh).data[str(place[0])])
        wanted = changed(wanted, place, value)
        text = _with_setting(text, place, value, fresh)
    for name in ours.left_out:
        if name in wanted["env"]:
            wanted = {**wanted, "env": {key: kept for key, kept in wanted["env"].items() if key != name}}
            text = TomlDocument(text).remove(("env", name)).text
    if not is_same(TomlDocument(text).data, wanted):
        raise NotToml("the edit would have changed something else too; nothing was written")
    return text


def _fresh(ours: FlyFile) -> str:
    return fill(
        "fly.toml",
        app=render_value(ours.app),
        region=render_value(ours.region),
        dockerfile=render_value(ours.dockerfile),
        env="\n".join(f"  {render_pair(name, value)}" for name, value in ours.env.items()),
        volume=render_value(ours.volume),
        port=render_value(ours.port),
    )


def _settings(document: TomlDocument, ours: FlyFile) -> Iterator[tuple[Place, str | int]]:
    """Where each of our keys belongs in this file."""
    data = document.data
    yield ("app",), ours.app
    if "primary_region" not in data:
        yield ("primary_region",), ours.region
    yield _in_table(document, "build", "dockerfile"), ours.dockerfile
    for name, value in ours.env.items():
        yield _in_table(document, "env", name), value
    mount = _mount(document, ours)
    yield (*mount, "source"), ours.volume
    yield (*mount, "destination"), "/data"
    if "http_service" in data or "services" not in data:
        yield _in_table(document, "http_service", "internal_port"), ours.port


def _in_table(document: TomlDocument, table: str, name: str) -> Place:
    document.get((table, name))  # raises where it is no table
    return table, name


def _mount(document: TomlDocument, ours: FlyFile) -> Place:
    """Our volume among the mounts: by its name, or by where it is mounted. A machine has only one, so that a single
    mount is ours whatever it says."""
    name = next((name for name in ("mounts", "mount") if name in document.data), "mounts")  # flyctl takes both
    found = document.data.get(name)
    if found is None:
        return name, 0
    if not isinstance(found, list):
        return _in_table(document, name, "source")[:1]
    if not found or not all(isinstance(mount, dict) for mount in found):
        raise NotToml(f"{name} is not a list of tables")
    keys = (("source", ours.volume), ("destination", "/data"))
    places = [place for key, value in keys for place, mount in enumerate(found) if mount.get(key) == value]
    return name, places[0] if places else 0


def _with_setting(text: str, place: Place, value: str | int, fresh: str) -> str:
    document = TomlDocument(text)
    if place[0] not in document.data and len(place) > 1:
        return with_block_at_end(text, _block(fresh, str(place[0])))
    if is_same(_at(document.data, place), value):
        return text
    path = tuple(part for part in place if isinstance(part, str))
    item = next((part for part in place if isinstance(part, int)), None)
    edited = with_pair(text, path, value, item)
    if edited is None:  # the table is only implied, by tables inside it
        edited = with_block_at_end(text, f"[{path[0]}]\n  {render_pair(path[-1], value)}")
    return edited


def _at(data: Any, place: Place) -> Any:  # Any: TOML values, or None
    for part in place:
        if isinstance(part, str) and part not in data:
            return None
        data = data[part]
    return data


def _block(fresh: str, name: str) -> str:
    """The lines of a section, with the sections inside it, as they stand in a fresh file."""
    heads = [part for part in parts_of(fresh) if part.kind != "pair"]
    start = next(part.start for part in heads if part.path[0] == name)
    end = next((part.start for part in heads if part.start > start and part.path[0] != name), len(fresh))
    return fresh[start:end].strip("\n")


def _below(old: str, fresh: str) -> str:
    """A file with nothing but remarks keeps them, above ours."""
    newline = newline_near(old, len(old))
    return old + ("" if old.endswith(("\n", "\r")) else newline) + newline + with_newlines(fresh, newline)
