"""This very program as a wheel, for an image: repacked from the installed files, whichever way it was installed."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path

from mnemon_server import __version__
from mnemon_server.errors import MnemonError

_PACKAGES = ("mnemon_infra", "mnemon_installer", "mnemon_server", "mnemon_templates")
_KEPT = (".py", ".sql", ".tmpl", ".txt", ".json", ".typed")
_EPOCH = (2026, 1, 1, 0, 0, 0)  # the same files make the same bytes


class NoWheel(MnemonError):
    """This installation cannot be made into a wheel, or the file that was named is none."""

    code = "no-wheel"


@dataclass(frozen=True)
class Wheel:
    """`build` tells one from another: the beginning of the hash of what is in it."""

    name: str
    content: bytes = field(repr=False)
    build: str

    @property
    def version(self) -> str:
        """As the server that is made of it says it."""
        return self.name.split("-")[1]


def own_wheel() -> Wheel:
    """The wheel of the program that runs. Its version carries the hash, so that pip takes no other one for it.

    Raises:
        NoWheel: the program was not installed as a distribution.
    """
    try:
        found = distribution("mnemon-memory")
        metadata = found.read_text("METADATA") or ""
        entry_points = (
            found.read_text("entry_points.txt") or "[console_scripts]\nmnemon = mnemon_installer.cli.main:main\n"
        )
    except PackageNotFoundError:
        raise NoWheel("this mnemon was not installed with pip or uv", "pip install mnemon-memory") from None
    code = dict(sorted((name, content) for package in _PACKAGES for name, content in _files_of(package)))
    build = _hash(*(part for name, content in code.items() for part in (name.encode(), content)), metadata.encode())
    version = f"{__version__}+g{build}"
    info = f"mnemon_memory-{version}.dist-info"
    metadata = re.sub(r"(?m)^Version: .*$", f"Version: {version}", metadata, count=1)
    code[f"{info}/METADATA"] = metadata.encode()
    code[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: mnemon\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    code[f"{info}/entry_points.txt"] = entry_points.encode()
    code[f"{info}/RECORD"] = _record(code, info).encode()
    return Wheel(f"mnemon_memory-{version}-py3-none-any.whl", _zipped(code), build)


def named_wheel(path: Path) -> Wheel:
    """A wheel that the user has built.

    Raises:
        NoWheel: there is none of ours at `path`.
    """
    try:
        content = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            is_ours = "mnemon_server/__init__.py" in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        is_ours = False
    if not is_ours or not re.fullmatch(r"mnemon_memory-[\w.+!]+-py3-none-any\.whl", path.name):
        raise NoWheel(f"{path} is no wheel of mnemon-memory", "pip wheel --no-deps -w dist . (in its source folder)")
    return Wheel(path.name, content, _hash(content))


def _files_of(package: str) -> Iterator[tuple[str, bytes]]:
    root = Path(str(files(package)))
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix in _KEPT and "__pycache__" not in path.parts:
            yield f"{package}/{path.relative_to(root).as_posix()}", path.read_bytes()


def _hash(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:12]


def _record(code: dict[str, bytes], info: str) -> str:
    lines = []
    for name, content in code.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(content)}")
    return "\n".join([*lines, f"{info}/RECORD,,", ""])


def _zipped(code: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in code.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
