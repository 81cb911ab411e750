"""What it takes to run Pulumi, where it is missing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from mnemon_infra import Wanted
from mnemon_infra.pulumi_cli import find_cli
from mnemon_infra.run import up
from mnemon_infra.trouble import ExtraMissing

WANTED = Wanted("my-mnemon", "acme", "acme-memories", "eu-central-1")


@pytest.mark.parametrize(("package", "others"), [("pulumi", ()), ("pulumi-aws", ("pulumi",))])
def test_without_the_extra_its_name_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, others: tuple[str, ...]
) -> None:
    for other in others:
        pytest.importorskip(other, reason="the extra [server] is not installed")
    if others:
        program = tmp_path / "pulumi"
        program.write_text("#!/bin/sh\necho v3.272.0\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    for module in ("pulumi.automation", "pulumi") if package == "pulumi" else ("pulumi_aws",):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ExtraMissing, match=f"the Python package {package} is not installed") as told:
        up(WANTED, tmp_path / "folder", lambda line: None)
    assert told.value.hint == 'pip install "mnemon-memory[server]"'
    assert told.value.exit_status == 4


def test_there_may_be_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_cli(tmp_path) is None
