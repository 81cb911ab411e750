"""Checks that the wheel holds every file of the four packages and nothing else, and the sdist the tests as well."""

# ruff: noqa: T201  a script that reports

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

PACKAGES = (
    "installer/mnemon_installer",
    "server/mnemon_server",
    "infra/mnemon_infra",
    "templates/mnemon_templates",
)
MIGRATIONS = "mnemon_server/vault/migrations"


def main(dist: Path) -> int:
    [wheel], [sdist] = dist.glob("*.whl"), dist.glob("*.tar.gz")
    problems = [*_of_wheel(wheel), *_of_sdist(sdist)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _of_wheel(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in _tracked(*PACKAGES)}
    migrations = [name for name in found if name.startswith(MIGRATIONS) and name.endswith(".sql")]
    print(f"{wheel.name}: {len(found)} files, {len(migrations)} migrations")
    problems = [f"missing in the wheel: {name}" for name in sorted(expected - found)]
    problems += [f"does not belong into the wheel: {name}" for name in sorted(found - expected)]
    return problems if migrations else [*problems, "the wheel has no migrations"]


def _of_sdist(sdist: Path) -> list[str]:
    with tarfile.open(sdist) as archive:
        found = {name.partition("/")[2] for name in archive.getnames()}
    print(f"{sdist.name}: {len(found)} entries")
    expected = _tracked(*PACKAGES, "tests", "pyproject.toml", "README.md", "LICENSE")
    return [f"missing in the sdist: {name}" for name in sorted(expected - found)]


def _tracked(*paths: str) -> set[str]:
    listed = subprocess.run(("git", "ls-files", "-z", "--", *paths), capture_output=True, text=True, check=True)
    return set(filter(None, listed.stdout.split("\0")))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
